"""GeoJSON: properties become columns, shapes WKB; depth is known before anything is parsed."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from gridgeo.errors import InvalidInputError
from gridgeo.sources.files import RawTable
from gridgeo.sources.files.geojson import nesting_depth

POINT = {"type": "Point", "coordinates": [116.5, 39.9]}
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
)


def feature(properties: dict[str, Any] | None, geometry: Any = None, **more: Any) -> dict[str, Any]:
    return {"type": "Feature", "properties": properties, "geometry": geometry, **more}


def collection(*features: Any, **more: Any) -> str:
    return json.dumps({"type": "FeatureCollection", "features": features, **more})


def depth_of(value: Any) -> int:
    """The depth by walking the parsed value."""
    if isinstance(value, dict):
        return 1 + max(map(depth_of, value.values()), default=0)
    return 1 + max(map(depth_of, value), default=0) if isinstance(value, list) else 0


@given(VALUES, st.booleans())
def test_the_depth_on_the_bytes_is_the_depth_of_the_value(value: Any, escaped: bool) -> None:
    assert nesting_depth(json.dumps(value, ensure_ascii=escaped).encode()) == depth_of(value)


@pytest.mark.parametrize("text", ['"[[[["', r'"\"[[["', r'["\\", "[[", "\\\"{{"]', r'{"a[":"\\\\"}'])
def test_brackets_inside_texts_are_not_counted(text: str) -> None:
    assert nesting_depth(text.encode()) == depth_of(json.loads(text))


def test_properties_are_columns_in_the_order_of_their_first_appearance(
    make_file: Callable[..., Path], frame_of: Callable[..., pl.DataFrame]
) -> None:
    path = make_file(
        collection(
            feature({"名称": " a ", "n": 12.0}, POINT, id=7),
            feature({"n": 0.5, "more": [1, {"x": None}], "big": 622202199001010123}),
            feature(None),
            feature({"n": True, "row": "", "geometry": "text"}),
        ),
        "shapes.csv",
    )
    frame = frame_of(path)
    assert frame.columns == ["row", "id", "名称", "n", "more", "big", "row_2", "geometry_2", "geometry"]
    assert frame.drop("geometry").rows() == [
        (1, "7", "a", "12", None, None, None, None),
        (2, None, None, "0.5", '[1,{"x":null}]', "622202199001010123", None, None),
        (3, None, None, None, None, None, None, None),
        (4, None, None, "true", None, None, None, "text"),
    ]
    assert shapely.from_wkb(frame["geometry"][0]) == shapely.Point(116.5, 39.9)
    assert frame["geometry"].null_count() == 3


@pytest.mark.parametrize(
    ("member", "crs"),
    [
        ({"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}, "OGC:CRS84"),
        ({"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4490"}}, "EPSG:4490"),
        ({"type": "name", "properties": {"name": "EPSG:4547"}}, "EPSG:4547"),
        ({"type": "name", "properties": {"name": "GCJ-02"}}, "GCJ-02"),
        ({"type": "link", "properties": {"href": "http://127.0.0.1/crs"}}, None),
        ("odd", None),
        (None, None),
    ],
)
def test_the_crs_is_what_the_file_says_and_never_more(
    member: Any, crs: str | None, make_file: Callable[..., Path], opened: Callable[..., RawTable]
) -> None:
    table = opened(make_file(collection(feature({}, POINT), crs=member)))
    assert table.crs == crs
    assert opened(make_file(collection(feature({}, POINT)))).crs is None


def test_shapes_that_cannot_be_built_are_null_and_counted(
    make_file: Callable[..., Path], opened: Callable[..., RawTable]
) -> None:
    broken = [{"type": "Polygon", "coordinates": [[[1, 2], [2, 3]]]}, {"type": "Point", "coordinates": "x"}, "odd", {}]
    table = opened(make_file(collection(feature({"a": 1}, POINT), *(feature({}, shape) for shape in broken))))
    assert (table.notes["broken_shapes"], table.notes["broken_shape_rows"]) == (4, [2, 3, 4, 5])
    assert next(table.batches())["geometry"].is_null().to_list() == [False, True, True, True, True]


def test_a_feature_and_a_bare_shape_are_tables_of_one_row(
    make_file: Callable[..., Path], frame_of: Callable[..., pl.DataFrame]
) -> None:
    assert frame_of(make_file(json.dumps(feature({"a": 1}, POINT)))).height == 1
    assert frame_of(make_file(json.dumps(POINT))).columns == ["row", "geometry"]
    assert frame_of(make_file(collection())).height == 0


@pytest.mark.parametrize(
    "content", ["[1]", "{}", '{"type":"Topology"}', '{"type":"FeatureCollection","features":[1]}', '{"a":', "{" * 9]
)
def test_json_that_is_no_geojson_is_refused(
    content: str, make_file: Callable[..., Path], opened: Callable[..., RawTable]
) -> None:
    with pytest.raises(InvalidInputError, match=r"GeoJSON|not JSON"):
        opened(make_file(content))

"""How a catchment is stated: what does not go together is refused, what is stored reads back as itself."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from gridgeo.errors import InvalidInputError
from gridgeo.i18n import catalogue
from gridgeo.pipeline.catchments.specs import (
    ALLOWED,
    LISTS,
    METHODS,
    CatchmentPlan,
    CatchmentSpec,
    SettleRules,
    rules_from_dict,
    spec_from_dict,
)
from gridgeo.pipeline.catchments.words import COMBINED, NAMED, WORDS, label_of
from gridgeo.pipeline.polygons import polygon_from_file

POLYGON = json.loads(shapely.to_geojson(shapely.box(9.5, 47.1, 9.6, 47.2)))
LEAVES = st.one_of(
    st.sampled_from(["drive_time", "straight_line", "municipality"]).map(CatchmentSpec),
    st.floats(1, 1e5).map(lambda value: CatchmentSpec("buffer", radius_m=value)),
    st.builds(
        lambda minutes, mode: CatchmentSpec("isochrone", minutes=minutes, mode=mode),
        st.floats(0.1, 120),
        st.sampled_from([None, "drive", "walk"]),
    ),
    st.builds(
        lambda share, joined, full: CatchmentSpec("customers", share=share, contiguous=joined, fill_holes=full),
        st.floats(0.01, 1),
        st.booleans(),
        st.booleans(),
    ),
    st.just(CatchmentSpec("administrative", units=("Vaduz", "7001"), kind="municipality")),
    st.just(CatchmentSpec("places", places=("Vaduz", "7001"), title="Two")),
    st.just(CatchmentSpec("between", roads=("Landstrasse", "Rheindamm"))),
    st.just(CatchmentSpec("drawn", polygon=POLYGON, source={"datum": "wgs84"})),
)
SPECS = st.recursive(
    LEAVES,
    lambda inner: st.builds(
        lambda operation, of: CatchmentSpec("combined", operation=operation, of=tuple(of)),
        st.sampled_from(["union", "difference", "intersection"]),
        st.lists(inner, min_size=2, max_size=3),
    ),
    max_leaves=6,
)


@given(spec=SPECS)
def test_every_spec_reads_back_from_its_json(spec: CatchmentSpec) -> None:
    assert spec_from_dict(json.loads(json.dumps(spec.as_dict()))) == spec


@given(spec=SPECS)
def test_every_spec_has_words_in_both_languages(spec: CatchmentSpec) -> None:
    english, chinese = (label_of(spec, "drive", language) for language in ("en", "zh"))  # type: ignore[arg-type]
    assert english
    assert chinese != english
    straight = any(part.method in ("buffer", "straight_line") for part in spec.parts())
    assert ("straight line" in english) == straight
    assert ("直线" in chinese) == straight


def test_the_words_are_in_the_catalogue() -> None:
    assert {*WORDS.values(), *COMBINED.values(), *NAMED.values(), *LISTS.values()} <= set(catalogue())


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"method": "circle"}, "catchment method must be one of"),
        ({"method": "buffer"}, "method buffer needs radius_m"),
        ({"method": "buffer", "radius_m": 0}, "radius_m must be a number above 0"),
        ({"method": "buffer", "radius_m": "800"}, "radius_m must be a number above 0"),
        ({"method": "buffer", "radius_m": float("nan")}, "radius_m must be a number above 0"),
        ({"method": "buffer", "radius_m": 800, "minutes": 5}, "method buffer takes no minutes"),
        ({"method": "drive_time", "kind": "village"}, "method drive_time takes no kind"),
        ({"method": "isochrone", "minutes": 5, "mode": "fly"}, "travel mode must be one of"),
        ({"method": "customers", "share": 1.2}, "share must be above 0 and at most 1"),
        ({"method": "administrative"}, "need units, a kind of unit, or both"),
        ({"method": "administrative", "units": "Vaduz"}, "units are a list"),
        ({"method": "places", "places": []}, "method places needs places"),
        ({"method": "places", "places": ["a"] * 2_001}, "at most 2000 places, got 2001"),
        ({"method": "between", "roads": ["a"]}, "between 2 to 6 different roads"),
        ({"method": "between", "roads": ["a", "a"]}, "between 2 to 6 different roads"),
        ({"method": "between", "roads": "ab"}, "roads are a list of names of streets"),
        ({"method": "buffer", "radius_m": 5, "title": " "}, "a title has 1 to 120 characters"),
        (
            {"method": "combined", "operation": "union", "of": [{"method": "drive_time"}]},
            "of 2 to 32 catchments, got 1",
        ),
        ({"method": "combined", "operation": "xor", "of": [{"method": "drive_time"}] * 2}, "operation must be one of"),
        ({"method": "combined", "operation": "union", "of": "ab"}, "a list of catchments"),
        ({"method": "buffer", "radius": 5}, "got radius"),
        ({"radius_m": 5}, "a catchment is stated by"),
    ],
)
def test_what_does_not_go_together_is_refused(given: dict[str, Any], said: str) -> None:
    with pytest.raises(InvalidInputError, match=said):
        spec_from_dict(given)


def test_a_combination_has_an_end() -> None:
    leaf = CatchmentSpec("drive_time")
    deep = CatchmentSpec("combined", operation="union", of=(leaf,) * 30)
    with pytest.raises(InvalidInputError, match="of 2 to 32 catchments"):
        CatchmentSpec("combined", operation="union", of=(deep, deep))


def test_every_method_says_what_it_takes() -> None:
    assert set(ALLOWED) <= set(METHODS)


def test_rules_that_are_left_out_stay_as_they_were() -> None:
    base = SettleRules("priority", "nearest", ("B1", "B2"))
    assert rules_from_dict({}, base) == base
    assert rules_from_dict({"holes": "leave"}, base) == SettleRules("priority", "leave", ("B1", "B2"))
    assert rules_from_dict({"overlaps": "customers"}, base) == SettleRules("customers", "nearest")
    assert rules_from_dict({"priority": ["B3"]}) == SettleRules("priority", "leave", ("B3",))


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"overlaps": "largest"}, "rule for overlaps must be one of"),
        ({"holes": "fill"}, "rule for holes must be one of"),
        ({"overlaps": "priority"}, "go together"),
        ({"overlaps": "customers", "priority": ["B1"]}, "go together"),
        ({"priority": ["B1", "B1"]}, "stands twice"),
    ],
)
def test_rules_that_do_not_exist_are_refused(given: dict[str, Any], said: str) -> None:
    with pytest.raises(InvalidInputError, match=said):
        rules_from_dict(given)


def test_a_branch_drawn_again_keeps_its_place_in_the_order() -> None:
    plan = CatchmentPlan({"a": CatchmentSpec("drive_time"), "b": CatchmentSpec("drive_time")})
    for branch in ("b", "a", "b"):
        plan = plan.with_branch(branch, CatchmentSpec("straight_line"))
    assert plan.drawn_order == ("b", "a")


BOX = shapely.box(9.5, 47.1, 9.6, 47.2)


def written(path: Path, crs: str, **how: Any) -> Path:
    gpd.GeoDataFrame({"name": ["area"]}, geometry=[BOX], crs="EPSG:4326").to_crs(crs).to_file(path, **how)
    return path


def test_a_polygon_is_read_from_geojson_and_geopackage_in_any_crs(tmp_path: Path) -> None:
    plain = written(tmp_path / "a.geojson", "EPSG:4326", driver="GeoJSON")
    degrees = written(tmp_path / "a.gpkg", "EPSG:4326", driver="GPKG")
    metres = written(tmp_path / "b.gpkg", "EPSG:2056", driver="GPKG")
    for path in (plain, degrees, metres):
        found = polygon_from_file(path, "wgs84")
        assert shapely.hausdorff_distance(found, BOX) < 1e-6, path.name


def test_a_crs_that_contradicts_the_datum_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match="leads to wgs84, not to gcj02"):
        polygon_from_file(written(tmp_path / "b.gpkg", "EPSG:2056", driver="GPKG"), "gcj02")


def test_a_file_without_one_polygon_is_refused(tmp_path: Path) -> None:
    two = gpd.GeoDataFrame({"name": ["a", "b"]}, geometry=[BOX, BOX], crs="EPSG:4326")
    two.to_file(tmp_path / "two.gpkg", driver="GPKG")
    with pytest.raises(InvalidInputError, match="exactly one feature, got 2"):
        polygon_from_file(tmp_path / "two.gpkg", "wgs84")
    (tmp_path / "a.csv").write_text("a,b\n1,2\n")
    with pytest.raises(InvalidInputError, match="holds no shapes"):
        polygon_from_file(tmp_path / "a.csv", "wgs84")

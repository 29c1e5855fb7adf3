"""OpenStreetMap extracts: one layer at a time, every object a row or a reason."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
import shapely

from gridgeo.demo import ground_path
from gridgeo.errors import InvalidInputError
from gridgeo.sources.files import FileLimits, RawTable
from gridgeo.sources.files.osm import unpacked_bytes

LAYERS = {
    "boundaries": {"id", "name", "admin_level", "code", "aliases"},
    "roads": {"id", "name", "highway", "oneway", "maxspeed"},
    "merchants": {"id", "name", "industry", "osm_tag", "lng", "lat"},
    "addresses": {"id", "lng", "lat", "street", "number", "city", "postcode"},
    "buildings": {"id", "kind", "lng", "lat", "area_m2", "residential"},
}


@pytest.mark.parametrize(("layer", "columns"), LAYERS.items())
def test_every_object_of_a_layer_is_a_row_or_has_a_reason(
    layer: str, columns: set[str], opened: Callable[..., RawTable]
) -> None:
    table = opened(ground_path("liechtenstein"), layer=layer)
    rows = sum(frame.height for frame in table.batches())
    assert rows > 10
    assert rows + sum(table.notes.get("left_out", {}).values()) == table.notes["objects"]
    assert columns <= set(table.columns)
    assert table.crs == "EPSG:4326"
    assert table.has_geometry == (layer in ("boundaries", "roads", "buildings"))


def test_boundaries_of_every_level_come_with_their_level(frame_of: Callable[..., pl.DataFrame]) -> None:
    frame = frame_of(ground_path("liechtenstein"), layer="boundaries")
    assert frame.filter(pl.col("admin_level") == "8").height == 11
    assert frame.filter(pl.col("name") == "Liechtenstein")["admin_level"].to_list() == ["2"]


def test_a_road_keeps_what_says_who_may_travel_on_it(
    write_osm: Callable[..., Path], frame_of: Callable[..., pl.DataFrame]
) -> None:
    tags = {"highway": "residential", "oneway": "yes", "maxspeed": "30", "name": "A"}
    path = write_osm({1: (9.5, 47.1), 2: (9.6, 47.2)}, {7: ([1, 2], tags)})
    frame = frame_of(path, layer="roads")
    assert frame.select("id", "name", "highway", "oneway", "maxspeed").rows() == [
        ("w7", "A", "residential", "yes", "30")
    ]
    assert shapely.from_wkb(frame["geometry"][0]).length > 0.1


def test_addresses_come_as_they_are_tagged(
    write_osm: Callable[..., Path], frame_of: Callable[..., pl.DataFrame]
) -> None:
    tags = {"addr:place": "Mauren", "addr:housenumber": "3-5 a", "addr:city": "X"}
    frame = frame_of(write_osm({1: (9.5, 47.1)}, tags={1: tags}), layer="addresses")
    assert frame.select("id", "lng", "lat", "street", "number", "city").rows() == [
        ("n1", "9.5", "47.1", "Mauren", "3-5 a", "X")
    ]


def test_the_layer_must_be_named(opened: Callable[..., RawTable]) -> None:
    for layer in (None, "rivers"):
        with pytest.raises(InvalidInputError, match="name a layer, one of boundaries, roads"):
            opened(ground_path("liechtenstein"), layer=layer)


def test_what_an_extract_unpacks_to_is_known_before_it_is_read(
    opened: Callable[..., RawTable], within: Callable[..., FileLimits], make_file: Callable[..., Path]
) -> None:
    path = ground_path("liechtenstein")
    size = unpacked_bytes(path)
    assert size > 2 * path.stat().st_size
    with pytest.raises(InvalidInputError, match=f"unpacks to {size} bytes, allowed are {size - 1}"):
        opened(path, layer="roads", limits=within(unpacked_bytes=size - 1))
    content = path.read_bytes()
    for broken in (content[:-100], content[:40] + b"\xff" * 40 + content[80:], content + b"\0\0\xff\xff"):
        with pytest.raises(InvalidInputError, match="cannot be read"):
            opened(make_file(broken), layer="roads")

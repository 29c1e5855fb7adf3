"""A ground is what lies inside the extract's real boundaries, with every object accounted for."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pyproj
import pytest
import shapely

from gridgeo.cells import cells_from_polygons
from gridgeo.demo import GROUNDS, ground_path
from gridgeo.domain.tables import BOUNDARIES, BUILDINGS, GAZETTEER, MERCHANTS, STREETS, checked
from gridgeo.domain.words import INDUSTRIES, WATERWAYS
from gridgeo.errors import InvalidInputError
from gridgeo.sources import BRANCH_SITES, Ground, GroundSpec, ground_from_osm, ground_from_tables, osm_tables
from gridgeo.sources.osm_layers import ground_area
from gridgeo.sources.osm_objects import points_of, shapes_of
from gridgeo.sources.settlement import zone_of_points

MUNICIPALITIES = [
    "Balzers", "Eschen", "Gamprin", "Mauren", "Planken", "Ruggell", "Schaan", "Schellenberg", "Triesen", "Triesenberg",
    "Vaduz",
]  # fmt: skip


@pytest.fixture(params=["liechtenstein", "helsinki"])
def ground(request: pytest.FixtureRequest) -> Ground:
    found: Ground = request.getfixturevalue(request.param)
    return found


def test_liechtenstein_has_its_eleven_municipalities(liechtenstein: Ground) -> None:
    assert liechtenstein.boundaries["name"].to_list() == MUNICIPALITIES
    assert set(liechtenstein.boundaries["kind"]) == {"municipality"}


def test_unnamed_rings_districts_and_broken_neighbours_are_no_boundaries(liechtenstein: Ground) -> None:
    refused = liechtenstein.report["boundaries"]["rejected"]
    assert refused["no name"] == 4
    assert refused["incomplete outline"] == 63
    assert refused["other level"] == 66


def test_a_whole_neighbour_of_the_same_level_is_outside() -> None:
    spec = replace(GROUNDS["liechtenstein"], inside_name="Vaduz", inside_level="8")
    only = ground_from_osm(ground_path("liechtenstein"), spec)
    assert only.boundaries["name"].to_list() == ["Vaduz"]
    assert only.report["boundaries"]["rejected"]["outside"] == 10
    assert only.buildings.height == 96


@pytest.mark.parametrize(("name", "counts"), [("liechtenstein", {9: 1570}), ("helsinki", {9: 21, 10: 144, 11: 1011})])
def test_the_grounds_have_their_cells(name: str, counts: dict[int, int], request: pytest.FixtureRequest) -> None:
    # Central Helsinki by the outline in the file's header; its complete ways alone would give 142 and 984.
    shapes = shapes_of(request.getfixturevalue(name).boundaries["geometry"])
    assert {level: len(cells_from_polygons(shapes, level)[0]) for level in counts} == counts


def test_every_object_is_accepted_or_refused_with_a_reason(ground: Ground) -> None:
    layers = ("boundaries", "streets", "waterways", "buildings", "merchants", "addresses", "branch_sites")
    assert tuple(ground.report) == layers
    for layer, entry in ground.report.items():
        assert entry["rows_in"] == entry["accepted"] + sum(entry["rejected"].values())
        assert entry["rows_out"] == getattr(ground, layer).height


def test_the_frames_keep_their_contracts(ground: Ground) -> None:
    frames = [
        (ground.boundaries, BOUNDARIES), (ground.streets, STREETS), (ground.buildings, BUILDINGS),
        (ground.waterways, STREETS),
        (ground.merchants, MERCHANTS), (ground.addresses, GAZETTEER), (ground.branch_sites, BRANCH_SITES),
    ]  # fmt: skip
    for frame, contract in frames:
        assert checked(frame, contract, "frame").equals(frame)
        assert frame["id"].n_unique() == frame.height
        assert frame["id"].null_count() == 0


def test_everything_taken_lies_inside(ground: Ground) -> None:
    area = ground_area(ground.boundaries)
    for frame in (ground.buildings, ground.merchants, ground.addresses, ground.branch_sites):
        assert shapely.intersects(area, points_of(frame)).all()
    outside = shapely.difference(shapes_of(ground.streets["geometry"]), area.buffer(1e-9))
    assert shapely.length(outside).max() < 1e-9


def test_fragments_of_the_neighbours_are_left_out(liechtenstein: Ground) -> None:
    assert liechtenstein.report["streets"]["rejected"]["outside"] == 59
    assert liechtenstein.report["buildings"]["rejected"]["outside"] == 4


def test_rivers_and_canals_are_kept_apart_from_the_streets(liechtenstein: Ground) -> None:
    assert set(liechtenstein.waterways["highway"]) == set(WATERWAYS)
    assert "Rhein" in liechtenstein.waterways["name"].drop_nulls().str.join(" ").item()
    assert not set(liechtenstein.streets["highway"]) & set(WATERWAYS)


def test_buildings_are_mapped_unevenly(liechtenstein: Ground) -> None:
    zone = zone_of_points(liechtenstein.boundaries, points_of(liechtenstein.buildings))
    count = dict(zip(MUNICIPALITIES, np.bincount(zone, minlength=11).tolist(), strict=True))
    assert (count["Vaduz"], count["Balzers"], sum(count.values())) == (96, 1394, 3719)


def test_building_areas_are_those_of_an_equal_area_projection(liechtenstein: Ground) -> None:
    sample = liechtenstein.buildings.head(200)
    geod = pyproj.Geod(ellps="WGS84")
    exact = [abs(geod.geometry_area_perimeter(shape)[0]) for shape in shapes_of(sample["geometry"])]
    np.testing.assert_allclose(sample["area_m2"].to_numpy(), exact, rtol=1e-4)


def test_schools_churches_and_works_house_nobody(liechtenstein: Ground) -> None:
    kinds = liechtenstein.buildings.filter(pl.col("residential"))["kind"].unique()
    assert not set(kinds) & {"school", "church", "industrial", "warehouse", "greenhouse"}
    assert int(liechtenstein.buildings["residential"].sum()) == 3450


def test_merchants_have_an_industry_and_keep_their_namelessness(liechtenstein: Ground, helsinki: Ground) -> None:
    # An earlier count of 216 left out what stands under other and took fewer public tags; the rest agrees within two.
    count = dict(liechtenstein.merchants["industry"].value_counts().iter_rows())
    assert count == {
        "public": 85, "food": 50, "retail": 45, "lodging": 19, "fuel": 16, "other": 13, "health": 5, "finance": 3,
    }  # fmt: skip
    assert liechtenstein.merchants["name"].null_count() == 56
    assert set(helsinki.merchants["industry"]) <= set(INDUSTRIES)
    assert helsinki.merchants.height == 1342


def test_a_business_drawn_as_point_and_area_counts_once(liechtenstein: Ground) -> None:
    assert liechtenstein.report["merchants"]["rejected"] == {"point and area of one business": 3}


def test_bank_points_are_three_banks_and_seven_post_offices(liechtenstein: Ground, helsinki: Ground) -> None:
    assert dict(liechtenstein.branch_sites["kind"].value_counts().iter_rows()) == {"bank": 3, "post_office": 7}
    assert liechtenstein.branch_sites["lat"].min() > 47.13
    assert helsinki.branch_sites.filter(pl.col("kind") == "bank").height == 17


def test_helsinki_repeats_most_of_its_addresses(helsinki: Ground) -> None:
    entry = helsinki.report["addresses"]
    assert (entry["rows_in"], entry["rejected"]["duplicate"]) == (1470, 850)
    key = helsinki.addresses.select("street", "number", "unit", "locality")
    assert key.is_unique().all()


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("12", [("12", None)]),
        ("12a", [("12A", None)]),
        ("20 B", [("20B", None)]),
        ("11 B 9", [("11B", "9")]),
        ("3-5", [("3", None), ("5", None)]),
        ("29-27", [("27", None), ("29", None)]),
        ("4-5", [("4", None), ("5", None)]),
        ("8, Floor 6", [("8", None)]),
        ("2, 2. krs./Floor 2", [("2", None)]),
    ],
)
def test_the_number_field_is_read(written: str, expected: list[tuple[str, str | None]], write_osm: object) -> None:
    found = address_ground(write_osm, written).addresses
    assert found.select("number", "unit").rows() == expected
    assert set(found["kind"]) == {"address"}


@pytest.mark.parametrize("written", ["Keskuskatu 5", "x", "1-900"])
def test_a_number_that_is_none_is_refused(written: str, write_osm: object) -> None:
    ground = address_ground(write_osm, written)
    assert ground.addresses.is_empty()
    assert ground.report["addresses"]["rejected"] == {"number not understood": 1}


def address_ground(write_osm: object, number: str) -> Ground:
    """A ground of one address point between two corner points."""
    tags = {2: {"addr:street": "Hauptstrasse", "addr:housenumber": number, "addr:city": "7"}}
    path = write_osm({1: (9.0, 47.0), 2: (9.5, 47.5), 3: (10.0, 48.0)}, tags=tags)  # type: ignore[operator]
    return ground_from_osm(path, GroundSpec("made", path.name, "extract", city="Town"))


def test_a_town_that_is_no_name_falls_back_to_the_city(write_osm: object) -> None:
    row = address_ground(write_osm, "1").addresses.row(0, named=True)
    assert (row["locality"], row["city"]) == ("Town", "Town")


@pytest.mark.parametrize("content", [None, b"", b"hello world" * 100])
def test_a_file_that_cannot_be_read_is_refused_in_one_line(content: bytes | None, tmp_path: Path) -> None:
    path = tmp_path / "given.osm.pbf"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InvalidInputError) as caught:
        ground_from_osm(path, GROUNDS["liechtenstein"])
    assert "given.osm.pbf" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_extract_without_nodes_is_refused(write_osm: object) -> None:
    with pytest.raises(InvalidInputError, match="no OpenStreetMap nodes"):
        ground_from_osm(write_osm({}), GROUNDS["helsinki"])  # type: ignore[operator]


def test_an_extract_without_boundaries_is_refused(write_osm: object) -> None:
    path = write_osm({1: (9.0, 47.0), 2: (9.1, 47.1)})  # type: ignore[operator]
    with pytest.raises(InvalidInputError, match="no complete area Liechtenstein of level 2"):
        ground_from_osm(path, GROUNDS["liechtenstein"])
    with pytest.raises(InvalidInputError, match="no named administrative boundary of level 8"):
        ground_from_osm(path, replace(GROUNDS["liechtenstein"], inside_name=None))


@pytest.mark.parametrize("datum", ["gcj02", "bd09", "undeclared"])
def test_a_declared_datum_other_than_wgs84_is_refused(datum: str) -> None:
    with pytest.raises(InvalidInputError, match=f"declares {datum}"):
        ground_from_osm(ground_path("helsinki"), replace(GROUNDS["helsinki"], datum=datum))
    with pytest.raises(InvalidInputError, match=f"declares {datum}"):
        ground_from_tables(osm_tables(ground_path("helsinki")), replace(GROUNDS["helsinki"], datum=datum))

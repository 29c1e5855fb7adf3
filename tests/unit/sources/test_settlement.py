"""People are spread where they live, and no zone loses any."""

from __future__ import annotations

import numpy as np
import polars as pl
import pyproj
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gridgeo.cells import cells_from_points, cells_from_polygons, centres, metres_between
from gridgeo.demo import population_path
from gridgeo.domain import CellArray
from gridgeo.domain.tables import BUILDINGS, STREETS, empty
from gridgeo.sources import Ground, Settlement, denominators_from_csv, people_weights, street_and_town_rows
from gridgeo.sources.osm_objects import points_of, shapes_of, wkb_of
from gridgeo.sources.settlement import (
    BUILDING_CAP_M2,
    RESIDENTIAL_STREETS,
    STREET_M2_PER_M,
    nearest_cells,
    zone_of_points,
)


def spread(ground: Ground, cells: CellArray, name: str) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Zone, cell and people of every piece, and the people of every zone."""
    people = denominators_from_csv(population_path(), name)["people"].to_numpy()
    zone, cell, weight = people_weights(ground, cells)
    total = np.bincount(zone, weights=weight, minlength=len(people))
    return zone, cell, weight * people[zone] / total[zone], people


@pytest.mark.parametrize("name", ["liechtenstein", "helsinki"])
def test_every_municipality_keeps_its_people(name: str, request: pytest.FixtureRequest) -> None:
    zone, _, part, people = spread(request.getfixturevalue(name), request.getfixturevalue(f"{name}_cells"), name)
    np.testing.assert_allclose(np.bincount(zone, weights=part), people, rtol=1e-9)
    assert part.sum() == pytest.approx(people.sum(), rel=1e-9)


def test_buildings_and_streets_together_settle_477_cells(liechtenstein: Ground, liechtenstein_cells: CellArray) -> None:
    # 476 cells and at most 477 people a cell were counted before; buildings alone settle 280 and crowd 2,077 into one.
    _, cell, part, _ = spread(liechtenstein, liechtenstein_cells, "liechtenstein")
    people = np.bincount(cell, weights=part, minlength=len(liechtenstein_cells))
    assert int((people > 0).sum()) == 477
    assert 400 < people.max() < 480


def test_without_streets_people_crowd_where_buildings_are_mapped(
    liechtenstein: Ground, liechtenstein_cells: CellArray
) -> None:
    bare = Settlement(liechtenstein.boundaries, empty(STREETS), liechtenstein.buildings)
    zone, cell, weight = people_weights(bare, liechtenstein_cells)
    assert len(np.unique(cell)) < 300
    homes = liechtenstein.buildings.filter(pl.col("residential"))
    capped = np.minimum(homes["area_m2"].to_numpy(), BUILDING_CAP_M2)
    own = zone_of_points(liechtenstein.boundaries, points_of(homes))
    np.testing.assert_allclose(
        np.bincount(zone, weights=weight, minlength=11), np.bincount(own, weights=capped, minlength=11), rtol=1e-9
    )


def test_streets_count_eight_square_metres_a_metre_wherever_their_cell_lies(
    liechtenstein: Ground, liechtenstein_cells: CellArray
) -> None:
    bare = Settlement(liechtenstein.boundaries, liechtenstein.streets, empty(BUILDINGS))
    _, cell, weight = people_weights(bare, liechtenstein_cells)
    streets = liechtenstein.streets.filter(pl.col("highway").is_in(RESIDENTIAL_STREETS))
    lines = shapes_of(streets["geometry"])
    corners, line = shapely.get_coordinates(lines, return_index=True)
    lng, lat = corners[:, 0], corners[:, 1]
    part, ring = shapely.get_parts(lines, return_index=True)
    assert len(part) >= len(lines)
    assert len(ring) == len(part)
    step = line[1:] == line[:-1]
    length_m = metres_between(lng[:-1][step], lat[:-1][step], lng[1:][step], lat[1:][step]).sum()
    assert weight.sum() == pytest.approx(length_m * STREET_M2_PER_M, rel=0.01)
    assert cell.max() < len(liechtenstein_cells)


def test_what_lies_in_cells_abroad_moves_to_the_nearest_cell_inside(
    liechtenstein: Ground, liechtenstein_cells: CellArray
) -> None:
    homes = liechtenstein.buildings.filter(pl.col("residential"))
    lng, lat = homes["lng"].to_numpy(), homes["lat"].to_numpy()
    abroad = ~np.isin(cells_from_points(lng, lat, 9), liechtenstein_cells)
    assert abroad.any()
    index = nearest_cells(lng, lat, liechtenstein_cells)
    middle_lng, middle_lat = centres(liechtenstein_cells)
    for at in np.flatnonzero(abroad):
        gaps = metres_between(lng[at], lat[at], middle_lng, middle_lat)
        assert gaps[index[at]] == pytest.approx(gaps.min(), rel=1e-3)
    inside = ~abroad
    np.testing.assert_array_equal(liechtenstein_cells[index[inside]], cells_from_points(lng[inside], lat[inside], 9))


def test_pieces_stand_once_and_in_order(liechtenstein: Ground, liechtenstein_cells: CellArray) -> None:
    zone, cell, weight = people_weights(liechtenstein, liechtenstein_cells)
    key = zone * len(liechtenstein_cells) + cell
    assert (np.diff(key) > 0).all()
    assert (weight > 0).all()


def test_the_order_of_the_cells_does_not_change_the_weights(
    liechtenstein: Ground, liechtenstein_cells: CellArray
) -> None:
    order = np.random.default_rng(1).permutation(len(liechtenstein_cells))
    _, cell, weight = people_weights(liechtenstein, liechtenstein_cells)
    _, moved, moved_weight = people_weights(liechtenstein, liechtenstein_cells[order])
    straight = np.bincount(cell, weights=weight, minlength=len(order))
    np.testing.assert_allclose(np.bincount(moved, weights=moved_weight, minlength=len(order)), straight[order])


@given(
    corners=st.lists(st.tuples(st.floats(9.0, 9.05), st.floats(47.0, 47.05)), min_size=2, max_size=8, unique=True),
    split=st.floats(9.01, 9.04),
)
@settings(max_examples=30, deadline=None)
def test_zones_keep_the_whole_of_any_street(corners: list[tuple[float, float]], split: float) -> None:
    line = shapely.LineString(corners)
    if not line.is_simple or line.length < 1e-4:
        line = shapely.LineString([corners[0], (corners[0][0] + 0.01, corners[0][1])])
    zones = np.array([shapely.box(8.99, 46.99, split, 47.06), shapely.box(split, 46.99, 9.07, 47.06)], dtype=object)
    cells = cells_from_polygons(zones, 9)[0]
    names = {"id": ["a", "b"], "name": ["a", "b"], "kind": ["municipality"] * 2}
    street = {"id": ["w"], "name": ["x"], "highway": ["residential"]}
    made = Settlement(
        pl.DataFrame(names).with_columns(wkb_of(zones)),
        pl.DataFrame(street).with_columns(wkb_of(np.array([line], dtype=object))),
        empty(BUILDINGS),
    )
    zone, cell, weight = people_weights(made, cells)
    at = shapely.get_coordinates(line)
    length_m = metres_between(at[:-1, 0], at[:-1, 1], at[1:, 0], at[1:, 1]).sum()
    touched = np.flatnonzero([shape.intersection(line).length > 0 for shape in zones])
    assert weight[np.isin(zone, touched)].sum() == pytest.approx(length_m * STREET_M2_PER_M, rel=0.01)
    assert ((cell >= 0) & (cell < len(cells))).all()


def test_a_zone_without_streets_and_buildings_is_weighed_by_its_area(
    liechtenstein: Ground, liechtenstein_cells: CellArray
) -> None:
    bare = Settlement(liechtenstein.boundaries, empty(STREETS), empty(BUILDINGS))
    zone, _, weight = people_weights(bare, liechtenstein_cells)
    shapes = shapes_of(bare.boundaries["geometry"])
    areas_m2 = [abs(pyproj.Geod(ellps="WGS84").geometry_area_perimeter(shape)[0]) for shape in shapes]
    np.testing.assert_allclose(np.bincount(zone, weights=weight), areas_m2, rtol=0.005)


def test_streets_and_towns_become_gazetteer_rows(liechtenstein: Ground, helsinki: Ground) -> None:
    rows = street_and_town_rows(liechtenstein)
    assert dict(rows["kind"].value_counts().iter_rows()) == {"street": 836, "town": 11}
    assert rows["id"].is_unique().all()
    streets = rows.filter(pl.col("kind") == "street")
    assert streets.select("street", "locality").is_unique().all()
    shared = streets.group_by("street").len().filter(pl.col("len") > 1)
    # 61 by whole ways; here a street counts in every municipality that holds at least 30 m of it.
    assert shared.height == 84
    towns = street_and_town_rows(helsinki, "Helsinki").filter(pl.col("kind") == "town")
    assert towns["locality"].to_list() == ["Helsinki"]


def test_a_ground_without_named_streets_still_has_its_towns(liechtenstein: Ground) -> None:
    bare = Settlement(liechtenstein.boundaries, empty(STREETS), empty(BUILDINGS))
    assert set(street_and_town_rows(bare)["kind"]) == {"town"}

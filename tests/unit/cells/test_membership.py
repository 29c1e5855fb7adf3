"""Points find the polygon that holds them, exactly; a party takes the first rule that names a grid."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from gridgeo.cells import RULES, disagree, holding_polygon, membership, settle_membership, smallest_holding
from gridgeo.domain import FloatArray, IntArray
from gridgeo.errors import InvalidInputError


def by_force(lng: FloatArray, lat: FloatArray, polygons: list[shapely.Geometry]) -> IntArray:
    """The first polygon that covers each point, every pair tried by shapely itself."""
    points = shapely.points(lng, lat)
    holds = np.array([shapely.covers(polygon, points) for polygon in polygons])
    return np.where(holds.any(axis=0), holds.argmax(axis=0), -1)


def mosaic(seed: int, count: int, width_deg: float) -> list[shapely.Geometry]:
    """Polygons that share their borders and fill a rectangle."""
    spots = np.random.default_rng(seed).uniform(0.0, width_deg, (count, 2)) + np.array([116.0, 30.0])
    frame = shapely.box(116.0, 30.0, 116.0 + width_deg, 30.0 + width_deg)
    parts = shapely.get_parts(shapely.voronoi_polygons(shapely.multipoints(spots), extend_to=frame))
    return list(shapely.intersection(parts, frame))


@given(
    seed=st.integers(0, 10_000),
    count=st.integers(2, 40),
    width_deg=st.sampled_from([1e-4, 0.02, 1.0, 15.0]),
    corners=st.sampled_from([1, 100]),
)
def test_every_point_finds_the_polygon_that_shapely_finds(
    seed: int, count: int, width_deg: float, corners: int
) -> None:
    polygons = list(shapely.segmentize(mosaic(seed, count, width_deg), width_deg / corners))
    rng = np.random.default_rng(seed + 1)
    lng, lat = rng.uniform(-0.1, 1.1, (2, 400)) * width_deg + np.array([[116.0], [30.0]])
    np.testing.assert_array_equal(holding_polygon(lng, lat, polygons), by_force(lng, lat, polygons))


@given(seed=st.integers(0, 10_000))
def test_corners_and_points_on_the_border_go_to_the_first_polygon(seed: int) -> None:
    polygons = mosaic(seed, 12, 0.02)
    corners = shapely.get_coordinates(polygons)
    middles = (corners[1:] + corners[:-1]) / 2.0
    lng, lat = np.concatenate([corners, middles]).T
    np.testing.assert_array_equal(holding_polygon(lng, lat, polygons), by_force(lng, lat, polygons))


@pytest.mark.parametrize("width", [1, 3, 50])
def test_outlines_along_the_lines_of_the_raster_hold_their_points(width: int) -> None:
    west, south = (part.ravel() for part in np.meshgrid(np.arange(width), np.arange(width)))
    polygons = list(shapely.box(west, south, west + 1, south + 1))
    lng, lat = np.random.default_rng(0).integers(-1, 2 * width + 2, (2, 500)) / 2.0
    np.testing.assert_array_equal(holding_polygon(lng, lat, polygons), by_force(lng, lat, polygons))


def test_holes_overlaps_and_many_parts_are_held_exactly(star: Callable[..., shapely.Polygon]) -> None:
    big = star(200)
    ring = shapely.difference(big, shapely.buffer(big.centroid, 0.01))
    islands = shapely.multipolygons([shapely.box(9.4, 47.0, 9.42, 47.02), shapely.box(9.6, 47.2, 9.61, 47.21)])
    polygons = [ring, star(50, seed=3), islands, shapely.box(9.0, 46.0, 10.0, 48.0)]
    lng, lat = np.random.default_rng(1).uniform(-0.2, 0.2, (2, 5_000)) + np.array([[9.5], [47.1]])
    np.testing.assert_array_equal(holding_polygon(lng, lat, polygons), by_force(lng, lat, polygons))


def test_of_polygons_over_one_another_the_smallest_holds_the_point() -> None:
    county, town, village = (
        shapely.box(9, 47, 10, 48),
        shapely.box(9.2, 47.2, 9.8, 47.8),
        shapely.box(9.4, 47.4, 9.5, 47.5),
    )
    lng, lat = [9.45, 9.3, 9.05, 11.0], [47.45, 47.3, 47.05, 47.5]
    for order in ([county, town, village], [village, county, town]):
        found = smallest_holding(lng, lat, order)
        assert [order[at] if at >= 0 else None for at in found] == [village, town, county, None]
    # a control: the first is another
    assert holding_polygon(lng, lat, [county, town, village]).tolist() == [0, 0, 0, -1]
    assert smallest_holding([9.5], [47.5], []).tolist() == [-1]


def test_one_point_a_square_would_lie_where_outlines_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    # without the tracing of outlines a square's first point answers for all its points
    polygons = mosaic(1, 30, 0.02)
    lng, lat = np.random.default_rng(2).uniform(0.0, 0.02, (2, 5_000)) + np.array([[116.0], [30.0]])
    monkeypatch.setattr(membership, "_outline_squares", lambda *_: np.empty(0, dtype=np.int64))
    assert (holding_polygon(lng, lat, polygons) != by_force(lng, lat, polygons)).any()


def test_missing_and_empty_polygons_hold_nothing() -> None:
    found = holding_polygon([0.5, 5.0], [0.5, 0.5], [None, shapely.Polygon(), shapely.box(0, 0, 1, 1)])
    assert found.tolist() == [2, -1]
    assert holding_polygon([0.5], [0.5], []).tolist() == [-1]
    assert holding_polygon([], [], [shapely.box(0, 0, 1, 1)]).tolist() == []


def test_what_is_no_polygon_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="polygon 1 cannot hold points"):
        holding_polygon([0.5], [0.5], [shapely.box(0, 0, 1, 1), shapely.Point(0, 0)])
    with pytest.raises(InvalidInputError, match="row 1"):
        holding_polygon([0.5, 200.0], [0.5, 0.5], [shapely.box(0, 0, 1, 1)])


def test_the_first_rule_that_names_a_grid_wins() -> None:
    code, boundary, cell = np.array([[3, -1, -1, -1], [2, 2, -1, -1], [1, 1, 1, -1]])
    settled = settle_membership(code, boundary, cell)
    assert settled.grid.tolist() == [3, 2, 1, -1]
    assert settled.rule_names == list(RULES)


def test_only_rules_that_name_a_grid_can_disagree() -> None:
    code, boundary, cell = np.array([[1, 1, -1, -1, 0], [1, 2, 2, -1, -1], [1, 1, 2, -1, -1]])
    assert disagree(code, boundary, cell).tolist() == [False, True, False, False, False]

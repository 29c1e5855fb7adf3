"""The polygon gate: each guard fires, and each has a polygon just inside of it that passes."""

from __future__ import annotations

from collections.abc import Callable

import h3
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gridgeo.cells import API_LIMITS, CLI_LIMITS, GateLimits, admission, admit_polygon, cells_from_polygon
from gridgeo.errors import InvalidInputError

HOME = shapely.box(9.45, 47.05, 9.55, 47.15)
BOWTIE = shapely.Polygon([(9.4, 47.0), (9.5, 47.1), (9.5, 47.0), (9.4, 47.1)])
ACROSS = shapely.Polygon([(179.95, -0.05), (-179.95, -0.05), (-179.95, 0.05), (179.95, 0.05)])


def _refusal(geometry: object, resolution: int = 9, limits: GateLimits = API_LIMITS) -> str:
    with pytest.raises(InvalidInputError) as caught:
        admit_polygon(geometry, limits=limits, resolution=resolution)  # type: ignore[arg-type]
    return str(caught.value)


def test_a_sound_polygon_passes_unchanged() -> None:
    passed = admission(HOME, resolution=9)
    assert passed.polygon.equals(HOME)
    assert (passed.repaired, passed.split) == (False, False)


def test_h3_answers_the_world_with_no_cells_and_the_gate_refuses_it() -> None:
    world = shapely.box(-180, -90, 180, 90)
    assert h3.h3shape_to_cells(h3.geo_to_h3shape(world.__geo_interface__), 2) == []
    assert "spans 360.0 degrees, allowed are 20.0" in _refusal(world)


def test_swapped_coordinates_are_called_so() -> None:
    beijing = shapely.box(116.3, 39.8, 116.5, 40.0)
    assert admit_polygon(beijing, resolution=8).equals(beijing)
    swapped = shapely.transform(beijing, lambda corners: corners[:, ::-1])
    assert "look swapped" in _refusal(swapped)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_a_vertex_that_is_no_number_is_refused(bad: float) -> None:
    corners = shapely.get_coordinates(HOME)
    corners[2, 1] = bad
    with np.errstate(invalid="ignore"):  # shapely warns where it builds the ring
        polygon = shapely.Polygon(corners)
    assert "row 2: position is not a number" in _refusal(polygon)


@pytest.mark.parametrize("corner", [(180.001, 0.0), (-180.001, 0.0), (10.0, 90.001), (400.0, 91.0)])
def test_a_vertex_off_the_globe_is_refused(corner: tuple[float, float]) -> None:
    assert "not on the globe" in _refusal(shapely.Polygon([corner, (9.5, 47.1), (9.6, 47.2)]))


def test_a_bomb_of_fifty_thousand_vertices_is_refused_at_the_api_and_admitted_in_the_cli(
    star: Callable[..., shapely.Polygon],
) -> None:
    bomb = star(50_000)
    assert _refusal(bomb) == "polygon has 50001 vertices, allowed are 10000"
    assert admit_polygon(bomb, limits=CLI_LIMITS, resolution=9).equals_exact(bomb)


def test_vertices_are_counted_before_anything_else(star: Callable[..., shapely.Polygon]) -> None:
    corners = shapely.get_coordinates(star(50_000))
    corners[7] = [400.0, 91.0]
    assert "vertices, allowed are" in _refusal(shapely.Polygon(corners))


def test_the_vertex_cap_is_inclusive(star: Callable[..., shapely.Polygon]) -> None:
    ring = star(60)
    assert admit_polygon(ring, limits=GateLimits(max_vertices=61), resolution=9).equals(ring)
    assert "61 vertices, allowed are 60" in _refusal(ring, limits=GateLimits(max_vertices=60))


def test_a_bowtie_is_repaired_into_both_of_its_halves() -> None:
    passed = admission(BOWTIE, resolution=9)
    assert passed.repaired
    assert passed.polygon.is_valid
    assert passed.polygon.area == pytest.approx(0.1 * 0.1 / 2)


def test_a_long_polygon_that_crosses_itself_is_refused_with_the_place() -> None:
    ring = shapely.get_coordinates(shapely.Point(9.5, 47.1).buffer(0.05, quad_segs=80))
    ring[[10, 11]] = ring[[11, 10]]
    said = _refusal(shapely.Polygon(ring))
    assert "Self-intersection[9.5" in said
    assert "more than 200 vertices" in said
    allowed = GateLimits(max_repair_vertices=len(ring))
    assert admission(shapely.Polygon(ring), limits=allowed, resolution=9).repaired


def test_a_polygon_squeezed_flat_is_refused() -> None:
    assert "polygon" in _refusal(shapely.Polygon([(9.4, 47.0), (9.5, 47.1), (9.4, 47.0)]))
    assert "polygon" in _refusal(shapely.Polygon([(9.4, 47.0), (9.5, 47.0), (9.6, 47.0)]))


def test_the_span_limit_is_inclusive() -> None:
    limits = GateLimits(max_span_deg=0.5)
    assert admit_polygon(shapely.box(9.0, 47.0, 9.5, 47.1), limits=limits, resolution=8)
    assert "spans 0.6 degrees" in _refusal(shapely.box(9.0, 47.0, 9.6, 47.1), 8, limits)
    assert "spans 0.6 degrees" in _refusal(shapely.box(9.0, 47.0, 9.1, 47.6), 8, limits)


def test_a_polygon_across_the_antimeridian_is_cut_there_and_keeps_all_of_its_cells() -> None:
    passed = admission(ACROSS, resolution=8)
    assert passed.split
    assert [part.bounds[0] < 0 for part in passed.polygon.geoms] == [False, True]
    # as large at the same latitude in a place without trouble
    inland = admission(shapely.box(100.0 - 0.05, -0.05, 100.05, 0.05), resolution=8)
    assert passed.polygon.area == pytest.approx(inland.polygon.area)
    cells = cells_from_polygon(passed.polygon, 8)
    centres = np.array([h3.cell_to_latlng(h3.int_to_str(int(cell))) for cell in cells])
    assert (np.abs(centres[:, 1]) > 179.95).all()
    disk = [h3.cell_to_latlng(name) for name in h3.grid_disk(h3.latlng_to_cell(0, 180, 8), 25)]
    inside = [1 for lat, lng in disk if abs(lat) < 0.05 and abs(lng) > 179.95]
    assert len(cells) == len(inside)


def test_a_polygon_that_comes_cut_at_the_antimeridian_passes_as_it_is() -> None:
    cut = shapely.MultiPolygon([shapely.box(179.95, 0, 180, 0.05), shapely.box(-180, 0, -179.95, 0.05)])
    passed = admission(cut, resolution=9)
    assert passed.polygon.equals(cut)
    assert not passed.split


def test_two_parts_half_a_world_apart_are_refused() -> None:
    assert "spans" in _refusal(shapely.MultiPolygon([shapely.box(9, 47, 9.1, 47.1), shapely.box(150, 47, 150.1, 47.1)]))


def test_a_cap_around_the_pole_is_refused() -> None:
    cap = shapely.Polygon([(lng, 89.0) for lng in range(-180, 180, 30)])
    assert "spans" in _refusal(cap)


def test_the_cell_budget_is_held_before_h3_is_called() -> None:
    province = shapely.box(9.0, 47.0, 14.0, 52.0)
    said = _refusal(province, resolution=11)
    assert "cells at resolution 11, allowed are 200000" in said
    assert admission(province, resolution=7).cells_estimate < API_LIMITS.max_cells


@pytest.mark.parametrize(
    "geometry", [shapely.Point(9.5, 47.1), shapely.LineString([(9, 47), (10, 48)]), None, "POLYGON"]
)
def test_only_polygons_pass(geometry: object) -> None:
    assert "must be a Polygon or MultiPolygon" in _refusal(geometry)


def test_an_empty_polygon_is_refused() -> None:
    assert _refusal(shapely.Polygon()) == "polygon is empty"


@pytest.mark.parametrize("resolution", [6, 12, 16])
def test_resolutions_outside_of_the_grid_are_refused(resolution: int) -> None:
    assert "resolution must be 7 to 11" in _refusal(HOME, resolution)


def test_heights_are_dropped() -> None:
    raised = shapely.force_3d(HOME, 400.0)
    assert not shapely.has_z(admit_polygon(raised, resolution=9))


@settings(deadline=None, max_examples=60)
@given(
    st.integers(3, 60),
    st.floats(0.001, 0.2),
    st.floats(-170, 170),
    st.floats(-70, 70),
    st.sampled_from([7, 8, 9]),
    st.integers(0, 1_000_000),
)
def test_the_estimate_is_never_below_the_number_of_cells(
    n_vertices: int, radius_deg: float, lng: float, lat: float, resolution: int, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    angle = np.sort(rng.uniform(0, 2 * np.pi, n_vertices))
    radius = radius_deg * rng.uniform(0.2, 1.0, n_vertices)
    polygon = shapely.Polygon(np.column_stack([lng + radius * np.cos(angle), lat + radius * np.sin(angle)]))
    if not polygon.is_valid or polygon.area == 0.0:
        return
    passed = admission(polygon, resolution=resolution)
    count = len(h3.h3shape_to_cells(h3.geo_to_h3shape(polygon.__geo_interface__), resolution))
    assert passed.cells_estimate >= count

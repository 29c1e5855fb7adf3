"""Overlays keep the whole area and the whole length."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pyproj
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gridgeo.cells import areas_m2, cell_polygons, cells_from_points, cells_from_polygon, overlay_areas, overlay_lengths
from gridgeo.domain.arrays import CellArray
from gridgeo.errors import InvalidInputError

GEOD = pyproj.Geod(ellps="WGS84")
ZONE = shapely.box(9.46, 47.06, 9.54, 47.14)


def _cover(polygon: shapely.Geometry, resolution: int = 9) -> CellArray:
    """Return cells that cover the polygon to beyond its border."""
    return cells_from_polygon(polygon.buffer(0.02), resolution)


def test_areas_over_covering_cells_sum_to_the_area_of_the_polygon() -> None:
    zone, cell, area_m2 = overlay_areas([ZONE], _cover(ZONE))
    assert (zone == 0).all()
    assert len(np.unique(cell)) == len(cell)
    geodesic_m2, _ = GEOD.geometry_area_perimeter(shapely.segmentize(ZONE, 1e-3))
    assert area_m2.sum() == pytest.approx(geodesic_m2, rel=1e-6)


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 1_000_000), st.integers(2, 8))
def test_zones_that_tile_a_ground_share_each_cell_out_completely(seed: int, n_zones: int) -> None:
    rng = np.random.default_rng(seed)
    ground = shapely.box(9.40, 47.0, 9.60, 47.2)
    seeds = shapely.multipoints(np.column_stack([rng.uniform(9.45, 9.55, n_zones), rng.uniform(47.05, 47.15, n_zones)]))
    zones = shapely.get_parts(shapely.voronoi_polygons(seeds, extend_to=ground))
    zones = shapely.intersection(zones, ground)
    cells = cells_from_polygon(ground.buffer(-0.01), 8)
    _, cell, area_m2 = overlay_areas(zones, cells)
    shared = np.bincount(cell, weights=area_m2, minlength=len(cells))
    alone = np.bincount(*_whole(cells), minlength=len(cells))
    np.testing.assert_allclose(shared, alone, rtol=1e-9)


def _whole(cells: CellArray) -> tuple[np.ndarray, np.ndarray]:
    _, cell, area_m2 = overlay_areas([shapely.box(9.0, 46.5, 10.0, 47.6)], cells)
    return cell, area_m2


def test_a_swallowed_cell_has_its_own_area() -> None:
    cells = cells_from_polygon(ZONE, 9)
    _, cell, area_m2 = overlay_areas([ZONE.buffer(0.05)], cells)
    np.testing.assert_array_equal(cell, np.arange(len(cells)))
    # H3 computes on a sphere, the projection on the ellipsoid
    np.testing.assert_allclose(area_m2, areas_m2(cells), rtol=0.005)


def test_two_parts_and_a_hole_are_measured_as_such() -> None:
    parts = shapely.union_all([ZONE - shapely.box(9.48, 47.08, 9.5, 47.1), shapely.box(9.6, 47.1, 9.62, 47.12)])
    _, _, area_m2 = overlay_areas([parts], _cover(parts))
    geodesic_m2, _ = GEOD.geometry_area_perimeter(shapely.segmentize(shapely.orient_polygons(parts), 1e-3))
    assert area_m2.sum() == pytest.approx(geodesic_m2, rel=1e-6)


def test_areas_are_kept_across_the_antimeridian() -> None:
    cells = cells_from_points([180.0, 179.999], [0.0, 0.0], 8)
    _, cell, area_m2 = overlay_areas(cell_polygons(np.unique(cells)), np.unique(cells))
    own = np.bincount(cell, weights=area_m2)
    np.testing.assert_allclose(own, areas_m2(np.unique(cells)), rtol=0.01)


def test_lengths_over_covering_cells_sum_to_the_length_of_the_line(star: Callable[..., shapely.Polygon]) -> None:
    road = star(30).exterior
    row, cell, length_m = overlay_lengths([road], _cover(shapely.Polygon(road)))
    assert (row == 0).all()
    assert len(np.unique(cell)) == len(cell)
    assert length_m.sum() == pytest.approx(GEOD.geometry_length(road), rel=1e-4)


def test_rows_come_sorted_by_shape_and_cell_and_name_only_what_touches() -> None:
    lines = [shapely.LineString([(9.47, 47.1), (9.53, 47.1)]), shapely.LineString([(20, 50), (20.1, 50)])]
    row, cell, length_m = overlay_lengths(lines, _cover(ZONE))
    assert set(row.tolist()) == {0}
    assert (np.diff(cell) > 0).all()
    assert (length_m > 0).all()


def test_a_shape_that_is_not_valid_is_refused_with_its_place() -> None:
    bowtie = shapely.Polygon([(9.4, 47.0), (9.5, 47.1), (9.5, 47.0), (9.4, 47.1)])
    with pytest.raises(InvalidInputError, match="shape 1 cannot be laid over cells: Self-intersection"):
        overlay_areas([ZONE, bowtie], _cover(ZONE))


def test_a_line_has_no_area_and_a_polygon_no_course() -> None:
    with pytest.raises(InvalidInputError, match="shape 0"):
        overlay_areas([shapely.LineString([(9, 47), (10, 48)])], _cover(ZONE))
    with pytest.raises(InvalidInputError, match="shape 0"):
        overlay_lengths([ZONE], _cover(ZONE))


def test_nothing_laid_over_nothing_gives_nothing() -> None:
    none = np.empty(0, dtype=np.uint64)
    assert [len(part) for part in overlay_areas([ZONE], none)] == [0, 0, 0]
    assert [len(part) for part in overlay_areas([], _cover(ZONE))] == [0, 0, 0]

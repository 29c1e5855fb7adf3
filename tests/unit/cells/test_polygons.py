"""Hexagons as h3-py draws them."""

from __future__ import annotations

import h3
import numpy as np
import pytest
import shapely

from gridgeo.cells import cell_polygons, cell_strings, cells_from_points, cells_from_polygon, centres, merged_polygons
from gridgeo.errors import InvalidInputError


@pytest.mark.parametrize("resolution", [7, 9, 11])
def test_hexagons_have_the_corners_that_h3_names(resolution: int) -> None:
    rng = np.random.default_rng(3)
    cells = cells_from_points(rng.uniform(-178, 178, 300), rng.uniform(-88, 88, 300), resolution)
    for name, polygon in zip(cell_strings(cells), cell_polygons(cells), strict=True):
        corners = np.array(h3.cell_to_boundary(name))[:, ::-1]
        np.testing.assert_allclose(shapely.get_coordinates(polygon)[:-1], corners, rtol=0, atol=1e-11)
        assert shapely.is_ccw(polygon.exterior)


@pytest.mark.parametrize("lng", [179.9999, 180.0, -180.0, -179.9999])
@pytest.mark.parametrize("lat", [-60.0, 0.0, 47.0, 66.0])
def test_a_hexagon_on_the_antimeridian_stays_small_and_in_one_piece(lng: float, lat: float) -> None:
    cell = cells_from_points([lng], [lat], 8)
    polygon = cell_polygons(cell)[0]
    assert polygon.is_valid
    assert polygon.bounds[2] - polygon.bounds[0] < 0.1
    wrapped = (shapely.get_coordinates(polygon)[:-1, 0] + 180.0) % 360.0
    expected = (np.array(h3.cell_to_boundary(cell_strings(cell)[0]))[:, 1] + 180.0) % 360.0
    np.testing.assert_allclose(wrapped, expected, rtol=0, atol=1e-9)


def test_no_cells_give_no_hexagons() -> None:
    assert len(cell_polygons(np.empty(0, dtype=np.uint64))) == 0


def test_merged_groups_hold_exactly_their_own_cells() -> None:
    cells = cells_from_polygon(shapely.box(9.45, 47.05, 9.55, 47.15), 9)
    group = np.random.default_rng(8).integers(-1, 4, len(cells))
    outlines = merged_polygons(cells, group, 5)
    lng, lat = centres(cells)
    for number, outline in enumerate(outlines[:4]):
        assert outline.is_valid
        np.testing.assert_array_equal(shapely.contains_xy(outline, lng, lat), group == number)
    assert outlines[4].is_empty


def test_a_merged_patch_is_one_piece_without_slivers() -> None:
    ground = shapely.box(9.45, 47.05, 9.55, 47.15)
    hole = shapely.box(9.49, 47.09, 9.51, 47.11)
    cells = cells_from_polygon(ground - hole, 10)
    outline = merged_polygons(cells, np.zeros(len(cells), dtype=np.int64), 1)[0]
    assert len(outline.geoms) == 1
    assert len(outline.geoms[0].interiors) == 1
    assert outline.area == pytest.approx(shapely.area(cell_polygons(cells)).sum(), rel=1e-9)


def test_cells_on_the_antimeridian_merge_too() -> None:
    cells = np.unique(cells_from_points(np.full(20, 179.99), np.linspace(0, 0.05, 20), 8))
    outline = merged_polygons(cells, np.zeros(len(cells), dtype=np.int64), 1)[0]
    assert outline.is_valid
    assert outline.area == pytest.approx(shapely.area(cell_polygons(cells)).sum(), rel=1e-6)


def test_a_group_out_of_range_is_refused() -> None:
    cells = cells_from_points([9.5], [47.1], 9)
    assert len(merged_polygons(cells, np.array([0]), 1)) == 1
    with pytest.raises(InvalidInputError, match="group from -1 to 0"):
        merged_polygons(cells, np.array([1]), 1)

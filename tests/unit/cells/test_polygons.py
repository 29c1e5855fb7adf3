"""Hexagons as h3-py draws them."""

from __future__ import annotations

import h3
import numpy as np
import pytest
import shapely

from gridgeo.cells import cell_polygons, cell_strings, cells_from_points


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

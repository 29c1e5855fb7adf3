"""Fills hold the cells whose centre lies inside, and nothing else."""

from __future__ import annotations

from collections.abc import Callable

import h3
import numpy as np
import pytest
import shapely

from gridgeo.cells import (
    CLI_LIMITS,
    admit_polygon,
    cell_polygons,
    cells_from_points,
    cells_from_polygon,
    cells_from_polygon_guarded,
    cells_from_polygons,
    centres,
)
from gridgeo.errors import InvalidInputError

HOME = shapely.box(9.45, 47.05, 9.55, 47.15)


@pytest.mark.parametrize("resolution", [7, 8, 9, 10, 11])
def test_a_fill_is_the_set_that_h3_names(resolution: int, star: Callable[..., shapely.Polygon]) -> None:
    ring = star(40, radius_deg=0.03, seed=resolution)
    named = h3.h3shape_to_cells_experimental(h3.geo_to_h3shape(ring.__geo_interface__), resolution, contain="center")
    expected = np.sort(np.array([h3.str_to_int(name) for name in named], dtype=np.uint64))
    np.testing.assert_array_equal(cells_from_polygon(ring, resolution), expected)


def test_holes_stay_empty() -> None:
    hole = shapely.box(9.48, 47.08, 9.52, 47.12)
    cells = cells_from_polygon(HOME - hole, 9)
    assert not shapely.contains_xy(hole, *centres(cells)).any()
    both = np.concatenate([cells, cells_from_polygon(hole, 9)])
    np.testing.assert_array_equal(np.sort(both), cells_from_polygon(HOME, 9))


def test_a_polygon_without_a_centre_is_an_error_and_not_an_empty_answer() -> None:
    middle = centres(cells_from_points([9.5], [47.1], 9))
    lng, lat = float(middle[0][0]), float(middle[1][0])
    assert len(cells_from_polygon(shapely.Point(lng, lat).buffer(1e-5), 9)) == 1
    with pytest.raises(InvalidInputError, match="holds no cell centre at resolution 9"):
        cells_from_polygon(shapely.Point(lng + 1e-3, lat).buffer(1e-5), 9)


def test_a_long_polygon_filled_in_a_child_process_has_the_same_cells(star: Callable[..., shapely.Polygon]) -> None:
    ring = admit_polygon(star(3_000), limits=CLI_LIMITS, resolution=9)
    np.testing.assert_array_equal(cells_from_polygon_guarded(ring, 9), cells_from_polygon(ring, 9))


def test_a_short_polygon_needs_no_child_process() -> None:
    np.testing.assert_array_equal(cells_from_polygon_guarded(HOME, 9, time_limit_s=1e-9), cells_from_polygon(HOME, 9))


def test_a_fill_over_its_time_limit_is_stopped(star: Callable[..., shapely.Polygon]) -> None:
    with pytest.raises(InvalidInputError, match=r"3001 vertices was not filled within 0\.001 seconds"):
        cells_from_polygon_guarded(star(3_000), 9, time_limit_s=0.001)


def test_neighbouring_polygons_share_no_cell_and_lose_none() -> None:
    west, east = shapely.box(9.45, 47.05, 9.5, 47.15), shapely.box(9.5, 47.05, 9.55, 47.15)
    cells, owner = cells_from_polygons([west, east], 9)
    np.testing.assert_array_equal(cells, cells_from_polygon(HOME, 9))
    np.testing.assert_array_equal(owner, (centres(cells)[0] > 9.5).astype(np.int64))


def test_overlapping_polygons_are_refused_with_a_cell() -> None:
    with pytest.raises(InvalidInputError, match="polygons 0 and 1 overlap: both hold the centre of cell 89"):
        cells_from_polygons([HOME, shapely.box(9.5, 47.1, 9.6, 47.2)], 9)


def test_a_centre_on_a_shared_border_goes_to_one_polygon() -> None:
    middle = centres(cells_from_points([9.5], [47.1], 9))
    lng, lat = float(middle[0][0]), float(middle[1][0])
    west, east = (
        shapely.box(lng - 0.01, lat - 0.01, lng, lat + 0.01),
        shapely.box(lng, lat - 0.01, lng + 0.01, lat + 0.01),
    )
    cells, owner = cells_from_polygons([west, east], 9)
    assert len(cells) == len(np.unique(cells))
    assert set(owner.tolist()) == {0, 1}


def test_no_polygons_give_no_cells() -> None:
    cells, owner = cells_from_polygons([], 9)
    assert (len(cells), len(owner)) == (0, 0)


def test_a_hexagon_holds_its_own_centre_and_no_other() -> None:
    cells = cells_from_polygon(HOME, 9)
    found, owner = cells_from_polygons(cell_polygons(cells), 9)
    np.testing.assert_array_equal(found, cells)
    np.testing.assert_array_equal(owner, np.arange(len(cells)))

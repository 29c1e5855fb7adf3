"""Cells as polygons, for overlays and exports; tiles and the page derive hexagons from the cell ids instead."""

from __future__ import annotations

import h3
import numpy as np
import numpy.typing as npt
import shapely

from gridgeo.cells import _h3
from gridgeo.cells.points import check_cells
from gridgeo.domain.arrays import CellArray

_NEAR_ANTIMERIDIAN_DEG = 1.0
_NEAR_POLE_DEG = 1.0


def cell_polygons(cells: CellArray) -> npt.NDArray[np.object_]:
    """Return the hexagon of each cell as a shapely polygon.

    Coordinates are lng, lat in degrees, counter-clockwise. A cell that crosses the antimeridian keeps one piece: its
    longitudes run on past 180 (or below -180) on the side of its centre, so that its shape stays a small hexagon.
    """
    numbers = check_cells(cells)
    if len(numbers) == 0:
        return np.empty(0, dtype=np.object_)
    shapes = _h3.outlines(numbers)
    lng, lat = _h3.coordinates(numbers)
    awkward = (np.abs(lng) > 180.0 - _NEAR_ANTIMERIDIAN_DEG) | (np.abs(lat) > 90.0 - _NEAR_POLE_DEG)
    # h3ronpy folds longitudes back at the antimeridian; h3-py does not, and nearly no cell needs this slow path.
    shapes[awkward] = [_outline(int(cell), centre) for cell, centre in zip(numbers[awkward], lng[awkward], strict=True)]
    return shapes


def _outline(cell: int, centre_lng: float) -> shapely.Polygon:
    corners = np.array(h3.cell_to_boundary(h3.int_to_str(cell)))
    lng = centre_lng + (corners[:, 1] - centre_lng + 180.0) % 360.0 - 180.0
    return shapely.Polygon(np.column_stack([lng, corners[:, 0]]))

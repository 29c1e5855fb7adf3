"""Cells as polygons, for overlays and exports; tiles and the page derive hexagons from the cell ids instead."""

from __future__ import annotations

from itertools import pairwise

import h3
import numpy as np
import numpy.typing as npt
import shapely

from gridgeo.cells import _h3
from gridgeo.cells.points import check_cells
from gridgeo.domain.arrays import BoolArray, CellArray, FloatArray, IntArray
from gridgeo.errors import InvalidInputError

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
    awkward = _awkward(lng, lat)
    # h3ronpy folds longitudes back at the antimeridian; h3-py does not, and nearly no cell needs this slow path.
    shapes[awkward] = [_outline(int(cell), centre) for cell, centre in zip(numbers[awkward], lng[awkward], strict=True)]
    return shapes


def _outline(cell: int, centre_lng: float) -> shapely.Polygon:
    corners = np.array(h3.cell_to_boundary(h3.int_to_str(cell)))
    lng = centre_lng + (corners[:, 1] - centre_lng + 180.0) % 360.0 - 180.0
    return shapely.Polygon(np.column_stack([lng, corners[:, 0]]))


def _awkward(lng: FloatArray, lat: FloatArray) -> BoolArray:
    answer: BoolArray = (np.abs(lng) > 180.0 - _NEAR_ANTIMERIDIAN_DEG) | (np.abs(lat) > 90.0 - _NEAR_POLE_DEG)
    return answer


def merged_polygons(cells: CellArray, group: IntArray, n_groups: int) -> npt.NDArray[np.object_]:
    """Return the outline of each group of cells, such as a territory.

    cells: uint64, unique, one resolution. group: 0 to n_groups - 1 for each cell, -1 for none.
    Returns MultiPolygons, shape (n_groups,), empty for a group without cells. Cells that share an edge are joined by
    that edge and not by comparing coordinates, so no slivers remain.
    Raises InvalidInputError when a group lies outside of that range.
    """
    numbers = check_cells(cells)
    labels = np.asarray(group, dtype=np.int64)
    if labels.shape != numbers.shape or (len(labels) and not (labels.min() >= -1 and labels.max() < n_groups)):
        raise InvalidInputError("each cell needs a group from -1 to {last}", last=n_groups - 1)
    order = np.argsort(labels, kind="stable")
    cuts = np.searchsorted(labels[order], np.arange(n_groups + 1))
    merged = [_merged(numbers[order[start:end]]) for start, end in pairwise(cuts.tolist())]
    answer = np.empty(n_groups, dtype=np.object_)
    answer[:] = merged
    return answer


def _merged(cells: CellArray) -> shapely.Geometry:
    if len(cells) == 0:
        return shapely.MultiPolygon()
    if not _awkward(*_h3.coordinates(cells)).any():
        return _h3.merged(cells)
    return shapely.MultiPolygon(list(shapely.get_parts(shapely.union_all(cell_polygons(cells)))))

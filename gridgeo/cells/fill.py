"""Admitted polygons to the cells whose centre they hold."""

from __future__ import annotations

import subprocess  # a child process is the only way to stop a fill that takes too long
import sys
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import shapely

from gridgeo.cells import _h3
from gridgeo.cells.points import check_resolution
from gridgeo.domain.arrays import CellArray, IntArray
from gridgeo.errors import InvalidInputError

GUARDED_FROM_VERTICES = 1_000
_ON_BORDER_DEG = 1e-9
"""About 0.1 mm: nearer than that a centre lies on the border of both polygons."""


def cells_from_polygon(polygon: shapely.Geometry, resolution: int) -> CellArray:
    """Return the cells whose centre lies inside the polygon.

    polygon: Polygon or MultiPolygon that `admit_polygon` let through (lng, lat degrees).
    Returns uint64, sorted ascending.
    Raises InvalidInputError when no centre lies inside: an empty catchment is a mistake, not an answer.
    """
    return _not_empty(np.unique(_h3.filled(polygon, check_resolution(resolution))), resolution)


def _not_empty(found: CellArray, resolution: int) -> CellArray:
    if len(found) == 0:
        raise InvalidInputError(
            "polygon holds no cell centre at resolution {resolution}: too small, or not where you think it is",
            resolution=resolution,
        )
    return found


def cells_from_polygon_guarded(polygon: shapely.Geometry, resolution: int, *, time_limit_s: float = 20.0) -> CellArray:
    """Do the same as `cells_from_polygon` for a polygon from outside: a long one is filled in a child process.

    Up to 1,000 vertices the fill runs here (milliseconds). Above, a fresh interpreter does it and is killed at the
    limit; it needs no ``__main__`` guard, because it imports only gridgeo.
    Raises InvalidInputError as `cells_from_polygon` does, and when the time limit is reached.
    """
    if int(shapely.get_num_coordinates(polygon)) <= GUARDED_FROM_VERTICES:
        return cells_from_polygon(polygon, resolution)
    command = [sys.executable, "-m", "gridgeo.cells.fill_worker", str(check_resolution(resolution))]
    try:
        done = subprocess.run(  # noqa: S603 - our own module, no text from outside in the command
            command, input=shapely.to_wkb(polygon), capture_output=True, timeout=time_limit_s, check=True
        )
    except subprocess.TimeoutExpired as error:
        raise InvalidInputError(
            "polygon with {vertices} vertices was not filled within {limit} seconds",
            vertices=int(shapely.get_num_coordinates(polygon)),
            limit=time_limit_s,
        ) from error
    return _not_empty(np.frombuffer(done.stdout, dtype=np.uint64), resolution)


def cells_from_polygons(
    polygons: Sequence[shapely.Geometry] | npt.NDArray[np.object_], resolution: int
) -> tuple[CellArray, IntArray]:
    """Give every cell to the polygon that holds its centre.

    polygons: admitted polygons, shape (n,), which may share borders but not overlap.
    Returns (cells, polygon_index): cells uint64, unique, ascending; polygon_index int64. A centre exactly on a shared
    border goes to the first polygon. A polygon without any centre has no cells, and that is no error here.
    Raises InvalidInputError when two polygons both hold a centre: who wins is the caller's rule, not an accident.
    """
    shapes = np.asarray(polygons, dtype=np.object_)
    filled = [_h3.filled(shape, check_resolution(resolution)) for shape in shapes]
    cells = np.concatenate([np.empty(0, dtype=np.uint64), *filled])
    index = np.repeat(np.arange(len(shapes), dtype=np.int64), [len(part) for part in filled])
    order = np.lexsort((index, cells))
    cells, index = cells[order], index[order]
    first = np.ones(len(cells), dtype=np.bool_)
    first[1:] = cells[1:] != cells[:-1]
    _check_shared(shapes, cells, index, np.flatnonzero(~first))
    return cells[first], index[first]


def _check_shared(shapes: npt.NDArray[np.object_], cells: CellArray, index: IntArray, again: IntArray) -> None:
    """Raise unless each cell that comes again has its centre on the border of both polygons."""
    if len(again) == 0:
        return
    points = shapely.points(*_h3.coordinates(cells[again]))
    off_here = shapely.distance(shapely.boundary(shapes[index[again]]), points)
    off_there = shapely.distance(shapely.boundary(shapes[index[again - 1]]), points)
    inside = np.flatnonzero(np.maximum(off_here, off_there) > _ON_BORDER_DEG)
    if len(inside):
        at = again[inside[0]]
        raise InvalidInputError(
            "polygons {first} and {second} overlap: both hold the centre of cell {cell} (and {more} more)",
            first=int(index[at - 1]),
            second=int(index[at]),
            cell=hex(int(cells[at]))[2:],
            more=len(inside) - 1,
        )

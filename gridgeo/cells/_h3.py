"""The only place that calls h3ronpy: numpy arrays in, numpy arrays out.

h3ronpy speaks arrow and is untyped; its answers are those of h3-py (tests), and unlike h3-py it takes whole arrays and
lets go of the interpreter lock while it works.
"""

from __future__ import annotations

from typing import Any

import h3ronpy
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import shapely
from h3ronpy import vector

from gridgeo.domain.arrays import BoolArray, CellArray, FloatArray, IntArray


def _numpy(column: object) -> npt.NDArray[Any]:
    return np.asarray(pa.array(column).to_numpy(zero_copy_only=False))


def _floats(column: object) -> FloatArray:
    return _numpy(column).astype(np.float64, copy=False)


def cells_at(lng: FloatArray, lat: FloatArray, resolution: int) -> CellArray:
    """Return the cell of each point; the caller has checked that every point is on the globe."""
    answer = vector.coordinates_to_cells(pa.array(lat), pa.array(lng), resolution)
    return _numpy(answer).astype(np.uint64, copy=False)


def coordinates(cells: CellArray) -> tuple[FloatArray, FloatArray]:
    """Return lng and lat of the cell centres in degrees."""
    batch = vector.cells_to_coordinates(pa.array(cells))
    return _floats(batch["lng"]), _floats(batch["lat"])


def valid(cells: CellArray) -> BoolArray:
    """Tell which numbers are H3 cells."""
    return _numpy(h3ronpy.cells_valid(pa.array(cells), booleanarray=True)).astype(np.bool_, copy=False)


def areas(cells: CellArray) -> FloatArray:
    """Return the area of each cell on the sphere, m2."""
    return _floats(h3ronpy.cells_area_m2(pa.array(cells)))


def strings(cells: CellArray) -> pa.Array:
    """Return the hexadecimal names as an arrow array."""
    return pa.array(h3ronpy.cells_to_string(pa.array(cells)))


def parsed(names: pa.Array) -> CellArray:
    """Return the cells of hexadecimal names; 0 where a name is no cell."""
    answer = pa.array(h3ronpy.cells_parse(names, set_failing_to_invalid=True))
    return np.asarray(answer.fill_null(0).to_numpy(zero_copy_only=False)).astype(np.uint64, copy=False)


def disk(cells: CellArray, k: int) -> tuple[IntArray, CellArray]:
    """Return (position in `cells`, neighbour) for everything within k steps, each cell itself included."""
    lists = pa.array(h3ronpy.grid_disk(pa.array(cells), k))
    ends = lists.offsets.to_numpy().astype(np.int64)
    rows = np.repeat(np.arange(len(cells), dtype=np.int64), np.diff(ends))
    return rows, lists.flatten().to_numpy(zero_copy_only=False).astype(np.uint64, copy=False)


def outlines(cells: CellArray) -> npt.NDArray[np.object_]:
    """Return each cell's polygon; wrong where a cell touches the antimeridian (see `polygons.cell_polygons`)."""
    return np.asarray(shapely.from_wkb(_numpy(vector.cells_to_wkb_polygons(pa.array(cells)))), dtype=np.object_)


def merged(cells: CellArray) -> shapely.Geometry:
    """Return the outline of all cells together, by their common edges; not for cells at the antimeridian.

    Exterior rings go counter-clockwise. The same cells give the same corners in the same order.
    """
    pieces = _numpy(vector.cells_to_wkb_polygons(pa.array(cells), link_cells=True))
    # the library begins each ring wherever its hash table does
    whole = shapely.normalize(shapely.MultiPolygon(list(shapely.get_parts(shapely.from_wkb(pieces)))))
    return shapely.orient_polygons(whole)


def filled(polygon: shapely.Geometry, resolution: int) -> CellArray:
    """Return the cells whose centre lies inside the polygon, in no particular order."""
    return _numpy(vector.geometry_to_cells(polygon, resolution)).astype(np.uint64, copy=False)

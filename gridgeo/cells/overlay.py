"""How much of each polygon or line lies in each cell, for spreading figures of zones and streets over cells."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
import pyproj
import shapely

from gridgeo.cells import _h3
from gridgeo.cells.points import check_cells
from gridgeo.cells.polygons import cell_polygons
from gridgeo.domain.arrays import BoolArray, CellArray, FloatArray, IntArray
from gridgeo.errors import InvalidInputError

Shapes = Sequence[shapely.Geometry] | npt.NDArray[np.object_]
Measure = Callable[[npt.NDArray[np.object_]], FloatArray]
Pieces = tuple[IntArray, IntArray, FloatArray]


def overlay_areas(polygons: Shapes, cells: CellArray) -> Pieces:
    """Measure the area that each polygon shares with each cell.

    polygons: valid shapely polygons, shape (n,), lng, lat degrees. cells: uint64, unique.
    Returns (polygon_index int64, cell_index int64, area_m2 float64): one row a pair with area above zero, sorted by
    polygon and cell. Over cells that cover a polygon the rows of that polygon sum to its area.
    Computed in a Lambert azimuthal equal-area projection centred on the cells, which keeps areas exactly.
    Raises InvalidInputError naming the first polygon that is not valid.
    """
    return _pieces(_checked(polygons, dimension=2), cells, _areas)


def overlay_lengths(lines: Shapes, cells: CellArray) -> Pieces:
    """Measure the length of each line inside each cell.

    lines: shapely lines, shape (n,), lng, lat degrees. cells: uint64, unique.
    Returns (line_index int64, cell_index int64, length_m float64): one row a pair with length above zero, sorted by
    line and cell. The projection is that of `overlay_areas`; lengths are within 0.01 % up to 100 km from the centre of
    the cells. A line exactly along the border of two cells counts in both.
    """
    return _pieces(_checked(lines, dimension=1), cells, _lengths)


def _areas(shapes: npt.NDArray[np.object_]) -> FloatArray:
    return np.asarray(shapely.area(shapes), dtype=np.float64)


def _lengths(shapes: npt.NDArray[np.object_]) -> FloatArray:
    return np.asarray(shapely.length(shapes), dtype=np.float64)


def _checked(shapes: Shapes, *, dimension: int) -> npt.NDArray[np.object_]:
    array = np.atleast_1d(np.asarray(shapes, dtype=np.object_))
    wrong = (shapely.get_dimensions(array) != dimension) | ~shapely.is_valid(array)
    if wrong.any():
        row = int(np.argmax(wrong))
        raise InvalidInputError(
            "shape {row} cannot be laid over cells: {detail}", row=row, detail=shapely.is_valid_reason(array[row])
        )
    return array


def _projected(shapes: npt.NDArray[np.object_], lng0: float, lat0: float) -> npt.NDArray[np.object_]:
    plane = f"+proj=laea +lat_0={lat0!r} +lon_0={lng0!r} +ellps=WGS84 +units=m"
    to_plane = pyproj.Transformer.from_crs("EPSG:4326", plane, always_xy=True)

    def to_metres(corners: FloatArray) -> FloatArray:
        return np.column_stack(to_plane.transform(corners[:, 0], corners[:, 1]))

    return np.asarray(shapely.transform(shapes, to_metres), dtype=np.object_)


def _middle(cells: CellArray) -> tuple[float, float]:
    """Return the mean direction of the cell centres, which has no trouble at the antimeridian."""
    lng, lat = (np.radians(part) for part in _h3.coordinates(cells))
    x, y, z = (np.cos(lat) * np.cos(lng)).mean(), (np.cos(lat) * np.sin(lng)).mean(), np.sin(lat).mean()
    return float(np.degrees(np.arctan2(y, x))), float(np.degrees(np.arctan2(z, np.hypot(x, y))))


def _pieces(shapes: npt.NDArray[np.object_], cells: CellArray, measure: Measure) -> Pieces:
    numbers = check_cells(cells)
    if len(numbers) == 0 or len(shapes) == 0:
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64), np.empty(0)
    lng0, lat0 = _middle(numbers)
    hexagons = _projected(cell_polygons(numbers), lng0, lat0)
    planar = _projected(shapes, lng0, lat0)
    shape_index, cell_index = _touching(planar, hexagons)
    sizes = _sizes(planar[shape_index], hexagons[cell_index], measure)
    keep = sizes > 0.0
    order = np.lexsort((cell_index[keep], shape_index[keep]))
    return shape_index[keep][order], cell_index[keep][order], sizes[keep][order]


def _touching(planar: npt.NDArray[np.object_], hexagons: npt.NDArray[np.object_]) -> tuple[IntArray, IntArray]:
    shapely.prepare(planar)
    pairs = shapely.STRtree(hexagons).query(planar, predicate="intersects")
    return pairs[0].astype(np.int64), pairs[1].astype(np.int64)


def _sizes(shapes: npt.NDArray[np.object_], hexagons: npt.NDArray[np.object_], measure: Measure) -> FloatArray:
    """Return the size of each intersection; what lies wholly inside needs no cutting."""
    swallowed: BoolArray = shapely.contains_properly(shapes, hexagons)
    cut = ~swallowed
    sizes: FloatArray = measure(hexagons)
    sizes[cut] = measure(np.asarray(shapely.intersection(shapes[cut], hexagons[cut]), dtype=np.object_))
    return sizes

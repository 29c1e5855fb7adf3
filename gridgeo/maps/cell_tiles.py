"""Scored cells prepared for tiles: which cells a tile touches, their corners, and parents for low zooms.

Prepared once per publication and read by many threads; nothing here changes after it is built.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property

import h3
import numpy as np
import shapely

from gridgeo.cells import cell_polygons, check_cells, parents
from gridgeo.cells.points import resolutions
from gridgeo.domain.arrays import CellArray, FloatArray, IntArray
from gridgeo.domain.measures import MEASURE_BY_ID, Measure
from gridgeo.errors import InvalidInputError
from gridgeo.maps._rings import Rings, offsets, ranges, take_rings
from gridgeo.maps.kernels import Drawn, encode
from gridgeo.maps.mercator import EXTENT, check_tile, world_xy
from gridgeo.maps.mvt import hexagon_layer

CELLS_A_TILE = 5_000
"""Most cells that a tile may hold at the equator; beyond, their parents are drawn."""
BUFFER = 64
"""Tile units drawn beyond the edge, so that outlines do not show along it."""

Counts = tuple[CellArray, FloatArray]
"""Cells and a count of each, not-a-number where there is none."""
Known = tuple[Mapping[str, Counts], Mapping[str, Measure]]
"""Counts that are given for parents, and what the columns mean."""
_EARTH_KM2 = 510_065_622.0
_BUCKET_ZOOM_ABOVE_RESOLUTION = 5
"""Buckets of this zoom hold about thirty cells, whatever the resolution."""


@dataclass(frozen=True)
class _Level:
    """The cells drawn at some zooms, sorted by bucket.

    ids: dense numbers by ascending cell. rings: corners in world units, clockwise on the screen. boxes: west, north,
    east, south in world units, shape (n, 4). bucket: row * 2^zoom + column of the centre, ascending. reach: how far a
    cell can stick out of the bucket of its centre, world units. figures: one column a name.
    """

    cells: CellArray
    ids: IntArray
    rings: Rings
    boxes: FloatArray
    bucket: IntArray
    bucket_zoom: int
    reach: float
    names: tuple[str, ...]
    figures: FloatArray

    @property
    def columns(self) -> Mapping[str, FloatArray]:
        """Return name -> figures."""
        return {name: self.figures[:, at] for at, name in enumerate(self.names)}

    @cached_property
    def drawn(self) -> Drawn:
        """Return the arrays as the compiled loops take them."""
        return (*self.rings, self.boxes, self.bucket, self.ids, self.cells, self.figures)


@dataclass(frozen=True)
class TileIndex:
    """Cells with their columns, ready to be cut into tiles.

    resolution: the finest of the cells given. names: of the columns. levels: by resolution, from 0.
    """

    resolution: int
    names: tuple[str, ...]
    levels: Mapping[int, _Level]

    @property
    def size_bytes(self) -> int:
        """Memory of the arrays, about."""
        return sum(
            level.rings[0].nbytes + level.boxes.nbytes + (3 + len(level.names)) * level.cells.nbytes
            for level in self.levels.values()
        )


@cache
def resolution_at_zoom(resolution: int, z: int) -> int:
    """Return the resolution that is drawn at a zoom: that of the cells, or coarser where a tile would hold too many.

    The rule: the finest resolution, not finer than the cells, at which a tile at the equator holds at most 5,000 cells
    on average (res 9 from zoom 11, res 10 from 13, res 11 from 14).
    """
    tile_km2 = (40_075.017 / (1 << z)) ** 2
    for coarser in range(resolution, 0, -1):
        if tile_km2 / h3.average_hexagon_area(coarser, unit="km^2") <= CELLS_A_TILE:
            return coarser
    return 0


def tile_index(
    cells: CellArray,
    columns: Mapping[str, FloatArray],
    sums: Mapping[str, Counts] | None = None,
    measures: Mapping[str, Measure] = MEASURE_BY_ID,
) -> TileIndex:
    """Prepare cells for `cells_tile`.

    cells: uint64, unique, none inside another; they may have several resolutions. columns: measure id -> float64, shape
    (n_cells,); NaN where undefined. Cells finer than a zoom draws are rolled up, coarser ones are drawn as they are.
    Parents add up counts; a share is recomputed from its numerator and denominator (of `measures`), which must be among
    the columns, else parents have none; whatever else does not roll up and is left out at low zooms. A cell that
    crosses the antimeridian shows only on the side of its centre.
    sums: measure -> parents and their counts, in place of what their cells would add up to; others have none.
    Raises InvalidInputError when a column has another length than the cells or there are none.
    """
    numbers = check_cells(cells)
    given = {name: np.asarray(values, dtype=np.float64) for name, values in columns.items()}
    for name, values in given.items():
        if values.shape != numbers.shape:
            raise InvalidInputError(
                "column {name} has {given} values for {cells} cells", name=name, given=len(values), cells=len(numbers)
            )
    if len(numbers) == 0:
        raise InvalidInputError("no cells given")
    finest = int(resolutions(numbers).max())
    levels = {finest: _level(numbers, given, finest)}
    for coarser in sorted({resolution_at_zoom(finest, z) for z in range(23)} - {finest}):
        up, rolled = _rolled_up(numbers, given, coarser, (sums or {}, measures))
        levels[coarser] = _level(up, rolled, coarser)
    return TileIndex(resolution=finest, names=tuple(given), levels=levels)


def _rolled_up(
    cells: CellArray, columns: Mapping[str, FloatArray], resolution: int, known: Known
) -> tuple[CellArray, dict[str, FloatArray]]:
    """Return parents and their columns; a sum over cells without any value stays undefined.

    Cells that are not finer than the resolution stay, with all their values.
    """
    fine = resolutions(cells) > resolution
    up, rolled = _parents_of(cells[fine], {name: values[fine] for name, values in columns.items()}, resolution, known)
    return np.concatenate([up, cells[~fine]]), {
        name: np.concatenate([values, columns[name][~fine]]) for name, values in rolled.items()
    }


def _parents_of(
    cells: CellArray, columns: Mapping[str, FloatArray], resolution: int, known: Known
) -> tuple[CellArray, dict[str, FloatArray]]:
    sums, measures = known
    up, owner = np.unique(parents(cells, resolution), return_inverse=True)
    kinds = {name: measures[name].kind for name in columns if name in measures}
    rolled = {
        name: _given(sums[name], up) if name in sums else _sums(values, owner, len(up))
        for name, values in columns.items()
        if kinds.get(name) == "count"
    }
    for name in columns:
        if kinds.get(name) == "share":
            measure = measures[name]
            rolled[name] = _share(rolled.get(measure.numerator or ""), rolled.get(measure.denominator or ""), len(up))
    return up, {name: rolled.get(name, np.full(len(up), np.nan)) for name in columns}


def _given(counts: Counts, up: CellArray) -> FloatArray:
    """Return the counts given for some parents, in the order of `up`."""
    named, values = counts
    order = np.argsort(named)
    at = np.minimum(np.searchsorted(named[order], up), max(len(named) - 1, 0))
    if len(named) == 0:
        return np.full(len(up), np.nan)
    return np.where(named[order][at] == up, values[order][at], np.nan)


def _sums(values: FloatArray, owner: IntArray, n_owners: int) -> FloatArray:
    known = ~np.isnan(values)
    sums = np.bincount(owner[known], weights=values[known], minlength=n_owners).astype(np.float64, copy=False)
    sums[np.bincount(owner[known], minlength=n_owners) == 0] = np.nan
    return sums


def _share(numerator: FloatArray | None, denominator: FloatArray | None, n_owners: int) -> FloatArray:
    share = np.full(n_owners, np.nan)
    if numerator is not None and denominator is not None:
        np.divide(numerator, denominator, out=share, where=denominator > 0.0)
    return share


def _level(cells: CellArray, columns: Mapping[str, FloatArray], resolution: int) -> _Level:
    ids = np.empty(len(cells), dtype=np.int64)
    ids[np.argsort(cells)] = np.arange(len(cells))
    rings = _world_rings(cells)
    boxes = _boxes(rings)
    zoom = resolution + _BUCKET_ZOOM_ABOVE_RESOLUTION
    middle = (boxes[:, :2] + boxes[:, 2:]) / 2.0
    column, row = np.clip((middle * (1 << zoom)).astype(np.int64), 0, (1 << zoom) - 1).T
    bucket = (row << zoom) + column
    order = np.argsort(bucket, kind="stable")
    return _Level(
        cells=cells[order],
        ids=ids[order],
        rings=take_rings(rings, order),
        boxes=boxes[order],
        bucket=bucket[order],
        bucket_zoom=zoom,
        reach=float((boxes[:, 2:] - boxes[:, :2]).max()) / 2.0,
        names=tuple(columns),
        figures=_figures(columns, order),
    )


def _figures(columns: Mapping[str, FloatArray], order: IntArray) -> FloatArray:
    figures = np.empty((len(order), len(columns)))
    for at, values in enumerate(columns.values()):
        figures[:, at] = values[order]
    return figures


def _world_rings(cells: CellArray) -> Rings:
    """Return the corners in world units; H3 goes counter-clockwise seen from above, MVT wants the other way."""
    corners, owner = shapely.get_coordinates(cell_polygons(cells), return_index=True)
    counts = np.bincount(owner, minlength=len(cells)) - 1
    opening = offsets(counts + 1)[:-1]
    backwards = np.repeat(opening + counts, counts) - ranges(np.zeros(len(cells), dtype=np.int64), counts)
    reverse = corners[backwards]
    return np.column_stack(world_xy(reverse[:, 0], reverse[:, 1])), offsets(counts)


def _boxes(rings: Rings) -> FloatArray:
    xy, starts = rings
    low = np.minimum.reduceat(xy, starts[:-1], axis=0)
    return np.column_stack([low, np.maximum.reduceat(xy, starts[:-1], axis=0)])


def cells_tile(index: TileIndex, z: int, x: int, y: int, *, names: Sequence[str] | None = None) -> bytes:
    """Encode the hexagons that a tile touches as the layer ``cells``; nothing there gives no bytes.

    names: columns to write, all when None. Feature ids are dense integers by ascending cell, stable over tiles of one
    resolution. The resolution drawn follows `resolution_at_zoom`.
    Raises InvalidInputError when the tile does not exist or a name is unknown.
    """
    check_tile(z, x, y)
    wanted = index.names if names is None else tuple(names)
    unknown = [name for name in wanted if name not in index.names]
    if unknown:
        raise InvalidInputError("unknown columns {given}, known are {known}", given=unknown, known=list(index.names))
    level = index.levels[resolution_at_zoom(index.resolution, z)]
    return level_tile(level, (z, x, y), wanted)


def level_tile(level: _Level, tile: tuple[int, int, int], names: Sequence[str]) -> bytes:
    """Encode the hexagons of one level that a tile touches, however many they are."""
    z, x, y = tile
    place = np.array([1 << z, x, y, EXTENT, BUFFER], dtype=np.float64)
    wanted = np.array([level.names.index(name) for name in names], dtype=np.int64)
    features, values = encode(level.drawn, wanted, _window(level, z, x, y), place)
    return hexagon_layer("cells", tuple(names), features.tobytes(), values.tobytes())


def _window(level: _Level, z: int, x: int, y: int) -> IntArray:
    """Return buckets a side, and first and last column and row of those that the tile with its buffer touches."""
    side, edge = 1.0 / (1 << z), BUFFER / EXTENT / (1 << z)
    buckets = 1 << level.bucket_zoom
    reach = edge + level.reach
    first_x, first_y = (max(int((at * side - reach) * buckets), 0) for at in (x, y))
    last_x, last_y = (min(int(((at + 1) * side + reach) * buckets), buckets - 1) for at in (x, y))
    return np.array([buckets, first_x, last_x, first_y, last_y], dtype=np.int64)

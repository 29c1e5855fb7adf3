"""Which points lie where the Chinese map shift may apply, fast enough for millions of points."""

from __future__ import annotations

from functools import cache
from threading import Lock

import numpy as np
import numpy.typing as npt
import shapely

from gridgeo.cells import _mainland as outlines
from gridgeo.domain.arrays import FloatArray

REGIONS = ("mainland", "hong_kong", "macau", "taiwan")
"""Region i has code i + 1; 0 is anywhere else."""

CodeArray = npt.NDArray[np.uint8]

_MIXED = 255
_WEST_DEG, _SOUTH_DEG, _STEP_DEG = 73.0, 17.0, 0.25
_COLUMNS, _ROWS = 252, 150
_PREPARED = Lock()
"""GEOS makes the index of a prepared shape when it is first asked: two threads at once would end the process."""


def _ring(text: str, unit_deg: float) -> shapely.Polygon:
    steps = np.array(text.split(), dtype=np.int64).reshape(-1, 2)
    return shapely.Polygon(np.cumsum(steps, axis=0) * unit_deg)


@cache
def _shapes() -> tuple[shapely.Geometry, ...]:
    """Return the regions in the order of REGIONS, prepared; later ones are cut out of earlier ones."""
    shapes = (
        shapely.union_all([_ring(text, outlines.MAINLAND_UNIT_DEG) for text in outlines.MAINLAND]),
        shapely.union_all([_ring(text, outlines.HONG_KONG_UNIT_DEG) for text in outlines.HONG_KONG]),
        shapely.union_all([_ring(text, outlines.MACAU_UNIT_DEG) for text in outlines.MACAU]),
        shapely.union_all([_ring(text, outlines.TAIWAN_UNIT_DEG) for text in outlines.TAIWAN]),
    )
    shapely.prepare(np.array(shapes, dtype=np.object_))
    return shapes


@cache
def _raster() -> CodeArray:
    """Return one code a square of a quarter degree; squares on an outline are marked as mixed."""
    row, column = np.divmod(np.arange(_ROWS * _COLUMNS), _COLUMNS)
    west, south = _WEST_DEG + column * _STEP_DEG, _SOUTH_DEG + row * _STEP_DEG
    squares = shapely.box(west, south, west + _STEP_DEG, south + _STEP_DEG)
    codes = np.zeros(_ROWS * _COLUMNS, dtype=np.uint8)
    mixed = np.zeros(_ROWS * _COLUMNS, dtype=np.bool_)
    for code, shape in enumerate(_shapes(), start=1):
        codes[shapely.covers(shape, squares)] = code
        mixed |= shapely.intersects(shapely.boundary(shape), squares)
    codes[mixed] = _MIXED
    return codes


def region_codes(lng: FloatArray, lat: FloatArray) -> CodeArray:
    """Return the code of the region that holds each point (WGS 84 degrees): 0 elsewhere, else 1 + place in REGIONS."""
    column, row = (lng - _WEST_DEG) / _STEP_DEG, (lat - _SOUTH_DEG) / _STEP_DEG
    near = (column >= 0) & (column < _COLUMNS) & (row >= 0) & (row < _ROWS)
    square = np.where(near, row, 0.0).astype(np.int64) * _COLUMNS + np.where(near, column, 0.0).astype(np.int64)
    with _PREPARED:
        raster = _raster()
    codes = np.where(near, raster[square], np.uint8(0))
    mixed = np.flatnonzero(codes == _MIXED)
    if len(mixed):
        with _PREPARED:
            codes[mixed] = _exact_codes(lng[mixed], lat[mixed])
    return codes


def _exact_codes(lng: FloatArray, lat: FloatArray) -> CodeArray:
    codes = np.zeros(len(lng), dtype=np.uint8)
    for code, shape in enumerate(_shapes(), start=1):
        codes[shapely.contains_xy(shape, lng, lat)] = code
    return codes

"""Look over coordinates that came with a row before they are believed."""

from __future__ import annotations

import numpy as np
import polars as pl
import shapely

from gridgeo.domain import BoolArray, FloatArray
from gridgeo.errors import InvalidInputError

MISSING = "no position"
ZERO = "position is 0, 0"
SWAPPED = "longitude and latitude look swapped"
OFF_GLOBE = "not on the globe"
OUTSIDE = "outside the boundary"
CROWDED = "many rows at one point"
AUDIT_REASONS = (MISSING, OFF_GLOBE, ZERO, SWAPPED, OUTSIDE, CROWDED)
"""In the order they are tested; the first that applies is given. Only CROWDED may be true and still be a place."""
CROWD = 50
"""As many rows at one point are an office or a default, hardly homes."""
ZERO_DEGREES = 0.001


def audit_positions(
    party_id: pl.Series, lng: FloatArray, lat: FloatArray, boundary: shapely.Geometry | None = None, crowd: int = CROWD
) -> pl.DataFrame:
    """Name what is wrong with positions that were delivered with rows.

    party_id, lng, lat: shape (n,), NaN where there is none. boundary: where the positions must lie (lng, lat); without
    one, swapped pairs are seen only when they leave the globe. crowd: as many rows at one point are suspicious.
    Returns party_id, reason (one of AUDIT_REASONS, null when nothing was found), in the order given.
    Raises InvalidInputError when lengths differ.
    """
    if not len(party_id) == len(lng) == len(lat):
        raise InvalidInputError("audit: party ids and positions must be equally long")
    x, y = np.asarray(lng, dtype=np.float64), np.asarray(lat, dtype=np.float64)
    missing = ~(np.isfinite(x) & np.isfinite(y))
    off = ~missing & ((np.abs(x) > 180) | (np.abs(y) > 90))
    turned_fits = (np.abs(x) <= 90) & (np.abs(y) <= 180)
    inside = _inside(boundary, x, y)
    swapped = (off & turned_fits) | (~inside & _inside(boundary, y, x) & (boundary is not None))
    zero = (np.abs(x) < ZERO_DEGREES) & (np.abs(y) < ZERO_DEGREES)
    reason = np.select(
        [missing, swapped, off, zero, ~inside, _crowded(x, y, crowd)],
        [MISSING, SWAPPED, OFF_GLOBE, ZERO, OUTSIDE, CROWDED],
        default="",
    )
    return pl.DataFrame({"party_id": party_id, "reason": reason}).with_columns(
        pl.when(pl.col("reason") != "").then(pl.col("reason")).alias("reason")
    )


def _inside(boundary: shapely.Geometry | None, x: FloatArray, y: FloatArray) -> BoolArray:
    if boundary is None:
        return np.ones(len(x), dtype=np.bool_)
    shapely.prepare(boundary)
    return np.asarray(shapely.intersects_xy(boundary, x, y), dtype=np.bool_)


def _crowded(x: FloatArray, y: FloatArray, crowd: int) -> BoolArray:
    """Tell which points hold `crowd` rows or more (equal to the sixth decimal, about 0.1 m)."""
    points = pl.DataFrame({"x": np.round(x, 6), "y": np.round(y, 6)})
    return (points.select((pl.len().over("x", "y") >= crowd).alias("crowded"))["crowded"]).to_numpy()

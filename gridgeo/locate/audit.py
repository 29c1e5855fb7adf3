"""Look over coordinates that came with a row before they are believed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
import shapely

from gridgeo.cells import metres_between
from gridgeo.domain import BoolArray, FloatArray
from gridgeo.errors import InvalidInputError
from gridgeo.locate.plane import METRES_PER_DEGREE

MISSING = "no position"
ZERO = "position is 0, 0"
SWAPPED = "longitude and latitude look swapped"
OFF_GLOBE = "not on the globe"
OUTSIDE = "outside the boundary"
CROWDED = "many rows at one point"
FAR = "far from its own address"
ROUNDED = "rounded to a coarse grid"
DUPLICATE = "same point as a row of another address"
REPEATED = "id stands more than once"
AUDIT_REASONS = (MISSING, SWAPPED, OFF_GLOBE, ZERO, OUTSIDE, CROWDED, FAR, ROUNDED, DUPLICATE, REPEATED)
"""In the order of their weight: of several, the first is the reason of the row."""
REFUSED = (MISSING, SWAPPED, OFF_GLOBE, ZERO, OUTSIDE)
"""With one of these a point is no place at all; the others may be true and still be a place."""
CROWD = 50
"""As many rows at one point are an office or a default, hardly homes; unless all of them name one house."""
ZERO_DEGREES = 0.001
FAR_M = 500.0
"""Further than this beyond twice the accuracy of its own address, a point is somewhere else."""
STEPS = (1.0, 0.5, 0.25, 0.1, 0.05, 0.025, 0.02, 1 / 60, 0.01, 0.005, 0.0025, 0.002, 0.001, 0.0005)
"""Degrees. The finest is about 50 m; of a million random positions with six decimals four lie on both its lines."""
STEP_TOLERANCE = 1e-7
CHANCE_STEP = 0.001
CHANCE = {1e-4: 1 / 24, 1e-5: 1 / 2_499, 1e-6: 1 / 249_999}
"""Degrees of a finer grid -> of each of its points off the finest of STEPS, how many lie on it by chance."""
BULK_ROWS = 20
"""So many rows show where a file lies, which tells swapped pairs where no boundary does."""


@dataclass(frozen=True)
class RowFacts:
    """What else is known of the rows, aligned with them.

    house: key of the house that the address names (`house_keys`), null where it names none. lng, lat, accuracy_m: where
    the address was found, NaN where it was not. written_lng, written_lat: the position as it was delivered, where it
    was converted since: rounding shows in the datum of its source only.
    """

    house: pl.Series
    lng: FloatArray
    lat: FloatArray
    accuracy_m: FloatArray
    written_lng: FloatArray | None = None
    written_lat: FloatArray | None = None


def audit_positions(
    party_id: pl.Series,
    lng: FloatArray,
    lat: FloatArray,
    boundary: shapely.Geometry | None = None,
    crowd: int = CROWD,
    own: RowFacts | None = None,
) -> pl.DataFrame:
    """Name what is wrong with positions that were delivered with rows.

    party_id, lng, lat: shape (n,), NaN where there is none. boundary: where the positions must lie (lng, lat); without
    one, swapped pairs are seen where they leave the globe or lie where the bulk of the file does when turned.
    crowd: as many rows at one point are suspicious. own: what else is known of the rows, for the reasons that need it;
    without it every second row at a point is a duplicate.
    Returns party_id, reason (one of AUDIT_REASONS, null when nothing was found), reasons (all that apply, a list),
    accuracy_m (half the diagonal of the grid that a position is rounded to, else null), in the order given.
    Raises InvalidInputError when lengths differ.
    """
    if not len(party_id) == len(lng) == len(lat):
        raise InvalidInputError("audit: party ids and positions must be equally long")
    x, y = np.asarray(lng, dtype=np.float64), np.asarray(lat, dtype=np.float64)
    found = _where_it_lies(x, y, boundary)
    usable = ~np.logical_or.reduce(list(found.values()))
    x, y = np.where(usable, x, np.nan), np.where(usable, y, np.nan)
    accuracy_m = _rounding_m(*_as_written(x, y, own))
    found |= {
        **_company(x, y, crowd, own),
        FAR: _far(x, y, own),
        ROUNDED: np.isfinite(accuracy_m),
    }
    for name in (CROWDED, FAR, ROUNDED, DUPLICATE):
        found[name] = found[name] & usable
    found[REPEATED] = party_id.is_duplicated().to_numpy()
    flags = pl.DataFrame({name: found[name] for name in AUDIT_REASONS})
    named = [pl.when(pl.col(name)).then(pl.lit(name)) for name in AUDIT_REASONS]
    return flags.select(
        party_id.alias("party_id"),
        pl.coalesce(named).alias("reason"),
        pl.concat_list(named).list.drop_nulls().alias("reasons"),
        pl.when(pl.col(ROUNDED)).then(pl.Series(accuracy_m)).alias("accuracy_m"),
    )


def audit_counts(found: pl.DataFrame) -> dict[str, int]:
    """Count the rows of an audit by reason, in the order of AUDIT_REASONS; a row with several counts under each."""
    counts = dict(found["reasons"].explode(empty_as_null=False).value_counts().iter_rows())
    return {name: int(counts[name]) for name in AUDIT_REASONS if name in counts}


def _where_it_lies(x: FloatArray, y: FloatArray, boundary: shapely.Geometry | None) -> dict[str, BoolArray]:
    """Return the reasons for which a point is no place; of each row at most one."""
    missing = ~(np.isfinite(x) & np.isfinite(y))
    off = ~missing & ((np.abs(x) > 180) | (np.abs(y) > 90))
    zero = (np.abs(x) < ZERO_DEGREES) & (np.abs(y) < ZERO_DEGREES)
    turned_fits = (np.abs(x) <= 90) & (np.abs(y) <= 180)
    inside = _inside(boundary, x, y)
    turned = _in_bulk(x, y, missing | off | zero) if boundary is None else ~inside & _inside(boundary, y, x)
    swapped = (off & turned_fits) | (turned & ~missing)
    taken = missing | swapped
    return {
        MISSING: missing,
        SWAPPED: swapped,
        OFF_GLOBE: off & ~taken,
        ZERO: zero & ~taken,
        OUTSIDE: ~inside & ~taken & ~off & ~zero,
    }


def _inside(boundary: shapely.Geometry | None, x: FloatArray, y: FloatArray) -> BoolArray:
    if boundary is None:
        return np.ones(len(x), dtype=np.bool_)
    shapely.prepare(boundary)
    return np.asarray(shapely.intersects_xy(boundary, x, y), dtype=np.bool_)


def _in_bulk(x: FloatArray, y: FloatArray, unusable: BoolArray) -> BoolArray:
    """Tell which points lie where most of the file does only when turned round."""
    if (~unusable).sum() < BULK_ROWS:
        return np.zeros(len(x), dtype=np.bool_)
    boxes = []
    for values in (x[~unusable], y[~unusable]):
        low, high = np.quantile(values, [0.25, 0.75])
        margin = max(3 * (high - low), 0.1)
        boxes.append((low - margin, high + margin))
    (west, east), (south, north) = boxes
    as_given = (x >= west) & (x <= east) & (y >= south) & (y <= north)
    turned = (y >= west) & (y <= east) & (x >= south) & (x <= north)
    return np.asarray(turned & ~as_given, dtype=np.bool_)


def _company(x: FloatArray, y: FloatArray, crowd: int, own: RowFacts | None) -> dict[str, BoolArray]:
    """Tell which points hold `crowd` rows or more, and which rows of several houses.

    Points are equal to the sixth decimal, about 0.1 m. Rows that all name one house are neighbours under one roof.
    """
    house = pl.Series("house", pl.int_range(len(x), eager=True)) if own is None else own.house.alias("house")
    points = pl.DataFrame({"x": np.round(x, 6), "y": np.round(y, 6)}).with_columns(house)
    rows, known = pl.len().over("x", "y"), pl.col("house").drop_nulls()
    houses, named = known.n_unique().over("x", "y"), known.len().over("x", "y")
    one_house = (houses == 1) & (named == rows)
    found = points.select(
        crowded=(rows >= crowd) & ~one_house,
        several=(houses > 1) & pl.col("house").is_not_null(),
    )
    crowded = found["crowded"].to_numpy()
    return {CROWDED: crowded, DUPLICATE: found["several"].to_numpy() & ~crowded}


def _far(x: FloatArray, y: FloatArray, own: RowFacts | None) -> BoolArray:
    if own is None:
        return np.zeros(len(x), dtype=np.bool_)
    away_m = metres_between(x, y, own.lng, own.lat)
    return np.asarray(away_m > FAR_M + 2 * own.accuracy_m, dtype=np.bool_)


def _as_written(x: FloatArray, y: FloatArray, own: RowFacts | None) -> tuple[FloatArray, FloatArray]:
    if own is None or own.written_lng is None or own.written_lat is None:
        return x, y
    known = np.isfinite(own.written_lng) & np.isfinite(own.written_lat)
    return np.where(known, own.written_lng, x), np.where(known, own.written_lat, y)


def _rounding_m(x: FloatArray, y: FloatArray) -> FloatArray:
    """Return how far rounding may have moved each point, NaN where it lies on no coarse grid.

    The finer step of the two axes counts: 9.500 among values with three decimals is no value with one.
    """
    step = np.minimum(_step(x), _step(y))
    on_fine_lines = (step > 0) & (step <= CHANCE_STEP)
    if on_fine_lines.sum() <= 3 * _by_chance(x, y, step):
        step[on_fine_lines] = 0.0
    height, width = step * METRES_PER_DEGREE / 2, step * METRES_PER_DEGREE * np.cos(np.radians(y)) / 2
    return np.where(step > 0, np.hypot(height, width), np.nan)


def _by_chance(x: FloatArray, y: FloatArray, step: FloatArray) -> float:
    """Return how many positions of a file with four, five or six decimals end as if they had three."""
    expected, finer = 0.0, step == 0
    for fine, share in CHANCE.items():
        on_lines = np.ones(len(x), dtype=np.bool_)
        for values in (x, y):
            on_lines &= np.abs(values - np.round(values / fine) * fine) < fine / 1_000
        expected += share * float((on_lines & finer).sum())
        finer &= ~on_lines
    return expected


def _step(values: FloatArray) -> FloatArray:
    """Return the coarsest of STEPS that each value is a multiple of, 0 for none."""
    result = np.zeros(len(values))
    for step in reversed(STEPS):
        off = np.abs(values - np.round(values / step) * step)
        result[off < STEP_TOLERANCE] = step
    return result

"""What drives demand in the synthetic bank: fields over the cells, some of which no model is ever handed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gridgeo.cells import centres
from gridgeo.domain import CellArray, FloatArray, IntArray
from gridgeo.sources.plane import Plane

VISIBLE_DRIVERS = ("closeness", "merchants")
"""Drivers of demand that a model can rebuild from public data."""
HIDDEN_DRIVERS = ("loyalty", "wealth")
"""Drivers no table of the bank holds."""
EFFECTS = {"closeness": 0.25, "merchants": 0.10, "loyalty": 0.35, "wealth": 0.20}
"""Change of the log rate for one standard deviation of the driver."""
RATE_FACTOR_RANGE = (0.35, 2.2)
HIGH_END_SHARE, CORE_SHARE = (0.03, 0.20), (0.20, 0.50)
"""Typical and largest share of customers of the tier in a cell."""
BUMPS = 18
DECIMALS = 6
"""Fields are rounded to it before anything is compared or drawn from them: last bits differ between platforms."""


@dataclass(frozen=True)
class Fields:
    """Drivers, rate factor and tier shares of every cell; all shape (n_cells,).

    factor: multiplies the mean rate. high_end, core: expected share of customers of that tier.
    """

    drivers: dict[str, FloatArray]
    factor: FloatArray
    high_end: FloatArray
    core: FloatArray


def fields_over(
    cells: CellArray, plane: Plane, branches_xy: FloatArray, merchants: IntArray, rng: np.random.Generator
) -> Fields:
    """Draw the fields.

    branches_xy: metres, shape (n_branches, 2). merchants: count of each cell.
    """
    spots = plane.to_metres(*centres(cells))
    gap_m = np.hypot(spots[:, None, 0] - branches_xy[None, :, 0], spots[:, None, 1] - branches_xy[None, :, 1])
    extent_m = float(np.ptp(spots, axis=0).max())
    drivers = {
        "closeness": _standard(-np.log1p(gap_m.min(axis=1) / (extent_m / 20.0))),
        "merchants": _standard(np.log1p(merchants.astype(np.float64))),
        "loyalty": smooth_field(spots, extent_m / 12.0, rng),
        "wealth": smooth_field(spots, extent_m / 8.0, rng),
    }
    log_factor = sum(EFFECTS[name] * values for name, values in drivers.items())
    taste = smooth_field(spots, extent_m / 10.0, rng)
    high_end = HIGH_END_SHARE[0] * np.exp(0.5 * drivers["wealth"] + 0.3 * taste)
    core = CORE_SHARE[0] * np.exp(0.2 * drivers["wealth"] - 0.25 * taste)
    return Fields(
        drivers=drivers,
        factor=_rounded(np.clip(np.exp(log_factor), *RATE_FACTOR_RANGE)),
        high_end=_rounded(np.minimum(high_end, HIGH_END_SHARE[1])),
        core=_rounded(np.minimum(core, CORE_SHARE[1])),
    )


def _rounded(values: FloatArray) -> FloatArray:
    return np.asarray(np.round(values, DECIMALS), dtype=np.float64)


def _standard(values: FloatArray) -> FloatArray:
    spread = float(values.std())
    return _rounded((values - values.mean()) / (spread if spread > 0 else 1.0))


def smooth_field(spots: FloatArray, radius_m: float, rng: np.random.Generator) -> FloatArray:
    """Add up round bumps, up and down, at random places; standardised over the points.

    spots: metres, shape (n, 2).
    """
    low, high = spots.min(axis=0), spots.max(axis=0)
    middle = low + rng.random((BUMPS, 2)) * (high - low)
    height = rng.random(BUMPS) * 2.0 - 1.0
    gap2 = ((spots[:, None, :] - middle[None, :, :]) ** 2).sum(axis=2)
    return _standard((np.exp(-gap2 / (2.0 * radius_m**2)) * height).sum(axis=1))

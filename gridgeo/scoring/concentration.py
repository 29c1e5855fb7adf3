"""Location quotient: how much more of an industry or cohort an area has than the whole ground."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import optimize, special

from gridgeo.domain import FloatArray
from gridgeo.errors import InvalidInputError

LEAST_EXPECTED = 5.0
"""Below this expected count a quotient is noise, and is not shown."""
FIT_AREAS = 20_000
"""One number needs no more areas than this; larger tables are thinned evenly over their range of counts."""
LOG_STRENGTH_BOUNDS = (-3.0, 10.0)


@dataclass(frozen=True)
class Concentration:
    """Arrays of shape (n_areas, n_kinds).

    value, low, high: shrunk location quotient, 1 is the ground's own mix, with its 90 % band; not-a-number where fewer
    than LEAST_EXPECTED are expected. expected: the kind's share of the ground times the area's total. strength: counts
    that the ground's mix weighs for, by kind, shape (n_kinds,).
    """

    value: FloatArray
    low: FloatArray
    high: FloatArray
    expected: FloatArray
    strength: FloatArray


def location_quotient(table: ArrayLike) -> Concentration:
    """Compare each area's mix with the ground's: (n + s) / (expected + s), s by maximum likelihood for each kind.

    table: counts, shape (n_areas, n_kinds); may be fractional.
    Raises InvalidInputError on another shape and on negative or missing counts.
    Source: gamma-Poisson empirical Bayes, Clayton and Kaldor 1987, Biometrics 43(3).
    """
    found = np.asarray(table, dtype=np.float64)
    if found.ndim != 2 or not bool(np.all(np.isfinite(found) & (found >= 0))):
        raise InvalidInputError("counts by area and kind must be a table of finite numbers that are not negative")
    total = float(found.sum())
    mix = found.sum(axis=0) / total if total > 0 else np.zeros(found.shape[1])
    expected = found.sum(axis=1)[:, None] * mix[None, :]
    strength = np.array([_strength(found[:, kind], expected[:, kind]) for kind in range(found.shape[1])])
    shown = expected >= LEAST_EXPECTED
    shape, rate = (found + strength)[shown], (expected + strength)[shown]
    value, low, high = (np.full(found.shape, np.nan) for _ in range(3))
    value[shown] = shape / rate
    low[shown], high[shown] = (special.gammaincinv(shape, part) / rate for part in (0.05, 0.95))
    return Concentration(value, low, high, expected, strength)


def _strength(found: FloatArray, expected: FloatArray) -> float:
    """Return the counts that the ground's mix weighs for; large where areas do not differ beyond chance."""
    some = np.flatnonzero(expected > 0)
    if len(some) > FIT_AREAS:
        # Ordered by all that enters: the choice does not depend on the order of the areas.
        order = some[np.lexsort((found[some], expected[some]))]
        some = order[np.linspace(0, len(order) - 1, FIT_AREAS).astype(np.int64)]
    n, mean = found[some], expected[some]

    def loss(log_strength: float) -> float:
        size = float(np.exp(log_strength))
        terms = special.gammaln(n + size) - special.gammaln(size)
        return -float((terms + size * np.log(size / (size + mean)) + n * np.log(mean / (size + mean))).sum())

    best = optimize.minimize_scalar(loss, bounds=LOG_STRENGTH_BOUNDS, method="bounded")
    return float(np.exp(best.x))

"""Hot and cold spots: rings whose share lies beyond what chance makes of one share everywhere."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import optimize, sparse, special

from gridgeo.domain import FloatArray
from gridgeo.errors import InvalidInputError
from gridgeo.scoring.checks import NOBODY, RingPairs, counts
from gridgeo.scoring.rings import ring_matrix

KINDS = ("hot", "cold", "none")
LEAST_EXPECTED = 5.0
"""A ring that expects fewer customers, or fewer people who are none, has no normal statistic and is not tested."""
LEAST_CELLS = 10


@dataclass(frozen=True)
class HotSpots:
    """Arrays of shape (n_cells,).

    z: Gi* of the cell and its ring; p_value: two-sided; q_value: the smallest false discovery rate at which the cell
    is a spot; all not-a-number where the ring expects too little to be tested. kind: hot, cold, none. share: of all
    cells together; scatter: correlation of people within a cell, 0 where counts are purely binomial.
    """

    z: FloatArray
    p_value: FloatArray
    q_value: FloatArray
    kind: NDArray[np.str_]
    share: float
    scatter: float


def hot_spots(customers: ArrayLike, people: ArrayLike, pairs: RingPairs, *, false_discovery: float = 0.05) -> HotSpots:
    """Find cells whose ring, the cell included, holds more or fewer customers than the common share explains.

    customers, people: shape (n_cells,). Shares are shrunk towards the common one, never towards their neighbours':
    that would make rings alike by itself, and every map of noise would show spots. The variance is that of the counts
    with the scatter between cells, not that of the values seen, which differs with people. false_discovery: expected
    part of false spots among those shown, whatever the dependence between overlapping rings.
    Raises InvalidInputError when a count is negative or missing, or false_discovery is not between 0 and 1.
    Source: Ord and Getis 1995, Geographical Analysis 27(4); Benjamini and Yekutieli 2001, Annals of Statistics 29(4).
    """
    if not 0 < false_discovery < 1:
        raise InvalidInputError("false discovery rate must lie between 0 and 1, got {given}", given=false_discovery)
    given = counts(people, "people")
    found = counts(customers, "customers", len(given))
    # A cell with more customers than people says that its people are wrong; it is no evidence of a spot.
    usable = (given >= NOBODY) & (found <= given)
    exposed, found = np.where(usable, given, 0.0), np.where(usable, found, 0.0)
    share, scatter = _common_share(found[usable], exposed[usable])
    z, p_value = _gi_star((found, exposed), ring_matrix(pairs, len(given)), share, scatter)
    q_value = adjusted_p_values(p_value)
    hot, cold, none = KINDS
    kind = np.where(q_value <= false_discovery, np.where(z > 0, hot, cold), none)
    return HotSpots(z, p_value, q_value, kind, share, scatter)


def adjusted_p_values(p_values: FloatArray) -> FloatArray:
    """Return for each p-value the smallest false discovery rate at which it is a discovery.

    p_values: shape (n,); not-a-number stays so and does not count as a test. Holds under any dependence.
    Source: Benjamini and Yekutieli 2001, theorem 1.3.
    """
    adjusted = np.full(len(p_values), np.nan)
    where = np.flatnonzero(np.isfinite(p_values))
    if where.size == 0:
        return adjusted
    order = where[np.argsort(p_values[where], kind="stable")]
    rank = np.arange(1, len(order) + 1)
    raw = p_values[order] * len(order) * (1 / rank).sum() / rank
    adjusted[order] = np.minimum(np.minimum.accumulate(raw[::-1])[::-1], 1.0)
    return adjusted


def _gi_star(
    data: tuple[FloatArray, FloatArray], ring: sparse.csr_array, share: float, scatter: float
) -> tuple[FloatArray, FloatArray]:
    """Return Gi* and its two-sided p-value, not-a-number where a ring expects too little."""
    found, exposed = data
    some = exposed > 0
    people = np.where(some, exposed, 1.0)
    # Shrinking keeps n / (n + S) of a cell's excess, S = (1 - scatter) / scatter; the common factor does not matter.
    kept = np.where(some, people / (1 + (people - 1) * scatter), 0.0)
    variance, third = _moments(people, share, scatter)
    excess, spread, lean, around = (
        own + ring @ own
        for own in ((found / people - share) * kept, variance * kept**2, third * kept**3, np.where(some, exposed, 0.0))
    )
    tested = (around * min(share, 1 - share) >= LEAST_EXPECTED) & (spread > 0)
    deviation = np.sqrt(np.where(tested, spread, 1.0))
    z = np.where(tested, excess / deviation, np.nan)
    return z, _two_sided(z, np.where(tested, lean, 0.0) / deviation**3)


def _moments(people: FloatArray, share: float, scatter: float) -> tuple[FloatArray, FloatArray]:
    """Return variance and third central moment of a cell's raw share: beta-binomial, binomial where scatter is 0."""
    strength = (1 - scatter) / max(scatter, 1e-9)
    count_variance = people * share * (1 - share) * (strength + people) / (strength + 1)
    third = count_variance * (1 - 2 * share) * (strength + 2 * people) / (strength + 2)
    return count_variance / people**2, third / people**3


def _two_sided(z: FloatArray, skew: FloatArray) -> FloatArray:
    """Return twice the smaller tail beyond z under a gamma of the given skew: counts have a longer upper tail.

    The normal tail would be several times too small at the far end, where the false discovery rate is decided.
    """
    lean = np.maximum(np.abs(skew), 1e-4)
    shape = 4 / lean**2
    at = np.maximum(shape + np.where(skew < 0, -z, z) * np.sqrt(shape), 0.0)
    tail = np.minimum(special.gammaincc(shape, at), special.gammainc(shape, at))
    p_value: FloatArray = np.minimum(2 * tail, 1.0)
    return p_value


def _common_share(found: FloatArray, exposed: FloatArray) -> tuple[float, float]:
    """Return the share of all cells and the correlation within cells that makes their counts most likely."""
    total = float(exposed.sum())
    share = float(found.sum()) / total if total > 0 else 0.0
    if len(found) < LEAST_CELLS or not 0 < share < 1:
        return share, 0.0

    def loss(log_strength: float) -> float:
        strength = float(np.exp(log_strength))
        a, b = strength * share, strength * (1 - share)
        return -float((special.betaln(found + a, exposed - found + b) - special.betaln(a, b)).sum())

    bounds = (float(np.log(0.5)), float(np.log(1e6)))
    best = optimize.minimize_scalar(loss, bounds=bounds, method="bounded")
    return share, float(1 / (1 + np.exp(best.x)))

"""A lower bound on the distance of any plan for the same centres, by Lagrangian duality of the transportation LP."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gridgeo.domain.arrays import FloatArray
from gridgeo.territory.problem import Problem

LIST_WIDTH = 12
REFRESH_STEPS = 60


@dataclass(frozen=True, eq=False)
class Bound:
    """value: no assignment of nodes (whole or split, in one piece or not) to these centres within the tolerance is
    shorter. prices: shape (k, m), zero for measures that are not balanced; with them anybody can recompute the value.
    unbalanced: length when every node simply goes to its nearest centre.
    """  # noqa: D205

    value: float
    prices: FloatArray
    unbalanced: float


def lower_bound(problem: Problem, centres: FloatArray, travel: FloatArray, length: float, steps: int) -> Bound:
    """Bound from below the weighted distance to the given centres over all plans within the tolerance.

    centres: shape (k, 2). travel: shape (k, n), or (0, 0) where the straight distance counts. length: of a known plan
    in the same unit (weight of measure 0 times distance), for the size of the steps. The value is exact for the prices
    it comes with, so it is a true bound however early the ascent stops.
    Source: Held, Wolfe and Crowder 1974, Mathematical Programming 6 (subgradient steps towards a level).
    """
    from gridgeo.territory import _dual  # numba is loaded when a plan is solved, not when gridgeo is imported

    # A copy even of the only measure: numba compiles every kernel once more for an array that must not be written.
    transport = _dual.Transport(
        problem.xy_km,
        problem.weights[:, 0].copy(),
        np.ascontiguousarray(problem.shares[:, problem.balanced]),
        np.ascontiguousarray(problem.targets[:, problem.balanced]),
        problem.tolerance[problem.balanced],
        centres,
        travel,
        problem.fixed,
    )
    width = min(LIST_WIDTH, problem.k)
    lists = _dual.Lists(np.zeros((problem.n, width), np.int32), np.empty((problem.n, width)))
    prices = np.zeros(transport.targets.shape)
    best = unbalanced = _dual.cheapest_lists(transport, prices, lists)
    best_prices, level = prices.copy(), max(0.5 * (length - unbalanced), 1e-6 * length)
    for _ in range(0, steps, REFRESH_STEPS):
        _, level = _dual.ascend(transport, lists, prices, level, REFRESH_STEPS)
        value = _dual.cheapest_lists(transport, prices, lists)
        if value > best:
            best, best_prices = value, prices.copy()
    full = np.zeros(problem.targets.shape)
    full[:, problem.balanced] = best_prices
    return Bound(float(best), full, float(unbalanced))

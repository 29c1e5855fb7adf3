"""Compiled pieces of the start: additively weighted Voronoi cells, their Lloyd moves, k-means++ seeds."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from gridgeo.domain.arrays import BoolArray, FloatArray, IntArray, LabelArray


class Sites(NamedTuple):
    """Points with a pull (weight of their distance) and a load (share to be balanced, sums to 1 over the targets)."""

    xy: FloatArray
    pull: FloatArray
    load: FloatArray


def plus_plus(sites: Sites, given: FloatArray, count: int, rng: np.random.Generator) -> FloatArray:
    """Draw centres far from one another, chances by pull times distance; given centres come first."""
    chosen = np.empty((count, 2))
    chosen[: len(given)] = given
    gap = np.full(len(sites.xy), np.inf)
    for j in range(count):
        if j >= len(given):
            chance = sites.pull if np.isinf(gap).all() else sites.pull * gap
            total = chance.cumsum()
            chosen[j] = sites.xy[min(np.searchsorted(total, rng.random() * total[-1]), len(total) - 1)]
        gap = np.minimum(gap, np.hypot(*(sites.xy - chosen[j]).T))
    return chosen


@njit(cache=True)
def nearest(xy: FloatArray, centres: FloatArray, price: FloatArray) -> IntArray:
    """Return the position of the centre with the least distance plus price, for every point."""
    out = np.empty(len(xy), np.int64)
    for i in range(len(xy)):
        least = np.inf
        for j in range(len(centres)):
            dx, dy = xy[i, 0] - centres[j, 0], xy[i, 1] - centres[j, 1]
            cost = np.sqrt(dx * dx + dy * dy) + price[j]
            if cost < least:
                least = cost
                out[i] = j
    return out


@njit(cache=True)
def balanced_lloyd(
    sites: Sites, centres: FloatArray, target: FloatArray, moving: BoolArray, effort: tuple[int, int]
) -> FloatArray:
    """Alternate price steps and centre moves, in place; return the prices that balance the loads about.

    effort: (centre moves, price steps each).
    """
    rounds, steps = effort
    price = np.zeros(len(centres))
    for turn in range(rounds):
        calm = 1.0 / (1.0 + 4.0 * turn / rounds)
        for _ in range(steps):
            labels = nearest(sites.xy, centres, price)
            _step_prices(sites, labels, centres, target, (price, calm))
        _move_centres(sites, labels, centres, moving)
    return price


@njit(cache=True)
def _step_prices(
    sites: Sites, labels: IntArray, centres: FloatArray, target: FloatArray, state: tuple[FloatArray, float]
) -> None:
    price, calm = state
    load, length = np.zeros(len(centres)), 0.0
    for i in range(len(labels)):
        j = labels[i]
        load[j] += sites.load[i]
        dx, dy = sites.xy[i, 0] - centres[j, 0], sites.xy[i, 1] - centres[j, 1]
        length += sites.pull[i] * np.sqrt(dx * dx + dy * dy)
    scale = length / sites.pull.sum()
    for j in range(len(centres)):
        over = min(max(load[j] / target[j] - 1.0, -0.6), 0.6)
        price[j] += 0.4 * calm * scale * over
    price -= price.mean()


@njit(cache=True)
def _move_centres(sites: Sites, labels: IntArray, centres: FloatArray, moving: BoolArray) -> None:
    for _ in range(2):
        sums = np.zeros((len(centres), 3))
        for i in range(len(labels)):
            j = labels[i]
            dx, dy = sites.xy[i, 0] - centres[j, 0], sites.xy[i, 1] - centres[j, 1]
            q = sites.pull[i] / (np.sqrt(dx * dx + dy * dy) + 1e-6)
            sums[j, 0] += q * sites.xy[i, 0]
            sums[j, 1] += q * sites.xy[i, 1]
            sums[j, 2] += q
        for j in range(len(centres)):
            if moving[j] and sums[j, 2] > 0.0:
                centres[j, 0] = sums[j, 0] / sums[j, 2]
                centres[j, 1] = sums[j, 1] / sums[j, 2]


@njit(cache=True)
def neighbour_groups(indptr: IntArray, indices: LabelArray, order: IntArray) -> IntArray:
    """Merge each node, in the order given, with its neighbours that are not merged yet; -1 outside the order."""
    group = np.full(len(indptr) - 1, -1, np.int64)
    for i in order:
        if group[i] >= 0:
            continue
        group[i] = i
        for e in range(indptr[i], indptr[i + 1]):
            if group[indices[e]] < 0:
                group[indices[e]] = i
    return group

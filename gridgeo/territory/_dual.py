"""Compiled pieces of the bound: reduced costs, candidate lists and the ascent on prices."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from gridgeo.domain.arrays import FloatArray, LabelArray


class Transport(NamedTuple):
    """The assignment problem for given centres, without contiguity, a node may be split.

    pull: weight of measure 0, shape (n,). shares: (n, m) and targets: (k, m), parts of 1. band: tolerance, shape (m,).
    travel: (k, n), or (0, 0) where the straight distance counts. fixed: territory of nodes that may not move, -1 else.
    """

    xy: FloatArray
    pull: FloatArray
    shares: FloatArray
    targets: FloatArray
    band: FloatArray
    centres: FloatArray
    travel: FloatArray
    fixed: LabelArray


class Lists(NamedTuple):
    """For every node the territories that are cheapest at some prices, and the cost of each without prices."""

    territory: LabelArray
    cost: FloatArray


@njit(cache=True)
def _cost(transport: Transport, i: int, j: int) -> float:
    if transport.travel.shape[0] > 0:
        return float(transport.pull[i] * transport.travel[j, i])
    dx = transport.xy[i, 0] - transport.centres[j, 0]
    dy = transport.xy[i, 1] - transport.centres[j, 1]
    return float(transport.pull[i] * np.sqrt(dx * dx + dy * dy))


@njit(cache=True)
def _priced(transport: Transport, prices: FloatArray, i: int, j: int) -> float:
    total = 0.0
    for m in range(prices.shape[1]):
        total += prices[j, m] * transport.shares[i, m]
    return total


@njit(cache=True)
def _rent(transport: Transport, prices: FloatArray) -> float:
    """Return what the prices cost at the targets: the part of the dual that does not depend on nodes."""
    total = 0.0
    for j in range(prices.shape[0]):
        for m in range(prices.shape[1]):
            total += transport.targets[j, m] * (prices[j, m] + abs(prices[j, m]) * transport.band[m])
    return total


@njit(cache=True)
def cheapest_lists(transport: Transport, prices: FloatArray, lists: Lists) -> float:
    """Fill the lists with the cheapest territories of every node; return the exact dual value at these prices."""
    width = lists.territory.shape[1]
    reduced = np.empty(width)
    total = 0.0
    for i in range(len(transport.pull)):
        reduced[:] = np.inf
        first, last = 0, prices.shape[0]
        if transport.fixed[i] >= 0:
            first, last = transport.fixed[i], transport.fixed[i] + 1
            lists.cost[i, :] = np.inf
            lists.territory[i, :] = first
        for j in range(first, last):
            cost = _cost(transport, i, j)
            value = cost + _priced(transport, prices, i, j)
            if value < reduced[width - 1]:
                _insert(lists, reduced, (i, j), (cost, value))
        total += reduced[0]
    return total - _rent(transport, prices)


@njit(cache=True)
def _insert(lists: Lists, reduced: FloatArray, pair: tuple[int, int], costs: tuple[float, float]) -> None:
    i, j = pair
    cost, value = costs
    place = len(reduced) - 1
    while place > 0 and reduced[place - 1] > value:
        reduced[place] = reduced[place - 1]
        lists.cost[i, place] = lists.cost[i, place - 1]
        lists.territory[i, place] = lists.territory[i, place - 1]
        place -= 1
    reduced[place] = value
    lists.cost[i, place] = cost
    lists.territory[i, place] = j


@njit(cache=True)
def listed_value(transport: Transport, lists: Lists, prices: FloatArray, loads: FloatArray) -> float:
    """Return the dual value over the listed territories only, and write the loads of the cheapest choice."""
    loads[:] = 0.0
    total = 0.0
    for i in range(len(transport.pull)):
        least, choice = np.inf, lists.territory[i, 0]
        for place in range(lists.territory.shape[1]):
            j = lists.territory[i, place]
            value = lists.cost[i, place] + _priced(transport, prices, i, j)
            if value < least:
                least, choice = value, j
        total += least
        for m in range(prices.shape[1]):
            loads[choice, m] += transport.shares[i, m]
    return total - _rent(transport, prices)


@njit(cache=True)
def _slope(transport: Transport, prices: FloatArray, loads: FloatArray, slope: FloatArray) -> float:
    """Write the direction of ascent, loads against their band; return its squared length in units of targets."""
    length = 0.0
    for j in range(prices.shape[0]):
        for m in range(prices.shape[1]):
            over = loads[j, m] / transport.targets[j, m] - 1.0
            if prices[j, m] > 0.0:
                over -= transport.band[m]
            elif prices[j, m] < 0.0:
                over += transport.band[m]
            else:
                over = np.sign(over) * max(abs(over) - transport.band[m], 0.0)
            slope[j, m] = over
            length += over * over
    return length


@njit(cache=True, nogil=True)
def ascend(transport: Transport, lists: Lists, prices: FloatArray, level: float, steps: int) -> tuple[float, float]:
    """Raise the dual over the lists by level steps from prices, in place; return its best value and the last level.

    level: how far above the best value the steps aim; it shrinks where they do not get there.
    """
    loads, slope = np.empty(prices.shape), np.empty(prices.shape)
    here, best = prices.copy(), -np.inf
    stale = 0
    for _ in range(steps):
        value = listed_value(transport, lists, here, loads)
        if value > best:
            stale = 0 if value > best + 0.05 * level else stale + 1
            best = value
            prices[:] = here
        else:
            stale += 1
        if stale > 8:
            level *= 0.6
            stale = 0
            here[:] = prices
            listed_value(transport, lists, here, loads)
        length = _slope(transport, here, loads, slope)
        if length == 0.0:
            break
        _take_step(transport, here, slope, max(best + level - value, 0.0) / length)
    return best, level


@njit(cache=True)
def _take_step(transport: Transport, prices: FloatArray, slope: FloatArray, step: float) -> None:
    for j in range(prices.shape[0]):
        for m in range(prices.shape[1]):
            before = prices[j, m] * transport.targets[j, m]
            after = before + step * slope[j, m]
            # A price crosses zero only by way of zero: there the band has a kink.
            prices[j, m] = 0.0 if before * after < 0.0 else after / transport.targets[j, m]

"""Nodes joined to units that a plan may not divide."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from gridgeo.domain.arrays import FloatArray, IntArray
from gridgeo.errors import InvalidInputError
from gridgeo.territory.graph import sums_by
from gridgeo.territory.problem import Problem


def merged_problem(problem: Problem, unit: IntArray) -> Problem:
    """Return the problem whose nodes are units of nodes: weights add up, units touch where any of their nodes do.

    unit: number of each node's unit, 0 to u - 1, every one used; shape (n,). A unit lies at the mean of its nodes by
    measure 0 (at the plain mean where it has none); an edge between two units costs what their cheapest joining edge
    does, and at least their distance. Homes, locks, bars and the plan before are not carried over.
    Raises InvalidInputError when there are fewer units than territories.
    """
    count = int(unit.max()) + 1
    if count < problem.k:
        raise InvalidInputError("k must be 1 to the {n} nodes, got {given}", n=count, given=problem.k)
    xy_km = _middles(problem, unit, count)
    indptr, indices, cost = _edges(problem, unit, xy_km)
    bridges = unit[problem.bridges] if len(problem.bridges) else problem.bridges
    apart = bridges[bridges[:, 0] != bridges[:, 1]] if len(bridges) else bridges
    return replace(
        problem,
        xy_km=xy_km,
        weights=sums_by(unit, problem.weights, count),
        indptr=indptr,
        indices=indices,
        edge_cost=cost,
        bridges=apart,
        homes=None,
        locks=None,
        previous=None,
        forbidden=np.empty((0, 2), np.int64),
        max_travel=None,
    )


def _middles(problem: Problem, unit: IntArray, count: int) -> FloatArray:
    held = np.bincount(unit, problem.weights[:, 0], minlength=count)
    weight = np.where(held[unit] > 0, problem.weights[:, 0], 1.0)
    total = np.bincount(unit, weight, minlength=count)
    middles: FloatArray = sums_by(unit, problem.xy_km * weight[:, None], count) / total[:, None]
    return middles


def _edges(problem: Problem, unit: IntArray, xy_km: FloatArray) -> tuple[IntArray, np.ndarray, FloatArray]:
    count = len(xy_km)
    source = unit[np.repeat(np.arange(problem.n), np.diff(problem.indptr))]
    target = unit[problem.indices]
    across = source != target
    key = source[across] * np.int64(count) + target[across]
    pairs, place = np.unique(key, return_inverse=True)
    cheapest = np.full(len(pairs), np.inf)
    np.minimum.at(cheapest, place, problem.costs[across])
    one, other = pairs // count, pairs % count
    cost = np.maximum(cheapest, np.hypot(*(xy_km[one] - xy_km[other]).T))
    indptr = np.concatenate([[0], np.cumsum(np.bincount(one, minlength=count))]).astype(np.int64)
    return indptr, other.astype(np.int32), cost

"""Room for territories that a plan before did not have, so that a re-plan begins from something sensible."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from gridgeo.domain.arrays import LabelArray
from gridgeo.territory.problem import Problem


def with_room(problem: Problem, labels: LabelArray) -> LabelArray:
    """Give each territory without nodes the ground around a starting node, up to its target of measure 0.

    labels: shape (n,), the plan before, -1 where nobody's. The start is the node locked to the territory, its home, or
    else the middle of the ground, where most neighbours can give some. Every other territory keeps its middle node. The
    answer may be in pieces: it is a start, and the solver repairs it.
    """
    labels = labels.copy()
    for j in np.flatnonzero(np.bincount(labels[labels >= 0], minlength=problem.k) == 0):
        start = _start(problem, int(j))
        order = np.argsort(_distances(problem, start), kind="stable")
        order = order[~np.isin(order, _middles(problem, labels)) | (order == start)]
        held = np.cumsum(problem.shares[order, 0])
        count = int(np.searchsorted(held, problem.targets[j, 0])) + 1
        labels[order[:count]] = j
    return labels


def most_kept_share(problem: Problem) -> float:
    """Return the largest share of the kept measure that could stay with its territory, by loads and limits alone.

    A territory that is to hold less than it does must give some away, and so must all for one that is new.
    Raises AssertionError without a plan before.
    """
    assert problem.previous is not None  # noqa: S101 - asked of re-plans only
    known = problem.previous >= 0
    weight = problem.shares[:, problem.kept_measure]
    loads = np.bincount(problem.previous[known], weight[known], minlength=problem.k)
    slack = np.nan_to_num(problem.tolerance[problem.kept_measure], nan=np.inf)
    most = problem.targets[:, problem.kept_measure] * (1.0 + slack)
    total = loads.sum()
    return float(np.minimum(loads, most).sum() / total) if total > 0 else 1.0


def _start(problem: Problem, j: int) -> int:
    own = np.flatnonzero(problem.fixed == j)
    if len(own):
        return int(own[0])
    middle = np.average(problem.xy_km, axis=0, weights=problem.pulls)
    gap = np.hypot(*(problem.xy_km - middle).T)
    return int(np.argmin(np.where(problem.fixed < 0, gap, np.inf)))


def _middles(problem: Problem, labels: LabelArray) -> np.ndarray:
    """Return a node of each territory that has any: the one nearest to the mean of its nodes."""
    held = np.flatnonzero(labels >= 0)
    count = np.maximum(np.bincount(labels[held], minlength=problem.k), 1)
    mean = np.column_stack(
        [np.bincount(labels[held], problem.xy_km[held, axis], minlength=problem.k) / count for axis in (0, 1)]
    )
    gap = np.hypot(*(problem.xy_km[held] - mean[labels[held]]).T)
    order = np.lexsort((gap, labels[held]))
    first = np.unique(labels[held][order], return_index=True)[1]
    middles: np.ndarray = held[order[first]]
    return middles


def _distances(problem: Problem, start: int) -> np.ndarray:
    graph = csr_array((problem.costs + 1e-9, problem.indices, problem.indptr), shape=(problem.n, problem.n))
    reach: np.ndarray = np.asarray(dijkstra(graph, indices=np.array([start]))[0], np.float64)
    return reach

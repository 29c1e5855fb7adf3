"""How much of a plan before can stay at all: what must flow between territories that touch, so that loads fit again."""

from __future__ import annotations

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csr_array, vstack

from gridgeo.domain.arrays import FloatArray, IntArray
from gridgeo.territory.problem import Problem

EXACT = 1e-9
"""Sums of shares are this exact."""


def kept_by_flow(problem: Problem) -> float | None:
    """Estimate the share of the load that stays with its territory in the gentlest plan within the tolerance.

    The load that a territory has too much goes to territories that touch it, from these perhaps on to the next; load
    without a territory before goes to whoever touches it. The least flow, of the balanced measure that needs most, is
    what changes hands. An estimate: nodes are whole, measures move together, and pieces must stay whole.
    None without a plan before, or where no flow makes the loads fit.
    Source: minimum-cost flow, Ahuja, Magnanti and Orlin 1993, Network Flows, chapter 1.
    """
    if problem.previous is None or not len(problem.balanced):
        return None
    one, other = touching(problem)
    moved = [_least_flow(problem, int(measure), (one, other)) for measure in problem.balanced]
    known = [share for share in moved if share is not None]
    return 1.0 - max(known) if len(known) == len(moved) else None


def touching(problem: Problem) -> tuple[IntArray, IntArray]:
    """Return the pairs (from, to) of territories of the plan before between which load can go.

    Number k stands for what had no territory; a territory without nodes before can be given load by everybody.
    """
    k, previous = problem.k, problem.previous
    assert previous is not None  # noqa: S101 - asked of re-plans only
    owner = np.where(previous < 0, k, previous).astype(np.int64)
    source = owner[np.repeat(np.arange(problem.n), np.diff(problem.indptr))]
    target = owner[problem.indices]
    fresh = np.flatnonzero(np.bincount(owner, minlength=k + 1)[:k] == 0)
    others = np.setdiff1d(np.unique(owner), fresh)
    source = np.concatenate([source, np.repeat(others, len(fresh))])
    target = np.concatenate([target, np.tile(fresh, len(others))])
    use = (source != target) & (target < k)
    pairs = np.unique(source[use] * (k + 1) + target[use])
    return pairs // (k + 1), pairs % (k + 1)


def _least_flow(problem: Problem, measure: int, pairs: tuple[IntArray, IntArray]) -> float | None:
    """Return the least part of the owned load of a measure that changes hands; None where it cannot be made to fit."""
    k, count = problem.k, len(pairs[0])
    loads = loads_before(problem, measure)
    arcs = np.arange(count)
    gain = csr_array(
        (np.concatenate([np.ones(count), -np.ones(count)]), (np.concatenate(pairs[::-1]), np.tile(arcs, 2))),
        shape=(k + 1, count),
    )
    low, high = limits(problem, measure)
    owned = loads[:k].sum()
    if count == 0:
        # A single territory has nobody to give to: what it has stays, where that fits.
        fits = ((low <= loads[:k] + EXACT) & (loads[:k] <= high + EXACT)).all()
        return 0.0 if fits and owned > 0 else None
    found = linprog(  # type: ignore[call-overload]  # sparse matrices are documented, the stubs lack them
        (pairs[0] < k).astype(np.float64),
        A_ub=vstack([gain[:k], -gain[:k]]),
        b_ub=np.concatenate([high - loads[:k], loads[:k] - low]),
        A_eq=gain[[k]],
        b_eq=[-loads[k]],
        method="highs",
    )
    return float(found.fun / owned) if found.status == 0 and owned > 0 else None


def loads_before(problem: Problem, measure: int) -> FloatArray:
    """Return each territory's share of a measure in the plan before, what had none last; shape (k + 1,)."""
    previous = problem.previous
    assert previous is not None  # noqa: S101 - asked of re-plans only
    owner = np.where(previous < 0, problem.k, previous)
    return np.asarray(np.bincount(owner, problem.shares[:, measure], minlength=problem.k + 1), np.float64)


def limits(problem: Problem, measure: int) -> tuple[FloatArray, FloatArray]:
    """Return the least and most that each territory may hold, as shares of the measure."""
    target, tolerance = problem.targets[:, measure], problem.tolerance[measure]
    return target * (1.0 - tolerance), target * (1.0 + tolerance)

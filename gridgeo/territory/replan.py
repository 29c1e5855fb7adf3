"""Plan again without tearing customers from their people: bisect the change cost until the asked share stays."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from scipy.optimize import linear_sum_assignment

from gridgeo.domain.arrays import FloatArray, LabelArray
from gridgeo.errors import InvalidInputError
from gridgeo.territory.certificate import Violation, kept_share, plan_length, violations_of
from gridgeo.territory.graph import sums_by
from gridgeo.territory.params import Params
from gridgeo.territory.problem import Problem
from gridgeo.territory.solve import Found, Result, best_plan, certified
from gridgeo.territory.stop import Rounds, StopRule

DOUBLINGS = 8
BISECTIONS = 5
MOST_TRIALS = 1 + DOUBLINGS + BISECTIONS
"""Solves that a re-plan makes at most."""
FIRST_COST = 0.05
"""First change cost tried, in mean distances between a node and its territory's middle, about."""


def replan(
    problem: Problem,
    keep_share: float,
    stop: StopRule = Rounds(1),  # noqa: B008  a frozen value
    seed: int = 0,
    params: Params = Params(),  # noqa: B008  a frozen value
    initial: LabelArray | None = None,
) -> Result:
    """Solve from the previous plan so that at least a share of the kept measure stays with its territory.

    problem: with `previous`; its change cost is replaced. keep_share: 0 to 1. stop: of each single solve. initial:
    where each solve begins, the plan before by default.
    Returns the shortest feasible plan met that keeps the share. Where none did, the plan that violates least and then
    keeps most, with a violation ``kept_share`` (in percent) if the share is what was missed.
    Raises InvalidInputError without a previous plan, or for a share outside 0 to 1.
    """
    if problem.previous is None:
        raise InvalidInputError("a plan before is needed to keep a share of it")
    if not 0.0 <= keep_share <= 1.0:
        raise InvalidInputError("the share to keep must be 0 to 1, got {given}", given=keep_share)
    begun = time.process_time()
    begin = problem.previous if initial is None else initial
    tried: list[_Trial] = []

    def keeps(cost: float) -> bool:
        trial = replace(problem, change_cost=cost)
        tried.append(_trial(trial, best_plan(trial, stop, seed, params, begin)))
        return tried[-1].kept >= keep_share

    _bisect(keeps, FIRST_COST * _radius_km(problem))
    best = _chosen(tried, keep_share)
    # Certified once: bounds and the estimate of what could stay take longer than a trial on small ground.
    result = certified(best.problem, best.found, seed, params)
    if best.kept < keep_share:
        missed = Violation("", "kept_share", 100.0 * best.kept, 100.0 * keep_share)
        result = replace(result, feasible=False, violations=(*result.violations, missed))
    return replace(result, rounds=sum(each.found.rounds for each in tried), cpu_s=time.process_time() - begun)


@dataclass(frozen=True, eq=False)
class _Trial:
    """One plan of the bisection. kept: share of the kept measure; length: as the certificate tells it."""

    problem: Problem
    found: Found
    violations: tuple[Violation, ...]
    kept: float
    length: float


def _trial(problem: Problem, found: Found) -> _Trial:
    kept = kept_share(problem, found.labels)
    return _Trial(
        problem,
        found,
        violations_of(problem, found.labels),
        1.0 if kept is None else kept,
        plan_length(problem, found.labels, found.travel),
    )


def _bisect(keeps: Callable[[float], bool], cost: float) -> None:
    """Ask for no cost, then double until enough stays, then halve the interval; what was met is remembered by keeps."""
    if keeps(0.0):
        return
    low = 0.0
    for _ in range(DOUBLINGS):
        if keeps(cost):
            break
        low, cost = cost, 2.0 * cost
    else:
        return
    high = cost
    for _ in range(BISECTIONS):
        middle = 0.5 * (low + high)
        low, high = (low, middle) if keeps(middle) else (middle, high)


def _radius_km(problem: Problem) -> float:
    """Radius of an average territory if the ground were a disc."""
    spread = float(np.sqrt((problem.xy_km - problem.xy_km.mean(0)).var(0).sum()))
    return float(max(spread * np.sqrt(2.0 / problem.k), 1e-6))


def _keeping(tried: list[_Trial], keep_share: float) -> list[_Trial]:
    return [each for each in tried if not each.violations and each.kept >= keep_share]


def _chosen(tried: list[_Trial], keep_share: float) -> _Trial:
    good = _keeping(tried, keep_share)
    return min(good, key=lambda each: each.length) if good else min(tried, key=lambda each: (_excess(each), -each.kept))


def _excess(trial: _Trial) -> float:
    return float(sum(abs(violation.value) - violation.limit for violation in trial.violations))


def matched_labels(
    labels: LabelArray, previous: LabelArray, weight: FloatArray, k: int, targets: FloatArray | None = None
) -> LabelArray:
    """Rename the territories of a fresh plan so that as much weight as possible keeps its number.

    labels, previous: shape (n,), previous -1 where there was none. weight: shape (n,). targets: shape (k, m); only
    territories with equal ones change names, all where None. Not with homes or locks, where names mean places.
    Source: Kuhn 1955, Naval Research Logistics 2 (the assignment problem).
    """
    known = previous >= 0
    both = labels[known].astype(np.int64) * k + previous[known]
    shared = sums_by(both, weight[known, None], k * k).reshape(k, k)
    if targets is not None:
        equal = np.isclose(targets[:, None], targets[None, :]).all(axis=2)
        # Staying oneself is always allowed, so that forbidden pairs are never needed.
        shared = np.where(equal, shared, -1.0 - shared.sum())
    rows, columns = linear_sum_assignment(shared, maximize=True)
    new = np.empty(k, np.int32)
    new[rows] = columns
    return new[labels]

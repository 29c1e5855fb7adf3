"""Plan again without tearing customers from their people: bisect the change cost until the asked share stays."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from scipy.optimize import linear_sum_assignment

from gridgeo.domain.arrays import FloatArray, LabelArray
from gridgeo.errors import InvalidInputError
from gridgeo.territory.certificate import Violation
from gridgeo.territory.graph import sums_by
from gridgeo.territory.params import Params
from gridgeo.territory.problem import Problem
from gridgeo.territory.solve import Result, solve
from gridgeo.territory.stop import Rounds, StopRule

DOUBLINGS = 8
BISECTIONS = 5
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
    begin = problem.previous if initial is None else initial
    tried: list[Result] = []

    def keeps(cost: float) -> bool:
        trial = replace(problem, change_cost=cost)
        tried.append(solve(trial, stop, seed, params, begin))
        return _kept(tried[-1]) >= keep_share

    _bisect(keeps, FIRST_COST * _radius_km(problem))
    best = _chosen(tried, keep_share)
    return replace(best, rounds=sum(result.rounds for result in tried), cpu_s=sum(result.cpu_s for result in tried))


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


def _kept(result: Result) -> float:
    return 1.0 if result.certificate.kept_share is None else result.certificate.kept_share


def _chosen(results: list[Result], keep_share: float) -> Result:
    good = [result for result in results if result.feasible and _kept(result) >= keep_share]
    if good:
        return min(good, key=lambda result: result.certificate.distance)
    best = min(results, key=lambda result: (_excess(result), -_kept(result)))
    if _kept(best) >= keep_share:
        return best
    missed = Violation("", "kept_share", 100.0 * _kept(best), 100.0 * keep_share)
    return replace(best, feasible=False, violations=(*best.violations, missed))


def _excess(result: Result) -> float:
    return float(sum(abs(violation.value) - violation.limit for violation in result.violations))


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

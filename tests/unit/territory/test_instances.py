"""On the shared instances the solver holds what was measured; speed is the benchmark's business."""

from __future__ import annotations

from dataclasses import replace
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from gridgeo.bench.territory_grounds import grown, hidden_plan, made_up, planted, with_river
from gridgeo.territory import Params, Problem, Rounds, solve, verify_plan


def problem_of(instance: Any, measures: int, tolerance: float = 0.05) -> Problem:
    """Balance the first measures of an instance."""
    limits = np.full(instance.weights.shape[1], np.nan)
    limits[:measures] = tolerance
    return Problem(instance.xy_km, instance.weights, instance.indptr, instance.indices, k=instance.k, tolerance=limits)


@pytest.mark.parametrize(("seed", "reference_km"), [(1, 1071.0), (2, 1130.9), (3, 969.7)])
def test_small_mild_ground_is_within_a_percent_of_the_best_known(
    instances: ModuleType, seed: int, reference_km: float
) -> None:
    instance = instances.make("S", "mild", seed)
    result = solve(problem_of(instance, 2), Rounds(3), 1)
    figures = instances.evaluate(instance, result.labels)
    assert result.feasible
    assert figures["in_pieces"] == figures["empty"] == 0
    assert max(figures["imbalance_percent"]) <= 5.0
    assert figures["J_km"] <= 1.01 * reference_km
    assert result.certificate.J_km == pytest.approx(figures["J_km"], abs=0.06)
    assert verify_plan(problem_of(instance, 2), result.labels, result.certificate.as_json()) == []


@pytest.mark.parametrize(("size", "kind", "seed"), [("S", "mild", 1), ("S", "hard", 3)])
def test_the_bench_makes_the_grounds_that_the_references_were_found_on(
    instances: ModuleType, size: str, kind: Any, seed: int
) -> None:
    theirs, ours = instances.make(size, kind, seed), made_up(size, kind, seed)
    assert (ours.cells == theirs.cells).all()
    assert ours.xy_km == pytest.approx(theirs.xy_km, abs=1e-9)
    assert ours.weights == pytest.approx(theirs.weights, rel=1e-9)
    assert grown(ours, 0.35).weights == pytest.approx(instances.grown(theirs, 0.35).weights, rel=1e-9)
    assert planted(size, seed).weights == pytest.approx(instances.planted(size, seed).weights, rel=1e-9)
    assert (hidden_plan(size, seed) == instances.planted_labels(size, seed)).all()
    assert (with_river(ours).indptr == instances.with_river(theirs).indptr).all()


def test_three_measures_are_met_on_small_ground(instances: ModuleType) -> None:
    instance = instances.make("S", "mild", 1)
    assert solve(problem_of(instance, 3), Rounds(3), 1).feasible


def test_no_territory_crosses_the_river(instances: ModuleType) -> None:
    instance = instances.with_river(instances.make("S", "mild", 1))
    result = solve(problem_of(instance, 2), Rounds(2), 1)
    assert instances.evaluate(instance, result.labels)["in_pieces"] == 0


def test_much_empty_ground_is_no_obstacle(instances: ModuleType) -> None:
    instance = instances.make("S", "mild", 1, zero_share=0.4)
    result = solve(problem_of(instance, 2), Rounds(3), 1)
    assert result.feasible


def test_the_locked_cores_of_a_plan_stay(instances: ModuleType) -> None:
    instance = instances.make("S", "mild", 2)
    problem = problem_of(instance, 2)
    plan = solve(problem, Rounds(1), 1).labels
    middle = np.array([instance.xy_km[plan == j].mean(0) for j in range(instance.k)])
    gap = np.hypot(*(instance.xy_km - middle[plan]).T)
    core = np.array([gap[i] <= np.quantile(gap[plan == plan[i]], 0.3) for i in range(problem.n)])
    locks = np.where(core, plan, -1)
    result = solve(replace(problem, locks=locks), Rounds(2), 5)
    assert result.feasible
    assert (result.labels[core] == plan[core]).all()


def test_a_hidden_plan_of_disagreeing_measures_is_matched(instances: ModuleType) -> None:
    result = solve(problem_of(instances.planted("S", 1), 2), Rounds(6), 1)
    assert result.feasible


def test_effort_shows_in_the_length(instances: ModuleType) -> None:
    problem = problem_of(instances.make("S", "mild", 1), 2)
    hasty = solve(problem, Rounds(1), 1, Params(sweeps=100))
    assert solve(problem, Rounds(3), 1).certificate.J_km < hasty.certificate.J_km

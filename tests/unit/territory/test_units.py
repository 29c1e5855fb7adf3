"""Units of nodes are planned whole, and names follow customers only where managers are interchangeable."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from gridgeo.errors import InvalidInputError
from gridgeo.territory import Params, Problem, Rounds, matched_labels, solve, verify_plan
from gridgeo.territory.units import merged_problem


def blocks(problem: Problem) -> np.ndarray:
    """Cut the ground into squares of half a kilometre, numbered from 0."""
    square = np.floor(problem.xy_km / 0.5).astype(np.int64)
    return np.unique(square, axis=0, return_inverse=True)[1].ravel()


def test_units_keep_weight_and_neighbours(hexagons: Callable[..., Problem]) -> None:
    problem = hexagons(9, 3)
    unit = blocks(problem)
    merged = merged_problem(problem, unit)
    np.testing.assert_allclose(merged.weights.sum(0), problem.weights.sum(0))
    source = np.repeat(np.arange(problem.n), np.diff(problem.indptr))
    wanted = {(unit[a], unit[b]) for a, b in zip(source, problem.indices, strict=True) if unit[a] != unit[b]}
    found = set(zip(np.repeat(np.arange(merged.n), np.diff(merged.indptr)), merged.indices, strict=True))
    assert found == wanted


def test_a_plan_of_units_is_one_of_the_nodes_that_divides_none(hexagons: Callable[..., Problem], quick: Params) -> None:
    problem = replace(hexagons(9, 3), tolerance=np.array([0.3, np.nan]))
    unit = blocks(problem)
    merged = merged_problem(problem, unit)
    result = solve(merged, Rounds(2), 1, quick)
    assert verify_plan(merged, result.labels, result.certificate.as_json()) == []
    by_node = result.labels[unit]
    assert all(len(np.unique(by_node[unit == each])) == 1 for each in range(merged.n))


def test_fewer_units_than_territories_are_refused(hexagons: Callable[..., Problem]) -> None:
    problem = hexagons(9, 4)
    with pytest.raises(InvalidInputError):
        merged_problem(problem, np.minimum(np.arange(problem.n), 2))


def test_only_managers_with_equal_targets_change_names() -> None:
    previous = np.repeat(np.arange(3), 10).astype(np.int32)
    labels = np.array([1, 2, 0], np.int32)[previous]
    assert (matched_labels(labels, previous, np.ones(30), 3) == previous).all()
    targets = np.array([[0.4], [0.4], [0.2]])
    kept = matched_labels(labels, previous, np.ones(30), 3, targets)
    # The one with the small target is never renamed, whatever is gained by it.
    assert ((labels == 2) == (kept == 2)).all()

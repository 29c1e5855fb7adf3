"""A problem refuses what no plan could be made for, and says what is wrong."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from gridgeo.errors import InvalidInputError
from gridgeo.territory import Problem

LINE = np.array([[0, 1], [1, 2], [2, 3]])


@pytest.fixture
def line(from_pairs: Callable[..., Problem]) -> Problem:
    """Four nodes in a row, two measures."""
    xy = np.column_stack([np.arange(4.0), np.zeros(4)])
    return from_pairs(xy, np.ones((4, 2)), LINE, 2)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"k": 5}, "k must be 1 to the 4 nodes, got 5"),
        ({"k": 0}, "k must be 1 to the 4 nodes, got 0"),
        (
            {"weights": np.array([[1.0, 1], [1, np.nan], [1, 1], [1, 1]])},
            r"weights must be finite .* got nan at \[1, 1\]",
        ),
        ({"weights": -np.ones((4, 2))}, "weights must be finite and at least 0, got -1.0"),
        ({"weights": np.zeros((4, 2))}, "measure 0 is zero everywhere"),
        ({"weights": np.ones((3, 2))}, r"weights must have shape \(4, 2\)"),
        ({"weights": [["a", "b"]] * 4}, "weights is not an array of numbers"),
        ({"tolerance": [0.0, 0.05]}, "tolerance must be above 0"),
        ({"tolerance": [0.05]}, r"tolerance must have shape \(2,\)"),
        ({"tolerance": [np.inf, 0.05]}, "tolerance must be above 0"),
        ({"homes": [0, 4]}, "homes must be nodes 0 to 3, got 4"),
        ({"homes": [1, 1]}, "two territories have the same home"),
        ({"homes": [0, 1], "locks": [1, -1, -1, -1]}, "the home of territory 0 is locked to another one"),
        ({"locks": [0, 0, 2, -1]}, "locks must be territories 0 to 1, or -1"),
        ({"locks": [0.5, 0, 0, 0]}, "locks must be whole numbers"),
        ({"target_shares": np.full((2, 2), 0.4)}, "target shares must be above 0 and sum to 1"),
        ({"change_cost": -1.0}, "change cost must be at least 0"),
        ({"kept_measure": 2}, "kept measure 2 is not one of the measures"),
        ({"objective": "hops"}, "objective must be median or travel, got hops"),
        ({"objective": "travel"}, "objective travel needs a home"),
        ({"measures": ("a",)}, "measures must be 2 names, got 1"),
        ({"xy_km": np.full((4, 2), np.inf)}, "node 0 has no finite position"),
        ({"edge_cost": [-1.0] * 6}, "edge_cost must be finite and at least 0"),
        ({"indices": [1, 0, 2, 1, 3, 1]}, "edge 2 to 3 has no way back"),
        ({"indices": [0, 0, 2, 1, 3, 2]}, "joins a node to itself"),
        ({"indices": [9, 0, 2, 1, 3, 2]}, "indices must be nodes 0 to 3, got 9"),
        ({"indptr": [0, 1, 3, 5, 7]}, "indptr must rise from 0 to the 6 edges"),
        ({"bridges": [[0, 7]]}, "bridges must be nodes 0 to 3, got 7"),
    ],
)
def test_bad_input_is_named(line: Problem, change: dict[str, Any], words: str) -> None:
    with pytest.raises(InvalidInputError, match=words):
        replace(line, **change)


def test_an_empty_problem_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="at least one node"):
        Problem(np.empty((0, 2)), np.empty((0, 1)), [0], [], k=1, tolerance=[0.1])  # type: ignore[arg-type]


def test_a_problem_cannot_be_changed_under_its_solver(line: Problem) -> None:
    with pytest.raises(ValueError, match="read-only"):
        line.weights[0, 0] = 5.0


def test_a_missing_edge_cost_is_the_straight_km(line: Problem) -> None:
    np.testing.assert_allclose(line.costs, 1.0)


def test_targets_are_equal_unless_given(line: Problem) -> None:
    np.testing.assert_allclose(line.targets, 0.5)
    given = replace(line, target_shares=[[0.3, 0.3], [0.7, 0.7]])
    np.testing.assert_allclose(given.targets.sum(0), 1.0)

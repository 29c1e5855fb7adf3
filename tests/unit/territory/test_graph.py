"""Cells become a graph; small parts are joined by listed bridges."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from gridgeo.errors import InvalidInputError
from gridgeo.territory import Params, Problem, Rounds, components, problem_from_cells, solve, verify_plan


def test_a_small_part_is_joined_by_a_listed_bridge(two_islands: Callable[..., Problem], quick: Params) -> None:
    problem = two_islands(6, 1, 3)
    assert components(problem).max() == 0
    assert len(problem.bridges) == 1
    result = solve(problem, Rounds(2), 1, quick)
    assert result.feasible
    assert result.certificate.pieces == [1, 1, 1]
    assert result.certificate.bridges == problem.bridges.tolist()
    assert verify_plan(problem, result.labels, result.certificate.as_json()) == []


def test_a_bridge_costs_its_way_round(two_islands: Callable[..., Problem]) -> None:
    problem = two_islands(6, 1, 3)
    a, b = problem.bridges[0]
    source = np.repeat(np.arange(problem.n), np.diff(problem.indptr))
    cost = problem.costs[(source == a) & (problem.indices == b)]
    np.testing.assert_allclose(cost, 1.3 * np.hypot(*(problem.xy_km[a] - problem.xy_km[b])))


def test_a_part_that_feeds_whole_territories_stays_apart(two_islands: Callable[..., Problem], quick: Params) -> None:
    problem = two_islands(5, 5, 4)
    assert components(problem).max() == 1
    assert len(problem.bridges) == 0
    result = solve(problem, Rounds(2), 1, quick)
    assert result.feasible
    assert result.certificate.bridges == []


def test_taking_the_bridge_away_puts_the_territory_in_pieces(
    two_islands: Callable[..., Problem], quick: Params
) -> None:
    """Negative control: pieces are excused by the bridge and by nothing else."""
    problem = two_islands(6, 1, 3)
    result = solve(problem, Rounds(1), 1, quick)
    source = np.repeat(np.arange(problem.n), np.diff(problem.indptr))
    a, b = problem.bridges[0]
    bridge = ((source == a) & (problem.indices == b)) | ((source == b) & (problem.indices == a))
    indptr = np.concatenate([[0], np.cumsum(np.bincount(source[~bridge], minlength=problem.n))])
    cut = replace(
        problem,
        indptr=indptr,
        indices=problem.indices[~bridge],
        edge_cost=problem.costs[~bridge],
        bridges=np.empty((0, 2)),
    )
    assert "pieces" in {wrong.what for wrong in verify_plan(cut, result.labels, result.certificate.as_json())}


def test_no_cells_are_no_problem() -> None:
    with pytest.raises(InvalidInputError, match="at least one node"):
        problem_from_cells(np.empty(0, np.uint64), np.empty((0, 1)), 1, [0.05])


def test_neighbouring_cells_are_about_a_third_of_a_km_apart(hexagons: Callable[..., Problem]) -> None:
    problem = hexagons(3, 2)
    assert np.diff(problem.indptr).max() == 6
    assert 0.25 < np.median(problem.costs) < 0.45

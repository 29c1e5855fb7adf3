"""A new plan keeps the asked share of customers, or says that it does not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from gridgeo.errors import InvalidInputError
from gridgeo.territory import Params, Problem, Rounds, matched_labels, replan, solve


@pytest.fixture(scope="module")
def shifted(hexagons: Callable[..., Problem], quick: Params) -> Problem:
    """A ground whose demand has grown on one side since its plan was made."""
    problem = hexagons(9, 4)
    plan = solve(problem, Rounds(2), 1, quick).labels
    growth = 1.0 + 0.5 * (problem.xy_km[:, :1] > 0)
    return replace(problem, weights=problem.weights * growth, previous=plan)


def test_the_asked_share_of_customers_stays(shifted: Problem, quick: Params) -> None:
    fresh = solve(shifted, Rounds(1), 5, quick)
    result = replan(shifted, 0.8, seed=1, params=quick)
    assert result.feasible
    assert result.certificate.kept_share is not None
    assert fresh.certificate.kept_share is not None
    assert result.certificate.kept_share >= 0.8 > fresh.certificate.kept_share


def test_a_share_that_cannot_stay_is_named(shifted: Problem, quick: Params) -> None:
    result = replan(shifted, 1.0, seed=1, params=quick)
    assert not result.feasible
    assert result.violations


def test_a_change_cost_keeps_more(shifted: Problem, quick: Params) -> None:
    kept = [
        solve(replace(shifted, change_cost=cost), Rounds(1), 1, quick, shifted.previous).certificate.kept_share
        for cost in (0.0, 5.0)
    ]
    assert kept[0] is not None
    assert kept[1] is not None
    assert kept[0] < kept[1]


def test_re_planning_needs_a_plan_and_a_share(shifted: Problem) -> None:
    with pytest.raises(InvalidInputError, match="a plan before is needed"):
        replan(replace(shifted, previous=None), 0.9)
    with pytest.raises(InvalidInputError, match=r"must be 0 to 1, got 1\.5"):
        replan(shifted, 1.5)


def test_a_renamed_plan_is_recognised() -> None:
    rng = np.random.default_rng(0)
    previous = rng.integers(0, 6, 300).astype(np.int32)
    names = np.array([3, 0, 5, 1, 4, 2], np.int32)
    found = matched_labels(names[previous], previous, np.ones(300), 6)
    np.testing.assert_array_equal(found, previous)
    previous[:20] = -1
    assert (matched_labels(names[rng.integers(0, 6, 300)], previous, np.ones(300), 6) >= 0).all()

"""A new plan keeps the asked share of customers, or says that it does not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numba import typeof

from gridgeo.errors import InvalidInputError
from gridgeo.territory import Params, Problem, Rounds, matched_labels, replan, solve
from gridgeo.territory.flow import kept_by_flow
from gridgeo.territory.improve import ground_of
from gridgeo.territory.regions import _part_of_ground
from gridgeo.territory.verify_flow import kept_by_prices

from .conftest import problem_of_pairs


@pytest.fixture(scope="module")
def shifted(hexagons: Callable[..., Problem], quick: Params) -> Problem:
    """A ground whose demand has grown on one side since its plan was made."""
    problem = hexagons(9, 4)
    plan = solve(problem, Rounds(2), 1, quick).labels
    growth = 1.0 + 0.5 * (problem.xy_km[:, :1] > 0)
    return replace(problem, weights=problem.weights * growth, previous=plan)


def test_every_ground_and_every_part_of_one_is_of_the_same_types_so_that_kernels_are_compiled_once(
    shifted: Problem,
) -> None:
    costly = replace(shifted, change_cost=0.5)
    by_road = replace(shifted, objective="travel", homes=np.arange(4), edge_cost=shifted.costs * 60.0)
    grounds = [ground_of(problem) for problem in (shifted, costly, by_road)]
    parts = [_part_of_ground(ground, np.arange(20), np.arange(2)) for ground in grounds]
    assert len({typeof(ground) for ground in grounds + parts}) == 1


def test_the_asked_share_of_customers_stays(shifted: Problem, quick: Params) -> None:
    fresh = solve(shifted, Rounds(1), 5, quick)
    result = replan(shifted, 0.8, seed=1, params=quick)
    assert result.feasible
    assert result.certificate.kept_share is not None
    assert fresh.certificate.kept_share is not None
    assert result.certificate.kept_share >= 0.8 > fresh.certificate.kept_share


def test_the_flow_says_how_much_can_stay() -> None:
    """A row of twelve equal nodes, 6 / 3 / 3 before: two must go to the middle, and two of the middle's on."""
    row = problem_of_pairs(
        np.column_stack([np.arange(12.0), np.zeros(12)]),
        np.ones((12, 1)),
        np.column_stack([np.arange(11), np.arange(1, 12)]),
        3,
        tolerance=[1e-9],
        previous=np.repeat([0, 1, 2], [6, 3, 3]),
    )
    assert kept_by_flow(row) == pytest.approx(1 - 3 / 12)
    assert kept_by_prices(row) == pytest.approx(1 - 3 / 12)
    unowned = replace(row, previous=np.repeat([0, 1, -1, 2], [4, 3, 2, 3]))
    assert kept_by_flow(unowned) == pytest.approx(kept_by_prices(unowned)) == pytest.approx(1.0)
    fresh = replace(row, previous=np.repeat([0, 1], [6, 6]))
    assert kept_by_flow(fresh) == pytest.approx(kept_by_prices(fresh)) == pytest.approx(1 - 4 / 12)
    assert kept_by_flow(replace(row, previous=None)) is None
    alone = replace(row, k=1, previous=np.zeros(12, np.int32), locks=None)
    assert kept_by_flow(alone) == kept_by_prices(alone) == 1.0
    nobodys = replace(row, previous=np.full(12, -1))
    assert kept_by_flow(nobodys) == kept_by_prices(nobodys)


@given(seed=st.integers(0, 10_000), k=st.integers(2, 6))
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
def test_amounts_and_prices_agree_on_what_can_stay(scattered: Callable[..., Problem], seed: int, k: int) -> None:
    rng = np.random.default_rng(seed)
    problem = scattered(40, k, seed)
    problem = replace(problem, previous=rng.integers(-1, k, 40))
    amounts, prices = kept_by_flow(problem), kept_by_prices(problem)
    assert (amounts is None) == (prices is None)
    assert amounts is None or amounts == pytest.approx(prices, abs=1e-7)


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

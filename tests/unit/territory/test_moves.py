"""Moves by hand keep up loads, pieces and compactness as if all were computed anew."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridgeo.errors import InvalidInputError
from gridgeo.territory import Moves, Params, Problem, Rounds, certify, solve


@pytest.fixture(scope="module")
def problem(hexagons: Callable[..., Problem]) -> Problem:
    return hexagons(6, 3, zero_share=0.2)


@pytest.fixture(scope="module")
def labels(problem: Problem, quick: Params) -> np.ndarray:
    return solve(problem, Rounds(1), 1, quick).labels


@settings(max_examples=25, deadline=None)
@given(moves=st.lists(st.tuples(st.integers(0, 126), st.integers(0, 2)), min_size=1, max_size=12))
def test_any_moves_end_where_a_certificate_of_the_same_plan_is(
    problem: Problem, labels: np.ndarray, moves: list[tuple[int, int]]
) -> None:
    hand = Moves(problem, labels)
    for node, to in moves:
        if hand.labels[node] != to and (hand.labels == hand.labels[node]).sum() > 1:
            moved = hand.move(node, to)
            assert moved.J_km == pytest.approx(hand.J_km)
            assert moved.contiguous == (hand.pieces[moved.before] == hand.pieces[to] == 1)
    found = certify(problem, hand.labels, False, np.zeros((0, 0)), 1, Params(bound_steps=2))
    np.testing.assert_allclose(hand.loads, found.loads, rtol=1e-9)
    np.testing.assert_allclose(hand.imbalance_percent, found.imbalance_percent, atol=1e-7)
    assert hand.pieces == found.pieces
    assert hand.J_km == pytest.approx(found.J_km, rel=1e-4)


def test_a_move_and_its_way_back_change_nothing(problem: Problem, labels: np.ndarray) -> None:
    hand = Moves(problem, labels)
    before = (hand.loads.copy(), list(hand.pieces), hand.J_km)
    node = 5
    home = int(labels[node])
    there = hand.move(node, (home + 1) % 3)
    back = hand.move(node, home)
    np.testing.assert_allclose(hand.loads, before[0])
    assert hand.pieces == before[1]
    assert hand.J_km == pytest.approx(before[2], rel=1e-6)
    assert there.J_change_km == pytest.approx(-back.J_change_km, rel=1e-3, abs=1e-6)
    assert (labels == Moves(problem, labels).labels).all()


def test_what_may_not_move_is_refused(problem: Problem, labels: np.ndarray) -> None:
    home = int(labels[5])
    locked = replace(problem, locks=np.where(np.arange(problem.n) == 5, home, -1))
    alone = np.where(np.arange(problem.n) == 0, 1, 0)
    for ground, plan, move in (
        (problem, labels, (5, home)),
        (problem, labels, (problem.n, 0)),
        (problem, labels, (5, 3)),
        (locked, labels, (5, (home + 1) % 3)),
        (problem, alone, (0, 0)),
    ):
        hand = Moves(ground, plan)
        with pytest.raises(InvalidInputError):
            hand.move(*move)
        assert (hand.labels == plan).all()

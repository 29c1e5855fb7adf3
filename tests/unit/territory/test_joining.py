"""A territory that is new begins with about its target; what could stay at all is known before solving."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from gridgeo.territory import Params, Problem, Rounds, most_kept_share, solve, with_room


@pytest.fixture(scope="module")
def before(hexagons: Callable[..., Problem], quick: Params) -> Problem:
    problem = hexagons(9, 3)
    return replace(problem, k=4, target_shares=None, previous=solve(problem, Rounds(1), 1, quick).labels)


def test_the_new_one_begins_with_its_target_and_nobody_is_emptied(before: Problem) -> None:
    assert before.previous is not None
    labels = with_room(before, before.previous)
    share = before.shares[labels == 3, 0].sum()
    assert share == pytest.approx(0.25, abs=float(before.shares[:, 0].max()))
    assert (np.bincount(labels, minlength=4) > 0).all()


def test_its_lock_is_where_it_begins(before: Problem) -> None:
    locks = np.full(before.n, -1, np.int32)
    locks[0] = 3
    assert before.previous is not None
    assert with_room(replace(before, locks=locks), before.previous)[0] == 3


def test_a_new_one_of_four_takes_a_quarter_at_least(before: Problem) -> None:
    exact = replace(before, tolerance=np.full(len(before.tolerance), 1e-9))
    assert most_kept_share(exact) == pytest.approx(0.75, abs=1e-6)
    assert most_kept_share(replace(before, k=3)) > 0.9

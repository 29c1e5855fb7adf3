"""A feature that is the target is kept out of potential; what merely goes with it stays."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from gridgeo.scoring.leaks import given_away

NAMES = ("people", "trade", "accounts", "doubled", "constant")


@pytest.fixture(scope="module")
def matrix(ground: Any) -> Any:
    trade = ground.features["trade"].to_numpy()
    counted = ground.customers
    return np.column_stack([ground.people, trade, counted, 2 * counted + 1, np.ones(len(counted))])


def test_the_target_under_another_name_is_found(ground: Any, matrix: Any) -> None:
    assert given_away(NAMES, matrix, ground.customers, "people") == ("accounts", "doubled")


def test_the_exposure_is_never_taken_for_a_leak(ground: Any, matrix: Any) -> None:
    assert given_away(NAMES, matrix, ground.people, "people") == ()
    assert given_away(NAMES, matrix, ground.people, "trade") == ("people",)


def test_no_cells_tell_nothing() -> None:
    assert given_away(("a",), np.zeros((0, 1)), np.zeros(0), "people") == ()

"""The bench's made-up ground is the one that the floors were set on, and the floors hold on it."""

from __future__ import annotations

from types import ModuleType

import numpy as np
import pytest

from gridgeo.bench.score_known_truth import cases, made_up


@pytest.mark.parametrize("seed", [1, 4])
@pytest.mark.parametrize("flat", [False, True])
def test_the_ground_is_the_one_that_the_floors_were_set_on(rates: ModuleType, seed: int, flat: bool) -> None:
    ours, theirs = made_up(seed, flat=flat), rates.make(seed, flat)
    np.testing.assert_array_equal(ours.cells, theirs.cells)
    np.testing.assert_array_equal(ours.people, theirs.people)
    np.testing.assert_array_equal(ours.customers, theirs.customers)
    np.testing.assert_allclose(ours.truth, theirs.truth, atol=1e-9)


def test_every_floor_of_penetration_hot_spots_and_mass_is_met() -> None:
    found = cases(quick=True)
    assert {case.id for case in found} >= {"rmse-ratio", "top-decile-recall", "coverage-90", "deciles-blocked", "mass"}
    assert [case.id for case in found if not case.met] == []

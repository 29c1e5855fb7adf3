"""Customers without a cell bias penetration; the correction is by the share placed around, and named."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridgeo.errors import InvalidInputError
from gridgeo.scoring import placed_correction


def test_a_zone_with_half_of_its_customers_placed_is_corrected_to_near_all() -> None:
    zone = np.repeat([0, 1], 50)
    found = placed_correction(np.full(100, 20.0), np.full(100, 100.0), zone, [1000.0, 0.0])
    assert found.choice == "corrected"
    assert found.customers[:50].sum() == pytest.approx(2000, rel=0.02)
    assert found.customers[50:].sum() == pytest.approx(1000, rel=0.02)
    np.testing.assert_allclose(20.0 / found.people[0], 0.4, rtol=0.02)


def test_placed_only_changes_nothing() -> None:
    found = placed_correction([2.0], [10.0], [0], [5.0], choice="placed")
    assert (found.customers[0], found.people[0], found.share[0]) == (2.0, 10.0, 1.0)


def test_customers_known_to_no_zone_raise_every_zone_alike() -> None:
    base = placed_correction([2.0, 6.0], [10.0, 10.0], [0, 1], [1.0, 1.0])
    more = placed_correction([2.0, 6.0], [10.0, 10.0], [0, 1], [1.0, 1.0], unplaced_elsewhere=10.0)
    np.testing.assert_allclose(more.customers / base.customers, 2.0)


def test_a_ground_without_placed_customers_stays_as_it_is() -> None:
    found = placed_correction([0.0, 0.0], [10.0, 10.0], [0, 1], [4.0, 0.0])
    assert found.share.tolist() == [1.0, 1.0]


@given(
    placed=st.lists(st.floats(0, 1000), min_size=4, max_size=4),
    unplaced=st.lists(st.floats(0, 1000), min_size=2, max_size=2),
)
def test_shares_lie_between_0_and_1(placed: list[float], unplaced: list[float]) -> None:
    found = placed_correction(placed, [5.0] * 4, [0, 0, 1, 1], unplaced)
    assert ((found.share >= 0) & (found.share <= 1 + 1e-12)).all()
    assert (found.customers >= np.array(placed) - 1e-9).all()


def test_a_negative_count_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="unplaced must be finite and not negative"):
        placed_correction([1.0], [1.0], [0], [-1.0])
    with pytest.raises(InvalidInputError, match="zone_index must be positions"):
        placed_correction([1.0], [1.0], [1], [0.0])

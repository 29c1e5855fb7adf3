"""Contribution at internal prices, and the likeliest reason of more customers than people, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from gridgeo.errors import InvalidInputError
from gridgeo.scoring.contribution import CustomerPrices, contribution_fen, gross_fen
from gridgeo.scoring.over import REASONS, over_reasons

NAN = float("nan")


def test_contribution_is_margins_and_fees_less_products_and_contacts() -> None:
    prices = CustomerPrices(balance_share=0.012, contact_fen=600.0)
    gross = gross_fen([1_000_000.0, NAN, -500_000.0], [50.0, 700.0, NAN], prices)
    assert gross.tolist() == pytest.approx([1_000 + 50, 700, -500])
    brought = contribution_fen(gross, [30.0, NAN, 0.0], [4.0, NAN, 24.0], prices)
    assert brought.tolist() == pytest.approx([1_050 - 30 - 200, 700, -500 - 1_200])


def test_a_price_that_is_no_number_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="price"):
        gross_fen([1.0], [1.0], CustomerPrices(balance_share=NAN))


def test_the_first_reason_that_applies_is_taken_and_only_where_customers_exceed_people() -> None:
    over = np.array([True, True, True, True, True, True, False])
    customers, people = np.array([6.0, 2, 30, 30, 30, 30, 6]), np.array([5.0, 0, 20, 20, 20, 20, 60])
    merchants = np.array([0.0, 0, 0, 0, 3, 0, 0])
    point = np.array([3.0, 1, 1, 1, 1, 14, 6])
    border = np.array([0.0, 0, 1, 0, 0, 0, 1])
    years = np.array([NAN, NAN, 5, 2.5, NAN, NAN, 9])
    found = over_reasons(over, customers, people, merchants, (point, border, years))
    assert found.tolist() == ["one_point", "nobody_spread", "border", "old_people", "workplace", "unknown", ""]
    assert set(found) - {""} == set(REASONS)


def test_counts_that_are_none_are_refused() -> None:
    one = np.array([1.0])
    with pytest.raises(InvalidInputError, match="customers"):
        over_reasons(np.array([True]), [-1.0], one, one, (one, one, one))

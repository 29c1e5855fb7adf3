"""Contribution at internal prices, and the likeliest reason of more customers than people, by hand."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from gridgeo.errors import InvalidInputError
from gridgeo.scoring.contribution import CustomerPrices, contribution_fen, gross_fen
from gridgeo.scoring.explained import explain_penetration
from gridgeo.scoring.over import REASONS, over_reasons
from gridgeo.scoring.prior import LocalPrior

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


def test_the_counts_of_a_cell_with_more_customers_than_people_are_told_so_that_they_differ() -> None:
    model: Any = SimpleNamespace(prior=LocalPrior(2.0, 30.0, True, 40), customers=50.0, people=900.0)
    known = {"placed_share": 1.0, "prior_mean": 0.05, "prior_strength": 20.0, "ring_people": 0.0, "ring_customers": 1.0}
    told = [
        str(explain_penetration(known | {"customers": customers, "people": people}, model).notes[0].text())
        for customers, people in ((0.00372, 0.0), (12.34, 3.0), (1234.56, 200.0))
    ]
    counts = ["0.00372 against 0", "12.3 against 3", "1234.6 against 200.0"]
    assert told == [f"more customers than people: {each}" for each in counts]

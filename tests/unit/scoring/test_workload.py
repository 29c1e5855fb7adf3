"""Hours add up by hand, and every unknown is named."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridgeo.domain.words import TIERS
from gridgeo.errors import InvalidInputError
from gridgeo.scoring import EXAMPLE_POLICY, CadencePolicy, CadenceRow, workload_hours

PLAIN = CadencePolicy(
    rows=(
        CadenceRow("high_end", "visit", "month", 1, 60),
        CadenceRow("core", "phone", "quarter", 2, 15),
        CadenceRow("basic", "visit", "year", 1, 30),
    ),
    visits_a_trip=4,
    between_visits_s=0,
)


def test_hours_are_talk_and_shared_travel() -> None:
    hours = workload_hours([[1.0, 2.0, 0.0], [0.0, 0.0, 8.0]], [1800.0, 3600.0], PLAIN)
    # 12 visits of an hour, 16 calls of 15 minutes, 3 trips of an hour; 8 visits of half an hour, 2 trips of two hours.
    np.testing.assert_allclose(hours, [12 + 4 + 3, 4 + 4])


def test_the_shipped_policy_is_labelled_an_example_and_covers_every_tier() -> None:
    assert EXAMPLE_POLICY.example
    assert {row.tier for row in EXAMPLE_POLICY.rows} == set(TIERS)


@given(
    counts=st.lists(st.floats(0, 1e4), min_size=6, max_size=6),
    more=st.floats(0, 100),
    travel_s=st.lists(st.floats(0, 7200), min_size=2, max_size=2),
)
def test_more_customers_or_longer_ways_never_take_less_time(
    counts: list[float], more: float, travel_s: list[float]
) -> None:
    table = np.array(counts).reshape(2, 3)
    base = workload_hours(table, travel_s)
    assert (base >= 0).all()
    assert (workload_hours(table + more, travel_s) >= base).all()
    assert (workload_hours(table, np.array(travel_s) + 60) >= base).all()
    np.testing.assert_allclose(workload_hours(table[::-1], travel_s[::-1]), base[::-1])
    np.testing.assert_allclose(workload_hours(2 * table, travel_s), 2 * base, rtol=1e-9, atol=1e-12)


def test_an_empty_cell_takes_no_time_however_far() -> None:
    assert workload_hours([[0.0, 0.0, 0.0]], [float("nan")], PLAIN).tolist() == [0.0]


def test_unknown_travel_is_named_unless_the_policy_has_a_value() -> None:
    with pytest.raises(InvalidInputError, match="position 1 is unknown"):
        workload_hours([[0.0, 0.0, 0.0], [1.0, 0.0, 0.0]], [float("nan")] * 2, PLAIN)
    known = workload_hours([[1.0, 0.0, 0.0]], [600.0], PLAIN)
    filled = workload_hours([[1.0, 0.0, 0.0]], [float("nan")], replace(PLAIN, unknown_travel_s=600.0))
    np.testing.assert_allclose(filled, known)


@pytest.mark.parametrize(
    ("table", "travel_s", "message"),
    [
        ([[1.0, -1.0, 0.0]], [0.0], "customers of tier core must be finite and not negative"),
        ([[1.0, float("nan"), 0.0]], [0.0], "customers of tier core must be finite"),
        ([[1.0, 0.0]], [0.0], "must have 3 columns"),
        ([[1.0, 0.0, 0.0]], [-5.0], "travel_s must not be negative"),
        ([[1.0, 0.0, 0.0]], [1.0, 2.0], "travel_s must have shape"),
    ],
)
def test_wrong_input_is_named(table: list[list[float]], travel_s: list[float], message: str) -> None:
    with pytest.raises(InvalidInputError, match=message):
        workload_hours(table, travel_s)


def test_a_tier_without_cadence_is_named() -> None:
    with pytest.raises(InvalidInputError, match="no row for tier basic"):
        workload_hours([[1.0, 0.0, 0.0]], [0.0], replace(PLAIN, rows=PLAIN.rows[:2]))


@pytest.mark.parametrize(
    "policy",
    [
        replace(PLAIN, visits_a_trip=0),
        replace(PLAIN, rows=(replace(PLAIN.rows[0], minutes=-1), *PLAIN.rows[1:])),
        replace(PLAIN, rows=(replace(PLAIN.rows[0], period="week"), *PLAIN.rows[1:])),
    ],
)
def test_an_unsound_policy_is_refused(policy: CadencePolicy) -> None:
    with pytest.raises(InvalidInputError, match="cadence policy needs"):
        workload_hours([[1.0, 0.0, 0.0]], [0.0], policy)

"""Class breaks: ascending, complete, and fair to columns full of zeros."""

from __future__ import annotations

import warnings
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridgeo.errors import InvalidInputError
from gridgeo.maps import class_breaks, class_numbers
from gridgeo.maps.breaks import METHODS

COLUMNS = st.lists(
    st.one_of(st.floats(-1e9, 1e9, width=32), st.integers(0, 5).map(float), st.just(0.0), st.just(float("nan"))),
    max_size=200,
)


@settings(deadline=None, max_examples=150)
@given(COLUMNS, st.sampled_from(["quantiles", "equal"]), st.integers(1, 9))
def test_breaks_increase_strictly_and_span_the_values(values: list[float], method: str, classes: int) -> None:
    breaks = class_breaks(values, method, classes)
    known = [value for value in values if not np.isnan(value)]
    if not known:
        assert breaks == []
        return
    assert (breaks[0], breaks[-1]) == (min(known), max(known))
    assert 2 <= len(breaks) <= classes + 1
    if min(known) < max(known):
        assert all(low < high for low, high in pairwise(breaks))


@settings(deadline=None, max_examples=20)
@given(COLUMNS, st.integers(2, 9))
def test_natural_breaks_increase_strictly_too(values: list[float], classes: int) -> None:
    breaks = class_breaks(values, "natural", classes)
    if len(breaks) > 2:
        assert all(low < high for low, high in pairwise(breaks))


@pytest.mark.parametrize(
    ("method", "peer"), [("quantiles", "Quantiles"), ("equal", "EqualInterval"), ("natural", "FisherJenks")]
)
def test_breaks_are_those_of_mapclassify_where_values_do_not_repeat(method: str, peer: str) -> None:
    import mapclassify

    values = np.random.default_rng(4).lognormal(0, 1, 900)
    expected = getattr(mapclassify, peer)(values, k=7).bins
    np.testing.assert_allclose(class_breaks(values, method, 7)[1:], expected, rtol=1e-12)


def test_classes_of_values_are_those_of_mapclassify() -> None:
    import mapclassify

    values = np.random.default_rng(5).lognormal(0, 1, 900)
    np.testing.assert_array_equal(class_numbers(values, class_breaks(values)), mapclassify.Quantiles(values, k=7).yb)


def test_quantiles_hold_about_the_same_number_of_cells() -> None:
    values = np.random.default_rng(6).lognormal(0, 2, 7_000)
    assert set(np.bincount(class_numbers(values, class_breaks(values)))) <= {999, 1_000, 1_001}


def test_many_zeros_have_the_first_class_for_themselves_and_the_rest_is_cut_as_asked() -> None:
    values = [0.0] * 900 + list(range(1, 101))
    breaks = class_breaks(values)
    assert len(breaks) == 8
    counts = np.bincount(class_numbers(values, breaks))
    assert counts[0] == 900
    assert counts[1:].min() >= 15


def test_one_value_beside_many_zeros_has_a_class_of_its_own() -> None:
    assert class_breaks([0.0] * 99 + [5.0]) == [0.0, 2.5, 5.0]


def test_a_column_of_one_value_has_one_class() -> None:
    breaks = class_breaks([3.0, 3.0, np.nan])
    assert breaks == [3.0, 3.0]
    assert class_numbers([3.0, np.nan], breaks).tolist() == [0, -1]


@pytest.mark.parametrize("values", [[], [np.nan], [np.nan, np.inf]])
def test_a_column_without_values_has_no_classes(values: list[float]) -> None:
    assert class_breaks(values) == []
    assert (class_numbers(values, []) == -1).all()


def test_nulls_are_left_out() -> None:
    assert class_breaks([None, 1.0, 2.0, None, 3.0], "equal", 2) == [1.0, 2.0, 3.0]  # type: ignore[list-item]


def test_values_beyond_the_ends_get_the_class_at_that_end() -> None:
    assert class_numbers([-9.0, 1.0, 2.0, 2.1, 99.0], [1.0, 2.0, 3.0]).tolist() == [0, 0, 0, 1, 1]


def test_repeated_values_warn_nobody() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for method in METHODS:
            class_breaks([1, 1, 1, 2, 2, 2, 3], method, 7)


@pytest.mark.parametrize(("method", "classes"), [("jenks", 7), ("quantiles", 0), ("quantiles", 13)])
def test_unknown_methods_and_numbers_of_classes_are_refused(method: str, classes: int) -> None:
    with pytest.raises(InvalidInputError, match=r"must be"):
        class_breaks([1.0, 2.0], method, classes)

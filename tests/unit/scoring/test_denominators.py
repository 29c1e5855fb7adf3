"""People are neither lost nor made when they are spread, moved or rolled up."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridgeo.domain.measures import MEASURE_BY_ID, Measure
from gridgeo.errors import InvalidInputError
from gridgeo.scoring import (
    roll_up_counts,
    roll_up_measure,
    roll_up_shares,
    spread_people,
)

N_ZONES, N_CELLS = 4, 12
numbers = st.floats(0, 1e7, allow_nan=False)
pieces = st.lists(
    st.tuples(st.integers(0, N_ZONES - 1), st.integers(0, N_CELLS - 1), st.floats(1e-6, 1e6)), min_size=1, max_size=60
)


def columns(found: list[tuple[int, int, float]]) -> tuple[list[int], list[int], list[float]]:
    """Turn pieces into zone, cell and weight; every zone gets one piece so that none is without."""
    full = [*found, *((zone, zone, 1.0) for zone in range(N_ZONES))]
    zone, cell, weight = zip(*full, strict=True)
    return list(zone), list(cell), list(weight)


@given(people=st.lists(numbers, min_size=N_ZONES, max_size=N_ZONES), found=pieces)
def test_the_sum_of_people_is_kept(people: list[float], found: list[tuple[int, int, float]]) -> None:
    cells = spread_people(people, columns(found), N_CELLS)
    assert cells.min() >= 0
    assert cells.sum() == pytest.approx(sum(people), rel=1e-9, abs=1e-12)


@given(people=st.lists(numbers, min_size=N_ZONES, max_size=N_ZONES), found=pieces)
def test_the_sum_of_each_zone_is_kept(people: list[float], found: list[tuple[int, int, float]]) -> None:
    for zone in range(N_ZONES):
        alone = [value if at == zone else 0.0 for at, value in enumerate(people)]
        assert spread_people(alone, columns(found), N_CELLS).sum() == pytest.approx(people[zone], rel=1e-9, abs=1e-12)


@given(found=pieces, seed=st.integers(0, 99))
def test_the_order_of_pieces_does_not_matter(found: list[tuple[int, int, float]], seed: int) -> None:
    people = [10.0, 0.0, 3.5, 1e6]
    parts = columns(found)
    order = np.random.default_rng(seed).permutation(len(parts[0]))
    shuffled = tuple(np.asarray(part)[order] for part in parts)
    np.testing.assert_allclose(
        spread_people(people, shuffled, N_CELLS), spread_people(people, parts, N_CELLS), rtol=1e-12, atol=1e-9
    )


def test_more_weight_brings_more_people() -> None:
    cells = spread_people([100.0], ([0, 0], [0, 1], [1.0, 3.0]), 2)
    np.testing.assert_allclose(cells, [25.0, 75.0])


@pytest.mark.parametrize("weights", [([0], [0], [1.0]), ([0, 1], [0, 1], [1.0, 0.0])])
def test_a_zone_without_weights_is_named(weights: tuple[list[int], list[int], list[float]]) -> None:
    with pytest.raises(InvalidInputError, match=r"zone Planken has 5\.0 people and no weights"):
        spread_people([3.0, 5.0], weights, 2, zone_names=["Vaduz", "Planken"])


def test_an_empty_zone_needs_no_weights() -> None:
    np.testing.assert_allclose(spread_people([3.0, 0.0], ([0], [1], [2.0]), 2), [0.0, 3.0])


def test_a_zone_of_zero_weights_is_spread_evenly_only_when_asked() -> None:
    weights = ([0, 0, 1], [0, 1, 2], [0.0, 0.0, 4.0])
    with pytest.raises(InvalidInputError, match="zone 0"):
        spread_people([8.0, 1.0], weights, 3)
    np.testing.assert_allclose(spread_people([8.0, 1.0], weights, 3, without_weights="even"), [4.0, 4.0, 1.0])


@pytest.mark.parametrize(
    ("people", "weight", "message"),
    [
        ([-1.0], 1.0, "people"),
        ([float("nan")], 1.0, "people"),
        ([1.0], -1.0, "weight"),
        ([1.0], float("inf"), "weight"),
    ],
)
def test_a_wrong_number_is_named(people: list[float], weight: float, message: str) -> None:
    with pytest.raises(InvalidInputError, match=f"{message} must be finite and not negative"):
        spread_people(people, ([0], [0], [weight]), 1)


def test_a_cell_outside_the_table_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="cell_index must be positions from 0 to 1"):
        spread_people([1.0], ([0], [2], [1.0]), 2)


@given(values=st.lists(st.integers(0, 1000), min_size=N_CELLS, max_size=N_CELLS))
def test_counts_roll_up_by_adding_and_shares_by_recomputing(values: list[int]) -> None:
    parent = np.arange(N_CELLS) // 5
    people = np.arange(N_CELLS) * 10.0
    rolled = roll_up_counts(values, parent, 3)
    assert rolled.sum() == sum(values)
    share = roll_up_shares(values, people, parent, 3)
    np.testing.assert_allclose(share * roll_up_counts(people, parent, 3), rolled)


def test_a_mean_of_shares_would_differ() -> None:
    share = roll_up_shares([5.0, 0.0], [10.0, 90.0], [0, 0], 1)
    assert share[0] == pytest.approx(0.05)
    assert share[0] != pytest.approx(np.mean([0.5, 0.0]))


def test_a_share_of_nobody_is_undefined() -> None:
    assert np.isnan(roll_up_shares([0.0], [0.0], [0], 1)[0])


def test_measures_roll_up_by_their_kind() -> None:
    parent = [0, 0, 1]
    count = roll_up_measure(MEASURE_BY_ID["customers"], ([1.0, 2.0, 3.0], None), parent, 2)
    np.testing.assert_allclose(count, [3.0, 3.0])
    share = roll_up_measure(MEASURE_BY_ID["penetration"], ([1.0, 2.0, 3.0], [10.0, 10.0, 6.0]), parent, 2)
    np.testing.assert_allclose(share, [0.15, 0.5])


def test_an_index_never_rolls_up() -> None:
    index = Measure("hot", "热点", "Hot spot", "z", "index", "up", "gi-1")
    with pytest.raises(InvalidInputError, match="hot does not roll up"):
        roll_up_measure(index, ([1.0], None), [0], 1)

"""A composite says how far its order hangs on the weights; a quotient hides what it cannot know."""

from __future__ import annotations

import numpy as np
import pytest

from gridgeo.errors import InvalidInputError
from gridgeo.scoring import Component, composite, location_quotient
from gridgeo.scoring.composite import Composite

RNG = np.random.default_rng(8)
VALUES = RNG.normal(size=(200, 3))
GROUP = np.arange(200) % 4
PARTS = (Component("gap", 3.137), Component("people", 1.0713), Component("access", 2.0291, "down"))


@pytest.fixture(scope="module")
def result() -> Composite:
    return composite(VALUES, PARTS, GROUP, draws=300)


def test_ranks_run_from_1_inside_each_group(result: Composite) -> None:
    for group in range(4):
        assert sorted(result.rank[group == GROUP].tolist()) == list(range(1, 51))
        best = np.argmax(np.where(group == GROUP, result.score, -1))
        assert result.rank[best] == 1
    assert result.top.sum() == 40


def test_the_rank_interval_holds_the_rank_and_top_share_follows(result: Composite) -> None:
    assert (result.rank_low <= result.rank_high).all()
    assert ((result.rank_low <= result.rank) & (result.rank <= result.rank_high)).mean() > 0.97
    assert (result.rank_high > result.rank_low).any()
    assert (result.top_share[result.firm] >= 0.8).all()
    assert result.firm.any()
    assert (result.top & ~result.firm).any()


def test_parts_add_up_to_the_score(result: Composite) -> None:
    np.testing.assert_allclose(result.parts.sum(axis=1), result.score)
    assert ((result.score >= 0) & (result.score <= 1)).all()


def test_the_same_seed_gives_the_same_interval_and_units_do_not_matter(result: Composite) -> None:
    again = composite(VALUES * [1.0, 1e6, 3.0] + [0.0, 5.0, -2.0], PARTS, GROUP, draws=300)
    np.testing.assert_array_equal(again.rank_high, result.rank_high)
    np.testing.assert_array_equal(again.rank, result.rank)


def test_the_order_of_cells_does_not_matter(result: Composite) -> None:
    order = RNG.permutation(200)
    again = composite(VALUES[order], PARTS, GROUP[order], draws=300)
    np.testing.assert_array_equal(again.rank_low, result.rank_low[order])


def test_a_better_value_never_ranks_worse(result: Composite) -> None:
    better = VALUES.copy()
    better[17, 0] += 10
    better[17, 2] -= 10
    assert composite(better, PARTS, GROUP, draws=2).rank[17] <= result.rank[17]


def test_a_cell_with_a_missing_component_has_no_score() -> None:
    holes = VALUES.copy()
    holes[5, 1] = np.nan
    found = composite(holes, PARTS, GROUP, draws=5)
    assert np.isnan(found.score[5])
    assert found.rank[5] == 0
    assert not found.top[5]
    assert found.rank[GROUP == 1].max() == 49


def test_equal_cells_share_the_better_rank() -> None:
    found = composite(np.ones((6, 1)), (Component("gap", 1),), np.zeros(6, dtype=int), draws=3)
    assert found.rank.tolist() == [1] * 6


@pytest.mark.parametrize(
    ("values", "parts", "message"),
    [
        (VALUES[:, :2], PARTS, "one column a component"),
        (VALUES, (Component("a", -1), *PARTS[1:]), "weights must not be negative"),
        (VALUES, tuple(Component(part.measure, 0) for part in PARTS), "at least one must be positive"),
        (VALUES[:7], PARTS, "group must have 7 entries"),
    ],
)
def test_wrong_parts_are_named(values: np.ndarray, parts: tuple[Component, ...], message: str) -> None:
    with pytest.raises(InvalidInputError, match=message):
        composite(values, parts, GROUP)


def test_an_empty_table_gives_an_empty_order() -> None:
    assert composite(np.zeros((0, 1)), (Component("gap", 1),), [], draws=2).rank.shape == (0,)


def test_quotients_shrink_to_the_common_mix_and_hide_small_expectations() -> None:
    rng = np.random.default_rng(3)
    table = rng.poisson(rng.gamma(2.0, 20.0, (60, 1)) * [0.6, 0.35, 0.05])
    found = location_quotient(table)
    shown = found.expected >= 5
    assert np.isnan(found.value[~shown]).all()
    assert (~shown).any()
    raw = table[shown] / found.expected[shown]
    assert np.abs(found.value[shown] - 1).max() < np.abs(raw - 1).max()
    inside = (found.low[shown] <= 1) & (found.high[shown] >= 1)
    assert inside.mean() > 0.9


def test_a_true_concentration_is_found() -> None:
    table = np.full((40, 2), 300.0)
    table[:10, 0] = 800.0
    found = location_quotient(table)
    assert (found.low[:10, 0] > 1.05).all()
    assert (found.high[10:, 0] < 1.0).all()


def test_wrong_counts_are_refused() -> None:
    for table in ([[1.0, -1.0]], [[np.nan]], [1.0, 2.0]):
        with pytest.raises(InvalidInputError, match="counts by area and kind"):
            location_quotient(table)
    assert np.isnan(location_quotient(np.zeros((3, 2))).value).all()

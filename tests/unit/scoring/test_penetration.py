"""Shrunk penetration reaches its floors on known truth, its band holds what it says, and odd cells are named."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridgeo.domain import IntArray
from gridgeo.errors import InvalidInputError
from gridgeo.scoring import EvidenceRule, LocalPrior, shrink_penetration, wilson_band

N = 40
people_lists = st.lists(st.floats(0, 5000), min_size=N, max_size=N)
shares = st.lists(st.floats(0, 1), min_size=N, max_size=N)
PRIOR = LocalPrior(strength=30.0, anchor=5.0, estimated=True, n_cells=N)


def row_pairs(n: int) -> tuple[IntArray, IntArray]:
    i, j = np.divmod(np.arange(n * n), n)
    near = (np.abs(i - j) <= 2) & (i != j)
    return i[near], j[near]


def test_error_is_at_most_0_38_of_the_raw_share_on_the_worst_seed(scored: list) -> None:
    assert max(one.figures["rmse_ratio"] for one in scored) <= 0.38


def test_top_decile_recall_is_at_least_1_3_times_raw_on_the_worst_seed(scored: list) -> None:
    assert min(one.figures["top_decile_recall"] / one.raw_recall for one in scored) >= 1.3


def test_the_90_percent_band_covers_0_87_to_0_94_on_every_seed(scored: list) -> None:
    coverage = [one.figures["coverage"] for one in scored]
    assert min(coverage) >= 0.87
    assert max(coverage) <= 0.94


def test_the_band_covers_where_people_are_few(scored: list) -> None:
    assert min(one.figures["coverage_few"] for one in scored) >= 0.85


def test_without_widening_the_band_would_miss_its_floors(scored_narrow: list) -> None:
    assert min(one.figures["coverage"] for one in scored_narrow) < 0.87
    assert min(one.figures["coverage_few"] for one in scored_narrow) < 0.85


def test_a_wald_band_would_undercover_small_cells(scored: list) -> None:
    instance = scored[0].rates
    few = (instance.people > 0) & (instance.people < 20)
    share = instance.customers[few] / instance.people[few]
    half = 1.645 * np.sqrt(share * (1 - share) / instance.people[few])
    wald = np.abs(instance.truth[few] - share) <= half
    low, high = wilson_band(instance.customers[few], instance.people[few])
    wilson = (low <= instance.truth[few]) & (instance.truth[few] <= high)
    assert wald.mean() < 0.75
    assert wilson.mean() > 0.85


def test_the_order_of_cells_does_not_matter(scored: list, ring_two: tuple[IntArray, IntArray]) -> None:
    instance, shrunk = scored[0].rates, scored[0].shrunk
    order = np.random.default_rng(5).permutation(len(instance.people))
    place = np.argsort(order)
    again = shrink_penetration(
        instance.customers[order], instance.people[order], (place[ring_two[0]], place[ring_two[1]])
    )
    np.testing.assert_allclose(again.value, shrunk.value[order], rtol=1e-4)
    np.testing.assert_allclose(again.high, shrunk.high[order], rtol=1e-3)


@settings(max_examples=40)
@given(people=people_lists, share=shares)
def test_shares_and_bands_stay_ordered_between_0_and_1(people: list[float], share: list[float]) -> None:
    exposed = np.array(people)
    found = exposed * np.array(share)
    shrunk = shrink_penetration(found, exposed, row_pairs(N), prior=PRIOR)
    some = (exposed >= 1e-6) & (found <= exposed)
    assert np.isnan(shrunk.value[exposed < 1e-6]).all()
    assert (shrunk.low[some] <= shrunk.high[some]).all()
    assert ((shrunk.low[some] >= 0) & (shrunk.high[some] <= 1)).all()
    between = np.minimum(shrunk.raw, shrunk.prior_mean)[some], np.maximum(shrunk.raw, shrunk.prior_mean)[some]
    assert (shrunk.value[some] >= between[0] - 1e-9).all()
    assert (shrunk.value[some] <= between[1] + 1e-9).all()
    assert (shrunk.prior_strength <= PRIOR.strength + 1e-9).all()


def test_one_more_customer_raises_a_cell_and_lowers_no_neighbour(line_pairs: tuple[IntArray, IntArray]) -> None:
    people, found = np.full(N, 50.0), np.full(N, 10.0)
    more = found.copy()
    more[7] += 1
    before = shrink_penetration(found, people, line_pairs, prior=PRIOR).value
    after = shrink_penetration(more, people, line_pairs, prior=PRIOR).value
    assert after[7] > before[7]
    assert (after >= before - 1e-12).all()


def test_a_cell_is_not_its_own_prior(line_pairs: tuple[IntArray, IntArray]) -> None:
    people, found = np.full(N, 50.0), np.full(N, 10.0)
    more = found.copy()
    more[7] = 40
    before = shrink_penetration(found, people, line_pairs, prior=PRIOR)
    after = shrink_penetration(more, people, line_pairs, prior=PRIOR)
    assert after.prior_mean[7] == pytest.approx(before.prior_mean[7], rel=1e-12)


def test_an_empty_cell_has_no_share_but_a_prior(line_pairs: tuple[IntArray, IntArray]) -> None:
    people, found = np.full(N, 50.0), np.full(N, 10.0)
    people[3] = found[3] = 0
    shrunk = shrink_penetration(found, people, line_pairs)
    assert np.isnan(shrunk.value[3])
    assert np.isnan(shrunk.raw[3])
    assert shrunk.evidence[3] == "none"
    assert shrunk.prior_mean[3] == pytest.approx(0.2, abs=1e-6)
    assert "1 cells have no people" in shrunk.notes[0].text()


def test_more_customers_than_people_are_flagged_and_not_clipped(line_pairs: tuple[IntArray, IntArray]) -> None:
    people, found = np.full(N, 50.0), np.full(N, 10.0)
    people[3], found[3] = 4.0, 12.0
    people[9], found[9] = 0.0, 2.0
    shrunk = shrink_penetration(found, people, line_pairs)
    assert np.flatnonzero(shrunk.over).tolist() == [3, 9]
    assert shrunk.raw[3] == pytest.approx(3.0)
    assert np.isnan([shrunk.low[3], shrunk.high[3], shrunk.wilson_low[3], shrunk.value[9]]).all()
    assert shrunk.evidence[[3, 9]].tolist() == ["none", "none"]
    assert any("more customers than people" in remark.text() for remark in shrunk.notes)


def test_fractional_people_and_customers_are_taken(line_pairs: tuple[IntArray, IntArray]) -> None:
    people = np.linspace(0.3, 60.7, N)
    shrunk = shrink_penetration(0.21 * people, people, line_pairs)
    np.testing.assert_allclose(shrunk.value, 0.21, atol=1e-3)
    assert shrunk.prior.strength > 1000


def test_a_branch_of_one_cell_has_no_evidence() -> None:
    none = np.zeros(0, dtype=np.int64)
    shrunk = shrink_penetration([3.0], [10.0], (none, none))
    assert shrunk.evidence.tolist() == ["none"]
    assert not shrunk.prior.estimated
    assert shrunk.value[0] == pytest.approx(3.5 / 11)
    assert "assumed" in shrunk.notes[0].text()


def test_no_cells_give_no_scores() -> None:
    none = np.zeros(0, dtype=np.int64)
    assert shrink_penetration([], [], (none, none)).value.shape == (0,)


def test_a_ground_without_customers_scores_near_zero(line_pairs: tuple[IntArray, IntArray]) -> None:
    shrunk = shrink_penetration(np.zeros(N), np.full(N, 80.0), line_pairs)
    assert (shrunk.value < 0.01).all()
    assert (shrunk.high < 0.05).all()


def test_evidence_follows_its_written_rule(scored: list) -> None:
    rule, shrunk, people = EvidenceRule(), scored[0].shrunk, scored[0].rates.people
    width = shrunk.high - shrunk.low
    firm = shrunk.evidence == "firm"
    assert (people[firm] >= rule.min_people).all()
    assert ((width[firm] <= rule.max_width) | (width[firm] <= rule.max_relative_width * shrunk.value[firm])).all()
    assert set(shrunk.evidence[people == 0]) == {"none"}
    assert {"firm", "weak"} <= set(shrunk.evidence)


@pytest.mark.parametrize(
    ("customers", "people", "message"),
    [
        ([-1.0, 0.0], [5.0, 5.0], "customers must be finite and not negative; cell at position 0"),
        ([1.0, 0.0], [5.0, -5.0], "people must be finite and not negative; cell at position 1"),
        ([float("nan"), 0.0], [5.0, 5.0], "customers must be finite"),
        ([1.0], [5.0, 5.0], "customers must have shape"),
    ],
)
def test_a_wrong_count_is_named(customers: list[float], people: list[float], message: str) -> None:
    none = np.zeros(0, dtype=np.int64)
    with pytest.raises(InvalidInputError, match=message):
        shrink_penetration(customers, people, (none, none))


@pytest.mark.parametrize("pairs", [([0], [0]), ([0, 1], [1]), ([0], [2])])
def test_a_wrong_ring_is_refused(pairs: tuple[list[int], list[int]]) -> None:
    with pytest.raises(InvalidInputError, match="ring"):
        shrink_penetration([1.0, 1.0], [5.0, 5.0], (np.array(pairs[0]), np.array(pairs[1])))

"""Gaps compare like with like at other branches only."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridgeo.errors import InvalidInputError
from gridgeo.scoring import customer_gap, makeup_clusters, merchant_features, shrink_penetration, with_ring_sums
from gridgeo.scoring.others import others_quantiles

labels = st.lists(
    st.tuples(st.integers(0, 3), st.integers(0, 4), st.floats(0, 1), st.booleans()), min_size=1, max_size=60
)


@given(rows=labels, quantile=st.sampled_from([0.0, 0.3, 0.5, 0.75, 1.0]))
def test_quantiles_of_other_branches_are_those_of_a_plain_loop(rows: list[Any], quantile: float) -> None:
    cluster, branch, rate, example = (np.array(column) for column in zip(*rows, strict=True))
    count, (found,) = others_quantiles(rate, (cluster, branch), example, (quantile,))
    for at in range(len(rows)):
        others = rate[example & (cluster == cluster[at]) & (branch != branch[at])]
        assert count[at] == len(others)
        if len(others):
            assert found[at] == pytest.approx(np.quantile(others, quantile), abs=1e-12)
        else:
            assert np.isnan(found[at])


@pytest.fixture(scope="module")
def shrunk(ground: Any) -> Any:
    return shrink_penetration(ground.customers, ground.people, ground.pairs)


@pytest.fixture(scope="module")
def cluster(ground: Any) -> Any:
    return makeup_clusters(ground.features.with_columns(people=pl.Series(ground.people)))


def test_a_gap_is_what_is_missing_to_the_upper_quartile(ground: Any, shrunk: Any, cluster: Any) -> None:
    gap = customer_gap(ground.customers, ground.people, shrunk, cluster, ground.areas)
    some = np.isfinite(gap.value)
    assert some.any()
    assert (gap.value[some] >= 0).all()
    expected = gap.target_rate * ground.people
    np.testing.assert_allclose(gap.value[some], np.maximum(expected - ground.customers, 0)[some])
    assert (gap.typical[some] <= gap.expected[some]).all()
    assert (gap.low[some & ~shrunk.over] <= gap.high[some & ~shrunk.over]).all()


def test_the_own_branch_sets_no_target(ground: Any, shrunk: Any, cluster: Any) -> None:
    first = customer_gap(ground.customers, ground.people, shrunk, cluster, ground.areas)
    own = ground.areas == 1
    lifted = shrink_penetration(np.where(own, 0, ground.customers), ground.people, ground.pairs, prior=shrunk.prior)
    again = customer_gap(ground.customers, ground.people, lifted, cluster, ground.areas)
    border = np.zeros(len(own), dtype=bool)
    border[ground.pairs[0][own[ground.pairs[1]]]] = True
    # Only the ring prior crosses the border, so targets of the changed branch move by that alone.
    assert np.nanmax(np.abs(again.target_rate - first.target_rate)[own]) < 0.05
    assert np.nanmin(first.target_rate[~own]) > 0
    assert np.nanmean((first.target_rate - again.target_rate)[~own]) > 0


def test_a_gap_lies_inside_its_own_band(ground: Any, shrunk: Any, cluster: Any) -> None:
    gap = customer_gap(ground.customers, ground.people, shrunk, cluster, ground.areas)
    banded = np.isfinite(gap.low) & np.isfinite(gap.high)
    assert banded.any()
    assert ((gap.low <= gap.value) & (gap.value <= gap.high))[banded].all()


def test_more_customers_never_widen_a_gap(ground: Any, shrunk: Any, cluster: Any) -> None:
    fewer = customer_gap(ground.customers, ground.people, shrunk, cluster, ground.areas).value
    more = customer_gap(ground.customers + 3, ground.people, shrunk, cluster, ground.areas).value
    assert (more[np.isfinite(more)] <= fewer[np.isfinite(more)]).all()


def test_a_single_branch_has_no_comparable_cells_and_no_gap(ground: Any, shrunk: Any, cluster: Any) -> None:
    gap = customer_gap(ground.customers, ground.people, shrunk, cluster, np.zeros(900, dtype=int))
    assert np.isnan(gap.value).all()
    assert set(gap.evidence) == {"none"}
    assert gap.comparable.max() == 0


def test_a_firm_gap_lies_wholly_below_its_target(ground: Any, shrunk: Any, cluster: Any) -> None:
    gap = customer_gap(ground.customers, ground.people, shrunk, cluster, ground.areas)
    firm = gap.evidence == "firm"
    assert firm.any()
    assert (shrunk.high[firm] < gap.target_rate[firm]).all()
    assert (gap.comparable[firm] >= 30).all()
    assert set(gap.evidence[ground.people == 0]) <= {"none"}


def test_lengths_must_agree(ground: Any, shrunk: Any) -> None:
    with pytest.raises(InvalidInputError, match="cluster must have shape"):
        customer_gap(ground.customers, ground.people, shrunk, [0], ground.areas)
    with pytest.raises(InvalidInputError, match="branch_index must be positions"):
        customer_gap(ground.customers, ground.people, shrunk, ground.areas, ground.areas - 1)


def test_clusters_do_not_depend_on_the_order_of_cells(ground: Any, cluster: Any) -> None:
    frame = ground.features.with_columns(people=pl.Series(ground.people))
    order = np.random.default_rng(4).permutation(len(frame))
    again = makeup_clusters(frame[order])
    pairs = set(zip(cluster[order].tolist(), again.tolist(), strict=True))
    assert len(pairs) == len({one for one, _ in pairs}) == len({two for _, two in pairs})


def test_empty_cells_take_no_cluster_from_the_inhabited() -> None:
    rng = np.random.default_rng(1)
    people = np.concatenate([np.zeros(400), rng.gamma(2.0, 50.0, 120)])
    frame = pl.DataFrame({"people": people, "street_m": np.concatenate([rng.gamma(1.0, 9.0, 400), people[400:] * 5])})
    told = makeup_clusters(frame, among=people > 0, n_clusters=4)
    assert len(set(told[400:].tolist())) == 4
    assert len(set(makeup_clusters(frame, n_clusters=4)[400:].tolist())) < 4
    with pytest.raises(InvalidInputError, match="among must have shape"):
        makeup_clusters(frame, among=[True])


def test_cells_that_are_all_alike_form_one_cluster() -> None:
    assert makeup_clusters(pl.DataFrame({"a": [0.0] * 200})).tolist() == [0] * 200
    assert makeup_clusters(pl.DataFrame({"a": [1.0, 2.0]})).tolist() == [0, 0]
    with pytest.raises(InvalidInputError, match="clusters must be 1 to 2, got 3"):
        makeup_clusters(pl.DataFrame({"a": [1.0, 2.0]}), n_clusters=3)


def test_merchants_are_counted_by_merged_industry() -> None:
    frame = merchant_features(["food", "retail", "public", "health"], [0, 0, 2, 2], 3)
    assert frame["merchants_trade"].to_list() == [2.0, 0.0, 0.0]
    assert frame["merchants_public"].to_list() == [0.0, 0.0, 1.0]
    assert frame.sum_horizontal().sum() == 4
    with pytest.raises(InvalidInputError, match="unknown industry casino"):
        merchant_features(["casino"], [0], 1)


def test_ring_sums_leave_the_cell_itself_out() -> None:
    frame = with_ring_sums(
        pl.DataFrame({"a": [1.0, 10.0, 100.0]}), (np.array([0, 1, 1, 2]), np.array([1, 0, 2, 1])), ["a"]
    )
    assert frame["ring_a"].to_list() == [10.0, 101.0, 10.0]
    with pytest.raises(InvalidInputError, match="feature b is missing"):
        with_ring_sums(frame, (np.zeros(0, dtype=int), np.zeros(0, dtype=int)), ["b"])

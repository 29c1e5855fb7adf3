"""Hot spots are not found in noise, and are found where there are some."""

from __future__ import annotations

from types import ModuleType

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from gridgeo.cells import ring_pairs
from gridgeo.domain import IntArray
from gridgeo.errors import InvalidInputError
from gridgeo.scoring import hot_spots, shrink_penetration
from gridgeo.scoring.hotspots import _moments, adjusted_p_values
from gridgeo.scoring.rings import ring_sums

SEEDS = range(1, 21)


@pytest.mark.parametrize("k", [1, 2])
def test_one_share_everywhere_gives_no_spot_in_20_seeds(rates: ModuleType, k: int) -> None:
    pairs = ring_pairs(rates.make(1).cells, k)
    found = []
    small = []
    for seed in SEEDS:
        flat = rates.hotspot_free(seed)
        spots = hot_spots(flat.customers, flat.people, pairs)
        found.append(int((spots.kind != "none").sum()))
        small.append(np.nanmean(spots.p_value < 0.05))
    assert found == [0] * 20
    assert 0.03 < np.mean(small) < 0.07


def test_without_the_discovery_rate_noise_would_show_spots(
    rates: ModuleType, ring_two: tuple[IntArray, IntArray]
) -> None:
    flat = rates.hotspot_free(1)
    assert (hot_spots(flat.customers, flat.people, ring_two).p_value < 0.05).sum() > 20


def test_shares_shrunk_to_their_neighbours_would_show_spots_in_noise(
    rates: ModuleType, ring_two: tuple[IntArray, IntArray]
) -> None:
    flat = rates.hotspot_free(1)
    value = shrink_penetration(flat.customers, flat.people, ring_two).value
    x = np.where(np.isfinite(value), value - np.nanmean(value), 0.0)
    n_ring = 1 + np.bincount(ring_two[0], minlength=len(x))
    z = (x + ring_sums(x, ring_two)) / (x.std() * np.sqrt(n_ring))
    assert (adjusted_p_values(2 * stats.norm.sf(np.abs(z))) <= 0.05).sum() > 20


def test_true_spots_are_found_on_the_right_side(rates: ModuleType, ring_two: tuple[IntArray, IntArray]) -> None:
    for seed in (1, 2, 3, 4, 5):
        instance = rates.make(seed)
        spots = hot_spots(instance.customers, instance.people, ring_two)
        hot, cold = spots.kind == "hot", spots.kind == "cold"
        assert hot.sum() >= 50
        assert cold.sum() >= 50
        assert (instance.truth[hot] > spots.share).mean() > 0.95
        assert (instance.truth[cold] < spots.share).mean() > 0.95


@given(
    p=st.lists(st.floats(0, 1), min_size=1, max_size=50),
)
def test_adjusted_p_values_agree_with_scipy(p: list[float]) -> None:
    np.testing.assert_allclose(
        adjusted_p_values(np.array(p)), stats.false_discovery_control(p, method="by"), rtol=1e-9, atol=1e-12
    )


def test_moments_are_those_of_the_beta_binomial() -> None:
    n, share, strength = 37.0, 0.23, 20.0
    variance, third = _moments(np.array([n]), share, 1 / (strength + 1))
    known = stats.betabinom(37, strength * share, strength * (1 - share)).stats("mvs")
    assert variance[0] * n**2 == pytest.approx(known[1])
    assert third[0] * n**3 == pytest.approx(known[2] * known[1] ** 1.5)


def test_sparse_rings_are_not_tested_and_odd_cells_do_not_count(line_pairs: tuple[IntArray, IntArray]) -> None:
    people = np.full(40, 2.0)
    spots = hot_spots(people / 5, people, line_pairs)
    assert np.isnan(spots.p_value).all()
    assert set(spots.kind) == {"none"}
    odd = np.full(40, 100.0)
    found = odd / 5
    found[20], odd[20] = 900.0, 3.0
    assert set(hot_spots(found, odd, line_pairs).kind) == {"none"}


@pytest.mark.parametrize("customers", [0.0, 50.0])
def test_a_share_of_nothing_or_all_has_no_spots(line_pairs: tuple[IntArray, IntArray], customers: float) -> None:
    spots = hot_spots(np.full(40, customers), np.full(40, 50.0), line_pairs)
    assert set(spots.kind) == {"none"}


def test_wrong_input_is_named(line_pairs: tuple[IntArray, IntArray]) -> None:
    with pytest.raises(InvalidInputError, match="false discovery rate must lie between 0 and 1"):
        hot_spots(np.ones(40), np.ones(40), line_pairs, false_discovery=5)
    with pytest.raises(InvalidInputError, match="customers must be finite"):
        hot_spots(-np.ones(40), np.ones(40), line_pairs)

"""A branch scored again by itself has the figures that scoring the whole bank with the same model would give it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl
import pytest

from gridgeo.domain.words import INDUSTRIES, TIERS
from gridgeo.errors import InvalidInputError
from gridgeo.scoring import customer_gap, predict_potential, shrink_penetration, with_ring_sums, workload_hours
from gridgeo.scoring.basis import Fits, Rate, basis_frame, rate_columns
from gridgeo.scoring.makeup import assign_clusters
from gridgeo.scoring.rescore import RESCORED, BranchCounts, Rescored, rescore
from gridgeo.scoring.score_model import ScoreModel

from .test_score_model import BRANCHES, fits_of

OWN = 2
MERCHANTS = ("merchants_trade", "merchants_services", "merchants_public")


@pytest.fixture(scope="module")
def bank(ground: Any) -> Any:
    """The ground with features as the pipeline names them."""
    rng = np.random.default_rng(3)
    counts = {name: rng.poisson(0.5, len(ground.people)).astype(float) for name in MERCHANTS}
    makeup = ground.features.select("access_s", "building_m2").with_columns(
        people=pl.Series(ground.people), **{name: pl.Series(values) for name, values in counts.items()}
    )
    rings = ("people", "merchants_trade", "merchants_services")
    return replace(ground, features=with_ring_sums(makeup, ground.pairs, rings))


@pytest.fixture(scope="module")
def fits(bank: Any) -> Fits:
    return fits_of(bank)


def split(customers: Any) -> Any:
    return np.column_stack([customers * part for part in (0.1, 0.3, 0.6)])


def stored(bank: Any, fits: Fits) -> tuple[ScoreModel, pl.DataFrame]:
    by_tier = split(bank.customers)
    rates = {
        tier: Rate(by_tier[:, at], shrink_penetration(by_tier[:, at], fits.corrected.people, bank.pairs))
        for at, tier in enumerate(TIERS)
    }
    cells = np.arange(len(bank.people), dtype=np.uint64)
    travel_s = bank.features["access_s"].to_numpy()
    basis = basis_frame(fits, cells, by_tier, bank.people, travel_s, bank.pairs)
    shops = pl.DataFrame({f"merchants_{name}": np.zeros(len(cells)) for name in INDUSTRIES})
    counted = shops.with_columns(customers_hard=pl.Series(np.floor(bank.customers)))
    return fits.record(9, bank.customers, {}, rates), basis.hstack(rate_columns(fits, rates, bank.pairs)).hstack(
        counted
    )


def own_pairs(bank: Any) -> Any:
    own = bank.areas == OWN
    place = np.cumsum(own) - 1
    both = own[bank.pairs[0]] & own[bank.pairs[1]]
    return place[bank.pairs[0][both]], place[bank.pairs[1][both]]


def again(bank: Any, fits: Fits, customers: Any, makeup: pl.DataFrame) -> Rescored:
    own = bank.areas == OWN
    model, basis = stored(bank, fits)
    none = np.zeros((own.sum(), len(INDUSTRIES)))
    new = BranchCounts(split(customers[own]), np.floor(customers[own]), none, makeup.filter(pl.Series(own)))
    return rescore(model, basis.filter(pl.Series(own)), new, BRANCHES[OWN], own_pairs(bank))


def test_a_branch_without_changes_keeps_its_figures(bank: Any, fits: Fits) -> None:
    own = bank.areas == OWN
    found = again(bank, fits, bank.customers, bank.features.select(MERCHANTS))
    for name, part in (("penetration", fits.shrunk), ("potential", fits.potential), ("gap", fits.gap)):
        for at, end in enumerate(("value", "low", "high")):
            np.testing.assert_allclose(found.columns[name][at], getattr(part, end)[own], rtol=1e-9, atol=1e-9)
        assert (found.columns[name][3] == part.evidence[own]).all()
    model, basis = stored(bank, fits)
    assert found.model.customers == pytest.approx(model.customers)
    assert found.basis.columns == basis.columns
    before = basis.filter(pl.Series(own))
    for name in basis.columns:
        np.testing.assert_allclose(found.basis[name].to_numpy(), before[name].to_numpy(), rtol=1e-9, atol=1e-9)
    assert set(found.columns) == set(found.changed) == set(RESCORED)
    assert not any(cells.any() for cells in found.changed.values())


def test_new_customers_and_merchants_give_what_the_whole_bank_would_give(bank: Any, fits: Fits) -> None:
    rng = np.random.default_rng(4)
    own = bank.areas == OWN
    customers = bank.customers + np.where(own, rng.poisson(2.0, len(own)), 0)
    more = np.where(own, rng.poisson(0.4, len(own)), 0).astype(float)
    makeup = bank.features.select(MERCHANTS).with_columns(pl.col("merchants_trade") + pl.Series(more))
    found = again(bank, fits, customers, makeup)
    assert (found.changed["customers"] == (customers != bank.customers)[own]).all()
    assert found.changed["penetration"].all()
    assert found.changed["potential"].any()
    whole = shrink_penetration(customers, fits.corrected.people, bank.pairs, prior=fits.shrunk.prior)
    for at, end in enumerate(("value", "low", "high")):
        np.testing.assert_allclose(found.columns["penetration"][at], getattr(whole, end)[own], rtol=1e-9)
    plain = bank.features.select(name for name in bank.features.columns if not name.startswith("ring_"))
    features = with_ring_sums(
        plain.with_columns(makeup.get_columns()), bank.pairs, ("people", "merchants_trade", "merchants_services")
    )
    potential = predict_potential(fits.model, features, bank.people, proven=True)
    np.testing.assert_allclose(found.columns["potential"][0], potential.value[own], rtol=1e-9)
    np.testing.assert_allclose(
        found.columns["workload"][0], workload_hours(split(customers[own]), bank.features["access_s"].to_numpy()[own])
    )
    # Customers of the own branch move its own gap, never its targets: those are other branches'.
    cluster = assign_clusters(fits.clusters, features)
    gap = customer_gap(customers / fits.corrected.share, bank.people, whole, cluster, bank.areas)
    same = cluster[own] == fits.cluster[own]
    others_same = np.isfinite(gap.value[own]) & same
    expected = np.maximum(fits.gap.target_rate * bank.people - customers / fits.corrected.share, 0.0)[own]
    np.testing.assert_allclose(found.columns["gap"][0][others_same], expected[others_same], rtol=1e-9, atol=1e-9)


def test_negative_counts_are_refused(bank: Any, fits: Fits) -> None:
    with pytest.raises(InvalidInputError, match="customers must be finite and not negative"):
        again(bank, fits, np.full(len(bank.people), -1.0), bank.features.select(MERCHANTS))

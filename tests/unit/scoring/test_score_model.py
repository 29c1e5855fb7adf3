"""The record of fitted scores reads back as it was written, and says of a cell what the fit itself said."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl
import pytest

from gridgeo.errors import InvalidInputError
from gridgeo.scoring import fit_potential, placed_correction, predict_potential, shrink_penetration
from gridgeo.scoring.basis import Fits, basis_frame, compare, settled_potential
from gridgeo.scoring.makeup import assign_clusters, fit_clusters, makeup_clusters
from gridgeo.scoring.potential import model_bytes, settled_model
from gridgeo.scoring.prior import prior_from_ring
from gridgeo.scoring.score_model import comparables_by, pool_of, score_model_bytes, score_model_from_bytes

BRANCHES = ["a", "b", "c", "d"]


def fits_of(ground: Any) -> Fits:
    corrected = placed_correction(ground.customers, ground.people, ground.areas, [20.0, 0.0, 5.0, 90.0])
    shrunk = shrink_penetration(ground.customers, corrected.people, ground.pairs)
    fitted = fit_potential(ground.features, corrected.customers, ground.people, groups=ground.areas)
    model, potential = settled_potential(fitted, ground.features, ground.people, proven=True)
    compared = compare(ground.features, ground.people, corrected, shrunk, (ground.areas, BRANCHES))
    named = {name: getattr(compared, name) for name in ("clusters", "cluster", "gap", "targets")}
    return Fits(corrected, shrunk, ground.features, model, potential, proven=True, **named)


@pytest.fixture(scope="module")
def fits(ground: Any) -> Fits:
    return fits_of(ground)


def test_the_record_reads_back_and_the_same_inputs_give_the_same_bytes(ground: Any, fits: Fits) -> None:
    record = fits.record(9, ground.customers, {"ground": 1, "bank": 2}, {})
    body = score_model_bytes(record)
    assert score_model_from_bytes(body) == record
    assert score_model_bytes(fits_of(ground).record(9, ground.customers, {"ground": 1, "bank": 2}, {})) == body
    assert score_model_bytes(replace(record, versions={"ground": 1, "bank": 3})) != body


def test_a_record_of_another_format_is_refused(ground: Any, fits: Fits) -> None:
    body = score_model_bytes(fits.record(9, ground.customers, {}, {}))
    with pytest.raises(InvalidInputError, match="another release"):
        score_model_from_bytes(body.replace(b"score-model-1", b"score-model-0"))


def test_what_is_predicted_follows_from_the_stored_numbers(ground: Any, fits: Fits) -> None:
    again = settled_model(fits.model)
    assert again == fits.model
    assert model_bytes(again) == model_bytes(fits.model)
    found = predict_potential(again, ground.features, ground.people, proven=True)
    np.testing.assert_array_equal(found.value, fits.potential.value)


def test_cells_are_compared_by_the_record_as_by_the_fit(ground: Any, fits: Fits) -> None:
    record = fits.record(9, ground.customers, {}, {})
    for at, branch in enumerate(BRANCHES):
        own = ground.areas == at
        found = comparables_by(record, fits.cluster[own], branch)
        np.testing.assert_array_equal(found.count, fits.gap.comparable[own])
        known = np.isfinite(fits.gap.target_rate[own])
        np.testing.assert_array_equal(found.target_rate[known], fits.gap.target_rate[own][known])
    # A branch that no cell of the record has: all examples of a cluster are other branches'.
    kinds = np.arange(len(record.clusters.centres))
    others = comparables_by(record, kinds, "new").count
    assert (others >= comparables_by(record, kinds, "a").count).all()


def test_the_prior_of_a_cell_follows_from_its_ring_and_the_others(ground: Any, fits: Fits) -> None:
    record = fits.record(9, ground.customers, {}, {})
    by_tier = np.column_stack([ground.customers, np.zeros(len(ground.people)), np.zeros(len(ground.people))])
    cells = np.arange(len(ground.people), dtype=np.uint64)
    frame = basis_frame(fits, cells, by_tier, ground.people, np.zeros(len(cells)), ground.pairs)
    exposed = ground.people * fits.corrected.share
    pool = pool_of(record, ground.customers, exposed)
    evidence = (frame["ring_people"].to_numpy(), frame["ring_customers"].to_numpy())
    mean, strength = prior_from_ring(record.prior, evidence, pool)
    np.testing.assert_allclose(mean, fits.shrunk.prior_mean, rtol=1e-12)
    np.testing.assert_allclose(strength, fits.shrunk.prior_strength, rtol=1e-12)


def test_clusters_of_a_record_are_those_of_the_fit_for_any_part_of_the_cells(ground: Any) -> None:
    makeup = ground.features.with_columns(people=pl.Series(ground.people))
    clusters = fit_clusters(makeup)
    every = makeup_clusters(makeup)
    np.testing.assert_array_equal(assign_clusters(clusters, makeup), every)
    np.testing.assert_array_equal(assign_clusters(clusters, makeup[100:200]), every[100:200])
    with pytest.raises(InvalidInputError, match="feature people is missing"):
        assign_clusters(clusters, makeup.drop("people"))

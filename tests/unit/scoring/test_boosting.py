"""Boosted trees take the place of the regression of potential only where they forecast areas left out better."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import polars as pl
import pytest

from gridgeo.scoring import PotentialOptions, fit_potential, model_bytes, predict_potential
from gridgeo.scoring.boosting import contributions, fit_forest, forest_mean
from gridgeo.scoring.explained_potential import explain_potential
from gridgeo.scoring.potential import model_from_bytes
from gridgeo.scoring.potential_model import PotentialModel

CELLS, AREAS = 900, 5
AUTO = PotentialOptions(boosting=True)


def ground(kinked: bool) -> tuple[pl.DataFrame, np.ndarray, np.ndarray, np.ndarray]:
    """Make up features, customers, people and areas; kinked: the share jumps where two features disagree."""
    rng = np.random.default_rng(7)
    people = rng.integers(20, 400, CELLS).astype(float)
    shops, offices = rng.normal(size=(2, CELLS))
    share = 0.05 + 0.25 * ((shops > 0) != (offices > 0)) if kinked else np.exp(-2.2 + 0.3 * shops - 0.2 * offices)
    customers = rng.poisson(people * np.minimum(share, 0.9)).astype(float)
    return pl.DataFrame({"shops": shops, "offices": offices}), customers, people, rng.integers(0, AREAS, CELLS)


def fitted(kinked: bool, options: PotentialOptions = AUTO) -> PotentialModel:
    features, customers, people, areas = ground(kinked)
    return fit_potential(features, customers, people, groups=areas, options=options)


@pytest.fixture(scope="module")
def trees() -> PotentialModel:
    return fitted(True)


def test_trees_that_forecast_better_are_taken_and_both_figures_told(trees: PotentialModel) -> None:
    assert (trees.form, trees.method) == ("trees", "boosted-trees-1")
    remark = trees.notes[0]
    assert remark.template.startswith("boosted trees took the place of the regression")
    figures = dict(remark.values)
    assert float(figures["trees"]) > float(figures["glm"]) + 2


def test_trees_that_forecast_no_better_are_not_taken() -> None:
    model = fitted(False)
    assert model.form in ("offset", "feature")
    assert model.notes[0].template.startswith("boosted trees were tried and not taken")


def test_the_regression_is_the_default_and_trees_are_not_even_tried() -> None:
    model = fitted(True, PotentialOptions())
    assert model.form in ("offset", "feature")
    assert not any("trees" in remark.template for remark in model.notes)


def test_the_stored_trees_are_the_same_bytes_and_the_same_expectations(trees: PotentialModel) -> None:
    features, _, people, _ = ground(True)
    assert model_bytes(fitted(True)) == model_bytes(trees)
    stored = model_from_bytes(model_bytes(trees))
    assert model_bytes(stored) == model_bytes(trees)
    ours, theirs = (predict_potential(model, features, people, proven=True) for model in (trees, stored))
    assert ours.value == pytest.approx(theirs.value, rel=1e-9)
    assert set(ours.evidence) == {"weak"}
    assert ((theirs.low <= theirs.value) & (theirs.value <= theirs.high)).all()


def test_nobody_is_expected_where_nobody_lives(trees: PotentialModel) -> None:
    features, _, people, _ = ground(True)
    found = predict_potential(trees, features, np.zeros(len(people)))
    assert (found.value == 0).all()
    assert set(found.evidence) == {"none"}


def test_what_the_features_add_is_what_the_trees_say(trees: PotentialModel) -> None:
    features, _, people, _ = ground(True)
    stored = model_from_bytes(model_bytes(trees))
    expected = predict_potential(stored, features, people).value
    for at in (0, 17, 500):
        row = {name: float(features[name][at]) for name in features.columns}
        told = explain_potential(row, float(people[at]), SimpleNamespace(potential=stored))  # type: ignore[arg-type]
        assert told.value == pytest.approx(expected[at], rel=1e-9)
        assert any(part.symbol == "t_shops" for part in told.parts)


def test_contributions_add_up_to_the_forest() -> None:
    rng = np.random.default_rng(3)
    matrix = rng.normal(size=(200, 3))
    forest = fit_forest(("a", "b", "c"), matrix, rng.poisson(5 + 4 * (matrix[:, 0] > 0)).astype(float))
    start, added = contributions(forest, matrix)
    mean = np.expm1(start + added.sum(axis=1)) * forest.factor
    assert mean == pytest.approx(forest_mean(forest, ("a", "b", "c"), matrix), rel=1e-9)

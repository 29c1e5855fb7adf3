"""Expected customers follow their known drivers, say how sure they are, and fall back openly."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import polars as pl
import pytest

from gridgeo.errors import InvalidInputError
from gridgeo.scoring import (
    PotentialOptions,
    fit_potential,
    model_bytes,
    overdispersion,
    potential_model,
    predict_potential,
)
from gridgeo.scoring.glm import dispersion_of, fit_negative_binomial, shrunk_fit


def texts(model: Any) -> str:
    return " / ".join(remark.text() for remark in model.notes)


@pytest.fixture(scope="module")
def model(ground: Any) -> Any:
    return fit_potential(ground.features, ground.customers, ground.people, groups=ground.areas)


def test_expected_customers_follow_the_known_level(ground: Any, model: Any) -> None:
    found = predict_potential(model, ground.features, ground.people)
    assert np.corrcoef(found.value, ground.level)[0, 1] > 0.75
    assert found.value.sum() == pytest.approx(ground.customers.sum(), rel=0.05)


def test_the_band_holds_the_level_of_a_cell_nine_times_in_ten(ground: Any, model: Any) -> None:
    found = predict_potential(model, ground.features, ground.people)
    some = ground.people > 0
    inside = (found.low <= ground.level) & (ground.level <= found.high)
    assert 0.86 <= inside[some].mean() <= 0.94


def test_a_poisson_band_would_miss_the_level(ground: Any, model: Any) -> None:
    found = predict_potential(model, ground.features, ground.people)
    many = ground.people >= 40
    half = 1.645 * np.sqrt(found.value)
    inside = (found.low <= ground.level) & (ground.level <= found.high)
    assert (np.abs(found.value - ground.level) <= half)[many].mean() < 0.75
    assert inside[many].mean() > 0.85


def test_overdispersion_is_detected_and_its_size_found(model: Any) -> None:
    assert model.overdispersion_p < 0.001
    assert model.pearson_ratio > 2
    assert model.dispersion == pytest.approx(1 / 3, rel=0.25)


def test_poisson_counts_pass_the_dispersion_test() -> None:
    p_values = []
    for seed in range(40):
        rng = np.random.default_rng(seed)
        mean = rng.gamma(2.0, 4.0, 600)
        p_values.append(overdispersion(rng.poisson(mean).astype(float), mean, 1).p_value)
    assert np.mean(np.array(p_values) < 0.05) <= 0.15
    assert dispersion_of(rng.poisson(mean).astype(float), mean) < 0.05


def test_poisson_errors_are_too_small_on_scattered_counts_and_ours_are_not() -> None:
    scores = {"negative binomial": [], "poisson": []}
    for seed in range(40):
        rng = np.random.default_rng(seed)
        design = np.column_stack([np.ones(300), rng.normal(size=300)])
        mean = np.exp(design @ [2.0, 0.3])
        fit = fit_negative_binomial(design, rng.poisson(mean * rng.gamma(2.0, 0.5, 300)).astype(float), np.zeros(300))
        poisson_error = np.sqrt(np.linalg.inv(design.T * mean @ design)[1, 1])
        miss = fit.coefficients[1] - 0.3
        scores["negative binomial"].append(miss / np.sqrt(fit.covariance[1, 1]))
        scores["poisson"].append(miss / poisson_error)
    assert 0.75 < np.std(scores["negative binomial"]) < 1.3
    assert np.std(scores["poisson"]) > 1.7


def test_a_penalty_of_nothing_changes_nothing_and_a_huge_one_leaves_the_rate() -> None:
    rng = np.random.default_rng(5)
    design = np.column_stack([np.ones(300), rng.normal(size=(300, 2))])
    counts = rng.poisson(np.exp(design @ [1.0, 0.5, 0.0])).astype(float)
    fit = fit_negative_binomial(design, counts, np.zeros(300))
    same = shrunk_fit(fit, design, counts, np.zeros(300), np.zeros(3))
    np.testing.assert_allclose(same.coefficients, fit.coefficients, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(same.covariance, fit.covariance, rtol=1e-3, atol=1e-8)
    flat = shrunk_fit(fit, design, counts, np.zeros(300), np.array([0.0, 1e9, 1e9]))
    np.testing.assert_allclose(flat.coefficients, [np.log(counts.mean()), 0, 0], atol=1e-5)
    assert flat.dispersion > same.dispersion


def test_noise_features_are_pulled_to_nothing_by_areas_left_out(ground: Any) -> None:
    rng = np.random.default_rng(6)
    noise = pl.DataFrame(rng.normal(size=(900, 6)), schema=[f"noise_{at}" for at in range(6)])
    customers = rng.poisson(0.15 * ground.people).astype(float)
    model = fit_potential(noise, customers, ground.people, groups=ground.areas)
    free = fit_potential(noise, customers, ground.people, options=PotentialOptions("offset"))
    assert model.penalty >= 1
    assert np.abs(model.coefficients[-6:]).max() < np.abs(free.coefficients[-6:]).max() / 2


def test_the_same_inputs_give_the_same_bytes(ground: Any, model: Any) -> None:
    again = fit_potential(ground.features, ground.customers, ground.people, groups=ground.areas)
    assert model_bytes(again) == model_bytes(model)
    assert json.loads(model_bytes(model))["n_cells"] == (ground.people > 0).sum()
    other = fit_potential(ground.features, ground.customers[::-1], ground.people, groups=ground.areas)
    assert model_bytes(other) != model_bytes(model)


def test_the_order_of_cells_does_not_matter(ground: Any, model: Any) -> None:
    order = np.random.default_rng(2).permutation(len(ground.people))
    again = fit_potential(
        ground.features[order], ground.customers[order], ground.people[order], groups=ground.areas[order]
    )
    value = predict_potential(again, ground.features, ground.people).value
    np.testing.assert_allclose(value, predict_potential(model, ground.features, ground.people).value, rtol=1e-5)


def test_only_mature_cells_teach(ground: Any) -> None:
    mature = ground.areas != 3
    wrong = np.where(mature, ground.customers, 0.0)
    taught = fit_potential(ground.features, wrong, ground.people, mature=mature)
    found = predict_potential(taught, ground.features, ground.people).value
    assert found[~mature].sum() == pytest.approx(ground.level[~mature].sum(), rel=0.35)
    untaught = fit_potential(ground.features, wrong, ground.people)
    assert predict_potential(untaught, ground.features, ground.people).value.sum() < found.sum()


def test_empty_repeated_and_rare_columns_are_dropped_by_name(ground: Any) -> None:
    rare = np.zeros(len(ground.people))
    rare[:3] = 1
    odd = ground.features.with_columns(
        nothing=pl.lit(0.0), again=pl.col("building_m2") * 2, same=pl.col("trade"), rare=pl.Series(rare)
    )
    model = fit_potential(odd, ground.customers, ground.people)
    plain = fit_potential(ground.features, ground.customers, ground.people)
    assert model.features == plain.features
    np.testing.assert_allclose(model.coefficients, plain.coefficients)
    assert "nothing was left out: it is the same" in texts(model)
    assert "same was left out: earlier features already say it" in texts(model)
    assert "again was left out: earlier features already say it" in texts(model)
    assert "rare was left out: it differs in only 3 cells" in texts(model)


@pytest.mark.parametrize("seed", range(12))
def test_odd_counts_and_features_never_break_the_fit(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n, width = 120, 4
    matrix = np.exp(rng.normal(0, 1 + 7 * (seed % 2), size=(n, width))) * (rng.random((n, width)) < 0.4)
    people = np.exp(rng.normal(0, 1 + 3 * (seed % 3 == 0), n)) * (rng.random(n) < 0.9)
    level = np.minimum(people, 1e6) * np.exp(2 * rng.normal(size=n))
    customers = rng.poisson(level).astype(float) if seed % 4 else (matrix[:, 0] > 0) * 1e5
    features = pl.DataFrame({f"x{at}": matrix[:, at] for at in range(width)})
    model = fit_potential(features, customers, people, groups=rng.integers(0, 3, n))
    found = predict_potential(model, features, people)
    assert np.isfinite(found.value).all()
    assert (found.value >= 0).all()
    assert model.form != "rate" or "one rate for all cells" in texts(model)


@pytest.mark.parametrize("n", [0, 1, 5, 29])
def test_few_cells_fall_back_to_one_rate_and_say_so(ground: Any, n: int) -> None:
    model = fit_potential(ground.features[:n], ground.customers[:n], ground.people[:n])
    found = predict_potential(model, ground.features, ground.people)
    assert model.form == "rate"
    assert "one rate for all cells" in texts(model)
    assert set(found.evidence) == {"none"}
    assert np.isfinite(found.value).all()


def test_no_customers_fall_back_to_a_rate_of_zero(ground: Any) -> None:
    model = fit_potential(ground.features, np.zeros(900), ground.people)
    assert "no customers" in texts(model)
    assert predict_potential(model, ground.features, ground.people).value.sum() == 0


def test_a_model_without_features_still_fits_a_rate(ground: Any) -> None:
    empty = ground.features.select((pl.col("trade") * 0).alias("nothing"))
    model = fit_potential(empty, ground.customers, ground.people, options=PotentialOptions(exposure="offset"))
    found = predict_potential(model, ground.features, ground.people).value
    assert found.sum() == pytest.approx(ground.customers.sum(), rel=0.1)


def test_predictions_are_held_inside_what_was_seen(ground: Any) -> None:
    wild = ground.features.with_columns(pl.col("trade") * 1e6, pl.col("ring_trade") * 1e6)
    feature = fit_potential(
        ground.features, ground.customers, ground.people, options=PotentialOptions(exposure="feature")
    )
    found = predict_potential(feature, wild, ground.people * 1000, proven=True)
    assert found.value.max() <= 2 * ground.customers.max()
    assert (found.evidence[ground.people > 0] != "firm").all()
    offset = fit_potential(
        ground.features, ground.customers, ground.people, options=PotentialOptions(exposure="offset")
    )
    assert (predict_potential(offset, wild, ground.people).value <= ground.people).all()


def test_no_expectation_is_firm_before_it_is_proven(ground: Any, model: Any) -> None:
    assert "firm" not in set(predict_potential(model, ground.features, ground.people).evidence)
    assert "firm" in set(predict_potential(model, ground.features, ground.people, proven=True).evidence)


def test_nobody_is_expected_where_nobody_lives_in_a_model_per_person(ground: Any) -> None:
    offset = fit_potential(
        ground.features, ground.customers, ground.people, options=PotentialOptions(exposure="offset")
    )
    empty = predict_potential(offset, ground.features[:2], [0.0, 10.0])
    assert empty.value[0] == 0
    assert empty.evidence[0] == "none"
    assert empty.value[1] > 0


@pytest.mark.parametrize(
    ("features", "message"),
    [
        (pl.DataFrame({"a": [1.0, None]}), "feature a is missing or infinite at position 1"),
        (pl.DataFrame({"b": [1.0, 2.0], "a": [float("inf"), 0.0]}), "feature a is missing or infinite at position 0"),
        (pl.DataFrame({"a": ["x", "y"]}), "feature a must be a number"),
        (pl.DataFrame({"a": [1.0]}), "people must have shape"),
    ],
)
def test_a_wrong_feature_is_named(features: pl.DataFrame, message: str) -> None:
    with pytest.raises(InvalidInputError, match=message):
        fit_potential(features, [1.0, 2.0], [5.0, 5.0])


def test_a_missing_feature_is_named_when_predicting(ground: Any, model: Any) -> None:
    with pytest.raises(InvalidInputError, match="feature access_s is missing"):
        predict_potential(model, ground.features.drop("access_s"), ground.people)


def test_negative_customers_are_refused(ground: Any) -> None:
    with pytest.raises(InvalidInputError, match="customers must be finite and not negative"):
        fit_potential(ground.features, ground.customers - 100, ground.people)


def test_maturity_needs_one_entry_a_cell(ground: Any) -> None:
    with pytest.raises(InvalidInputError, match="mature must have one entry a cell"):
        fit_potential(ground.features, ground.customers, ground.people, mature=[True])


def test_large_tables_are_thinned_over_all_sizes_and_say_so(ground: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(potential_model, "FIT_CELLS", 300)
    thin = fit_potential(ground.features, ground.customers, ground.people)
    assert thin.n_cells == 300
    assert "fitted on 300 of 894 cells" in texts(thin)
    order = np.random.default_rng(9).permutation(900)
    again = fit_potential(ground.features[order], ground.customers[order], ground.people[order])
    np.testing.assert_allclose(again.coefficients, thin.coefficients, rtol=1e-5, atol=1e-7)
    full = predict_potential(thin, ground.features, ground.people).value.sum()
    assert full == pytest.approx(ground.customers.sum(), rel=0.1)

"""Curves of confidence and accuracy, and the calibration table."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from gridgeo.domain.words import LOCATION_TIERS
from gridgeo.errors import InvalidInputError
from gridgeo.locate import (
    DEFAULT_MODEL,
    calibration_bins,
    calibration_error,
    fit_confidence,
    model_from_json,
    model_to_json,
)
from gridgeo.locate.confidence import ENTRANCE_M, confidence_columns

METRES_NORTH = 1 / 111_195.0


def answers(tier: str, scale_m: list[float], *, doubtful: bool = False) -> pl.DataFrame:
    count = len(scale_m)
    return pl.DataFrame({"tier": [tier] * count, "scale_m": scale_m, "doubtful": [doubtful] * count})


def located(error_m: np.ndarray, scale_m: np.ndarray) -> tuple[pl.DataFrame, np.ndarray, np.ndarray]:
    """Answers at the origin whose truth lies north of it."""
    count = len(error_m)
    frame = answers("nearest", scale_m.tolist()).with_columns(lng=pl.lit(0.0), lat=pl.lit(0.0))
    return frame, np.zeros(count), error_m * METRES_NORTH


def test_the_default_model_survives_being_written_and_read() -> None:
    assert model_from_json(model_to_json(DEFAULT_MODEL)) == DEFAULT_MODEL


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", '{"curves": 1}', '{"origin": "x", "curves": [{}], "ece": 0, "bins": []}']
)
def test_text_that_is_no_model_is_refused(text: str) -> None:
    with pytest.raises(InvalidInputError, match="confidence model"):
        model_from_json(text)


@pytest.mark.parametrize("tier", LOCATION_TIERS[:-1])
@pytest.mark.parametrize("doubtful", [False, True])
def test_confidence_falls_and_accuracy_grows_with_the_scale(tier: str, *, doubtful: bool) -> None:
    scale_m = np.geomspace(1, 50_000, 60).tolist()
    found = confidence_columns(answers(tier, scale_m, doubtful=doubtful), DEFAULT_MODEL)
    assert (found["confidence"].diff().drop_nulls() <= 1e-12).all()
    assert (found["accuracy_m"].diff().drop_nulls() >= -1e-9).all()
    assert found["confidence"].is_between(0, 1).all()
    assert (found["accuracy_m"] >= ENTRANCE_M).all()


def test_an_unseen_spread_is_not_called_near() -> None:
    found = confidence_columns(answers("exact", [0.0, 700.0]), DEFAULT_MODEL)
    assert found["confidence"][1] < 0.2 < found["confidence"][0]
    assert found["accuracy_m"][1] >= 700.0


def test_no_answer_has_no_confidence_and_no_accuracy() -> None:
    found = confidence_columns(answers("none", [0.0]), DEFAULT_MODEL)
    assert found.row(0) == (0.0, None)


def test_a_fit_gives_back_the_error_it_was_shown() -> None:
    rng = np.random.default_rng(4)
    scale_m = rng.uniform(20, 200, 6_000)
    error_m = scale_m * np.sqrt(-2 * np.log(rng.random(6_000)))
    frame, lng, lat = located(error_m, scale_m)
    model = fit_confidence(frame, lng, lat, np.arange(6_000) % 5)
    found = confidence_columns(frame, model)
    assert (error_m <= found["accuracy_m"].to_numpy()).mean() == pytest.approx(0.9, abs=0.02)
    truth = 1 - np.exp(-((100 / scale_m) ** 2) / 2)
    assert np.abs(found["confidence"].to_numpy() - truth).mean() < 0.05
    assert model.ece < 0.03


def test_a_model_without_a_tier_takes_a_more_careful_one() -> None:
    frame, lng, lat = located(np.full(100, 50.0), np.full(100, 10.0))
    model = fit_confidence(frame, lng, lat, np.arange(100) % 2)
    assert confidence_columns(answers("exact", [10.0]), model)["confidence"][0] > 0.9
    assert confidence_columns(answers("town", [10.0]), model)["confidence"][0] == 0.0


def test_the_fit_refuses_one_fold_and_unequal_lengths() -> None:
    frame, lng, lat = located(np.full(10, 50.0), np.full(10, 10.0))
    with pytest.raises(InvalidInputError, match="two folds"):
        fit_confidence(frame, lng, lat, np.zeros(10, dtype=np.int64))
    with pytest.raises(InvalidInputError, match="equally long"):
        fit_confidence(frame, lng[:5], lat, np.arange(10))


def test_calibration_error_is_zero_for_true_statements_and_large_for_false_ones() -> None:
    stated = np.array([0.75] * 4 + [0.25] * 4)
    true = np.array([True, True, True, False, True, False, False, False])
    assert calibration_error(calibration_bins(stated, true)) == pytest.approx(0.0)
    assert calibration_error(calibration_bins(stated, ~true)) == pytest.approx(0.5)
    assert calibration_error(()) == 0.0

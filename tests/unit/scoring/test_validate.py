"""Validation leaves whole areas out and says "not predictive" unless the model wins."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest

from gridgeo.errors import InvalidInputError
from gridgeo.scoring import PotentialOptions, validate_potential
from gridgeo.scoring.validate import calibration_bins, held_out_forecasts, rank_correlation, top_decile_lift


@pytest.fixture(scope="module")
def validation(ground: Any) -> Any:
    return validate_potential(ground.features, ground.customers, ground.people, ground.areas, ground.pairs)


def test_a_model_with_the_right_drivers_beats_people_and_neighbours(validation: Any) -> None:
    assert validation.verdict == "predictive"
    assert validation.model > validation.people_only
    assert validation.model > validation.ring_mean
    assert [fit.area for fit in validation.areas] == ["0", "1", "2", "3"]
    assert sum(fit.cells for fit in validation.areas) == validation.n_cells == 894


def test_forecasts_of_unseen_areas_are_calibrated(validation: Any) -> None:
    top = [part for part in validation.calibration if part.forecast > 3]
    assert len(top) >= 3
    assert max(abs(part.observed / part.forecast - 1) for part in top) < 0.35
    assert validation.lift_top_decile > 2


def test_a_model_of_noise_is_not_predictive(ground: Any) -> None:
    noise = pl.DataFrame({"noise": np.random.default_rng(1).normal(size=900)})
    customers = np.random.default_rng(2).poisson(0.2 * ground.people).astype(float)
    found = validate_potential(noise, customers, ground.people, ground.areas, ground.pairs)
    assert found.verdict == "not predictive"


def test_the_left_out_area_never_teaches(ground: Any) -> None:
    options = PotentialOptions(exposure="feature")
    left_out = ground.areas == 2
    changed = np.where(left_out, ground.customers * 10 + 5, ground.customers)
    before, after = (
        held_out_forecasts(ground.features, (found, ground.people), ground.areas, ground.pairs, options)
        for found in (ground.customers, changed)
    )
    for name in ("model", "people_only", "ring_mean"):
        np.testing.assert_array_equal(getattr(before, name)[left_out], getattr(after, name)[left_out])
        assert not np.array_equal(getattr(before, name)[~left_out], getattr(after, name)[~left_out])


def test_a_one_cell_area_has_no_correlation_and_is_named(ground: Any) -> None:
    areas = ground.areas.copy()
    areas[0] = 9
    found = validate_potential(ground.features, ground.customers, ground.people, areas, ground.pairs)
    assert [fit.model for fit in found.areas if fit.area == "9"] == [None]
    assert "9" in found.notes[0].text()


@pytest.mark.parametrize("areas", [np.zeros(900), np.arange(5)])
def test_one_area_cannot_be_left_out(ground: Any, areas: Any) -> None:
    with pytest.raises(InvalidInputError, match="at least two areas"):
        validate_potential(ground.features, ground.customers, ground.people, areas, ground.pairs)


def test_figures_agree_with_hand_counts() -> None:
    truth, forecast = np.arange(20.0), np.arange(20.0)
    assert rank_correlation(forecast, truth) == pytest.approx(1.0)
    assert rank_correlation(np.ones(20), truth) is None
    assert top_decile_lift(forecast, truth) == pytest.approx(18.5 / 9.5)
    assert top_decile_lift(-forecast, truth) == pytest.approx(0.5 / 9.5)
    assert [part.cells for part in calibration_bins(forecast, truth)] == [2] * 10

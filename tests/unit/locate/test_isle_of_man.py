"""The floors, measured on real addresses in eight spellings."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import numpy as np
import pytest

from gridgeo.locate import DEFAULT_MODEL
from gridgeo.locate.confidence import confidence_columns

pytestmark = pytest.mark.slow

KNOWN_FOUND, KNOWN_MEDIAN_M, KNOWN_RES9, WITHHELD_RES9, WRONG_TOWN, ECE = 0.97, 35.0, 0.80, 0.50, 0.005, 0.05


@pytest.fixture(scope="module")
def measured(isle_of_man: ModuleType) -> Any:
    return isle_of_man.measured(isle_of_man.FOLDER)


@pytest.fixture(scope="module")
def figures(isle_of_man: ModuleType, measured: Any) -> dict[str, float]:
    return isle_of_man.figures(*measured)  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    ("name", "floor"), [("known_found", KNOWN_FOUND), ("known_res9", KNOWN_RES9), ("withheld_res9", WITHHELD_RES9)]
)
def test_shares_reach_their_floor(figures: dict[str, float], name: str, floor: float) -> None:
    assert figures[name] >= floor


@pytest.mark.parametrize(
    ("name", "ceiling"),
    [("known_median_m", KNOWN_MEDIAN_M), ("wrong_town", WRONG_TOWN), ("ece", ECE), ("ece_other_folds", ECE)],
)
def test_errors_stay_under_their_ceiling(figures: dict[str, float], name: str, ceiling: float) -> None:
    assert figures[name] <= ceiling


def test_nine_tenths_of_the_answers_lie_within_their_accuracy(figures: dict[str, float]) -> None:
    assert figures["within_accuracy"] >= 0.9


def test_answers_with_the_towns_of_others_would_be_noticed(isle_of_man: ModuleType, measured: Any) -> None:
    """The measure of wrong towns sees a gazetteer whose cities are shuffled."""
    known, missing, model = measured
    rolled = known.rows.with_columns(true_city=known.rows["true_city"].shuffle(seed=1))
    figures = isle_of_man.figures(isle_of_man.Located(rolled), missing, model)
    assert figures["wrong_town"] > 10 * WRONG_TOWN


def test_the_default_model_is_the_one_fitted_here(measured: Any) -> None:
    known, missing, model = measured
    for part in (known, missing):
        fresh, kept = (confidence_columns(part.rows, each) for each in (model, DEFAULT_MODEL))
        away = np.abs(fresh["confidence"].to_numpy() - kept["confidence"].to_numpy())
        assert away.max() <= 0.05
        assert away.mean() <= 0.005
    assert DEFAULT_MODEL.origin == model.origin
    assert pytest.approx(model.ece, abs=0.005) == DEFAULT_MODEL.ece

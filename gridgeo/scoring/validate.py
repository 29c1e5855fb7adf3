"""Validation on areas the model has not seen; rows are never split at random, which flatters every model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import polars as pl
import scipy
from numpy.typing import ArrayLike, NDArray

from gridgeo.domain import FloatArray
from gridgeo.errors import InvalidInputError
from gridgeo.scoring.checks import NOBODY, RingPairs, counts
from gridgeo.scoring.makeup import feature_matrix
from gridgeo.scoring.notes import Note, note
from gridgeo.scoring.potential import DEFAULT_OPTIONS, fit_potential, predict_potential
from gridgeo.scoring.potential_model import PotentialOptions
from gridgeo.scoring.rings import ring_sums

Verdict = Literal["predictive", "not predictive"]
LEAST_CELLS = 10
"""A rank correlation over fewer cells is noise and is not given."""
N_BINS = 10
LEAST_GAIN = 0.01
"""A model has to rank better than a baseline by this much before it is called predictive."""


@dataclass(frozen=True)
class AreaFit:
    """One area left out: its name, cells, and rank correlation of forecast and truth; None where undefined."""

    area: str
    cells: int
    model: float | None
    people_only: float | None
    ring_mean: float | None
    form: str


@dataclass(frozen=True)
class CalibrationBin:
    """Cells of one tenth of the forecasts: how many, mean forecast, mean truth."""

    cells: int
    forecast: float
    observed: float


@dataclass(frozen=True)
class Validation:
    """Result of leaving out one area at a time; every forecast is of an area its model has not seen.

    model, people_only, ring_mean: mean rank correlation over areas, weighted by cells. lift_top_decile: truth of the
    tenth of cells with the highest forecast over the mean truth. verdict: "predictive" only where the model beats both
    baselines by LEAST_GAIN in the mean, and in at least half of the areas.
    """

    folds: str
    areas: tuple[AreaFit, ...]
    model: float | None
    people_only: float | None
    ring_mean: float | None
    calibration: tuple[CalibrationBin, ...]
    lift_top_decile: float | None
    verdict: Verdict
    n_cells: int
    notes: tuple[Note, ...]


@dataclass(frozen=True)
class Forecasts:
    """Held-out forecasts of each cell, shape (n_cells,): by the model, by people alone, by the known ring around."""

    model: FloatArray
    people_only: FloatArray
    ring_mean: FloatArray
    forms: dict[str, str]


def validate_potential(
    features: pl.DataFrame,
    customers: ArrayLike,
    people: ArrayLike,
    areas: ArrayLike,
    pairs: RingPairs,
    options: PotentialOptions = DEFAULT_OPTIONS,
) -> Validation:
    """Leave out one area (catchment) at a time and judge the forecasts of its customers, cells without people aside.

    features: n_cells rows; customers, people, areas: shape (n_cells,); pairs: rings for the ring-mean baseline, which
    sees customers of other areas only.
    Raises InvalidInputError when there are fewer than two areas, or a count is negative or missing.
    """
    names = np.asarray(areas)
    exposed = counts(people, "people", features.height)
    found = counts(customers, "customers", features.height)
    if names.shape != exposed.shape or len(np.unique(names)) < 2:
        raise InvalidInputError("validation needs an area for each cell and at least two areas")
    forecasts = held_out_forecasts(features, (found, exposed), names, pairs, options)
    # Empty cells are ranked last by anything; counting them in would flatter the model and the baselines alike.
    judged = exposed >= NOBODY
    fits = tuple(_area_fit(str(name), (names == name) & judged, found, forecasts) for name in np.unique(names))
    overall = tuple(_weighted(fits, which) for which in ("model", "people_only", "ring_mean"))
    return Validation(
        folds="one area left out at a time",
        areas=fits,
        model=overall[0],
        people_only=overall[1],
        ring_mean=overall[2],
        calibration=calibration_bins(forecasts.model[judged], found[judged]),
        lift_top_decile=top_decile_lift(forecasts.model[judged], found[judged]),
        verdict=_verdict(fits, overall),
        n_cells=int(judged.sum()),
        notes=_notes(fits, int((~judged).sum())),
    )


def held_out_forecasts(
    features: pl.DataFrame,
    data: tuple[FloatArray, FloatArray],
    areas: NDArray[np.generic],
    pairs: RingPairs,
    options: PotentialOptions,
) -> Forecasts:
    """Forecast each area's customers by models that have not seen it; data: (customers, people)."""
    feature_matrix(features)
    found, exposed = data
    model, ring, rate = (np.zeros(len(found)) for _ in range(3))
    forms: dict[str, str] = {}
    for area in np.unique(areas):
        left_out = areas == area
        fitted = fit_potential(features, found, exposed, groups=areas, mature=~left_out, options=options)
        model[left_out] = predict_potential(fitted, features.filter(left_out), exposed[left_out]).value
        rate[left_out] = exposed[left_out] * fitted.rate
        known = (~left_out).astype(np.float64)
        sums = ring_sums(np.column_stack([found * known, known]), pairs)[left_out]
        mean = float(found[~left_out].mean())
        ring[left_out] = np.divide(sums[:, 0], sums[:, 1], out=np.full(len(sums), mean), where=sums[:, 1] > 0)
        forms[str(area)] = fitted.form
    return Forecasts(model, rate, ring, forms)


def rank_correlation(forecast: FloatArray, truth: FloatArray) -> float | None:
    """Return Spearman's rank correlation; None with few cells or where one side never varies."""
    if len(truth) < LEAST_CELLS or np.ptp(forecast) == 0 or np.ptp(truth) == 0:
        return None
    return float(scipy.stats.spearmanr(forecast, truth).statistic)


def top_decile_lift(forecast: FloatArray, truth: FloatArray) -> float | None:
    """Return the mean truth of the tenth of cells with the highest forecast over the mean truth of all."""
    n_top = len(truth) // 10
    if n_top == 0 or truth.mean() <= 0:
        return None
    top = np.argsort(-forecast, kind="stable")[:n_top]
    return float(truth[top].mean() / truth.mean())


def calibration_bins(forecast: FloatArray, truth: FloatArray) -> tuple[CalibrationBin, ...]:
    """Split the cells into tenths by forecast and compare mean forecast with mean truth in each."""
    parts = np.array_split(np.argsort(forecast, kind="stable"), min(N_BINS, max(len(truth), 1)))
    return tuple(
        CalibrationBin(len(part), float(forecast[part].mean()), float(truth[part].mean()))
        for part in parts
        if len(part)
    )


def _area_fit(name: str, inside: NDArray[np.bool_], truth: FloatArray, forecasts: Forecasts) -> AreaFit:
    return AreaFit(
        area=name,
        cells=int(inside.sum()),
        model=rank_correlation(forecasts.model[inside], truth[inside]),
        people_only=rank_correlation(forecasts.people_only[inside], truth[inside]),
        ring_mean=rank_correlation(forecasts.ring_mean[inside], truth[inside]),
        form=forecasts.forms[name],
    )


def _weighted(fits: tuple[AreaFit, ...], which: str) -> float | None:
    known = [(getattr(fit, which), fit.cells) for fit in fits if getattr(fit, which) is not None]
    cells = sum(weight for _, weight in known)
    return sum(value * weight for value, weight in known) / cells if cells else None


def _verdict(fits: tuple[AreaFit, ...], overall: tuple[float | None, ...]) -> Verdict:
    model = overall[0]
    if model is None or any(model < (baseline or 0.0) + LEAST_GAIN for baseline in overall[1:]):
        return "not predictive"
    judged = [fit for fit in fits if fit.model is not None]
    wins = [fit for fit in judged if (fit.model or 0.0) > max(fit.people_only or 0.0, fit.ring_mean or 0.0)]
    return "predictive" if 2 * len(wins) >= len(judged) else "not predictive"


def _notes(fits: tuple[AreaFit, ...], n_empty: int) -> tuple[Note, ...]:
    notes = []
    small = [fit.area for fit in fits if fit.model is None]
    if small:
        notes.append(note("no rank correlation for {areas}: too few cells, or all alike", areas=", ".join(small)))
    if n_empty:
        notes.append(note("{cells} cells without people are not judged", cells=n_empty))
    return tuple(notes)

"""Customers a cell may be expected to have, from what it is made of."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from typing import Literal

import numpy as np
import polars as pl
from numpy.typing import ArrayLike, NDArray
from scipy import special

from gridgeo.domain import BoolArray, FloatArray
from gridgeo.domain.words import EVIDENCE
from gridgeo.errors import InvalidInputError
from gridgeo.scoring.checks import counts
from gridgeo.scoring.design import Column, choose_columns, standardised
from gridgeo.scoring.glm import (
    GlmFit,
    fit_negative_binomial,
    linear_error,
    negative_binomial_log_likelihood,
    predicted_mean,
)
from gridgeo.scoring.makeup import feature_matrix
from gridgeo.scoring.notes import Note, note

Exposure = Literal["offset", "feature"]
METHOD = "nb-glm-1"
FIRM_ERROR = 0.25
"""A firm expectation has a 90 % band of its mean within this part of it, up or down."""
Z_90 = 1.6448536269514722
SIGNIFICANT_DIGITS = 12


@dataclass(frozen=True)
class PotentialOptions:
    """exposure: people as the offset of a rate, as one feature among others, or whichever predicts groups left out.

    least_cells, cells_a_feature: with fewer mature cells the model falls back to one rate for all.
    """

    exposure: Literal["auto", "offset", "feature"] = "auto"
    least_cells: int = 30
    cells_a_feature: int = 5


DEFAULT_OPTIONS = PotentialOptions()


@dataclass(frozen=True)
class PotentialModel:
    """A fitted model as a record; the same inputs give the same bytes (`model_bytes`).

    form: "offset" and "feature" are negative binomial regressions, "rate" is one rate for all cells, taken when the
    cells do not carry more. coefficients: constant first, then one a column. dispersion: variance is
    mean + dispersion * mean^2. pearson_ratio, overdispersion_p: test of the Poisson model. cap: largest prediction, per
    person with an offset, in customers otherwise. rate: customers per person of the fitted cells.
    """

    form: Literal["offset", "feature", "rate"]
    features: tuple[str, ...]
    columns: tuple[Column, ...]
    coefficients: tuple[float, ...]
    covariance: tuple[tuple[float, ...], ...]
    dispersion: float
    pearson_ratio: float
    overdispersion_p: float
    rate: float
    cap: float
    n_cells: int
    notes: tuple[Note, ...]
    method: str = METHOD


@dataclass(frozen=True)
class Potential:
    """Expected customers, shape (n_cells,); low, high: 90 % band of the level of a single cell of this make-up.

    The band holds the error of the mean and the differences between cells that the features do not explain. evidence:
    firm where the mean is known within FIRM_ERROR and every feature lies inside what was fitted, none for the one-rate
    fallback and cells without people in a model per person, weak otherwise.
    """

    value: FloatArray
    low: FloatArray
    high: FloatArray
    evidence: NDArray[np.str_]


def fit_potential(
    features: pl.DataFrame,
    customers: ArrayLike,
    people: ArrayLike,
    *,
    groups: ArrayLike | None = None,
    mature: ArrayLike | None = None,
    options: PotentialOptions = DEFAULT_OPTIONS,
) -> PotentialModel:
    """Fit expected customers on the make-up of mature cells by negative binomial regression.

    features: numeric columns, n_cells rows; customers, people: shape (n_cells,). groups: catchment of each cell, used
    to decide on the exposure by leaving one out at a time. mature: cells to learn from; all without it.
    Raises InvalidInputError when a count is negative, or a feature missing or not a number.
    Source: Hilbe 2011, Negative Binomial Regression.
    """
    matrix = feature_matrix(features)
    exposed = counts(people, "people", len(matrix))
    found = counts(customers, "customers", len(matrix))
    learn = np.ones(len(matrix), dtype=bool) if mature is None else np.asarray(mature, dtype=bool)
    if learn.shape != exposed.shape:
        raise InvalidInputError(
            "mature must have one entry a cell, got {given} of {n}", given=len(learn), n=len(matrix)
        )
    data = _Data(tuple(features.columns), matrix, found, exposed)
    form, notes = _choose_exposure(data, learn, None if groups is None else np.asarray(groups), options)
    model = _fit(data, learn, form, options)
    return replace(model, notes=notes + model.notes)


def predict_potential(model: PotentialModel, features: pl.DataFrame, people: ArrayLike) -> Potential:
    """Return expected customers of any cells from their make-up.

    features: at least the columns the model was fitted on. Predictions are held inside what was seen: each feature
    within its fitted range, the result within the model's cap.
    Raises InvalidInputError when a feature is missing.
    """
    missing = [name for name in model.features if name not in features.columns]
    if missing:
        raise InvalidInputError("feature {feature} is missing", feature=", ".join(missing))
    matrix = feature_matrix(features.select(model.features)) if model.features else np.zeros((features.height, 0))
    exposed = counts(people, "people", features.height)
    if model.form == "rate":
        unknown = np.full(len(exposed), np.nan)
        return Potential(model.rate * exposed, unknown, unknown, np.full(len(exposed), EVIDENCE[2]))
    return _predict(model, matrix, exposed)


def model_bytes(model: PotentialModel) -> bytes:
    """Return the model as JSON with its numbers rounded to SIGNIFICANT_DIGITS: what a version stores."""
    return json.dumps(_rounded(asdict(model)), sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


@dataclass(frozen=True)
class _Data:
    names: tuple[str, ...]
    matrix: FloatArray
    customers: FloatArray
    people: FloatArray

    def with_exposure(self, form: Exposure) -> tuple[tuple[str, ...], FloatArray]:
        """Return names and features; people join them unless they are the offset or already there."""
        if form == "offset" or "people" in self.names:
            return self.names, self.matrix
        return ("people", *self.names), np.column_stack([self.people, self.matrix])


def _fit(data: _Data, learn: BoolArray, form: Exposure, options: PotentialOptions) -> PotentialModel:
    usable = learn & (data.people > 0) if form == "offset" else learn
    names, matrix = data.with_exposure(form)
    columns, notes = choose_columns(names, matrix[usable])
    n_cells = int(usable.sum())
    if n_cells < max(options.least_cells, options.cells_a_feature * (len(columns) + 1)):
        return _one_rate(data, learn, notes, "only {cells} cells to learn from: one rate for all cells")
    if data.customers[usable].sum() <= 0:
        return _one_rate(data, learn, notes, "no customers in {cells} cells: one rate for all cells")
    design, _ = standardised(columns, names, matrix[usable])
    log_people = np.log(data.people[usable]) if form == "offset" else np.zeros(n_cells)
    fit = fit_negative_binomial(design, data.customers[usable], log_people)
    if not fit.converged:
        return _one_rate(data, learn, notes, "the regression on {cells} cells did not settle: one rate for all cells")
    return _model(data, usable, form, (columns, notes), fit)


def _model(
    data: _Data, usable: BoolArray, form: Exposure, chosen: tuple[tuple[Column, ...], tuple[Note, ...]], fit: GlmFit
) -> PotentialModel:
    columns, notes = chosen
    return PotentialModel(
        form=form,
        features=tuple(column.name for column in columns if column.name != "people" or "people" in data.names),
        columns=columns,
        coefficients=tuple(float(value) for value in fit.coefficients),
        covariance=tuple(tuple(float(value) for value in row) for row in fit.covariance),
        dispersion=fit.dispersion,
        pearson_ratio=fit.poisson.pearson_ratio,
        overdispersion_p=fit.poisson.p_value,
        rate=_rate(data, usable),
        cap=1.0 if form == "offset" else 2 * float(data.customers[usable].max()),
        n_cells=int(usable.sum()),
        notes=notes,
    )


def _one_rate(data: _Data, learn: BoolArray, notes: tuple[Note, ...], why: str) -> PotentialModel:
    n_cells = int((learn & (data.people > 0)).sum())
    return PotentialModel(
        form="rate",
        features=(),
        columns=(),
        coefficients=(),
        covariance=(),
        dispersion=0.0,
        pearson_ratio=0.0,
        overdispersion_p=1.0,
        rate=_rate(data, learn),
        cap=1.0,
        n_cells=n_cells,
        notes=(*notes, note(why, cells=n_cells)),
    )


def _rate(data: _Data, learn: BoolArray) -> float:
    people = float(data.people[learn].sum())
    return float(data.customers[learn & (data.people > 0)].sum()) / people if people > 0 else 0.0


def _predict(model: PotentialModel, matrix: FloatArray, exposed: FloatArray) -> Potential:
    names = model.features
    if model.form == "feature" and "people" not in names:
        names, matrix = ("people", *names), np.column_stack([exposed, matrix])
    design, outside = standardised(model.columns, names, matrix)
    some = exposed > 0 if model.form == "offset" else np.ones(len(exposed), dtype=bool)
    offset = np.log(np.where(some, exposed, 1.0)) if model.form == "offset" else np.zeros(len(exposed))
    cap = model.cap * exposed if model.form == "offset" else np.full(len(exposed), model.cap)
    mean = np.where(some, predicted_mean(design, np.array(model.coefficients), offset), 0.0)
    error = linear_error(design, np.array(model.covariance))
    # Two sources multiply: the mean's log-normal error and the gamma scatter of cells of one make-up.
    squared_cv = np.expm1(error**2) * (1 + model.dispersion) + model.dispersion
    shape = 1 / np.maximum(squared_cv, 1e-12)
    low, high = (mean * special.gammaincinv(shape, part) / shape for part in (0.05, 0.95))
    sure = (outside == 0) & (np.expm1(Z_90 * error) <= FIRM_ERROR)
    firm, weak, none = EVIDENCE
    evidence = np.where(some, np.where(sure, firm, weak), none)
    return Potential(np.minimum(mean, cap), np.minimum(low, cap), np.minimum(high, cap), evidence)


def _choose_exposure(
    data: _Data, learn: BoolArray, groups: NDArray[np.generic] | None, options: PotentialOptions
) -> tuple[Exposure, tuple[Note, ...]]:
    if options.exposure != "auto":
        return options.exposure, ()
    labels = np.unique(groups[learn]) if groups is not None else np.zeros(0)
    if groups is None or len(labels) < 2:
        return "offset", (note("people are the exposure: no second area to choose by"),)
    as_feature = _held_out_score(data, learn, groups, "feature", options)
    as_offset = _held_out_score(data, learn, groups, "offset", options)
    if as_feature > as_offset:
        return "feature", (
            note("people are a feature: it predicted {groups} areas left out better", groups=len(labels)),
        )
    return "offset", (note("people are the exposure: it predicted {groups} areas left out better", groups=len(labels)),)


def _held_out_score(
    data: _Data, learn: BoolArray, groups: NDArray[np.generic], form: Exposure, options: PotentialOptions
) -> float:
    """Return the log-likelihood of areas the model has not seen, over cells with people: both forms face the same."""
    total = 0.0
    for label in np.unique(groups[learn]):
        inside = groups == label
        model = _fit(data, learn & ~inside, form, options)
        seen = inside & learn & (data.people > 0)
        if model.form == "rate":
            return -np.inf
        at = [data.names.index(name) for name in model.features]
        mean = _predict(model, data.matrix[seen][:, at], data.people[seen]).value
        safe = np.maximum(mean, 1e-9)
        total += negative_binomial_log_likelihood(data.customers[seen], safe, model.dispersion)
    return total


def _rounded(value: object) -> object:
    if isinstance(value, float):
        return float(f"{value:.{SIGNIFICANT_DIGITS}g}")
    if isinstance(value, dict):
        return {key: _rounded(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(item) for item in value]
    return value

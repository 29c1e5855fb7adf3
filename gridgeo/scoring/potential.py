"""Customers a cell may be expected to have, from what it is made of."""

from __future__ import annotations

import json
from dataclasses import asdict, replace

import numpy as np
import polars as pl
from numpy.typing import ArrayLike, NDArray

from gridgeo.domain import BoolArray
from gridgeo.domain.words import EVIDENCE
from gridgeo.errors import InvalidInputError
from gridgeo.scoring.boosting import forest_from
from gridgeo.scoring.challenge import MOST_FOLDS, NO_DIFFERENCE, challenged, held_out
from gridgeo.scoring.checks import NOBODY, counts
from gridgeo.scoring.design import Column
from gridgeo.scoring.makeup import feature_matrix
from gridgeo.scoring.notes import Note, note
from gridgeo.scoring.potential_model import (
    CellData,
    Exposure,
    Potential,
    PotentialModel,
    PotentialOptions,
    model_of,
    predict,
    prepare,
    thinned,
)

DEFAULT_OPTIONS = PotentialOptions()
SIGNIFICANT_DIGITS = 12


def fit_potential(
    features: pl.DataFrame,
    customers: ArrayLike,
    people: ArrayLike,
    *,
    groups: ArrayLike | None = None,
    mature: ArrayLike | None = None,
    options: PotentialOptions = DEFAULT_OPTIONS,
) -> PotentialModel:
    """Fit expected customers on the make-up of mature, inhabited cells by negative binomial regression.

    features: numeric columns, n_cells rows; customers, people: shape (n_cells,). groups: catchment of each cell; by
    leaving one out at a time it is decided how people enter and how far coefficients are pulled towards 0, which a
    single area cannot tell. mature: cells to learn from; all without it.
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
    data = CellData(tuple(features.columns), matrix, found, exposed)
    form, penalty, remark = _choose(data, learn, None if groups is None else np.asarray(groups), options)
    model = model_of(prepare(data, learn, form, options), data, penalty)
    model = replace(model, notes=(remark, *model.notes))
    if not options.boosting or groups is None or model.form == "rate":
        return model
    return challenged(model, data, learn & (data.people >= NOBODY), np.asarray(groups), options)


def predict_potential(
    model: PotentialModel, features: pl.DataFrame, people: ArrayLike, *, proven: bool = False
) -> Potential:
    """Return expected customers of any cells from their make-up.

    features: at least the columns the model was fitted on. Predictions are held inside what was seen: each feature
    within its fitted range, the result within the model's cap. proven: whether a validation on areas left out found the
    model predictive; until then no expectation is called firm.
    Raises InvalidInputError when a feature is missing.
    """
    missing = [name for name in model.features if name not in features.columns]
    if missing:
        raise InvalidInputError("feature {feature} is missing", feature=", ".join(missing))
    matrix = feature_matrix(features.select(model.features)) if model.features else np.zeros((features.height, 0))
    found = predict(model, model.features, matrix, counts(people, "people", features.height))
    firm, weak, _ = EVIDENCE
    return found if proven else replace(found, evidence=np.where(found.evidence == firm, weak, found.evidence))


def model_bytes(model: PotentialModel) -> bytes:
    """Return the model as JSON with its numbers rounded to SIGNIFICANT_DIGITS: what a version stores."""
    return json.dumps(_rounded(asdict(model)), sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def settled_model(model: PotentialModel) -> PotentialModel:
    """Return the model with the numbers that its bytes hold: what is computed from it follows from what is stored."""
    return model_from_bytes(model_bytes(model))


def model_from_bytes(body: bytes) -> PotentialModel:
    """Return the model that `model_bytes` wrote."""
    given = json.loads(body)
    notes = tuple(
        Note(each["template"], tuple((name, text) for name, text in each["values"])) for each in given["notes"]
    )
    return PotentialModel(
        **given
        | {
            "features": tuple(given["features"]),
            "columns": tuple(Column(**each) for each in given["columns"]),
            "coefficients": tuple(given["coefficients"]),
            "covariance": tuple(tuple(row) for row in given["covariance"]),
            "forest": forest_from(given["forest"]),
            "notes": notes,
        }
    )


def _choose(
    data: CellData, learn: BoolArray, groups: NDArray[np.generic] | None, options: PotentialOptions
) -> tuple[Exposure, float, Note]:
    """Return how people enter and the penalty that forecast areas left out best."""
    forms: tuple[Exposure, ...] = ("offset", "feature") if options.exposure == "auto" else (options.exposure,)
    _, folds = np.unique(np.zeros(len(learn)) if groups is None else groups, return_inverse=True)
    if len(np.unique(folds[learn])) < 2:
        return forms[0], options.penalties[0], note("no second area to choose by: the model is taken as it is given")
    # A choice between a few forms needs no more cells than a fit; larger tables are thinned once and not in every fold.
    kept = np.flatnonzero(thinned(learn & (data.people >= NOBODY), data)[0])
    some = data if len(kept) == len(learn) else data.rows(kept)
    areas, every = folds[kept] % MOST_FOLDS, np.ones(len(kept), dtype=bool)
    scores: dict[tuple[Exposure, float], float] = {}
    for form in forms:
        for penalty, score in zip(options.penalties, held_out(some, every, areas, form, options), strict=True):
            scores[form, penalty] = score
    near = [key for key, score in scores.items() if score >= max(scores.values()) - NO_DIFFERENCE]
    form, penalty = min(near or list(scores), key=lambda key: (key[1], -scores[key]))
    text = (
        "people are the exposure, penalty {penalty}: it predicted {groups} areas left out best"
        if form == "offset"
        else "people are a feature, penalty {penalty}: it predicted {groups} areas left out best"
    )
    return form, penalty, note(text, penalty=penalty, groups=len(np.unique(folds[learn])))


def _rounded(value: object) -> object:
    if isinstance(value, float):
        return float(f"{value:.{SIGNIFICANT_DIGITS}g}")
    if isinstance(value, dict):
        return {key: _rounded(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(item) for item in value]
    return value

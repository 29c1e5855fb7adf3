"""Models of potential against each other on areas that neither has seen."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from gridgeo.domain import BoolArray, FloatArray, IntArray
from gridgeo.scoring.boosting import Forest, fit_forest, forest_mean
from gridgeo.scoring.checks import NOBODY
from gridgeo.scoring.glm import dispersion_of, negative_binomial_log_likelihood
from gridgeo.scoring.notes import note
from gridgeo.scoring.potential_model import (
    CellData,
    Exposure,
    PotentialModel,
    PotentialOptions,
    model_of,
    predict,
    prepare,
    trees_of,
)

MOST_FOLDS = 6
"""More areas than this are left out several at a time, each area whole."""
NO_DIFFERENCE = 2.0
"""Held-out log-likelihoods closer than this tell nothing; the features then keep the more say."""
WON = "boosted trees took the place of the regression: they forecast {groups} areas left out better, {trees} to {glm}"
LOST = "boosted trees were tried and not taken: they forecast {groups} areas left out no better, {trees} to {glm}"
LEAST_CELLS = 100
"""With fewer cells to learn from there is nothing for trees to find."""


def challenged(
    model: PotentialModel, data: CellData, learn: BoolArray, groups: NDArray[np.generic], options: PotentialOptions
) -> PotentialModel:
    """Return boosted trees where they forecast areas left out better than the regression, else the regression.

    learn: inhabited cells to learn from. groups: area of each cell. Both are judged by the same log-likelihood of the
    same areas left out; a remark gives the two figures.
    """
    _, folds = np.unique(groups, return_inverse=True)
    areas = len(np.unique(folds[learn]))
    if areas < 2 or int(learn.sum()) < LEAST_CELLS:
        return model
    parts = folds % MOST_FOLDS
    form: Exposure = "offset" if model.form == "offset" else "feature"
    glm = held_out(data, learn, parts, form, replace(options, penalties=(model.penalty,)))[0]
    forecasts = _forecasts(data, learn, parts)
    dispersion = dispersion_of(data.customers[learn], forecasts)
    trees = negative_binomial_log_likelihood(data.customers[learn], forecasts, dispersion)
    won = trees > glm + NO_DIFFERENCE
    remark = note(WON if won else LOST, groups=areas, trees=f"{trees:.1f}", glm=f"{glm:.1f}")
    kept = model
    if won:
        kept = trees_of(_forest(data, learn), model, data.customers[learn], dispersion)
    return replace(kept, notes=(remark, *model.notes))


def _forest(data: CellData, learn: BoolArray) -> Forest:
    names, matrix = data.seen_as("feature")
    return fit_forest(names, matrix[learn], data.customers[learn])


def _forecasts(data: CellData, learn: BoolArray, parts: IntArray) -> FloatArray:
    """Return what trees that have not seen a cell's area expect of it, for the cells to learn from."""
    names, matrix = data.seen_as("feature")
    found = np.zeros(len(learn))
    for part in np.unique(parts[learn]):
        unseen = (parts == part) & learn
        forest = _forest(data, learn & (parts != part))
        found[unseen] = forest_mean(forest, names, matrix[unseen])
    return np.maximum(found[learn], 1e-9)


def held_out(
    data: CellData, learn: BoolArray, folds: IntArray, form: Exposure, options: PotentialOptions
) -> list[float]:
    """Return for each penalty the log-likelihood of areas that the model has not seen."""
    totals = [0.0] * len(options.penalties)
    for fold in np.unique(folds[learn]):
        unseen = (folds == fold) & learn & (data.people >= NOBODY)
        prepared = prepare(data, learn & (folds != fold), form, options)
        for at, penalty in enumerate(options.penalties):
            model = model_of(prepared, data, penalty)
            if model.form == "rate":
                totals[at] = -np.inf
                continue
            columns = [data.names.index(name) for name in model.features]
            mean = predict(model, model.features, data.matrix[unseen][:, columns], data.people[unseen]).value
            totals[at] += negative_binomial_log_likelihood(
                data.customers[unseen], np.maximum(mean, 1e-9), model.dispersion
            )
    return totals

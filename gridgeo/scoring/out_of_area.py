"""Forecasts of any figure of cells in areas that nothing was learned from, by a model and by naive rules."""

from __future__ import annotations

from dataclasses import dataclass, replace
from importlib import import_module

import numpy as np
import scipy
from scipy.spatial import cKDTree
from threadpoolctl import threadpool_limits

from gridgeo.cells import centres, local_xy_m, ring_pairs
from gridgeo.domain import BoolArray, CellArray, FloatArray, IntArray
from gridgeo.scoring.folds import Folds, merged
from gridgeo.scoring.learners import (
    PENALTIES,
    TRIAL_CELLS,
    Family,
    Training,
    boosted_trees,
    family_of,
    regression_path,
)
from gridgeo.scoring.notes import Note
from gridgeo.scoring.rings import ring_sums

SURROUNDINGS = "known_around"
"""Feature: mean target of the nearest known cells outside the cell's own part of the folds."""
RINGS = (1, 2)
"""Sums of the features over the cells within so many steps, the cell itself left out, join the features."""
NEAREST_KNOWN = 18
"""Cells of a full ring of 2: so many nearest known cells stand in where nobody within it is known."""
INNER_FOLDS = 3
LEAST_GAIN = 0.01
"""Rank correlation that boosting must gain in areas left out before it is used."""
NO_DIFFERENCE = 0.002
LEAST_AREAS = 2
REGRESSION, BOOSTING = "regression", "boosting"
HELD_OUT = ("regression", "boosting", "ring_mean", "best_feature")


@dataclass(frozen=True)
class CellTable:
    """What a table of cells says, aligned by cell.

    names, matrix: features, shape (n_cells, n_features), not-a-number where missing; target: likewise,
    shape (n_cells,). people: name of the feature that counts people, None where there is none.
    """

    cells: CellArray
    names: tuple[str, ...]
    matrix: FloatArray
    target: FloatArray
    people: str | None = None

    @property
    def known(self) -> BoolArray:
        """Cells whose target is given."""
        return np.isfinite(self.target)


@dataclass(frozen=True)
class Choice:
    """The kind of model and the penalty of the regression.

    gain: rank correlation that boosting adds in areas left out of what the folds learn from.
    """

    model: str
    penalty: float
    gain: float


@dataclass(frozen=True)
class Forecasts:
    """Forecasts of cells by models that have not seen their area, shape (n_cells,), not-a-number outside the folds.

    model: by the one that was chosen. regression, boosting: by either alone.
    baselines: people_only (the people themselves) and ring_mean (mean of the known cells around); not-a-number where
    there is no such column. best_feature: the feature that ranks best where it may be learned from, as it is.
    choice: the model that was taken.
    """

    model: FloatArray
    regression: FloatArray
    boosting: FloatArray
    people_only: FloatArray
    ring_mean: FloatArray
    best_feature: FloatArray
    choice: Choice
    family: Family
    notes: tuple[Note, ...]


@dataclass(frozen=True)
class Fold:
    """One turn: positions of the cells to learn from, whose target is known, and of those left out."""

    number: int
    learn: IntArray
    left_out: IntArray


def forecast_areas(table: CellTable, folds: Folds, penalties: tuple[float, ...] = PENALTIES) -> Forecasts:
    """Forecast every cell of the folds from the others.

    Nothing of a fold's target is used for it: not for filling gaps, for scaling or for fitting. Only kind of model and
    penalty are chosen once for all folds, from areas left out inside what each learns from, so that choice has seen
    every area. Features of neighbours are used wherever they lie, as they are known of a new area too.
    """
    # One thread: so small fits lose more by waiting for each other than they win, and sums keep their order.
    # The trees are loaded first: what is not there yet is not limited.
    import_module("sklearn.ensemble")
    with threadpool_limits(limits=1):
        return _forecasts(table, folds, penalties)


def _forecasts(table: CellTable, folds: Folds, penalties: tuple[float, ...]) -> Forecasts:
    family = family_of(table.target[table.known])
    surroundings = _Surroundings(table, folds)
    turns = _turns(table, folds, surroundings)
    trials = []
    for fold, data in turns:
        trials.append(_trial(data, _inner_folds(folds, fold), fold.learn, (family, penalties)))
    at, which, gain = _choice(trials, len(penalties))
    found = {name: np.full(len(table.cells), np.nan) for name in HELD_OUT}
    ranks = np.column_stack([scipy.stats.rankdata(column, nan_policy="omit") for column in table.matrix.T])
    notes: tuple[Note, ...] = ()
    for fold, whole in turns:
        data, unseen = whole.of(fold.learn), whole.matrix[fold.left_out]
        fitted = regression_path(data, family, penalties)[at]
        found["regression"][fold.left_out] = fitted.predict(unseen)
        found["boosting"][fold.left_out] = boosted_trees(data, family)(unseen)
        found["ring_mean"][fold.left_out] = surroundings.ring_mean(fold)
        feature, sign = _best_feature(table, fold.learn)
        found["best_feature"][fold.left_out] = sign * ranks[fold.left_out, feature]
        notes = fitted.notes or notes
    people = np.full(len(table.cells), np.nan)
    if table.people is not None:
        people = np.where(folds.area_of < 0, np.nan, table.matrix[:, table.names.index(table.people)])
    choice = Choice(which, penalties[at], gain)
    return Forecasts(**found, model=found[which], people_only=people, choice=choice, family=family, notes=notes)


def _turns(table: CellTable, folds: Folds, surroundings: _Surroundings) -> list[tuple[Fold, Training]]:
    """Return each fold with the features as it may see them."""
    names, around = with_rings(table)
    fold_of = folds.fold_of_cells
    turns = []
    for number in range(folds.n_folds):
        fold = Fold(number, np.flatnonzero((fold_of != number) & table.known), np.flatnonzero(fold_of == number))
        matrix = np.column_stack([filled(around, fold.learn), surroundings.of(fold)])
        turns.append((fold, Training((*names, SURROUNDINGS), matrix, table.target, table.people)))
    return turns


def with_rings(table: CellTable) -> tuple[tuple[str, ...], FloatArray]:
    """Return names and values of the features and their ring sums; missing neighbours add nothing to a sum."""
    known = np.nan_to_num(table.matrix, nan=0.0)
    parts = [table.matrix, *(ring_sums(known, ring_pairs(table.cells, ring)) for ring in RINGS)]
    names = (*table.names, *(f"ring{ring}_{name}" for ring in RINGS for name in table.names))
    return names, np.column_stack(parts)


def filled(matrix: FloatArray, learn: IntArray) -> FloatArray:
    """Put the median of the cells to learn from where a feature is missing, 0 where all of them miss it."""
    missing = np.isnan(matrix)
    if not missing.any():
        return matrix
    seen = matrix[learn]
    some = ~np.isnan(seen).all(axis=0)
    medians = np.zeros(matrix.shape[1])
    medians[some] = np.nanmedian(seen[:, some], axis=0)
    return np.where(missing, medians, matrix)


def _trial(
    whole: Training, inner: IntArray, learn: IntArray, how: tuple[Family, tuple[float, ...]]
) -> tuple[FloatArray, float] | None:
    """Return how well each penalty, and boosting, ranks areas left out of what a fold may learn from.

    inner: fold of each cell of learn; empty where there is only one area, which tells nothing: then None.
    """
    if not inner.size:
        return None
    family, penalties = how
    by_path = np.full((len(penalties), len(inner)), np.nan)
    by_trees = np.full(len(inner), np.nan)
    for number in np.unique(inner).tolist():
        unseen = inner == number
        data, matrix = whole.of(learn[~unseen], TRIAL_CELLS), whole.matrix[learn[unseen]]
        for at, fitted in enumerate(regression_path(data, family, penalties)):
            by_path[at, unseen] = fitted.predict(matrix)
        by_trees[unseen] = boosted_trees(data, family)(matrix)
    truth = whole.target[learn]
    return np.array([rank_agreement(row, truth) or 0.0 for row in by_path]), rank_agreement(by_trees, truth) or 0.0


def _choice(trials: list[tuple[FloatArray, float] | None], n_penalties: int) -> tuple[int, str, float]:
    """Return the position of the penalty, the kind of model, and what boosting gains, from the trials of all folds.

    One choice for all folds: forecasts of different kinds do not line up. It is made from areas left out inside what
    each fold learns from.
    """
    known = [trial for trial in trials if trial is not None]
    if not known:
        return n_penalties // 2, REGRESSION, 0.0
    by_penalty = np.mean([scores for scores, _ in known], axis=0)
    # The strongest penalty among those that do as well as the best.
    at = int(np.flatnonzero(by_penalty >= by_penalty.max() - NO_DIFFERENCE)[-1])
    gain = float(np.mean([trees for _, trees in known]) - by_penalty[at])
    return at, BOOSTING if gain >= LEAST_GAIN else REGRESSION, gain


def _inner_folds(folds: Folds, fold: Fold) -> IntArray:
    """Return an inner fold for each cell to learn from, whole areas together; empty where only one area is left."""
    _, position = np.unique(folds.area_of[fold.learn], return_inverse=True)
    n_areas = int(position.max(initial=-1)) + 1
    if n_areas < LEAST_AREAS:
        return np.empty(0, dtype=np.int64)
    return merged(position.astype(np.int64), n_areas, INNER_FOLDS)[position]


class _Surroundings:
    """The known cells around each cell, of which a fold may use those that it learns from."""

    def __init__(self, table: CellTable, folds: Folds) -> None:
        self._target = table.target
        self._fold_of = folds.fold_of_cells
        self._pairs = ring_pairs(table.cells, max(RINGS))
        lng, lat = centres(table.cells)
        self._xy = np.column_stack(local_xy_m(lng, lat, float(lng[0]), float(np.median(lat))))

    def of(self, fold: Fold) -> FloatArray:
        """Return the mean of the nearest known cells of other folds than the cell's own; 0 where there is none.

        Cells to learn from are treated as those left out will be: their own fold tells nothing about them.
        """
        answer = np.zeros(len(self._target))
        mine = self._fold_of[fold.learn]
        for other in np.unique(mine).tolist():
            known, wanted = fold.learn[mine != other], fold.learn[mine == other]
            if len(known):
                answer[wanted] = self._nearest(known, wanted)
        if len(np.unique(mine)) > 1:
            answer[fold.left_out] = self._nearest(fold.learn, fold.left_out)
        return answer

    def ring_mean(self, fold: Fold) -> FloatArray:
        """Return the mean of the known cells within the ring, of the nearest known ones where there are none."""
        row, column = self._pairs
        n = len(self._target)
        may = np.zeros(n, dtype=bool)
        may[fold.learn] = True
        used = may[column]
        count = np.bincount(row[used], minlength=n)[fold.left_out]
        total = np.bincount(row[used], weights=self._target[column[used]], minlength=n)[fold.left_out]
        return np.where(count > 0, total / np.maximum(count, 1), self._nearest(fold.learn, fold.left_out))

    def _nearest(self, known: IntArray, wanted: IntArray) -> FloatArray:
        k = min(NEAREST_KNOWN, len(known))
        _, near = cKDTree(self._xy[known]).query(self._xy[wanted], k=np.arange(1, k + 1))
        mean: FloatArray = self._target[known][near].mean(axis=1)
        return mean


def _best_feature(table: CellTable, learn: IntArray) -> tuple[int, float]:
    """Return the feature that ranks the known cells best, and the sign of its agreement."""
    matrix = filled(table.matrix, learn)[learn]
    agreement = [rank_agreement(column, table.target[learn]) or 0.0 for column in matrix.T]
    at = int(np.argmax(np.abs(agreement)))
    return at, 1.0 if agreement[at] >= 0 else -1.0


def rank_agreement(forecast: FloatArray, truth: FloatArray) -> float | None:
    """Return Spearman's rank correlation where both are known; None where one side never varies."""
    both = np.isfinite(forecast) & np.isfinite(truth)
    if both.sum() < 3 or np.ptp(forecast[both]) == 0 or np.ptp(truth[both]) == 0:
        return None
    return float(scipy.stats.spearmanr(forecast[both], truth[both]).statistic)


def without_missing(table: CellTable) -> CellTable:
    """Return the table with gaps filled from all known cells: for looking at it, never for learning."""
    return replace(table, matrix=filled(table.matrix, np.flatnonzero(table.known)))

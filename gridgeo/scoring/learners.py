"""Two ways to learn a figure of cells from their make-up: a penalised regression, and boosted trees to hold it against.

The regression is a negative binomial one for counts, a quasi-Poisson one for other figures that are never negative
(both with a log link), and a linear one where negative values occur.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from gridgeo.domain import FloatArray, IntArray
from gridgeo.scoring.design import Column, choose_columns, standardised
from gridgeo.scoring.glm import dispersion_of
from gridgeo.scoring.notes import Note

Family = Literal["negative binomial", "quasi-poisson", "gaussian"]
PENALTIES = (0.0003, 0.003, 0.03, 0.3, 3.0)
"""Ridge penalties a cell, on standardised columns; 0 is left out since a column may be 0 wherever the target is."""
FIT_CELLS, TRIAL_CELLS = 8_000, 3_000
"""A few dozen coefficients need no more cells; larger tables are thinned evenly over their order."""
ROUNDS, SETTLED, LONGEST_STEP = 60, 1e-7, 3.0
LINEAR_LIMIT = 30.0
DISPERSION_TURNS = 2
ROOT = "root_"
TREES = {"max_iter": 60, "learning_rate": 0.06, "max_leaf_nodes": 8, "min_samples_leaf": 20, "l2_regularization": 1.0}

Predictor = Callable[[FloatArray], FloatArray]
"""Takes features of cells, shape (m, n_features), and returns what is expected of each, shape (m,)."""


@dataclass(frozen=True)
class Training:
    """What is learned from: names of the features; matrix, shape (n, n_features), finite; target, shape (n,).

    free: name of the feature that no penalty pulls to 0, people: the strongest penalty then leaves their naive rule.
    """

    names: tuple[str, ...]
    matrix: FloatArray
    target: FloatArray
    free: str | None = None

    def of(self, rows: IntArray, most: int = FIT_CELLS) -> Training:
        """Return some of the rows, at most so many of them, spread evenly over their order."""
        if len(rows) > most:
            rows = rows[np.linspace(0, len(rows) - 1, most).astype(np.int64)]
        return replace(self, matrix=self.matrix[rows], target=self.target[rows])


@dataclass(frozen=True)
class Regression:
    """A fitted regression: its columns, the coefficients (constant first), dispersion (0 but for counts), remarks."""

    family: Family
    names: tuple[str, ...]
    columns: tuple[Column, ...]
    coefficients: FloatArray
    penalty: float
    dispersion: float
    notes: tuple[Note, ...]

    def predict(self, matrix: FloatArray) -> FloatArray:
        """Return what is expected of cells with these features, each held inside the range that was learned from."""
        design, _ = standardised(self.columns, *with_roots(self.names, matrix))
        return _mean(design, self.coefficients, self.family)


def family_of(target: FloatArray) -> Family:
    """Return the regression that suits the values."""
    if bool(np.any(target < 0)):
        return "gaussian"
    return "negative binomial" if bool(np.all(target == np.floor(target))) else "quasi-poisson"


def regression_path(data: Training, family: Family, penalties: tuple[float, ...] = PENALTIES) -> tuple[Regression, ...]:
    """Fit one regression a penalty, the strongest first in the working, in the order of the penalties in the answer.

    Source: le Cessie and van Houwelingen 1992, Applied Statistics 41(1); Hilbe 2011, Negative Binomial Regression.
    """
    names, matrix = with_roots(data.names, data.matrix)
    columns, notes = choose_columns(names, matrix)
    design, _ = standardised(columns, names, matrix)
    start = np.zeros(design.shape[1])
    level = float(data.target.mean())
    start[0] = level if family == "gaussian" else np.log(max(level, 1e-9))
    told = tuple(one for one in notes if ROOT not in dict(one.values).get("feature", ""))
    bound = np.array([0.0, *(float(column.name != data.free) for column in columns)])
    found: dict[float, Regression] = {}
    dispersion = 1.0
    for penalty in sorted(penalties, reverse=True):
        start, dispersion = _fit(design, data.target, (family, penalty * bound), start, dispersion)
        spread = dispersion if family == "negative binomial" else 0.0
        found[penalty] = Regression(family, data.names, columns, start, penalty, spread, told)
    return tuple(found[penalty] for penalty in penalties)


def with_roots(names: tuple[str, ...], matrix: FloatArray) -> tuple[tuple[str, ...], FloatArray]:
    """Add the root of every feature beside it: a logarithm alone bends too early for counts of people.

    A root enters with a minus sign, which keeps it out of the logarithm that columns without negative values get.
    """
    roots = -np.sign(matrix) * np.sqrt(np.abs(matrix))
    return (*names, *(f"{ROOT}{name}" for name in names)), np.column_stack([matrix, roots])


def boosted_trees(data: Training, family: Family) -> Predictor:
    """Fit gradient-boosted trees, on the logarithm of values that are never negative, brought back to their mean.

    Source: Friedman 2001, Annals of Statistics 29(5), as scikit-learn builds it over histograms; Duan 1983, JASA
    78(383), for the way back from the logarithm.
    """
    # Loaded here: it takes most of a second, and most commands never boost.
    from sklearn.ensemble import HistGradientBoostingRegressor

    trees = HistGradientBoostingRegressor(early_stopping=False, random_state=0, **TREES)
    if family == "gaussian":
        trees.fit(data.matrix, data.target)
        return lambda matrix: np.asarray(trees.predict(matrix), dtype=np.float64)
    trees.fit(data.matrix, np.log1p(data.target))
    level = float(np.expm1(trees.predict(data.matrix)).mean())
    factor = float(data.target.mean()) / level if level > 0 else 1.0
    return lambda matrix: np.maximum(np.expm1(trees.predict(matrix)) * factor, 0.0)


def _fit(
    design: FloatArray, target: FloatArray, how: tuple[Family, FloatArray], start: FloatArray, dispersion: float
) -> tuple[FloatArray, float]:
    family, ridge = how[0], how[1] * len(target)
    if family != "negative binomial":
        return _reweighted(design, target, (family, 0.0), ridge, start), 0.0
    for _ in range(DISPERSION_TURNS):
        start = _reweighted(design, target, (family, dispersion), ridge, start)
        dispersion = dispersion_of(target, _mean(design, start, family))
    return start, dispersion


def _reweighted(
    design: FloatArray, target: FloatArray, how: tuple[Family, float], ridge: FloatArray, start: FloatArray
) -> FloatArray:
    """Solve the penalised equations by reweighted least squares; a step is shortened where it would leap."""
    family, dispersion = how
    coefficients = start
    for _ in range(ROUNDS):
        mean = _mean(design, coefficients, family)
        straight = family == "gaussian"
        weight = np.ones(len(mean)) if straight else mean / (1 + dispersion * mean)
        pull = weight if straight else weight / mean
        slope = design.T @ ((target - mean) * pull) - ridge * coefficients
        step = np.linalg.solve((design.T * weight) @ design + np.diag(ridge + 1e-9), slope)
        longest = float(np.abs(step).max())
        share = 1.0 if straight else min(1.0, LONGEST_STEP / max(longest, 1e-12))
        coefficients = np.asarray(coefficients + share * step, dtype=np.float64)
        if straight or longest < SETTLED:
            break
    return coefficients


def _mean(design: FloatArray, coefficients: FloatArray, family: Family) -> FloatArray:
    linear = design @ coefficients
    mean: FloatArray = linear if family == "gaussian" else np.exp(np.clip(linear, -LINEAR_LIMIT, LINEAR_LIMIT))
    return mean

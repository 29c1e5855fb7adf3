"""The record of a potential model, one fit of it, and what it says about a cell."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import special

from gridgeo.domain import BoolArray, FloatArray, IntArray
from gridgeo.domain.words import EVIDENCE
from gridgeo.scoring.boosting import Forest, forest_mean
from gridgeo.scoring.checks import NOBODY
from gridgeo.scoring.design import Column, choose_columns, standardised
from gridgeo.scoring.glm import GlmFit, fit_negative_binomial, linear_error, predicted_mean, shrunk_fit
from gridgeo.scoring.notes import Note, note

Exposure = Literal["offset", "feature"]
METHOD, TREES_METHOD = "nb-glm-2", "boosted-trees-1"
FIRM_ERROR = 0.25
"""A firm expectation has a 90 % band of its mean within this part of it, up or down."""
Z_90 = 1.6448536269514722
PEOPLE = "people"
FIT_CELLS = 20_000
"""A dozen coefficients need no more cells; larger tables are thinned evenly over their people and customers."""


@dataclass(frozen=True)
class PotentialOptions:
    """exposure: people as the offset of a rate, as a feature with an exponent of its own, or what predicts better.

    penalties: ridge penalties a cell to choose from; the choice needs areas, without them the first is taken.
    least_cells, cells_a_feature: with fewer mature cells the model falls back to one rate for all. boosting: whether
    boosted trees may take the regression's place, where they forecast areas left out better.
    """

    exposure: Literal["auto", "offset", "feature"] = "auto"
    penalties: tuple[float, ...] = (0.0, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0)
    least_cells: int = 30
    cells_a_feature: int = 5
    boosting: bool = False


@dataclass(frozen=True)
class PotentialModel:
    """A fitted model as a record; the same inputs give the same bytes (`model_bytes`).

    form: "offset" and "feature" are negative binomial regressions, "trees" a forest of boosted trees with people among
    the features, "rate" is one rate for all cells, taken when the cells do not carry more. coefficients: constant
    first, then one a column. penalty: ridge a cell that pulled them towards 0. dispersion: variance is
    mean + dispersion * mean^2. pearson_ratio, overdispersion_p: test of the Poisson model. cap: largest prediction, per
    person with an offset, in customers otherwise. rate: customers per person.
    """

    form: Literal["offset", "feature", "rate", "trees"]
    features: tuple[str, ...]
    columns: tuple[Column, ...]
    coefficients: tuple[float, ...]
    covariance: tuple[tuple[float, ...], ...]
    penalty: float
    dispersion: float
    pearson_ratio: float
    overdispersion_p: float
    rate: float
    cap: float
    n_cells: int
    notes: tuple[Note, ...]
    method: str = METHOD
    forest: Forest | None = None


@dataclass(frozen=True)
class Potential:
    """Expected customers, shape (n_cells,); low, high: 90 % band of the level of a single cell of this make-up.

    Nobody is expected where nobody lives. The band holds the error of the mean and the differences between cells that
    the features do not explain. evidence: firm where the mean is known within FIRM_ERROR and every feature lies inside
    what was fitted; none for the one-rate fallback and cells without people; weak otherwise.
    """

    value: FloatArray
    low: FloatArray
    high: FloatArray
    evidence: NDArray[np.str_]


@dataclass(frozen=True)
class CellData:
    """Aligned by cell: features with their names, customers, people."""

    names: tuple[str, ...]
    matrix: FloatArray
    customers: FloatArray
    people: FloatArray

    def rows(self, at: IntArray) -> CellData:
        """Return the data of some cells."""
        return CellData(self.names, self.matrix[at], self.customers[at], self.people[at])

    def seen_as(self, form: Exposure) -> tuple[tuple[str, ...], FloatArray]:
        """Return names and features; people join them unless they are the offset or already there."""
        return with_people(self.names, self.matrix, self.people, form)


@dataclass(frozen=True)
class Prepared:
    """One regression before its penalty is chosen; fit is None where the cells do not carry one, why says so."""

    form: Exposure
    columns: tuple[Column, ...]
    notes: tuple[Note, ...]
    usable: BoolArray
    design: FloatArray
    log_exposure: FloatArray
    fit: GlmFit | None
    why: str


def with_people(
    names: tuple[str, ...], matrix: FloatArray, people: FloatArray, form: str
) -> tuple[tuple[str, ...], FloatArray]:
    """Put people before the features where the form wants them as one and they are not."""
    if form not in ("feature", "trees") or PEOPLE in names:
        return names, matrix
    return (PEOPLE, *names), np.column_stack([people, matrix])


def prepare(data: CellData, learn: BoolArray, form: Exposure, options: PotentialOptions) -> Prepared:
    """Fit the regression without penalty on the inhabited cells to learn from."""
    usable, notes = thinned(learn & (data.people >= NOBODY), data)
    names, matrix = data.seen_as(form)
    columns, dropped = choose_columns(names, matrix[usable])
    n_cells, why = int(usable.sum()), ""
    if n_cells < max(options.least_cells, options.cells_a_feature * (len(columns) + 1)):
        why = "only {cells} cells to learn from: one rate for all cells"
    elif data.customers[usable].sum() <= 0:
        why = "no customers in {cells} cells: one rate for all cells"
    design, _ = standardised(columns, names, matrix[usable])
    log_exposure = np.log(data.people[usable]) if form == "offset" else np.zeros(n_cells)
    fit = None if why else fit_negative_binomial(design, data.customers[usable], log_exposure)
    if fit is not None and not fit.converged:
        fit, why = None, "the regression on {cells} cells did not settle: one rate for all cells"
    return Prepared(form, columns, (*notes, *dropped), usable, design, log_exposure, fit, why)


def model_of(prepared: Prepared, data: CellData, penalty: float) -> PotentialModel:
    """Return the model under a penalty a cell; the constant and people's own exponent stay free."""
    n_cells, rate = int(prepared.usable.sum()), _rate(data, prepared.usable)
    fit = prepared.fit
    if fit is not None and penalty > 0 and prepared.columns:
        free = [1.0, *(float(prepared.form == "feature" and column.name == PEOPLE) for column in prepared.columns)]
        ridge = penalty * n_cells * (1.0 - np.array(free))
        fit = shrunk_fit(fit, prepared.design, data.customers[prepared.usable], prepared.log_exposure, ridge)
    if fit is None or not fit.converged:
        why = prepared.why or "the regression on {cells} cells did not settle: one rate for all cells"
        return _one_rate(rate, n_cells, (*prepared.notes, note(why, cells=n_cells)))
    given = {*data.names}
    return PotentialModel(
        form=prepared.form,
        features=tuple(column.name for column in prepared.columns if column.name in given),
        columns=prepared.columns,
        coefficients=tuple(float(value) for value in fit.coefficients),
        covariance=tuple(tuple(float(value) for value in row) for row in fit.covariance),
        penalty=penalty,
        dispersion=fit.dispersion,
        pearson_ratio=fit.poisson.pearson_ratio,
        overdispersion_p=fit.poisson.p_value,
        rate=rate,
        cap=1.0 if prepared.form == "offset" else 2 * float(data.customers[prepared.usable].max()),
        n_cells=n_cells,
        notes=prepared.notes,
    )


def predict(model: PotentialModel, names: tuple[str, ...], matrix: FloatArray, people: FloatArray) -> Potential:
    """Return what the model expects of cells with these features; names must hold the model's."""
    some = people >= NOBODY
    if model.form == "rate":
        unknown = np.full(len(people), np.nan)
        return Potential(model.rate * people, unknown, unknown, np.full(len(people), EVIDENCE[2]))
    if model.form == "trees" and model.forest is not None:
        return _of_trees(model, model.forest, with_people(names, matrix, people, model.form), some)
    design, outside = standardised(model.columns, *with_people(names, matrix, people, model.form))
    offset = np.log(np.where(some, people, 1.0)) if model.form == "offset" else np.zeros(len(people))
    cap = model.cap * people if model.form == "offset" else np.full(len(people), model.cap)
    mean = np.where(some, predicted_mean(design, np.array(model.coefficients), offset), 0.0)
    error = linear_error(design, np.array(model.covariance))
    # Two sources multiply: the mean's log-normal error and the gamma scatter of cells of one make-up.
    squared_cv = np.expm1(error**2) * (1 + model.dispersion) + model.dispersion
    low, high = _band(mean, squared_cv)
    sure = (outside == 0) & (np.expm1(Z_90 * error) <= FIRM_ERROR)
    firm, weak, none = EVIDENCE
    evidence = np.where(some, np.where(sure, firm, weak), none)
    return Potential(np.minimum(mean, cap), np.minimum(low, cap), np.minimum(high, cap), evidence)


def trees_of(forest: Forest, regression: PotentialModel, customers: FloatArray, dispersion: float) -> PotentialModel:
    """Return the model whose expectations are the forest's; what was fitted besides stays as the regression has it.

    customers: of the cells learned from. dispersion: around forecasts of areas left out.
    """
    return replace(
        regression,
        form="trees",
        features=tuple(name for name in forest.names if name != PEOPLE),
        columns=(),
        coefficients=(),
        covariance=(),
        dispersion=dispersion,
        cap=2 * float(customers.max()),
        method=TREES_METHOD,
        forest=forest,
    )


def _of_trees(
    model: PotentialModel, forest: Forest, features: tuple[tuple[str, ...], FloatArray], some: BoolArray
) -> Potential:
    """Return the forest's expectations: trees do not tell how sure their mean is, so none is firm."""
    mean = np.where(some, np.minimum(forest_mean(forest, *features), model.cap), 0.0)
    low, high = _band(mean, np.full(len(mean), model.dispersion))
    _, weak, none = EVIDENCE
    return Potential(mean, np.minimum(low, model.cap), np.minimum(high, model.cap), np.where(some, weak, none))


def _band(mean: FloatArray, squared_cv: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the 90 % band of a gamma around a mean."""
    shape = 1 / np.maximum(squared_cv, 1e-12)
    low, high = (mean * special.gammaincinv(shape, part) / shape for part in (0.05, 0.95))
    return low, high


def thinned(usable: BoolArray, data: CellData) -> tuple[BoolArray, tuple[Note, ...]]:
    """Keep at most FIT_CELLS cells to fit on, spread over the whole range of people and customers."""
    where = np.flatnonzero(usable)
    if len(where) <= FIT_CELLS:
        return usable, ()
    order = where[np.lexsort((*data.matrix[where].T, data.customers[where], data.people[where]))]
    kept = np.zeros_like(usable)
    kept[order[np.linspace(0, len(order) - 1, FIT_CELLS).astype(np.int64)]] = True
    return kept, (note("fitted on {cells} of {all} cells, spread over all sizes", cells=FIT_CELLS, all=len(where)),)


def _one_rate(rate: float, n_cells: int, notes: tuple[Note, ...]) -> PotentialModel:
    return PotentialModel(
        form="rate",
        features=(),
        columns=(),
        coefficients=(),
        covariance=(),
        penalty=0.0,
        dispersion=0.0,
        pearson_ratio=0.0,
        overdispersion_p=1.0,
        rate=rate,
        cap=1.0,
        n_cells=n_cells,
        notes=notes,
    )


def _rate(data: CellData, usable: BoolArray) -> float:
    people = float(data.people[usable].sum())
    return float(data.customers[usable].sum()) / people if people > 0 else 0.0

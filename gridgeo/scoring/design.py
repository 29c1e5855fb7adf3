"""Choice and scaling of a regression's columns, with a remark for each column left out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import linalg

from gridgeo.domain import FloatArray
from gridgeo.scoring.makeup import tame
from gridgeo.scoring.notes import Note, note

LEAST_CELLS_PRESENT = 8
"""A column that differs from its commonest value in fewer cells would be fitted to those few."""
REPEATS_BELOW = 0.02
"""A column whose remainder after the earlier ones is a smaller part of it says nothing new."""


@dataclass(frozen=True)
class Column:
    """A feature as it enters the regression: logged or not, standardised, held inside the range it was fitted on."""

    name: str
    logged: bool
    mean: float
    spread: float
    low: float
    high: float


def choose_columns(names: tuple[str, ...], matrix: FloatArray) -> tuple[tuple[Column, ...], tuple[Note, ...]]:
    """Return the usable columns of the fitted cells' features and a note for every one that was dropped.

    matrix: shape (n_cells, n_features), finite.
    """
    logged = np.min(matrix, axis=0, initial=0.0) >= 0
    values = tame(matrix)
    keep: list[int] = []
    notes: list[Note] = []
    for at, name in enumerate(names):
        present = _cells_off_the_commonest(matrix[:, at])
        if present == 0:
            notes.append(note("feature {feature} was left out: it is the same in every cell", feature=name))
        elif present < LEAST_CELLS_PRESENT:
            notes.append(
                note("feature {feature} was left out: it differs in only {cells} cells", feature=name, cells=present)
            )
        else:
            keep.append(at)
    repeated = _repeats(values[:, keep])
    for at in (column for column, twice in zip(keep, repeated, strict=True) if twice):
        notes.append(note("feature {feature} was left out: earlier features already say it", feature=names[at]))
    chosen = [column for column, twice in zip(keep, repeated, strict=True) if not twice]
    columns = tuple(_column(names[at], values[:, at], logged=bool(logged[at])) for at in chosen)
    return columns, tuple(notes)


def standardised(
    columns: tuple[Column, ...], names: tuple[str, ...], matrix: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return the design with its constant, shape (n, 1 + p), and how many features lie outside the fitted range, (n,).

    Values outside the range are moved to its edge: the regression is not continued where nothing was seen.
    """
    picked = matrix[:, [names.index(column.name) for column in columns]]
    logged = np.array([column.logged for column in columns], dtype=bool)
    values = np.where(logged, np.log1p(np.maximum(picked, 0.0)), picked)
    low, high = (np.array([getattr(column, end) for column in columns]) for end in ("low", "high"))
    mean, spread = (np.array([getattr(column, part) for column in columns]) for part in ("mean", "spread"))
    outside = ((values < low - 1e-9) | (values > high + 1e-9)).sum(axis=1)
    scaled = (np.clip(values, low, high) - mean) / spread
    return np.column_stack([np.ones(len(matrix)), scaled]), outside.astype(np.float64)


def _column(name: str, values: FloatArray, *, logged: bool) -> Column:
    return Column(name, logged, float(values.mean()), float(values.std()), float(values.min()), float(values.max()))


def _cells_off_the_commonest(values: FloatArray) -> int:
    _, times = np.unique(values, return_counts=True)
    return int(len(values) - times.max(initial=0))


def _repeats(values: FloatArray) -> list[bool]:
    """Tell for each column whether the ones before it, and the constant, already give it."""
    if values.shape[1] == 0:
        return []
    centred = values - values.mean(axis=0)
    scaled = centred / np.linalg.norm(centred, axis=0)
    # Without pivoting the diagonal is what each column adds to those before it.
    (triangle,) = linalg.qr(scaled, mode="r")
    diagonal = np.zeros(values.shape[1])
    found = np.abs(np.diag(triangle))
    diagonal[: len(found)] = found
    return [bool(added < REPEATS_BELOW) for added in diagonal]

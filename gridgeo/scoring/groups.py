"""Rows of parties by cell and group: counts, and means over those of whom something is known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import ArrayLike, NDArray

from gridgeo.domain import FloatArray
from gridgeo.domain.words import EVIDENCE
from gridgeo.errors import InvalidInputError
from gridgeo.scoring.checks import NOBODY, counts, one_column, positions, sums_by

FIRM_CUSTOMERS = 20.0
"""A mean over fewer parties is weak."""


@dataclass(frozen=True)
class Mean:
    """A mean of each cell; arrays of shape (n_cells,).

    value: not-a-number where nothing is known of anybody. known: parties that it is the mean of. evidence: firm from
    FIRM_CUSTOMERS known parties, weak below, none without any.
    """

    value: FloatArray
    known: FloatArray
    evidence: NDArray[np.str_]


def counts_by_group(
    at: ArrayLike,
    group: Sequence[str] | pl.Series,
    groups: tuple[str, ...],
    n_cells: int,
    share: ArrayLike | None = None,
) -> FloatArray:
    """Count rows by cell and group; returns shape (n_cells, n_groups).

    at: position of each row's cell; group: one of `groups` each; share: part of the row that counts, 1 by default.
    Raises InvalidInputError for an unknown group, a share that is negative or missing, a position out of range.
    """
    cell = positions(at, "at", n_cells)
    names = pl.Series("group", group, dtype=pl.String)
    column = names.replace_strict(list(groups), range(len(groups)), default=None, return_dtype=pl.Int64)
    if column.null_count():
        raise InvalidInputError(
            "group must be one of {known}, got {given}",
            known=", ".join(groups),
            given=str(names.filter(column.is_null())[0]),
        )
    weights = None if share is None else counts(share, "share", len(cell))
    flat = cell * len(groups) + column.to_numpy()
    table = np.bincount(flat, weights=weights, minlength=n_cells * len(groups))
    return table.astype(np.float64).reshape(n_cells, len(groups))


def mean_by_cell(at: ArrayLike, share: ArrayLike, value: ArrayLike, n_cells: int) -> Mean:
    """Return the mean of a figure of parties in each cell, over those of whom it is known.

    at: position of each row's cell; share: part of the party in the cell; value: not-a-number where unknown.
    Raises InvalidInputError when a share is negative or missing, or a value is infinite.
    """
    cell, figures = positions(at, "at", n_cells), one_column(value, "value")
    part = counts(share, "share", len(cell))
    if bool(np.isinf(figures).any()):
        raise InvalidInputError("a figure of a customer is infinite")
    some = np.isfinite(figures)
    known = sums_by(cell[some], part[some], n_cells)
    total = sums_by(cell[some], (part * np.where(some, figures, 0.0))[some], n_cells)
    mean = np.divide(total, known, out=np.full(n_cells, np.nan), where=known >= NOBODY)
    return Mean(mean, known, evidence_of(known))


def evidence_of(known: FloatArray) -> NDArray[np.str_]:
    """Return the class of evidence of a figure that rests on so many parties."""
    firm, weak, none = EVIDENCE
    return np.where(known >= FIRM_CUSTOMERS, firm, np.where(known >= NOBODY, weak, none))

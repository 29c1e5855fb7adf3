"""Shares of parties of a cell of whom something holds, as they are, with Wilson's band."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gridgeo.domain import FloatArray
from gridgeo.scoring.checks import NOBODY, counts, one_column, positions, sums_by
from gridgeo.scoring.groups import evidence_of
from gridgeo.scoring.penetration import wilson_band


@dataclass(frozen=True)
class Part:
    """A share of each cell; arrays of shape (n_cells,).

    value: 0 to 1, not-a-number where nothing is known of anybody. low, high: its 90 % band. known: parties of whom it
    is known. evidence: firm from 20 of them, weak below, none without any.
    """

    value: FloatArray
    low: FloatArray
    high: FloatArray
    known: FloatArray
    evidence: NDArray[np.str_]


def share_by_cell(at: ArrayLike, share: ArrayLike, holds: ArrayLike, n_cells: int) -> Part:
    """Return the part of the parties of each cell of whom something holds.

    at: position of each row's cell; share: part of the party in the cell; holds: 1, 0, or not-a-number where unknown.
    Raises InvalidInputError when a share is negative or missing, or a position is out of range.
    """
    cell, given = positions(at, "at", n_cells), one_column(holds, "holds")
    part = counts(share, "share", len(cell))
    some = np.isfinite(given)
    known = sums_by(cell[some], part[some], n_cells)
    found = sums_by(cell[some], (part * np.where(given > 0, 1.0, 0.0))[some], n_cells)
    # Sums of shares may exceed one another by the last bit.
    found = np.minimum(found, known)
    value = np.divide(found, known, out=np.full(n_cells, np.nan), where=known >= NOBODY)
    low, high = wilson_band(found, np.where(known >= NOBODY, known, 0.0))
    return Part(value, low, high, known, evidence_of(known))

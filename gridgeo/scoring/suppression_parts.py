"""Counts that are parts of another one: customers by tier, merchants by industry, those in a cohort and the rest.

A reader knows that the parts of a cell add up to its count. So a cell with a small part hides at least two, and where
that is not enough its count too; a cell whose count is hidden hides every part, the empty ones as well, since they
would tell how large the count is at least. Sums of parts over an ancestor are shown only where every cell below shows
the part: they then tell nothing new.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from gridgeo.domain import BoolArray, CellArray, FloatArray, IntArray
from gridgeo.errors import InvalidInputError
from gridgeo.scoring.checks import NOBODY, counts
from gridgeo.scoring.suppression import (
    DEFAULT_RULE,
    FREE_PARTS,
    ProtectedCounts,
    SuppressionRule,
    Told,
    protect_counts,
    whole_counts,
)


@dataclass(frozen=True)
class ToldParts:
    """What an earlier version showed of the parts, in the rows of the cells asked about.

    count: shape (n_cells, n_parts), -1 where the cell was not there. hidden: same shape.
    """

    count: IntArray
    hidden: BoolArray


@dataclass(frozen=True)
class ProtectedParts:
    """Parts of one count over the nodes of its tree.

    count: whole numbers, shape (n_nodes, n_parts); the last column is what the given parts leave of the whole. hidden:
    same shape. small: hidden because the part is small.
    """

    count: IntArray
    hidden: BoolArray
    small: BoolArray

    @property
    def shown(self) -> FloatArray:
        """The parts that may be shown, not-a-number where hidden."""
        return np.where(self.hidden, np.nan, self.count.astype(np.float64))


def whole_parts(whole: IntArray, parts: ArrayLike) -> IntArray:
    """Round parts so that they add up to the rounded count, the largest remainders up.

    whole: shape (n_cells,), rounded. parts: expected counts, shape (n_cells, n_parts). Returns shape (n_cells, n_parts
    + 1): the last column is the rest, which belongs to none of the parts.
    Raises InvalidInputError when a part is negative or missing, or the parts exceed the count by more than rounding.
    """
    given = np.asarray(parts, dtype=np.float64)
    if given.ndim != 2 or len(given) != len(whole):
        raise InvalidInputError(
            "parts must have a row a cell and a column a part: {cells} cells, parts of shape {given}",
            cells=len(whole),
            given=given.shape,
        )
    counts(given.ravel(), "part")
    rest = np.maximum(whole - given.sum(axis=1), 0.0)
    every = np.column_stack([given, np.where(rest > 0.5 + NOBODY, rest, 0.0)])
    down = np.floor(every + NOBODY).astype(np.int64)
    missing = whole - down.sum(axis=1)
    if len(whole) and (missing.min() < 0 or missing.max() > every.shape[1]):
        at = int(np.argmax((missing < 0) | (missing > every.shape[1])))
        raise InvalidInputError("the parts of the cell at position {position} exceed its count", position=at)
    order = np.argsort(np.argsort(-(every - down), axis=1, kind="stable"), axis=1, kind="stable")
    rounded: IntArray = down + (order < missing[:, None])
    return rounded


def protect_family(
    cells: CellArray,
    whole: ArrayLike,
    families: Sequence[ArrayLike],
    rule: SuppressionRule = DEFAULT_RULE,
    told: tuple[Told | None, Sequence[ToldParts | None]] | None = None,
) -> tuple[ProtectedCounts, list[ProtectedParts]]:
    """Decide which counts and which of their parts may be shown.

    whole: expected counts of the cells. families: of each way to divide them (tiers; in a cohort or not) the expected
    counts of the parts, shape (n_cells, n_parts). told: what an earlier version showed of the count and each family.
    """
    before, before_parts = told or (None, [None] * len(families))
    count = whole_counts(whole)
    rows = [whole_parts(count, parts) for parts in families]
    hidden = [_hidden_parts(part, rule, seen) for part, seen in zip(rows, before_parts, strict=True)]
    must_hide = np.zeros(len(count), dtype=bool)
    for part, marked in zip(rows, hidden, strict=True):
        must_hide |= _falls_short(part, marked, rule)
    protected = protect_counts(cells, count, rule, must_hide=must_hide, told=before)
    return protected, [_over_tree(protected, part, marked, rule) for part, marked in zip(rows, hidden, strict=True)]


def _hidden_parts(part: IntArray, rule: SuppressionRule, told: ToldParts | None) -> BoolArray:
    """Hide small parts, those that stay hidden, and the next smallest until none of them can be worked out."""
    hidden = (part > 0) & (part < rule.threshold)
    known = np.zeros(part.shape, dtype=bool)
    if told is not None:
        width = min(part.shape[1], told.count.shape[1])
        # A part that there was none of before is new.
        same, were_hidden = np.zeros(part.shape, dtype=bool), np.zeros(part.shape, dtype=bool)
        same[:, :width] = told.count[:, :width] == part[:, :width]
        were_hidden[:, :width] = told.hidden[:, :width]
        hidden |= same & were_hidden & (part > 0)
        known = same & ~were_hidden
    # What has been shown before and has not changed would protect nothing: it is the last that is taken.
    cost = np.where(part > 0, part + np.where(known, np.int64(1) << 60, 0), np.iinfo(np.int64).max)
    for _ in range(part.shape[1]):
        short = np.flatnonzero(_falls_short(part, hidden, rule))
        choice = np.where(hidden[short], np.iinfo(np.int64).max, cost[short]).argmin(axis=1)
        left = (part[short, choice] > 0) & ~hidden[short, choice]
        hidden[short[left], choice[left]] = True
    return hidden


def _falls_short(part: IntArray, hidden: BoolArray, rule: SuppressionRule) -> BoolArray:
    """Tell for each cell whether its hidden parts could be worked out from their sum; shape (n_cells,)."""
    number = hidden.sum(axis=1)
    left = np.where(hidden, part, 0).sum(axis=1) - number + 1
    short: BoolArray = (number > 0) & ((number < FREE_PARTS) | (left < rule.room))
    return short


def _over_tree(protected: ProtectedCounts, part: IntArray, hidden: BoolArray, rule: SuppressionRule) -> ProtectedParts:
    tree, n = protected.tree, protected.tree.n_leaves
    covered = protected.hidden[:n, None] | hidden
    below = np.column_stack([tree.sums(covered[:, at]) for at in range(part.shape[1])])
    count = np.column_stack([tree.sums(part[:, at]) for at in range(part.shape[1])])
    small = (count > 0) & (count < rule.threshold)
    out_of_sight = (below > 0) | protected.hidden[:, None]
    return ProtectedParts(count, out_of_sight, small & out_of_sight)

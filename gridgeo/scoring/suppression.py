"""Small counts kept from readers outside the bank: which counts may be shown, so that none of the others can be found.

A count of 1 to threshold - 1 is hidden, zeros are shown. Every ancestor of a cell is the sum of its cells and shown
too, unless it is small itself; so further cells and sums are hidden until no sum gives a hidden count away. Protected
means: whatever fits all that is shown, a small cell may hold any of 1 to threshold - 1, and what else is hidden stays
open by at least 3.

Source: the idea of complementary suppression, Cox 1980, JASA 75(370); the groups under one sum are this tree's own
structure, where they can be told without a linear program.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gridgeo.domain import BoolArray, CellArray, FloatArray, IntArray
from gridgeo.domain.public import DEFAULT_THRESHOLD, LEAST_THRESHOLD
from gridgeo.errors import InvalidInputError
from gridgeo.scoring.cell_tree import CellTree, cell_tree
from gridgeo.scoring.checks import counts, one_column

OPEN_BY = 3
"""What is hidden besides the small counts stays open by at least so much."""
FREE_PARTS = 2
"""Hidden parts of a cell whose count is shown: one alone is the count less the others."""


@dataclass(frozen=True)
class SuppressionRule:
    """threshold: the least count that is shown, besides 0; never under 3 outside the branch."""

    threshold: int = DEFAULT_THRESHOLD

    def __post_init__(self) -> None:
        if self.threshold < LEAST_THRESHOLD:
            raise InvalidInputError(
                "threshold must be at least {least}: smaller counts name people; got {given}",
                least=LEAST_THRESHOLD,
                given=self.threshold,
            )

    @property
    def room(self) -> int:
        """How far a hidden count must reach: to threshold - 1, and open by 3."""
        return max(self.threshold - 1, OPEN_BY + 1)


DEFAULT_RULE = SuppressionRule()


@dataclass(frozen=True)
class ProtectedCounts:
    """Counts of cells and of all their ancestors, and which of them are hidden.

    nodes: uint64, the cells as they were given, then their ancestors. count: whole numbers, shape (n_nodes,); true
    ones, so only `shown` leaves the bank. small: hidden because the count is small; the other hidden ones cover for it.
    """

    tree: CellTree
    count: IntArray
    hidden: BoolArray
    small: BoolArray

    @property
    def cells(self) -> CellArray:
        """The cells, without their ancestors."""
        return self.tree.nodes[: self.tree.n_leaves]

    @property
    def shown(self) -> FloatArray:
        """The counts that may be shown, not-a-number where hidden, shape (n_nodes,)."""
        return np.where(self.hidden, np.nan, self.count.astype(np.float64))


@dataclass(frozen=True)
class Told:
    """What an earlier version showed.

    cells, count, hidden: its cells. parents, parents_hidden: their ancestors.
    """

    cells: CellArray
    count: IntArray
    hidden: BoolArray
    parents: CellArray
    parents_hidden: BoolArray


def whole_counts(expected: ArrayLike) -> IntArray:
    """Round expected counts to whole numbers, as everything that is shown starts from.

    Raises InvalidInputError when a count is negative or missing.
    """
    return np.floor(counts(expected, "expected count") + 0.5).astype(np.int64)


def protect_counts(
    cells: CellArray,
    count: ArrayLike,
    rule: SuppressionRule = DEFAULT_RULE,
    *,
    must_hide: ArrayLike | None = None,
    told: Told | None = None,
) -> ProtectedCounts:
    """Decide which counts of cells, and of their ancestors, may be shown.

    cells: uint64, unique, shape (n_cells,). count: whole numbers, same shape. must_hide: cells to hide whatever their
    count, as their parts need it. told: the version that readers have seen before; a hidden count that has not changed
    stays hidden, a shown one that has not changed hides nothing, and no sum is shown that would give away the
    difference of a single cell. The same cells and counts give the same answer.
    Raises InvalidInputError when a count is negative or not whole.
    """
    tree = cell_tree(cells)
    values = tree.sums(_whole(count, tree.n_leaves))
    leaf_values = values[: tree.n_leaves]
    small = (values > 0) & (values < rule.threshold)
    hidden = np.zeros(len(values), dtype=bool)
    hidden[: tree.n_leaves] = small[: tree.n_leaves]
    if must_hide is not None:
        asked = np.asarray(must_hide, dtype=bool)
        one_column(asked, "must_hide", tree.n_leaves)
        hidden[: tree.n_leaves] |= asked & (leaf_values > 0)
    known = _nothing_told(tree.n_leaves)
    if told is not None:
        known = _known(tree, leaf_values, told)
        hidden[: tree.n_leaves] |= known.stays
    _settle(tree, values, rule, hidden, known)
    return ProtectedCounts(tree, values, hidden, small & hidden)


def told_by(protected: ProtectedCounts) -> Told:
    """Return what a version has told, as the next one takes it."""
    n = protected.tree.n_leaves
    return Told(
        cells=protected.cells,
        count=protected.count[:n],
        hidden=protected.hidden[:n],
        parents=protected.tree.nodes[n:],
        parents_hidden=protected.hidden[n:],
    )


@dataclass(frozen=True)
class _Before:
    """`Known` of the compiled walk, and the cells that stay hidden, shape (n_cells,)."""

    free: BoolArray
    block: IntArray
    whole: BoolArray
    shown_at: IntArray
    stays: BoolArray


def _whole(count: ArrayLike, n: int) -> IntArray:
    values = counts(count, "count", n)
    if not np.array_equal(values, np.floor(values)):
        raise InvalidInputError("counts to be shown must be whole numbers: round them first")
    return values.astype(np.int64)


def _nothing_told(n: int) -> _Before:
    none = np.zeros(0, dtype=np.int64)
    return _Before(np.ones(n, bool), np.full(n, -1, np.int64), none.astype(bool), none, np.zeros(n, bool))


def _known(tree: CellTree, count: IntArray, told: Told) -> _Before:
    """Compare with the earlier version: what stays hidden, and which groups of it are repeated as they were."""
    from gridgeo.scoring._hiding import blocks_of

    before = cell_tree(told.cells)
    hidden = np.concatenate([told.hidden, _flags(before.nodes[before.n_leaves :], told)])
    block_of_node = blocks_of(before.parent, hidden)[: before.n_leaves]
    at, found = _find(told.cells, tree.nodes[: tree.n_leaves])
    same = found & (told.count[at] == count) & (count > 0)
    stays = same & told.hidden[at]
    bound = stays & (block_of_node[at] >= 0)
    names, block = np.unique(block_of_node[block_of_node >= 0], return_inverse=True)
    number = np.full(before.n_leaves, -1, dtype=np.int64)
    number[block_of_node >= 0] = block
    kept = np.bincount(number[at[bound]], minlength=len(names))
    return _Before(
        free=~same | (stays & ~bound),
        block=np.where(bound, number[at], -1),
        whole=kept == np.bincount(block, minlength=len(names)),
        shown_at=before.resolution[names],
        stays=stays,
    )


def _flags(parents: CellArray, told: Told) -> BoolArray:
    """Return whether each ancestor was hidden; one that the version does not name was not shown."""
    at, found = _find(told.parents, parents)
    if not len(told.parents):
        return np.ones(len(parents), dtype=bool)
    return ~found | told.parents_hidden[at]


def _find(among: CellArray, wanted: CellArray) -> tuple[IntArray, BoolArray]:
    """Return the position of each cell among others in any order, 0 where it is none, and whether it is one."""
    if not len(among):
        return np.zeros(len(wanted), dtype=np.int64), np.zeros(len(wanted), dtype=bool)
    order = np.argsort(among)
    place = np.minimum(np.searchsorted(among[order], wanted), len(among) - 1)
    at: NDArray[np.int64] = order[place].astype(np.int64)
    found = among[at] == wanted
    return np.where(found, at, 0), found


def _settle(tree: CellTree, values: IntArray, rule: SuppressionRule, hidden: BoolArray, known: _Before) -> None:
    from gridgeo.scoring._hiding import Known, State, Tree, settle

    def none(n: int) -> IntArray:
        return np.full(n, -1, dtype=np.int64)

    n_nodes = len(values)
    numbers = (tree.parent, tree.resolution, tree.start, tree.child, tree.n_leaves, values, rule.threshold, rule.room)
    settle(
        Tree(*numbers),
        Known(known.free, known.block, known.whole, known.shown_at),
        State(hidden, none(n_nodes), none(n_nodes), none(tree.n_leaves), none(n_nodes)),
    )

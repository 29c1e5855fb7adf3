"""What a formula gives over cells: arrays in, one array out; what cannot be known is null and never a number.

An unknown value (not-a-number) makes everything that is computed from it unknown, except where `if_null` or the other
side of a `where` takes its place; so do division by zero, a root or logarithm of what has none, and overflow. A
comparison with an unknown value is unknown too; `and` and `or` know what the other side settles.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
from scipy import sparse

from gridgeo.domain import FloatArray, IntArray
from gridgeo.scoring.checks import RingPairs, sums_by
from gridgeo.scoring.formula import Node
from gridgeo.scoring.rings import ring_matrix


@dataclass(frozen=True)
class Cells:
    """What formulas need to know of the cells besides their columns.

    branch: number of each cell's branch, shape (n_cells,). pairs: largest grid distance -> neighbours up to it.
    """

    branch: IntArray
    pairs: Callable[[int], RingPairs]
    _rings: dict[int, sparse.csr_array] = field(default_factory=dict, repr=False)

    def ring(self, distance: int) -> sparse.csr_array:
        """Return the matrix of each cell's neighbours up to a grid distance, made once."""
        if distance not in self._rings:
            self._rings[distance] = ring_matrix(self.pairs(distance), len(self.branch))
        return self._rings[distance]


def formula_values(tree: Node, columns: Mapping[str, FloatArray], cells: Cells) -> FloatArray:
    """Return the value of a formula in every cell, shape (n_cells,), not-a-number where it is unknown.

    columns: name -> shape (n_cells,), of every name that the formula holds.
    """
    with np.errstate(all="ignore"):
        return _value(tree, columns, cells)


def _value(node: Node, columns: Mapping[str, FloatArray], cells: Cells) -> FloatArray:
    if node.kind == "number":
        return np.full(len(cells.branch), node.value)
    if node.kind == "name":
        return _known_only(np.asarray(columns[node.text], dtype=np.float64))
    if node.kind in _OF_CELLS:
        ring = int(node.items[1].value) if len(node.items) > 1 else 0
        return _known_only(_OF_CELLS[node.kind](_value(node.items[0], columns, cells), cells, ring))
    return _known_only(_OPERATIONS[node.kind](*(_value(item, columns, cells) for item in node.items)))


def _known_only(values: FloatArray) -> FloatArray:
    known: FloatArray = np.where(np.isfinite(values), values, np.nan)
    return known


def _least(*values: FloatArray) -> FloatArray:
    return np.asarray(np.minimum.reduce(values))


def _most(*values: FloatArray) -> FloatArray:
    return np.asarray(np.maximum.reduce(values))


def _quotient(top: FloatArray, bottom: FloatArray) -> FloatArray:
    found: FloatArray = np.divide(top, bottom, out=np.full(len(top), np.nan), where=bottom != 0)
    return found


def _compared(
    compare: Callable[[FloatArray, FloatArray], np.ndarray],
) -> Callable[[FloatArray, FloatArray], FloatArray]:
    def truth(left: FloatArray, right: FloatArray) -> FloatArray:
        return np.where(np.isnan(left) | np.isnan(right), np.nan, compare(left, right).astype(np.float64))

    return truth


def _both(left: FloatArray, right: FloatArray) -> FloatArray:
    # False settles it whatever the other side is.
    return np.where((left == 0) | (right == 0), 0.0, left * right)


def _either(left: FloatArray, right: FloatArray) -> FloatArray:
    return np.where((left == 1) | (right == 1), 1.0, left + right)


def _chosen(condition: FloatArray, yes: FloatArray, no: FloatArray) -> FloatArray:
    return np.where(np.isnan(condition), np.nan, np.where(condition == 1, yes, no))


def _if_null(values: FloatArray, other: FloatArray) -> FloatArray:
    return np.where(np.isnan(values), other, values)


def _ring_sum(values: FloatArray, cells: Cells, distance: int) -> FloatArray:
    sums, known = _ring_parts(values, cells, distance)
    return np.where(known > 0, sums, np.nan)


def _ring_mean(values: FloatArray, cells: Cells, distance: int) -> FloatArray:
    return _quotient(*_ring_parts(values, cells, distance))


def _ring_parts(values: FloatArray, cells: Cells, distance: int) -> tuple[FloatArray, FloatArray]:
    """Return the sum over each cell's known neighbours, and how many of them are known."""
    known = ~np.isnan(values)
    table = np.column_stack([np.where(known, values, 0.0), known])
    sums = np.asarray(cells.ring(distance) @ table, dtype=np.float64)
    return sums[:, 0], sums[:, 1]


def _share_of_branch(values: FloatArray, cells: Cells, _: int) -> FloatArray:
    known = ~np.isnan(values)
    sums = _known_only(sums_by(cells.branch, np.where(known, values, 0.0), int(cells.branch.max(initial=-1)) + 1))
    return _quotient(values, sums[cells.branch])


def _rank_in_branch(values: FloatArray, cells: Cells, _: int) -> FloatArray:
    """Return each value's place in its branch, 1 for the highest; equal values share the better place."""
    known = np.flatnonzero(~np.isnan(values))
    order = known[np.lexsort((-values[known], cells.branch[known]))]
    branch, sorted_values, place = cells.branch[order], values[order], np.arange(len(order))
    opens = np.concatenate([[True], branch[1:] != branch[:-1]])[: len(order)]
    differs = opens | np.concatenate([[True], sorted_values[1:] != sorted_values[:-1]])[: len(order)]
    first_of_branch = np.maximum.accumulate(np.where(opens, place, 0))
    first_of_equals = np.maximum.accumulate(np.where(differs, place, 0))
    found = np.full(len(values), np.nan)
    found[order] = first_of_equals - first_of_branch + 1
    return found


_OF_CELLS: Mapping[str, Callable[[FloatArray, Cells, int], FloatArray]] = {
    "ring_sum": _ring_sum,
    "ring_mean": _ring_mean,
    "share_of_branch": _share_of_branch,
    "rank_in_branch": _rank_in_branch,
}
"""Functions of a cell's surroundings."""
_OPERATIONS: Mapping[str, Callable[..., FloatArray]] = {
    "negative": np.negative,
    "+": np.add,
    "-": np.subtract,
    "*": np.multiply,
    "/": _quotient,
    "<": _compared(np.less),
    "<=": _compared(np.less_equal),
    ">": _compared(np.greater),
    ">=": _compared(np.greater_equal),
    "==": _compared(np.equal),
    "!=": _compared(np.not_equal),
    "and": _both,
    "or": _either,
    "not": lambda truth: 1.0 - truth,
    "min": _least,
    "max": _most,
    "abs": np.abs,
    "log1p": np.log1p,
    "sqrt": np.sqrt,
    "where": _chosen,
    "if_null": _if_null,
}
"""Operators and functions of a cell's own values."""

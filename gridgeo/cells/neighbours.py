"""Who touches whom among a given set of cells."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gridgeo.cells import _h3
from gridgeo.cells.points import check_cells, common_resolution
from gridgeo.domain.arrays import CellArray, IntArray, LabelArray
from gridgeo.errors import InvalidInputError


@dataclass(frozen=True)
class NeighbourGraph:
    """Neighbours in compressed rows.

    indptr: int64, shape (n_cells + 1,). indices: int32, the neighbours' positions, ascending within a row. Both
    directions of a pair are there, no cell is its own neighbour.
    """

    indptr: IntArray
    indices: LabelArray

    @property
    def n_cells(self) -> int:
        """Number of cells."""
        return len(self.indptr) - 1

    def edges(self) -> tuple[IntArray, IntArray]:
        """Return each pair once as (lower position, higher position)."""
        rows = np.repeat(np.arange(self.n_cells, dtype=np.int64), np.diff(self.indptr))
        once = rows < self.indices
        return rows[once], self.indices[once].astype(np.int64)


def neighbour_graph(cells: CellArray) -> NeighbourGraph:
    """Build the graph of cells that share an edge, over exactly the given cells in the given order.

    cells: uint64, unique, one resolution, any order.
    Raises InvalidInputError when a cell repeats or resolutions differ.
    """
    rows, columns = ring_pairs(cells, 1)
    counts = np.bincount(rows, minlength=len(cells))
    indptr = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    return NeighbourGraph(indptr=indptr, indices=columns.astype(np.int32))


def cells_around(cells: CellArray, k: int) -> CellArray:
    """Return the cells within k steps of any of the cells, those included; uint64, ascending, unique."""
    return np.unique(_h3.disk(check_cells(cells), k)[1])


def ring_pairs(cells: CellArray, k: int) -> tuple[IntArray, IntArray]:
    """Find all pairs of cells at grid distance 1 to k, both inside `cells`.

    cells: uint64, unique, one resolution, any order. k: steps, at least 1.
    Returns (row, column): int64 positions in `cells`, sorted by row and column; (i, j) comes with (j, i).
    Raises InvalidInputError when a cell repeats, resolutions differ or k is below 1.
    """
    if k < 1:
        raise InvalidInputError("ring distance must be at least 1, got {given}", given=k)
    numbers = check_cells(cells)
    if len(numbers) == 0:
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
    common_resolution(numbers)
    order = np.argsort(numbers)
    ascending = _unique_ascending(numbers[order])
    rows, near = _h3.disk(numbers, k)
    place = np.searchsorted(ascending, near)
    place[place == len(numbers)] = 0
    inside = np.flatnonzero(ascending[place] == near)
    columns = place[inside] if np.array_equal(ascending, numbers) else order[place[inside]]
    return _sorted_pairs(rows[inside], columns.astype(np.int64, copy=False))


def _unique_ascending(ascending: CellArray) -> CellArray:
    repeated = np.flatnonzero(ascending[1:] == ascending[:-1])
    if len(repeated):
        raise InvalidInputError("cell {cell} is given twice", cell=hex(int(ascending[repeated[0]]))[2:])
    return ascending


def _sorted_pairs(rows: IntArray, columns: IntArray) -> tuple[IntArray, IntArray]:
    """Sort pairs by row and column and leave out those of a cell with itself; positions are below 2 ** 31."""
    # Both are told by one number, and numbers are sorted several times faster than their places.
    key = (rows << 32) | columns
    key = key[rows != columns]
    key.sort()
    return key >> 32, key & 0xFFFFFFFF

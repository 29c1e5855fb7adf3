"""Cells with all their ancestors as one numbered tree: children come before their parent."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridgeo.cells import parents
from gridgeo.cells.points import check_cells, resolutions
from gridgeo.domain import CellArray, IntArray
from gridgeo.errors import InvalidInputError

NO_PARENT = -1


@dataclass(frozen=True)
class CellTree:
    """Nodes 0 to n_leaves - 1 are the cells as they were given, the others their ancestors up to `coarsest`.

    nodes: the H3 cell of each node. parent: node above, NO_PARENT at the coarsest resolution. resolution: of each node.
    start, child: children of node n_leaves + i are child[start[i]:start[i + 1]].
    """

    nodes: CellArray
    parent: IntArray
    resolution: IntArray
    start: IntArray
    child: IntArray
    n_leaves: int

    def sums(self, counts: NDArray[np.generic]) -> IntArray:
        """Return the count of every node from those of the cells, shape (n_leaves,)."""
        values = np.zeros(len(self.nodes), dtype=np.int64)
        values[: self.n_leaves] = counts
        for level in np.unique(self.resolution)[::-1]:
            at = np.flatnonzero((self.resolution == level) & (self.parent != NO_PARENT))
            np.add.at(values, self.parent[at], values[at])
        return values


def cell_tree(cells: CellArray, coarsest: int = 0) -> CellTree:
    """Build the tree of the cells and their ancestors down to resolution `coarsest`.

    cells: uint64, unique, none inside another; they may have several resolutions.
    Raises InvalidInputError when a cell stands twice, lies in another one, or is coarser than `coarsest`.
    """
    leaves = check_cells(cells)
    if len(np.unique(leaves)) < len(leaves):
        raise InvalidInputError("a cell stands twice in the table of counts")
    own = resolutions(leaves)
    if len(leaves) and int(own.min()) < coarsest:
        raise InvalidInputError(
            "cells must not be coarser than resolution {coarsest}, got {given}", coarsest=coarsest, given=int(own.min())
        )
    nodes, parent, resolution = _levels(leaves, own, coarsest)
    start, child = _children(parent, len(leaves))
    return CellTree(nodes, parent, resolution, start, child, len(leaves))


def _levels(leaves: CellArray, own: IntArray, coarsest: int) -> tuple[CellArray, IntArray, IntArray]:
    """Add one level of ancestors after the other; returns nodes, parent and resolution."""
    nodes, resolution = [leaves], [own]
    parent = [np.full(len(leaves), NO_PARENT, dtype=np.int64)]
    count, above = len(leaves), (leaves[:0], np.zeros(0, dtype=np.int64))
    for level in range(int(own.max(initial=coarsest)), coarsest, -1):
        here = np.flatnonzero(own == level)
        below = np.concatenate([leaves[here], above[0]])
        up, place = np.unique(parents(below, level - 1), return_inverse=True)
        _refuse_nested(up, leaves[own == level - 1])
        parent[0][here] = count + place[: len(here)]
        parent[-1] = parent[-1] if len(parent) == 1 else count + place[len(here) :]
        nodes.append(up)
        resolution.append(np.full(len(up), level - 1, dtype=np.int64))
        parent.append(np.full(len(up), NO_PARENT, dtype=np.int64))
        above, count = (up, np.arange(count, count + len(up))), count + len(up)
    return np.concatenate(nodes), np.concatenate(parent), np.concatenate(resolution)


def _refuse_nested(ancestors: CellArray, cells: CellArray) -> None:
    inside = np.intersect1d(ancestors, cells)
    if len(inside):
        raise InvalidInputError("cell {cell} holds another cell of the table", cell=f"{int(inside[0]):x}")


def _children(parent: IntArray, n_leaves: int) -> tuple[IntArray, IntArray]:
    below = np.flatnonzero(parent != NO_PARENT)
    order = below[np.argsort(parent[below], kind="stable")]
    sizes = np.bincount(parent[below] - n_leaves, minlength=len(parent) - n_leaves)
    return np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64), order.astype(np.int64)

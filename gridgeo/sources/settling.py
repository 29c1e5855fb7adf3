"""Catchments that overlap or leave holes: what they share, what nobody has, and who gets each cell."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl
import scipy.sparse as sp
from scipy.sparse.csgraph import connected_components

from gridgeo.cells import NeighbourGraph
from gridgeo.domain import BoolArray, FloatArray, IntArray
from gridgeo.domain.tables import Contract, checked
from gridgeo.errors import InvalidInputError

CLAIMS: Contract = {"branch": pl.Int64, "at": pl.Int64}
"""One row a branch and cell that its method gives it: positions of the branch and of the cell, no pair twice."""


def shared_cells(claims: pl.DataFrame) -> pl.DataFrame:
    """Return the cells that two branches claim: first, second (positions of branches, first < second), at.

    claims: CLAIMS. A cell that three claim stands in three pairs. Sorted.
    """
    rows = checked(claims, CLAIMS, "claims")
    twice = rows.filter(rows["at"].is_duplicated())
    pairs = twice.join(twice, on="at", suffix="_other").filter(pl.col("branch") < pl.col("branch_other"))
    return pairs.select(first="branch", second="branch_other", at="at").sort("first", "second", "at")


def settle(claims: pl.DataFrame, ranks: Sequence[FloatArray], n_cells: int) -> IntArray:
    """Give every claimed cell to one of its claimants; return the branch of each cell, -1 where nobody claims it.

    claims: CLAIMS. ranks: one or more figures a claim, shape (n_claims,): the lowest first figure wins, the second
    decides among equals, and so on; at last the lower position of the branch. Returns int64, shape (n_cells,).
    Raises InvalidInputError when a figure is missing.
    """
    rows = checked(claims, CLAIMS, "claims")
    branch, at = rows["branch"].to_numpy(), rows["at"].to_numpy()
    if any(len(rank) != rows.height or np.isnan(rank).any() for rank in ranks):
        raise InvalidInputError("every claim needs a figure to settle by")
    order = np.lexsort((branch, *reversed(list(ranks)), at))
    owner = np.full(n_cells, -1, dtype=np.int64)
    # Written from the last to the first: the best claim of a cell is written last and stays.
    owner[at[order][::-1]] = branch[order][::-1]
    return owner


def pieces(touching: NeighbourGraph, among: BoolArray) -> IntArray:
    """Return the number of the connected piece each cell is in, largest first, int64, shape (n_cells,).

    among: the cells that count; the others get -1.
    """
    row = np.repeat(np.arange(touching.n_cells, dtype=np.int64), np.diff(touching.indptr))
    both = among[row] & among[touching.indices]
    shape = (touching.n_cells, touching.n_cells)
    links = sp.csr_array((np.ones(int(both.sum())), (row[both], touching.indices[both])), shape=shape)
    label = connected_components(links, directed=False)[1]
    answer = np.full(touching.n_cells, -1, dtype=np.int64)
    if among.any():
        known, first, index, size = np.unique(label[among], return_index=True, return_inverse=True, return_counts=True)
        rank = np.empty(len(known), dtype=np.int64)
        rank[np.lexsort((first, -size))] = np.arange(len(known))
        answer[among] = rank[index]
    return answer

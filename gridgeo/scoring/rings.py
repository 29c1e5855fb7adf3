"""Sums over the ring of each cell."""

from __future__ import annotations

import numpy as np
from scipy import sparse

from gridgeo.domain import FloatArray
from gridgeo.errors import InvalidInputError
from gridgeo.scoring.checks import RingPairs, positions


def ring_matrix(pairs: RingPairs, n_cells: int) -> sparse.csr_array:
    """Return the (n_cells, n_cells) matrix with a one at (i, j) where j lies in the ring of i.

    Raises InvalidInputError when a position is out of range or a cell is its own neighbour.
    """
    row, column = positions(pairs[0], "ring row", n_cells), positions(pairs[1], "ring column", n_cells)
    if len(row) != len(column) or bool(np.any(row == column)):
        raise InvalidInputError("ring pairs must join two different cells and have equal lengths")
    ones = np.ones(len(row), dtype=np.float64)
    if bool(np.all(row[1:] >= row[:-1])):
        # In order already, as `ring_pairs` gives them: the matrix is these columns and where each row begins.
        starts = np.concatenate([[0], np.cumsum(np.bincount(row, minlength=n_cells))])
        return sparse.csr_array((ones, column, starts), shape=(n_cells, n_cells))
    return sparse.csr_array((ones, (row, column)), shape=(n_cells, n_cells))


def ring_sums(values: FloatArray, pairs: RingPairs) -> FloatArray:
    """Sum the values of each cell's neighbours, the cell itself left out.

    values: shape (n_cells,) or (n_cells, n_columns). Returns the same shape; 0 where a cell has no neighbour.
    """
    return np.asarray(ring_matrix(pairs, len(values)) @ values, dtype=np.float64)

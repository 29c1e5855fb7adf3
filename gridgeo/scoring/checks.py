"""Checks of what scoring is given; a wrong number is named and never becomes a score."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from gridgeo.domain import FloatArray, IntArray
from gridgeo.errors import InvalidInputError

NOBODY = 1e-6
"""Fewer people than this are dust of area weights and count as none."""
RingPairs = tuple[IntArray, IntArray]
"""(i, j): positions of cells that are neighbours within the ring, both directions listed, i never equal to j."""


def counts(values: ArrayLike, name: str, n: int | None = None) -> FloatArray:
    """Return the values as float64, shape (n,), after refusing anything that is not a count.

    Raises InvalidInputError on a wrong length, a missing or infinite value and on a negative one.
    """
    array = one_column(values, name, n)
    bad = np.flatnonzero(~np.isfinite(array) | (array < 0))
    if bad.size:
        raise InvalidInputError(
            "{name} must be finite and not negative; cell at position {position} has {value}",
            name=name,
            position=int(bad[0]),
            value=float(array[bad[0]]),
        )
    return array


def one_column(values: ArrayLike, name: str, n: int | None = None) -> FloatArray:
    """Return the values as float64, shape (n,); raises InvalidInputError on another shape."""
    array = np.asarray(values, dtype=np.float64)
    if array.ndim != 1 or (n is not None and len(array) != n):
        expected = "one column" if n is None else f"({n},)"
        raise InvalidInputError(
            "{name} must have shape {expected}, got {given}", name=name, expected=expected, given=array.shape
        )
    return array


def sums_by(index: IntArray, values: FloatArray, n: int) -> FloatArray:
    """Add the values of each index; index, values: shape (m,). Returns shape (n,), 0 where an index never comes."""
    return np.asarray(np.bincount(index, weights=values, minlength=n), dtype=np.float64)


def positions(values: ArrayLike, name: str, below: int) -> IntArray:
    """Return the values as int64 positions; raises InvalidInputError where one is outside 0 to below - 1."""
    array = np.asarray(values, dtype=np.int64)
    if array.size and (array.min() < 0 or array.max() >= below):
        raise InvalidInputError(
            "{name} must be positions from 0 to {last}, got {low} to {high}",
            name=name,
            last=below - 1,
            low=int(array.min()),
            high=int(array.max()),
        )
    return array

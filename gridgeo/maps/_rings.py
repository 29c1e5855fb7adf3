"""Many rings in flat arrays.

A set of rings is (xy, starts): xy has shape (n_vertices, 2), starts has shape (n_rings + 1,); ring i is
xy[starts[i]:starts[i + 1]], not closed. A ring may be empty.
"""

from __future__ import annotations

import numpy as np

from gridgeo.domain.arrays import FloatArray, IntArray

Rings = tuple[FloatArray, IntArray]


def take_rings(rings: Rings, chosen: IntArray) -> Rings:
    """Return the chosen rings in their order."""
    xy, starts = rings
    counts = starts[chosen + 1] - starts[chosen]
    return xy[ranges(starts[chosen], counts)], offsets(counts)


def ranges(first: IntArray, counts: IntArray) -> IntArray:
    """Return first[0], first[0] + 1, ... counts[0] numbers, then the same for the next pair."""
    ends = np.cumsum(counts)
    total = int(ends[-1]) if len(ends) else 0
    answer: IntArray = np.arange(total, dtype=np.int64) + np.repeat(first - (ends - counts), counts)
    return answer


def offsets(counts: IntArray) -> IntArray:
    """Return where each of the counted groups starts, and the total at the end."""
    starts = np.zeros(len(counts) + 1, dtype=np.int64)
    np.cumsum(counts, out=starts[1:])
    return starts

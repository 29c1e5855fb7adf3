"""Compiled region growing."""

from __future__ import annotations

import numpy as np
from numba import njit

from gridgeo.domain.arrays import IntArray, LabelArray


@njit(cache=True)
def fill(indptr: IntArray, indices: LabelArray, labels: LabelArray) -> LabelArray:
    """Give every node of label -1 the label of the labelled node that is fewest steps away; unreachable ones stay."""
    out = labels.copy()
    queue = np.empty(len(labels), np.int64)
    tail = 0
    for i in range(len(labels)):
        if out[i] >= 0:
            queue[tail] = i
            tail += 1
    head = 0
    while head < tail:
        i = queue[head]
        head += 1
        for e in range(indptr[i], indptr[i + 1]):
            j = indices[e]
            if out[j] < 0:
                out[j] = out[i]
                queue[tail] = j
                tail += 1
    return out

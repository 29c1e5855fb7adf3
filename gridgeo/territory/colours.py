"""Colours for a map: territories that touch get different ones."""

from __future__ import annotations

import numpy as np

from gridgeo.domain.arrays import IntArray, LabelArray

PALETTE_SIZE = 8
"""Okabe and Ito's palette; the colours themselves belong to the page."""


def territory_colours(labels: LabelArray, indptr: IntArray, indices: LabelArray) -> LabelArray:
    """Give each territory a palette index so that touching ones differ, shape (k,), int32, 0 to 7.

    labels: territory of every node, shape (n,), -1 is none. Always possible on a map; on a graph that is no map a
    colour may repeat where eight are not enough. Colours are spread evenly rather than few of them reused.
    Source: Brelaz 1979, Communications of the ACM 22(4) (most restricted first).
    """
    k = int(labels.max(initial=-1)) + 1
    touching = _touching(labels, indptr, indices, k)
    colours = np.full(k, -1, np.int32)
    used = np.zeros(PALETTE_SIZE, np.int64)
    taken = np.zeros((k, PALETTE_SIZE), np.int64)
    degree = touching.sum(1)
    for _ in range(k):
        restriction = np.where(colours < 0, (taken > 0).sum(1) * (k + 1) + degree, -1)
        j = int(np.argmax(restriction))
        colour = int(np.lexsort((np.arange(PALETTE_SIZE), used, taken[j]))[0])
        colours[j] = colour
        used[colour] += 1
        taken[touching[j], colour] += 1
    return colours


def _touching(labels: LabelArray, indptr: IntArray, indices: LabelArray, k: int) -> np.ndarray:
    source = labels[np.repeat(np.arange(len(labels)), np.diff(indptr))]
    target = labels[indices]
    apart = (source != target) & (source >= 0) & (target >= 0)
    touching = np.zeros((k, k), bool)
    touching[source[apart], target[apart]] = True
    return touching | touching.T

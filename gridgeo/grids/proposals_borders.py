"""Which areas share how much border, and small areas joined to the neighbour they share most of it with."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import shapely
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from gridgeo.domain import BoolArray, FloatArray, IntArray

Shapes = npt.NDArray[np.object_]


def segments_of(shapes: Shapes) -> tuple[FloatArray, IntArray]:
    """Return every edge of the shapes, its corners in a fixed order, shape (n, 4), and whose it is."""
    parts, owner = shapely.get_parts(shapes, return_index=True)
    if len(parts) and shapely.get_dimensions(parts[0]) == 2:
        parts, part = shapely.get_rings(parts, return_index=True)
        owner = owner[part]
    corners, line = shapely.get_coordinates(parts, return_index=True)
    same = line[1:] == line[:-1]
    start, end = corners[:-1][same], corners[1:][same]
    turned = (start[:, 0] > end[:, 0]) | ((start[:, 0] == end[:, 0]) & (start[:, 1] > end[:, 1]))
    ends = np.where(turned[:, None], np.hstack([end, start]), np.hstack([start, end]))
    return ends, owner[line[1:][same]].astype(np.int64)


def common_borders(faces: Shapes) -> tuple[IntArray, IntArray, FloatArray]:
    """Measure the border that each two faces share.

    faces: polygons that meet in common corners (as `faces_of` gives them), in metres.
    Returns (first, second, length_m), first < second, one row a pair that shares an edge.
    """
    ends, owner = segments_of(faces)
    order = np.lexsort(ends.T)
    ends, owner = ends[order], owner[order]
    twin = np.flatnonzero((ends[1:] == ends[:-1]).all(axis=1) & (owner[1:] != owner[:-1]))
    first, second = np.minimum(owner[twin], owner[twin + 1]), np.maximum(owner[twin], owner[twin + 1])
    length = np.hypot(ends[twin, 2] - ends[twin, 0], ends[twin, 3] - ends[twin, 1])
    key, place = np.unique(first * len(faces) + second, return_inverse=True)
    total = np.bincount(place, weights=length, minlength=len(key)).astype(np.float64)
    return key // max(len(faces), 1), key % max(len(faces), 1), total


def groups_of_enough(faces: Shapes, amount: FloatArray, least: float) -> IntArray:
    """Join faces until every group has at least so much, each to the neighbour with the longest common border.

    amount: shape (n_faces,), adds up (an area, a number of cells). Returns the group of each face, 0 to n - 1 in the
    order of their first faces. A group without any neighbour stays as small as it is.
    """
    first, second, length = common_borders(faces)
    group = np.arange(len(faces), dtype=np.int64)
    while True:
        held = np.bincount(group, weights=amount, minlength=len(group))
        small = np.bincount(group, minlength=len(group)).astype(np.bool_) & (held < least)
        source, target = _chosen(group[first], group[second], length, small)
        if len(source) == 0:
            return _numbered(group)
        graph = csr_array((np.ones(len(source)), (source, target)), shape=(len(group), len(group)))
        group = connected_components(graph, directed=False)[1].astype(np.int64)[group]


def _chosen(a: IntArray, b: IntArray, length: FloatArray, small: BoolArray) -> tuple[IntArray, IntArray]:
    """Return (small group, the neighbour it shares most border with)."""
    apart = a != b
    source = np.concatenate([a[apart], b[apart]])
    target = np.concatenate([b[apart], a[apart]])
    both = np.concatenate([length[apart], length[apart]])
    count = len(small)
    key, place = np.unique(source * count + target, return_inverse=True)
    total = np.bincount(place, weights=both, minlength=len(key))
    source, target = key // count, key % count
    order = np.lexsort((target, -total, source))
    source, target = source[order], target[order]
    best = np.ones(len(source), dtype=np.bool_)
    best[1:] = source[1:] != source[:-1]
    best &= small[source]
    return source[best], target[best]


def _numbered(group: IntArray) -> IntArray:
    """Return the groups numbered in the order of their first members."""
    _, first, place = np.unique(group, return_index=True, return_inverse=True)
    rank = np.empty(len(first), dtype=np.int64)
    rank[np.argsort(first)] = np.arange(len(first))
    return rank[place]

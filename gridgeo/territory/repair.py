"""Make every territory one piece: keep its heaviest piece, hand the rest over, join its locks by paths."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from gridgeo.domain.arrays import FloatArray, IntArray, LabelArray
from gridgeo.territory import _grow
from gridgeo.territory.graph import pieces_of
from gridgeo.territory.problem import Problem

PASSES = 6
"""Filling an empty territory may cut another one; a few passes settle it."""


def one_piece_each(problem: Problem, labels: LabelArray, centres: FloatArray) -> LabelArray:
    """Return labels in which every territory has nodes and, where the graph allows, one piece; locks are kept.

    labels: shape (n,), -1 where nobody's yet. centres: shape (k, 2), where an empty territory is planted.
    """
    fixed = problem.fixed
    labels = np.where(fixed >= 0, fixed, labels).astype(np.int32)
    for _ in range(PASSES):
        labels = _plant_empty(problem, labels, centres, fixed)
        labels = _join_locks(problem, labels, fixed)
        kept = _heaviest_pieces(problem, labels, fixed)
        if kept.all():
            break
        grown = _grow.fill(problem.indptr, problem.indices, np.where(kept, labels, -1).astype(np.int32))
        # A part of the ground that no territory reaches stays with whoever had it: named later, not hidden.
        labels = np.where(grown >= 0, grown, labels)
    return labels


def _heaviest_pieces(problem: Problem, labels: LabelArray, fixed: LabelArray) -> np.ndarray:
    """Mark the nodes of each territory's main piece: the one with most locks, then most pull. Fixed nodes stay."""
    piece = pieces_of(problem.indptr, problem.indices, labels)
    count = int(piece.max()) + 1
    locks = np.bincount(piece, fixed >= 0, minlength=count)
    weight = np.bincount(piece, problem.pulls, minlength=count)
    owner = np.full(count, -1, np.int64)
    owner[piece] = labels
    order = np.lexsort((weight, locks, owner))
    last = np.flatnonzero(np.append(owner[order][1:] != owner[order][:-1], True))
    main = np.zeros(count, bool)
    main[order[last]] = True
    kept: np.ndarray = (main[piece] | (fixed >= 0)) & (labels >= 0)
    return kept


def _plant_empty(problem: Problem, labels: LabelArray, centres: FloatArray, fixed: LabelArray) -> LabelArray:
    """Give each territory without nodes the free node nearest to its centre whose owner can spare one."""
    labels = labels.copy()
    for j in np.flatnonzero(np.bincount(labels[labels >= 0], minlength=problem.k) == 0):
        size = np.bincount(labels[labels >= 0], minlength=problem.k)
        spare = (fixed < 0) & ((labels < 0) | (size[np.maximum(labels, 0)] > 1))
        gap = np.where(spare, np.hypot(*(problem.xy_km - centres[j]).T), np.inf)
        if np.isfinite(gap).any():
            labels[np.argmin(gap)] = j
    return labels


def _join_locks(problem: Problem, labels: LabelArray, fixed: LabelArray) -> LabelArray:
    """Where locked nodes of one territory lie in several pieces, take the shortest free path between them."""
    labels = labels.copy()
    for j in range(problem.k):
        locked = np.flatnonzero(fixed == j)
        if len(locked) < 2:
            continue
        for _ in range(len(locked)):
            piece = pieces_of(problem.indptr, problem.indices, np.where(labels == j, 0, -1).astype(np.int32))
            apart = np.flatnonzero((piece != piece[locked[0]]) & (fixed == j))
            if not len(apart):
                break
            path = _free_path(problem, fixed, j, (int(locked[0]), int(apart[0])))
            if not len(path):
                break
            labels[path] = j
    return labels


def _free_path(problem: Problem, fixed: LabelArray, j: int, ends: tuple[int, int]) -> IntArray:
    """Nodes of the shortest path that avoids what is locked to others; empty where there is none."""
    source = np.repeat(np.arange(problem.n), np.diff(problem.indptr))
    open_node = (fixed < 0) | (fixed == j)
    usable = open_node[source] & open_node[problem.indices]
    cost = np.maximum(problem.costs[usable], 1e-9)
    graph = csr_array((cost, (source[usable], problem.indices[usable])), shape=(problem.n, problem.n))
    length, before = dijkstra(graph, True, np.array(ends[:1]), return_predecessors=True)
    if not np.isfinite(length[0, ends[1]]):
        return np.empty(0, np.int64)
    path = [ends[1]]
    while path[-1] != ends[0]:
        path.append(int(before[0, path[-1]]))
    return np.array(path, np.int64)

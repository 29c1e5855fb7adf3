"""Moves of single nodes by hand: what each does to loads, pieces and compactness, at the speed of a brush."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from gridgeo.domain.arrays import FloatArray, IntArray, LabelArray
from gridgeo.errors import InvalidInputError
from gridgeo.territory.certificate import MEDIAN_STEPS, imbalance_percent, loads_of, medians, pieces_per_territory
from gridgeo.territory.problem import Problem

STILL_KM = 1e-7
"""A median that moves by less has arrived."""


@dataclass(frozen=True)
class Moved:
    """What one move did.

    node: what moved, from one territory to another. loads, imbalance_percent: territory -> measures, of the two after
    the move; load_change: measures, what the second gained. pieces: territory -> connected parts after the move.
    J_km: of the whole plan after the move; J_change_km: what it changed by.
    """

    node: int
    before: int
    after: int
    loads: dict[int, list[float]]
    imbalance_percent: dict[int, list[float]]
    load_change: list[float]
    pieces: dict[int, int]
    J_km: float
    J_change_km: float

    @property
    def contiguous(self) -> bool:
        """Whether both territories are in one piece."""
        return all(count == 1 for count in self.pieces.values())


class Moves:
    """A plan that is changed node by node; loads, pieces, medians and J are kept up and never computed anew.

    problem: the ground. labels: shape (n,), copied. The answers are those that a certificate of the same plan gives;
    J to a relative 1e-6, since a median is found from the one before.
    """

    def __init__(self, problem: Problem, labels: LabelArray) -> None:
        self.problem = problem
        self.labels = np.array(labels, np.int32)
        self.loads = loads_of(problem, self.labels)
        self.pieces = pieces_per_territory(problem, self.labels)
        self._centres = medians(problem, self.labels)
        self._lengths = np.array([self._length(self._members(j), self._centres[j]) for j in range(problem.k)])

    @property
    def J_km(self) -> float:  # noqa: N802 - the name it has in every certificate
        """Compactness of the plan as it is now."""
        return float(self._lengths.sum())

    @property
    def imbalance_percent(self) -> FloatArray:
        """Signed distance of each load from its target in percent, shape (k, m)."""
        return imbalance_percent(self.problem, self.loads)

    def move(self, node: int, to: int) -> Moved:
        """Give a node to another territory, also where that breaks one: the pieces say so.

        Raises InvalidInputError for a node or territory that there is not, or that has the node already; for a node
        that is locked, or a territory's home, or the last one of its territory.
        """
        before = self._checked(node, to)
        was = self.J_km
        self.labels[node] = to
        weight = self.problem.weights[node]
        self.loads[before] -= weight
        self.loads[to] += weight
        for j in (before, to):
            self._settle(j)
        after = self.imbalance_percent
        return Moved(
            node=node,
            before=before,
            after=to,
            loads={j: self.loads[j].tolist() for j in (before, to)},
            imbalance_percent={j: after[j].tolist() for j in (before, to)},
            load_change=weight.tolist(),
            pieces={j: self.pieces[j] for j in (before, to)},
            J_km=self.J_km,
            J_change_km=self.J_km - was,
        )

    def _checked(self, node: int, to: int) -> int:
        problem = self.problem
        if not 0 <= node < problem.n or not 0 <= to < problem.k:
            raise InvalidInputError("there is no node {node} or no territory {territory}", node=node, territory=to)
        before = int(self.labels[node])
        if before == to:
            raise InvalidInputError("node {node} is in {territory} already", node=node, territory=self._name(to))
        if problem.fixed[node] >= 0 and problem.fixed[node] != to:
            raise InvalidInputError(
                "node {node} is locked to {territory}, or its home", node=node, territory=self._name(before)
            )
        if np.count_nonzero(self.labels == before) == 1:
            raise InvalidInputError(
                "node {node} is the last one of {territory}", node=node, territory=self._name(before)
            )
        return before

    def _name(self, j: int) -> str:
        return self.problem.territory_names[j]

    def _members(self, j: int) -> IntArray:
        return np.flatnonzero(self.labels == j)

    def _settle(self, j: int) -> None:
        """Bring pieces, median and length of one territory up to date."""
        members = self._members(j)
        self.pieces[j] = self._count_pieces(members)
        self._centres[j] = self._median(members, self._centres[j])
        self._lengths[j] = self._length(members, self._centres[j])

    def _count_pieces(self, members: IntArray) -> int:
        problem = self.problem
        place = np.full(problem.n, -1, np.int32)
        place[members] = np.arange(len(members), dtype=np.int32)
        degree = np.diff(problem.indptr)[members]
        source = np.repeat(np.arange(len(members)), degree)
        offset = np.arange(len(source)) - np.repeat(degree.cumsum() - degree, degree)
        target = place[problem.indices[problem.indptr[members][source] + offset]]
        inside = target >= 0
        size = (len(members), len(members))
        graph = csr_array((np.ones(int(inside.sum()), np.int8), (source[inside], target[inside])), shape=size)
        return int(connected_components(graph, directed=False)[0])

    def _median(self, members: IntArray, near: FloatArray) -> FloatArray:
        """Return the weighted median of the members, looked for from a point near to it (Weiszfeld)."""
        place, weight = self.problem.xy_km[members], self.problem.weights[members, 0]
        weight = weight if weight.sum() > 0 else np.ones(len(members))
        for _ in range(MEDIAN_STEPS):
            pull = weight / (np.hypot(*(place - near).T) + 1e-6)
            step: FloatArray = pull @ place / pull.sum()
            arrived = float(np.hypot(*(step - near))) < STILL_KM
            near = step
            if arrived:
                break
        return near

    def _length(self, members: IntArray, centre: FloatArray) -> float:
        gap = np.hypot(*(self.problem.xy_km[members] - centre).T)
        return float(self.problem.weights[members, 0] @ gap)

"""Grids of balanced size: how many of them, on which connected parts of the ground, and whether each is in range."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from gridgeo.cells import cell_strings, merged_polygons, neighbour_graph
from gridgeo.domain import BoolArray, CellArray, FloatArray, IntArray
from gridgeo.errors import InvalidInputError
from gridgeo.grids.proposals_common import Catchment, Proposal, ProposedGrid, Remark, unique_names

Divide = Callable[[CellArray, FloatArray, int, float], IntArray]
"""(cells, weights, count, tolerance) -> part of each cell, 0 to count - 1: a contiguous, balanced division."""


@dataclass(frozen=True)
class SizeRange:
    """How many households a grid is to have: at least low, at most high."""

    low: float
    high: float

    def __post_init__(self) -> None:
        if not (np.isfinite(self.high) and 0 < self.low < self.high):
            raise InvalidInputError(
                "size of a grid must be LOW to HIGH with 0 < LOW < HIGH, got {low} to {high}",
                low=self.low,
                high=self.high,
            )

    def count(self, total: float) -> int:
        """Return the number of equal grids that keeps their size nearest to the middle of the range; at least 1."""
        fewest, most = int(np.ceil(total / self.high - 1e-9)), int(np.floor(total / self.low + 1e-9))
        wanted = round(total / ((self.low + self.high) / 2.0))
        return max(1, min(max(wanted, fewest), most) if most >= fewest else fewest)

    def tolerance(self, total: float, count: int) -> float:
        """Return the share by which each of the grids may leave the mean and still be in range; not above 0 if none."""
        mean = total / count
        return min(mean - self.low, self.high - mean) / mean

    def holds(self, weight: float) -> bool:
        """Tell whether a size is in range."""
        return self.low - 1e-6 <= weight <= self.high + 1e-6


def balanced_groups(cells: CellArray, weights: FloatArray, size: SizeRange, divide: Divide) -> IntArray:
    """Divide cells into connected groups with a weight in range wherever that can be done.

    cells: uint64, unique, one resolution. weights: shape (n,), at least 0. divide: the solver, called once for every
    connected part that makes more than one group. A cell that is too heavy by itself is a group of its own, and what
    its removal cuts off and is too light joins it. A part of the ground too light for a group is one nevertheless:
    groups never reach across a gap.
    Returns the group of each cell, int64, 0 to k - 1.
    """
    if not (np.isfinite(weights).all() and (weights >= 0).all()):
        raise InvalidInputError("what is balanced must be finite and at least 0 in every cell")
    graph = neighbour_graph(cells)
    source, target = graph.edges()
    heavy = weights > size.high
    part = _parts(len(cells), source, target, heavy)
    part = _light_parts_joined(part, weights, size, (source, target), heavy)
    group = np.full(len(cells), -1, dtype=np.int64)
    for own in range(int(part.max()) + 1):
        inside = np.flatnonzero(part == own)
        total = float(weights[inside].sum())
        count = 1 if heavy[inside].any() else min(size.count(total), len(inside))
        found = _divided(cells[inside], weights[inside], count, size, divide)
        group[inside] = found + group.max() + 1
    return group


def _parts(n: int, source: IntArray, target: IntArray, heavy: BoolArray) -> IntArray:
    """Return the connected part of each cell; heavy cells are parts of their own."""
    free = ~(heavy[source] | heavy[target])
    graph = csr_array((np.ones(int(free.sum())), (source[free], target[free])), shape=(n, n))
    return connected_components(graph, directed=False)[1].astype(np.int64)


def _light_parts_joined(
    part: IntArray, weights: FloatArray, size: SizeRange, edges: tuple[IntArray, IntArray], heavy: BoolArray
) -> IntArray:
    """Join each part that is too light to the first heavy cell beside it, where there is one."""
    light = np.bincount(part, weights=weights) < size.low
    ends = np.concatenate([np.column_stack(edges), np.column_stack(edges[::-1])])
    beside = ends[light[part[ends[:, 0]]] & ~heavy[ends[:, 0]] & heavy[ends[:, 1]]]
    joined = np.arange(len(light))
    order = np.lexsort((beside[:, 1], part[beside[:, 0]]))[::-1]
    joined[part[beside[order, 0]]] = part[beside[order, 1]]
    return np.unique(joined[part], return_inverse=True)[1].astype(np.int64)


def _divided(cells: CellArray, weights: FloatArray, count: int, size: SizeRange, divide: Divide) -> IntArray:
    if count == 1:
        return np.zeros(len(cells), dtype=np.int64)
    # a range that no number of equal grids meets still gets the nearest division; the grids out of range are named
    tolerance = max(size.tolerance(float(weights.sum()), count), 0.01)
    return np.asarray(divide(cells, weights, count, tolerance), dtype=np.int64)


def grids_of_groups(
    catchment: Catchment, group: IntArray, weights: FloatArray, size: SizeRange, names: Sequence[str]
) -> Proposal:
    """Return the groups as proposed grids, with a remark for each that is out of range.

    group, weights: of each cell of the catchment. names: one a group; equal ones are told apart by a number.
    """
    held = np.bincount(group, weights=weights, minlength=len(names))
    outlines = merged_polygons(catchment.cells, group, len(names))
    grids = tuple(
        ProposedGrid(
            name,
            None,
            "residential",
            outlines[at],
            np.sort(catchment.cells[group == at]),
            own_boundary=False,
            weight=float(held[at]),
        )
        for at, name in enumerate(unique_names(names))
    )
    return Proposal("balanced", grids, tuple(remark for grid in grids if (remark := _out_of_range(grid, size))))


def _out_of_range(grid: ProposedGrid, size: SizeRange) -> Remark | None:
    weight = grid.weight or 0.0
    if size.holds(weight):
        return None
    values = {"name": grid.name, "weight": round(weight, 1), "low": size.low, "high": size.high}
    if weight > size.high and len(grid.cells) == 1:
        return Remark(
            "{name} is one cell ({cell}) with {weight}, above {high}: a finer resolution can divide it",
            {"name": grid.name, "cell": cell_strings(grid.cells)[0], "weight": values["weight"], "high": size.high},
        )
    return Remark("{name} has {weight}, outside {low} to {high}: the ground around it allows no better", values)


def by_place(lng: FloatArray, lat: FloatArray, group: IntArray) -> IntArray:
    """Renumber groups from north to south, then west to east, by the middle of their cells."""
    count = np.bincount(group)
    north = np.bincount(group, weights=lat) / count
    west = np.bincount(group, weights=lng) / count
    rank = np.empty(len(count), dtype=np.int64)
    rank[np.lexsort((west, -np.round(north, 6)))] = np.arange(len(count))
    renumbered: IntArray = rank[group]
    return renumbered

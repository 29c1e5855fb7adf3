"""The graph of a problem: from H3 cells, its components, and the bridges that join small ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from gridgeo.cells import NeighbourGraph, centres, local_xy_m, neighbour_graph
from gridgeo.domain.arrays import BoolArray, CellArray, FloatArray, IntArray, LabelArray
from gridgeo.errors import InvalidInputError
from gridgeo.territory.problem import Problem

WHOLE_NUMBER_SLACK = 1e-9
BRIDGE_KM_PER_KM = 1.3


@dataclass(frozen=True, eq=False)
class Ways:
    """What lies between touching cells, one entry a directed edge of `neighbour_graph`; both directions agree.

    cut: nobody gets across. cost: of the way between the centres, in km or seconds; None for the straight km.
    bridge_cost_per_km: of a bridge between parts of the ground, which is longer than the straight line.
    """

    cut: BoolArray
    cost: FloatArray | None = None
    bridge_cost_per_km: float = BRIDGE_KM_PER_KM


def components(problem: Problem) -> IntArray:
    """Return for every node the number of its connected part of the graph, bridges included; shape (n,)."""
    return _components(problem.n, problem.indptr, problem.indices)


def _components(n: int, indptr: IntArray, indices: LabelArray) -> IntArray:
    graph = csr_array((np.ones(len(indices), np.int8), indices, indptr), shape=(n, n))
    return np.asarray(connected_components(graph, directed=False)[1], np.int64)


def pieces_of(indptr: IntArray, indices: LabelArray, labels: LabelArray) -> IntArray:
    """Return for every node the number of its connected piece of equal label, shape (n,)."""
    n = len(labels)
    source = np.repeat(np.arange(n), np.diff(indptr))
    same = labels[source] == labels[indices]
    graph = csr_array((np.ones(int(same.sum()), np.int8), (source[same], indices[same])), shape=(n, n))
    return np.asarray(connected_components(graph, directed=False)[1], np.int64)


def sums_by(labels: IntArray | LabelArray, values: FloatArray, count: int) -> FloatArray:
    """Sum the rows of values by label, shape (count, columns of values)."""
    sums = np.zeros((count, values.shape[1]))
    np.add.at(sums, labels, values)
    return sums


def problem_from_cells(
    cells: CellArray,
    weights: FloatArray,
    k: int,
    tolerance: FloatArray | Sequence[float],
    target_shares: FloatArray | None = None,
    ways: Ways | None = None,
) -> Problem:
    """Make the problem of H3 cells: neighbours are the hexagons that touch, distances are km between centres.

    cells: unique, shape (n,). weights: shape (n, m). tolerance, target_shares: as in Problem. A component that is too
    small for one territory, or that does not make a whole number of territories within the tolerance, is joined to the
    nearest other one by a bridge between their closest cells. Bridges are listed in the problem. ways: where neighbours
    are cut apart, and what the way between them costs.
    Use `dataclasses.replace` for homes, locks, names and the like.
    """
    if len(cells) == 0:
        raise InvalidInputError("a problem needs at least one node and one measure")
    lng, lat = centres(cells)
    x, y = local_xy_m(lng, lat, float(np.mean(lng)), float(np.mean(lat)))
    near = neighbour_graph(cells)
    xy_km = np.column_stack([x, y]) / 1000.0
    ways = ways or Ways(np.zeros(len(near.indices), np.bool_))
    indptr, indices, cost = _open_ways(near, ways)
    problem = Problem(
        xy_km,
        weights,
        indptr,
        indices,
        k=k,
        tolerance=tolerance,  # type: ignore[arg-type]  # converted by Problem itself
        edge_cost=cost,
        target_shares=target_shares,
    )
    return join_components(problem, ways.bridge_cost_per_km)


def _open_ways(near: NeighbourGraph, ways: Ways) -> tuple[IntArray, LabelArray, FloatArray | None]:
    source = np.repeat(np.arange(near.n_cells), np.diff(near.indptr))[~ways.cut]
    indptr = np.concatenate([[0], np.cumsum(np.bincount(source, minlength=near.n_cells))]).astype(np.int64)
    return indptr, near.indices[~ways.cut], None if ways.cost is None else ways.cost[~ways.cut]


def join_components(problem: Problem, cost_per_km: float) -> Problem:
    """Join components that cannot hold a whole number of territories to their nearest neighbour by listed bridges."""
    component = components(problem)
    pairs: list[tuple[int, int]] = [(int(a), int(b)) for a, b in problem.bridges]
    costs = []
    while (odd := _odd_component(problem, component)) >= 0:
        a, b, km = _closest_pair(problem.xy_km, component == odd)
        pairs.append((a, b))
        costs.append(km * cost_per_km)
        component[component == odd] = component[b]
        component = np.unique(component, return_inverse=True)[1].astype(np.int64)
    if not costs:
        return problem
    new = np.array(pairs[-len(costs) :], np.int64)
    indptr, indices, edge_cost = _with_edges(problem, new, np.array(costs))
    return replace(problem, indptr=indptr, indices=indices, edge_cost=edge_cost, bridges=np.array(pairs, np.int64))


def _odd_component(problem: Problem, component: IntArray) -> int:
    """Smallest component that does not make a whole number of equal territories within tolerance; -1 if none."""
    count = int(component.max()) + 1
    if count == 1:
        return -1
    measured = problem.shares[:, problem.balanced] if len(problem.balanced) else np.full((problem.n, 1), 1 / problem.n)
    held = sums_by(component, measured, count)
    tolerance = problem.tolerance[problem.balanced] if len(problem.balanced) else np.array([0.5])
    wanted = held * problem.k
    whole = np.maximum(np.round(wanted.mean(1)), 1.0)[:, None]
    odd = (np.abs(wanted / whole - 1.0) > tolerance + WHOLE_NUMBER_SLACK).any(1)
    if not odd.any():
        return -1
    order = np.argsort(held.mean(1), kind="stable")
    return int(order[odd[order]][0])


def _closest_pair(xy_km: FloatArray, inside: np.ndarray) -> tuple[int, int, float]:
    own, others = np.flatnonzero(inside), np.flatnonzero(~inside)
    found = cKDTree(xy_km[others]).query(xy_km[own])
    km, nearest = np.asarray(found[0], np.float64), np.asarray(found[1], np.int64)
    best = int(np.argmin(km))
    return int(own[best]), int(others[nearest[best]]), float(km[best])


def _with_edges(problem: Problem, pairs: IntArray, costs: FloatArray) -> tuple[IntArray, LabelArray, FloatArray]:
    source = np.repeat(np.arange(problem.n), np.diff(problem.indptr))
    source = np.concatenate([source, pairs[:, 0], pairs[:, 1]])
    target = np.concatenate([problem.indices, pairs[:, 1], pairs[:, 0]])
    cost = np.concatenate([problem.costs, costs, costs])
    order = np.lexsort((target, source))
    indptr = np.concatenate([[0], np.cumsum(np.bincount(source, minlength=problem.n))]).astype(np.int64)
    return indptr, target[order].astype(np.int32), cost[order]

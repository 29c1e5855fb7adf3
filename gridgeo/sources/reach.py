"""How far cells are from branches: over the roads, and the walk between a road and where people are."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import scipy.sparse as sp
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import cKDTree

from gridgeo.cells import NeighbourGraph, cells_from_points, common_resolution, local_xy_m, metres_between
from gridgeo.domain import BoolArray, CellArray, FloatArray, IntArray
from gridgeo.sources.roads import RoadGraph, road_graph_from_tables, road_tables

OFF_ROAD_M_PER_S = 4.8 / 3.6
"""Walking pace between a road and where people are."""
NEAREST_POSSIBLE_S = 1e-3
"""A sparse matrix takes a stored zero for no edge."""

Reached = tuple[IntArray, FloatArray]
"""(branch_index, travel_s), one entry a node or cell; -1 and infinity where nothing was reached."""
Steps = tuple[IntArray, IntArray, FloatArray]
"""(from, to, seconds), one entry a directed step."""


def reversed_graph(graph: RoadGraph) -> RoadGraph:
    """Return the graph with every edge turned round: a search on it gives the time towards its start."""
    nodes, edges = road_tables(graph)
    turned = edges.rename({"source": "target", "target": "source"})
    return replace(road_graph_from_tables(nodes, turned, graph.mode), report=graph.report)


def over_roads(graph: RoadGraph, lng: FloatArray, lat: FloatArray) -> Reached:
    """Return the branch each road node is reached from first, and the seconds.

    lng, lat: of the branches, degrees, shape (n_branches,). A branch walks to its nearest node.
    """
    x, y = local_xy_m(graph.lng, graph.lat, float(graph.lng[0]), float(graph.lat[0]))
    at_x, at_y = local_xy_m(lng, lat, float(graph.lng[0]), float(graph.lat[0]))
    gap_m, node = cKDTree(np.column_stack([x, y])).query(np.column_stack([at_x, at_y]))
    source = np.repeat(np.arange(graph.n_nodes, dtype=np.int64), np.diff(graph.indptr))
    edges = (source, graph.indices, graph.seconds)
    starts = (np.arange(len(lng)), np.asarray(node, np.int64), np.asarray(gap_m, np.float64) / OFF_ROAD_M_PER_S)
    return from_sources(edges, starts, graph.n_nodes, len(lng))


def from_sources(edges: Steps, starts: Steps, n_nodes: int, n_branches: int) -> Reached:
    """Run one search from all branches; a branch is an extra node behind its edges (branch, node, seconds).

    Source: multi-source shortest paths, Dijkstra 1959, Numerische Mathematik 1, as in scipy.sparse.csgraph.
    """
    source = np.concatenate([edges[0], starts[0] + n_nodes])
    target = np.concatenate([edges[1], starts[1]])
    seconds = np.maximum(np.concatenate([edges[2], starts[2]]), NEAREST_POSSIBLE_S)
    size = n_nodes + n_branches
    matrix = sp.csr_array((seconds, (source, target)), shape=(size, size))
    roots = np.arange(n_nodes, size)
    travel_s, _, root = dijkstra(matrix, directed=True, indices=roots, min_only=True, return_predecessors=True)
    found = np.isfinite(travel_s[:n_nodes])
    return np.where(found, root[:n_nodes] - n_nodes, -1).astype(np.int64), travel_s[:n_nodes]


def best_nodes(graph: RoadGraph, by_road: Reached, cells: CellArray, anchors: tuple[FloatArray, FloatArray]) -> Reached:
    """Return branch and seconds of the cells that hold a road node; -1 for the others."""
    order = np.argsort(cells, kind="stable")
    held = cells_from_points(graph.lng, graph.lat, common_resolution(cells))
    place = np.minimum(np.searchsorted(cells[order], held), len(cells) - 1)
    cell = order[place]
    use = (cells[cell] == held) & (by_road[0] >= 0)
    cell, node = cell[use], np.flatnonzero(use)
    gap_m = metres_between(graph.lng[node], graph.lat[node], anchors[0][cell], anchors[1][cell])
    total_s = by_road[1][node] + gap_m / OFF_ROAD_M_PER_S
    best = np.lexsort((by_road[0][node], total_s, cell))
    first = best[np.unique(cell[best], return_index=True)[1]]
    branch = np.full(len(cells), -1, dtype=np.int64)
    travel_s = np.full(len(cells), np.inf)
    branch[cell[first]], travel_s[cell[first]] = by_road[0][node[first]], total_s[first]
    return branch, travel_s


def walking_steps(touching: NeighbourGraph, lng: FloatArray, lat: FloatArray) -> Steps:
    """Return pairs of touching cells and the seconds of the walk between their anchors."""
    row = np.repeat(np.arange(touching.n_cells, dtype=np.int64), np.diff(touching.indptr))
    column = touching.indices.astype(np.int64)
    return row, column, metres_between(lng[row], lat[row], lng[column], lat[column]) / OFF_ROAD_M_PER_S


def spread(touching: NeighbourGraph, steps: Steps, reached: Reached, open_cells: BoolArray, n_branches: int) -> Reached:
    """Let the settled cells grow into the open ones; settled cells keep what they have.

    Only steps into open cells exist, so the way of an open cell back to a settled one runs through cells of the same
    branch: what is settled in one piece stays in one piece. Open cells nothing reaches get -1.
    """
    if not open_cells.any():
        return reached
    into = open_cells[steps[1]]
    settled = np.flatnonzero(~open_cells)
    starts = (reached[0][settled], settled, reached[1][settled])
    edges = (steps[0][into], steps[1][into], steps[2][into])
    grown = from_sources(edges, starts, touching.n_cells, n_branches)
    branch, travel_s = reached[0].copy(), reached[1].copy()
    branch[open_cells], travel_s[open_cells] = grown[0][open_cells], grown[1][open_cells]
    return branch, travel_s

"""How long customers travel over the roads to places such as branches: to each within reach, and to the nearest."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import cKDTree

from gridgeo.cells import local_xy_m
from gridgeo.domain import FloatArray, IntArray
from gridgeo.sources.reach import NEAREST_POSSIBLE_S, OFF_ROAD_M_PER_S, over_roads, reversed_graph
from gridgeo.sources.roads import RoadGraph

SITES_AT_ONCE = 32
"""Searches whose times over all nodes are held at a time."""

Points = tuple[FloatArray, FloatArray]
"""(lng, lat), degrees, each of shape (n,)."""


def times_to_sites(
    graph: RoadGraph, sites: Points, people: Points, reach_s: float
) -> tuple[IntArray, IntArray, FloatArray]:
    """Return (place, site, seconds) of every pair within reach, ordered by site and place.

    people: where the travellers start, such as the anchors of cells; they and the sites walk to their nearest node.
    Source: shortest paths, Dijkstra 1959, Numerische Mathematik 1, on the reversed graph.
    """
    home, walk_s = _snapped(graph, people)
    node, gap_s = _snapped(graph, sites)
    back = reversed_graph(graph)
    seconds = np.maximum(back.seconds, NEAREST_POSSIBLE_S)
    matrix = sp.csr_array((seconds, back.indices, back.indptr), shape=(graph.n_nodes, graph.n_nodes))
    found = []
    for start in range(0, len(node), SITES_AT_ONCE):
        chosen = node[start : start + SITES_AT_ONCE]
        by_node = dijkstra(matrix, directed=True, indices=chosen, limit=reach_s)
        total = by_node[:, home] + walk_s[None, :] + gap_s[start : start + SITES_AT_ONCE, None]
        site, place = np.nonzero(total <= reach_s)
        found.append((place.astype(np.int64), site.astype(np.int64) + start, total[site, place]))
    if not found:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64), np.zeros(0)
    return (
        np.concatenate([part[0] for part in found]),
        np.concatenate([part[1] for part in found]),
        np.concatenate([part[2] for part in found]),
    )


def times_of_pairs(graph: RoadGraph, places: Points, pairs: tuple[IntArray, IntArray], reach_s: float) -> FloatArray:
    """Return the seconds over the roads from the first to the second place of each pair, shape (n_pairs,).

    Both walk to and from their nearest node. Infinite where the way takes longer than reach_s or there is none.
    """
    node, walk_s = _snapped(graph, places)
    seconds = np.maximum(graph.seconds, NEAREST_POSSIBLE_S)
    matrix = sp.csr_array((seconds, graph.indices, graph.indptr), shape=(graph.n_nodes, graph.n_nodes))
    starts, of_pair = np.unique(node[pairs[0]], return_inverse=True)
    found = np.full(len(of_pair), np.inf)
    for first in range(0, len(starts), SITES_AT_ONCE):
        by_node = dijkstra(matrix, directed=True, indices=starts[first : first + SITES_AT_ONCE], limit=reach_s)
        here = (of_pair >= first) & (of_pair < first + SITES_AT_ONCE)
        found[here] = by_node[of_pair[here] - first, node[pairs[1][here]]]
    return found + walk_s[pairs[0]] + walk_s[pairs[1]]


def seconds_to_nearest(graph: RoadGraph, sites: Points, people: Points) -> FloatArray:
    """Return the seconds from each place to the nearest site, shape (n_places,); infinite where there is no way."""
    home, walk_s = _snapped(graph, people)
    by_node = over_roads(reversed_graph(graph), *sites)
    return np.where(by_node[0][home] >= 0, by_node[1][home] + walk_s, np.inf)


def _snapped(graph: RoadGraph, points: Points) -> tuple[IntArray, FloatArray]:
    """Return the nearest node of each point and the seconds of the walk there."""
    origin = float(graph.lng[0]), float(graph.lat[0])
    tree = cKDTree(np.column_stack(local_xy_m(graph.lng, graph.lat, *origin)))
    gap_m, node = tree.query(np.column_stack(local_xy_m(*points, *origin)))
    return np.asarray(node, dtype=np.int64), np.asarray(gap_m, dtype=np.float64) / OFF_ROAD_M_PER_S

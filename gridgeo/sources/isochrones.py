"""How long every cell takes to one branch, by car or on foot, and the cells within a time."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from gridgeo.cells import centres, metres_between, neighbour_graph
from gridgeo.domain import BoolArray, CellArray, FloatArray, IntArray
from gridgeo.errors import InvalidInputError
from gridgeo.sources.reach import best_nodes, over_roads, reversed_graph, spread, walking_steps
from gridgeo.sources.roads import WALK_KMH, RoadGraph, road_graph_from_tables, road_tables

NOT_WALKED_ABOVE_KMH = 70.0
"""On a network imported for driving, faster edges are motorways and trunk roads, which nobody walks along."""


def travel_times(
    graph: RoadGraph,
    lng: float,
    lat: float,
    cells: CellArray,
    anchors: tuple[FloatArray, FloatArray] | None = None,
    *,
    towards: bool = True,
) -> FloatArray:
    """Return the seconds between one branch and every cell, shape (n_cells,), infinite where there is no way.

    lng, lat: of the branch, degrees. cells: unique, one resolution. anchors: the point that stands for each cell,
    cell centres by default. towards: time of customers on their way to the branch, else of staff on their way from
    it; one-way streets make the difference. A cell with road nodes takes its best node and the walk between node
    and anchor; a cell without one is walked across from its neighbours.
    Source: shortest paths, Dijkstra 1959, Numerische Mathematik 1, on the reversed graph for `towards`.
    """
    at = anchors if anchors is not None else centres(cells)
    touching = neighbour_graph(cells)
    searched = reversed_graph(graph) if towards else graph
    by_road = over_roads(searched, np.array([lng], np.float64), np.array([lat], np.float64))
    reached = best_nodes(graph, by_road, cells, at)
    filled = spread(touching, walking_steps(touching, *at), reached, reached[0] < 0, 1)
    return np.where(filled[0] < 0, np.inf, filled[1])


def isochrone(travel_s: FloatArray, minutes: float) -> IntArray:
    """Return the positions of the cells whose anchor is within the minutes, ascending; more minutes never lose a cell.

    travel_s: answer of `travel_times`. Raises InvalidInputError when the minutes are not above 0.
    """
    if not 0 < minutes < np.inf:
        raise InvalidInputError("minutes must be above 0, got {given}", given=minutes)
    within: BoolArray = travel_s <= minutes * 60.0
    return np.flatnonzero(within)


def walked_graph(graph: RoadGraph) -> RoadGraph:
    """Return a network as one walks it; one that was read for walking is returned as it is.

    A network read for driving lacks footpaths: its edges are walked both ways at WALK_KMH, the fast ones not at all.
    """
    if graph.mode == "walk":
        return graph
    nodes, edges = road_tables(graph)
    source, target = edges["source"].to_numpy(), edges["target"].to_numpy()
    metres = metres_between(graph.lng[source], graph.lat[source], graph.lng[target], graph.lat[target])
    slow = metres <= edges["seconds"].to_numpy() * NOT_WALKED_ABOVE_KMH / 3.6
    one_way = edges.with_columns(seconds=metres / (WALK_KMH / 3.6)).filter(slow)
    back = one_way.select(source="target", target="source", seconds="seconds")
    return replace(road_graph_from_tables(nodes, one_way.vstack(back), "walk"), report=graph.report)

"""What lies between touching cells: a river without a bridge near by, and how long the way over the roads takes."""

from __future__ import annotations

import numpy as np
import shapely
import sqlalchemy as sa

from gridgeo.cells import centres, metres_between, neighbour_graph
from gridgeo.domain import BoolArray, CellArray, FloatArray, IntArray
from gridgeo.domain.words import WATERWAYS
from gridgeo.pipeline.grids.proposals import lines_of_ground
from gridgeo.sources.catchments import cell_anchors
from gridgeo.sources.reach import OFF_ROAD_M_PER_S
from gridgeo.sources.roads import RoadGraph, road_graph_from_tables
from gridgeo.sources.site_times import times_of_pairs
from gridgeo.storage import read_frame
from gridgeo.territory import Ways

DETOUR_S = 300.0
"""A river divides two touching cells where the way over the roads takes longer, as there is no bridge near by."""
REACH_S = 900.0
"""How far the way between two touching cells is looked for; beyond it a straight walk is taken."""
BRIDGE_S_PER_KM = 156.0
"""What a bridge between parts of a ground costs: 1.3 times the straight km at 30 km/h."""


def ways_between(connection: sa.Connection, ground_id: int, cells: CellArray, *, timed: bool) -> Ways | None:
    """Return which touching cells a river divides and, timed, the seconds of the ways between all; None without roads.

    Without roads nobody can tell where a river is crossed, so nothing is cut.
    """
    edges = read_frame(connection, "road_edge", version_id=ground_id)
    if edges.is_empty():
        return None
    near = neighbour_graph(cells)
    pairs = np.repeat(np.arange(near.n_cells), np.diff(near.indptr)), near.indices.astype(np.int64)
    wet = _over_water(connection, ground_id, centres(cells), pairs)
    if not timed and not wet.any():
        return None
    roads = road_graph_from_tables(read_frame(connection, "road_node", version_id=ground_id), edges, "drive")
    places = cell_anchors(cells, read_frame(connection, "building", version_id=ground_id))
    asked = np.flatnonzero(wet | timed)
    seconds = np.zeros(len(wet))
    seconds[asked] = _both_ways(roads, places, (pairs[0][asked], pairs[1][asked]), near.n_cells)
    cut = wet & (seconds > DETOUR_S)
    walk_s = metres_between(*(axis[side] for side in pairs for axis in places)) / OFF_ROAD_M_PER_S
    return Ways(cut, np.where(np.isfinite(seconds), seconds, walk_s), BRIDGE_S_PER_KM) if timed else Ways(cut)


def _over_water(
    connection: sa.Connection, ground_id: int, middle: tuple[FloatArray, FloatArray], pairs: tuple[IntArray, IntArray]
) -> BoolArray:
    """Tell of each pair whether the straight line between its cells crosses a river or canal."""
    rivers = lines_of_ground(connection, ground_id, WATERWAYS).shapes
    wet = np.zeros(len(pairs[0]), np.bool_)
    if len(rivers):
        ends = np.stack([np.column_stack([middle[0][side], middle[1][side]]) for side in pairs], axis=1)
        wet[shapely.STRtree(rivers).query(shapely.linestrings(ends), predicate="intersects")[0]] = True
    return wet


def _both_ways(
    roads: RoadGraph, places: tuple[FloatArray, FloatArray], pairs: tuple[IntArray, IntArray], n_cells: int
) -> FloatArray:
    """Return the seconds of the longer direction of each pair; every pair is there both ways."""
    there = times_of_pairs(roads, places, pairs, REACH_S)
    order = np.argsort(pairs[0] * np.int64(n_cells) + pairs[1])
    back = np.argsort(pairs[1] * np.int64(n_cells) + pairs[0])
    turned = np.empty(len(there))
    turned[back] = there[order]
    longer: FloatArray = np.maximum(there, turned)
    return longer

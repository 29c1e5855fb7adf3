"""Which branch each cell reaches first over the road network, and how long that takes."""

from __future__ import annotations

import numpy as np
import polars as pl
import scipy.sparse as sp
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from gridgeo.cells import (
    NeighbourGraph,
    cells_from_points,
    centres,
    common_resolution,
    local_xy_m,
    neighbour_graph,
)
from gridgeo.domain import BoolArray, CellArray, FloatArray, IntArray
from gridgeo.domain.sums import mean_of
from gridgeo.errors import InvalidInputError
from gridgeo.sources.reach import OFF_ROAD_M_PER_S, Reached, best_nodes, over_roads, spread, walking_steps
from gridgeo.sources.roads import RoadGraph


def nearest_branch(
    graph: RoadGraph,
    branch_lng: FloatArray,
    branch_lat: FloatArray,
    cells: CellArray,
    anchors: tuple[FloatArray, FloatArray] | None = None,
) -> Reached:
    """Give every cell to the branch it reaches first over the roads.

    branch_lng, branch_lat: degrees, shape (n_branches,). cells: unique, one resolution. anchors: lng, lat of the point
    that stands for each cell, shape (n_cells,); `cell_anchors` makes them out of buildings, cell centres by default.
    Returns (branch_index int64, travel_s float64), shape (n_cells,), every cell with an answer.
    A cell with road nodes takes its best node: time over the road plus the walk between node and anchor. A cell
    without one takes a neighbour's branch, with the walk across. Cells cut off from the main part of their branch's
    catchment then go to the catchment around them, so that catchments hang together wherever the ground does.
    Raises InvalidInputError when there is no branch.
    Source: multi-source shortest paths, Dijkstra 1959, Numerische Mathematik 1, as in scipy.sparse.csgraph.
    """
    if len(branch_lng) == 0:
        raise InvalidInputError("there is no branch to draw catchments for")
    lng, lat = anchors if anchors is not None else centres(cells)
    touching = neighbour_graph(cells)
    step_s = walking_steps(touching, lng, lat)
    by_road = over_roads(graph, np.asarray(branch_lng, np.float64), np.asarray(branch_lat, np.float64))
    reached = best_nodes(graph, by_road, cells, (lng, lat))
    filled = spread(touching, step_s, reached, reached[0] < 0, len(branch_lng))
    homes = cells_from_points(np.asarray(branch_lng), np.asarray(branch_lat), common_resolution(cells))
    stray = ~_main_parts(touching, filled[0], cells, homes)
    settled = spread(touching, step_s, filled, stray, len(branch_lng))
    return _islands(settled, filled, (lng, lat))


def cell_anchors(cells: CellArray, buildings: pl.DataFrame) -> tuple[FloatArray, FloatArray]:
    """Return where the people of each cell are: the mean position of its buildings, else its centre.

    buildings: BUILDINGS. Returns lng, lat, shape (n_cells,).
    """
    lng, lat = (np.array(part) for part in centres(cells))
    spots = buildings.select("lng", "lat")
    points = cells_from_points(spots["lng"].to_numpy(), spots["lat"].to_numpy(), common_resolution(cells))
    means = spots.with_columns(pl.Series("cell", points)).group_by("cell").agg(mean_of("lng"), mean_of("lat"))
    joined = pl.DataFrame({"cell": cells}).join(means, on="cell", how="left", maintain_order="left")
    built = joined["lng"].is_not_null().to_numpy()
    lng[built] = joined["lng"].to_numpy()[built]
    lat[built] = joined["lat"].to_numpy()[built]
    return lng, lat


def _main_parts(touching: NeighbourGraph, branch: IntArray, cells: CellArray, homes: CellArray) -> BoolArray:
    """Mark the cells of each catchment's main part: the one with the branch in it, else the one with most cells."""
    row = np.repeat(np.arange(touching.n_cells, dtype=np.int64), np.diff(touching.indptr))
    column = touching.indices.astype(np.int64)
    same = (branch[row] == branch[column]) & (branch[row] >= 0)
    shape = (touching.n_cells, touching.n_cells)
    links = sp.csr_array((np.ones(int(same.sum())), (row[same], column[same])), shape=shape)
    part = connected_components(links, directed=False)[1].astype(np.int64)
    at_home = np.zeros(len(cells), dtype=np.bool_)
    known = branch >= 0
    at_home[known] = cells[known] == homes[branch[known]]
    parts = (
        pl.DataFrame({"part": part, "branch": branch, "home": at_home})
        .filter(pl.col("branch") >= 0)
        .group_by("part", "branch")
        .agg(pl.col("home").any(), pl.len().alias("size"))
        .sort("branch", "home", "size", "part", descending=[False, True, True, False])
        .unique("branch", keep="first", maintain_order=True)
    )
    return np.asarray(np.isin(part, parts["part"].to_numpy()) & known)


def _islands(settled: Reached, before: Reached, anchors: tuple[FloatArray, FloatArray]) -> Reached:
    """Settle cells that touch no settled cell: as before where a road had reached them, else by the nearest cell."""
    branch, travel_s = settled[0].copy(), settled[1].copy()
    lost = branch < 0
    branch[lost], travel_s[lost] = before[0][lost], before[1][lost]
    lost = branch < 0
    if lost.all():
        raise InvalidInputError("no cell of the ground holds a road that leads to a branch")
    if lost.any():
        x, y = local_xy_m(*anchors, float(anchors[0][0]), float(anchors[1][0]))
        spots = np.column_stack([x, y])
        known = np.flatnonzero(~lost)
        gap_m, near = cKDTree(spots[known]).query(spots[lost])
        branch[lost] = branch[known[near]]
        travel_s[lost] = travel_s[known[near]] + gap_m / OFF_ROAD_M_PER_S
    return branch, travel_s

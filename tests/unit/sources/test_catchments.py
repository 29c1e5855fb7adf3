"""Every cell goes to the branch it reaches first, and catchments hang together."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gridgeo.cells import cells_from_points, centres, metres_between, neighbour_graph
from gridgeo.domain import CellArray, IntArray
from gridgeo.errors import InvalidInputError
from gridgeo.sources import Ground, RoadGraph, cell_anchors, nearest_branch, road_tables
from gridgeo.sources.reach import OFF_ROAD_M_PER_S, over_roads

Branches = tuple[np.ndarray, np.ndarray]


def pieces(cells: CellArray, branch: IntArray) -> dict[int, int]:
    """Number of connected pieces of each catchment."""
    low, high = neighbour_graph(cells).edges()
    graph = nx.Graph()
    graph.add_nodes_from(range(len(cells)))
    same = branch[low] == branch[high]
    graph.add_edges_from(zip(low[same].tolist(), high[same].tolist(), strict=True))
    owners = [int(branch[min(part)]) for part in nx.connected_components(graph)]
    return {owner: owners.count(owner) for owner in set(owners)}


def test_the_demo_catchments_cover_the_country_in_one_piece_each(
    liechtenstein: Ground, liechtenstein_roads: RoadGraph, liechtenstein_cells: CellArray, demo_branches: Branches
) -> None:
    anchors = cell_anchors(liechtenstein_cells, liechtenstein.buildings)
    branch, travel_s = nearest_branch(liechtenstein_roads, *demo_branches, liechtenstein_cells, anchors)
    # Another choice of branches gave 758, 270, 323 and 219 cells, also in one piece each.
    assert np.bincount(branch).tolist() == [701, 291, 335, 243]
    assert pieces(liechtenstein_cells, branch) == {0: 1, 1: 1, 2: 1, 3: 1}
    assert np.isfinite(travel_s).all()
    assert travel_s.min() > 0


def test_cells_without_a_road_are_many_and_take_a_neighbours_branch(
    liechtenstein_roads: RoadGraph, liechtenstein_cells: CellArray, demo_branches: Branches
) -> None:
    held = cells_from_points(liechtenstein_roads.lng, liechtenstein_roads.lat, 9)
    roadless = np.flatnonzero(~np.isin(liechtenstein_cells, held))
    assert len(roadless) == 1_028
    branch, travel_s = nearest_branch(liechtenstein_roads, *demo_branches, liechtenstein_cells)
    touching = neighbour_graph(liechtenstein_cells)
    for cell in roadless:
        near = touching.indices[touching.indptr[cell] : touching.indptr[cell + 1]]
        closer = near[travel_s[near] < travel_s[cell]]
        assert branch[cell] in branch[closer]


def test_times_over_the_roads_agree_with_an_independent_search(helsinki_roads: RoadGraph) -> None:
    lng, lat = np.array([24.9496, 24.9394]), np.array([60.1787, 60.1677])
    found, seconds = over_roads(helsinki_roads, lng, lat)
    nodes, edges = road_tables(helsinki_roads)
    graph = nx.DiGraph()
    graph.add_weighted_edges_from(edges.rows(), weight="seconds")
    starts = []
    for at in range(2):
        gap_m = metres_between(helsinki_roads.lng, helsinki_roads.lat, lng[at], lat[at])
        graph.add_edge(f"branch {at}", int(gap_m.argmin()), seconds=float(gap_m.min() / OFF_ROAD_M_PER_S))
        starts.append(f"branch {at}")
    expected, paths = nx.multi_source_dijkstra(graph, starts, weight="seconds")
    exact = np.array([expected[node] for node in range(nodes.height)])
    np.testing.assert_allclose(seconds, exact, rtol=1e-3, atol=0.5)
    roots = np.array([starts.index(paths[node][0]) for node in range(nodes.height)])
    assert (roots == found).mean() > 0.995


@given(spots=st.lists(st.tuples(st.floats(24.9352, 24.9534), st.floats(60.1642, 60.1791)), min_size=1, max_size=6))
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
def test_wherever_branches_stand_every_cell_has_one_and_catchments_stay_whole(
    spots: list[tuple[float, float]], helsinki_roads: RoadGraph, helsinki_cells: CellArray
) -> None:
    lng, lat = np.array(spots).T
    branch, travel_s = nearest_branch(helsinki_roads, lng, lat, helsinki_cells)
    assert branch.shape == travel_s.shape == helsinki_cells.shape
    assert ((branch >= 0) & (branch < len(spots))).all()
    assert np.isfinite(travel_s).all()
    assert set(pieces(helsinki_cells, branch).values()) == {1}


def test_a_single_branch_takes_everything(helsinki_roads: RoadGraph, helsinki_cells: CellArray) -> None:
    branch, _ = nearest_branch(helsinki_roads, np.array([24.94]), np.array([60.17]), helsinki_cells)
    assert set(branch.tolist()) == {0}


def test_a_second_branch_at_the_same_door_takes_nothing_by_force(
    helsinki_roads: RoadGraph, helsinki_cells: CellArray
) -> None:
    branch, _ = nearest_branch(helsinki_roads, np.full(2, 24.94), np.full(2, 60.17), helsinki_cells)
    assert len(branch) == len(helsinki_cells)
    assert set(pieces(helsinki_cells, branch).values()) == {1}


def test_the_order_of_the_cells_does_not_matter(helsinki_roads: RoadGraph, helsinki_cells: CellArray) -> None:
    lng, lat = np.array([24.9496, 24.9394]), np.array([60.1787, 60.1677])
    order = np.random.default_rng(3).permutation(len(helsinki_cells))
    straight, straight_s = nearest_branch(helsinki_roads, lng, lat, helsinki_cells)
    shuffled, shuffled_s = nearest_branch(helsinki_roads, lng, lat, helsinki_cells[order])
    np.testing.assert_array_equal(shuffled, straight[order])
    np.testing.assert_allclose(shuffled_s, straight_s[order])


def test_an_island_without_roads_goes_to_the_nearest_cell(helsinki_roads: RoadGraph, helsinki_cells: CellArray) -> None:
    island = cells_from_points(np.array([24.99]), np.array([60.17]), 10)
    cells = np.concatenate([helsinki_cells, island])
    branch, travel_s = nearest_branch(helsinki_roads, np.array([24.94]), np.array([60.17]), cells)
    assert branch[-1] == 0
    assert travel_s[-1] > travel_s[:-1].min()


def test_anchors_are_the_buildings_or_the_centre(liechtenstein: Ground, liechtenstein_cells: CellArray) -> None:
    lng, lat = cell_anchors(liechtenstein_cells, liechtenstein.buildings)
    middle_lng, middle_lat = centres(liechtenstein_cells)
    built = np.isin(
        liechtenstein_cells,
        cells_from_points(liechtenstein.buildings["lng"].to_numpy(), liechtenstein.buildings["lat"].to_numpy(), 9),
    )
    np.testing.assert_array_equal(lng[~built], middle_lng[~built])
    assert (lat[built] != middle_lat[built]).mean() > 0.99


def test_no_branch_and_no_road_are_refused(helsinki_roads: RoadGraph, helsinki_cells: CellArray) -> None:
    with pytest.raises(InvalidInputError, match="no branch"):
        nearest_branch(helsinki_roads, np.empty(0), np.empty(0), helsinki_cells)
    elsewhere = cells_from_points(np.array([9.5]), np.array([47.1]), 10)
    with pytest.raises(InvalidInputError, match="no cell of the ground holds a road"):
        nearest_branch(helsinki_roads, np.array([24.94]), np.array([60.17]), elsewhere)

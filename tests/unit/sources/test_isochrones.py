"""The cells within a time of a branch, over roads that have directions and ends."""

from __future__ import annotations

import os
from pathlib import Path

import networkx as nx
import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridgeo.cells import cells_from_points, cells_from_strings, centres, metres_between
from gridgeo.domain import CellArray
from gridgeo.errors import InvalidInputError
from gridgeo.sources import RoadGraph, osm_tables, road_graph_from_osm_tables, road_graph_from_tables, road_tables
from gridgeo.sources.isochrones import NOT_WALKED_ABOVE_KMH, isochrone, travel_times, walked_graph
from gridgeo.sources.reach import OFF_ROAD_M_PER_S, reversed_graph
from gridgeo.sources.roads import WALK_KMH
from gridgeo.sources.trade_areas import buffer

PORTO_ALEGRE = Path(__file__).parents[4] / "shared" / "data" / "porto_alegre"
MARKET = (-51.2287, -30.0277)
"""The public market in the middle of Porto Alegre."""
STEP_DEG = 0.012
"""Between two stops of the line: far enough that each has a res-9 cell of its own, which touch no other stop's."""
STOPS = np.array([9.5 + STEP_DEG * number for number in range(5)])
LAT = 47.1


def line(edges: list[tuple[int, int, float]], mode: str = "drive") -> RoadGraph:
    """A road graph of five stops from west to east."""
    nodes = pl.DataFrame({"id": range(5), "lng": STOPS, "lat": np.full(5, LAT)})
    table = pl.DataFrame(edges, schema={"source": pl.Int64, "target": pl.Int64, "seconds": pl.Float64}, orient="row")
    return road_graph_from_tables(nodes, table, mode)


def stop_cells() -> tuple[CellArray, tuple[np.ndarray, np.ndarray]]:
    """The cells of the stops with the stops as anchors: no walk is added."""
    return cells_from_points(STOPS, np.full(5, LAT), 9), (STOPS, np.full(5, LAT))


def both_ways(pairs: list[tuple[int, int, float]]) -> list[tuple[int, int, float]]:
    return [*pairs, *((b, a, s) for a, b, s in pairs)]


def seconds(graph: RoadGraph, stop: int, *, towards: bool) -> np.ndarray:
    cells, anchors = stop_cells()
    return travel_times(graph, float(STOPS[stop]), LAT, cells, anchors, towards=towards)


def test_a_two_way_line_takes_the_same_time_in_both_directions() -> None:
    graph = line(both_ways([(0, 1, 60.0), (1, 2, 60.0), (2, 3, 60.0), (3, 4, 60.0)]))
    for towards in (True, False):
        np.testing.assert_allclose(seconds(graph, 0, towards=towards), [0, 60, 120, 180, 240], atol=0.1)


def test_a_one_way_street_lets_customers_come_only_along_it() -> None:
    # Eastwards only from 1 to 2; back leads a slow way round.
    graph = line([*both_ways([(0, 1, 60.0), (2, 3, 60.0), (3, 4, 60.0)]), (1, 2, 60.0), (2, 0, 900.0)])
    np.testing.assert_allclose(seconds(graph, 2, towards=True)[:2], [120, 60], atol=0.1)
    np.testing.assert_allclose(seconds(graph, 2, towards=False)[:2], [900, 960], atol=0.1)
    at_branch = seconds(graph, 2, towards=True)
    assert isochrone(at_branch, 2.5).tolist() == [0, 1, 2, 3, 4]
    assert isochrone(seconds(graph, 2, towards=False), 2.5).tolist() == [2, 3, 4]


def test_cells_behind_a_dead_end_are_not_reached() -> None:
    # Nobody comes out of 3 and 4: one may drive in, not back.
    graph = line([*both_ways([(0, 1, 60.0), (1, 2, 60.0), (3, 4, 60.0)]), (2, 3, 60.0)])
    there = seconds(graph, 0, towards=False)
    home = seconds(graph, 0, towards=True)
    assert np.isfinite(there).all()
    assert np.isinf(home[3:]).all()
    assert isochrone(home, 10_000).tolist() == [0, 1, 2]


def test_a_part_of_the_network_by_itself_is_not_reached() -> None:
    graph = line(both_ways([(0, 1, 60.0), (3, 4, 60.0)]))
    assert np.isinf(seconds(graph, 0, towards=True)[3:]).all()
    assert isochrone(seconds(graph, 0, towards=True), 60).tolist() == [0, 1]


def test_the_walk_from_the_door_to_the_road_counts() -> None:
    cells, _ = stop_cells()
    graph = line(both_ways([(0, 1, 60.0), (1, 2, 60.0), (2, 3, 60.0), (3, 4, 60.0)]))
    off_m = 100.0
    doors = (STOPS, LAT + np.degrees(off_m / 6_371_008.8) * np.ones(5))
    away = travel_times(graph, float(STOPS[0]), LAT, cells, doors)
    np.testing.assert_allclose(away - np.arange(5) * 60.0, off_m / OFF_ROAD_M_PER_S, rtol=1e-3)


def test_reversing_twice_gives_the_network_back(helsinki_roads: RoadGraph) -> None:
    again = reversed_graph(reversed_graph(helsinki_roads))
    for name in ("indptr", "indices", "seconds"):
        np.testing.assert_array_equal(getattr(again, name), getattr(helsinki_roads, name))


def test_times_towards_a_branch_agree_with_an_independent_search(liechtenstein_roads: RoadGraph) -> None:
    lng, lat = 9.5223543, 47.138154
    nodes, edges = road_tables(liechtenstein_roads)
    graph = nx.DiGraph()
    graph.add_weighted_edges_from(edges.rows(), weight="seconds")
    gap_m = metres_between(liechtenstein_roads.lng, liechtenstein_roads.lat, lng, lat)
    start, walk_s = int(gap_m.argmin()), float(gap_m.min() / OFF_ROAD_M_PER_S)
    expected = nx.single_source_dijkstra_path_length(graph.reverse(), start, weight="seconds")
    spots = np.random.default_rng(5).choice(nodes.height, 40, replace=False)
    cells = np.unique(cells_from_points(liechtenstein_roads.lng[spots], liechtenstein_roads.lat[spots], 9))
    found = travel_times(liechtenstein_roads, lng, lat, cells)
    held = cells_from_points(liechtenstein_roads.lng, liechtenstein_roads.lat, 9)
    at = centres(cells)
    for place, cell in enumerate(cells):
        inside = np.flatnonzero(held == cell)
        door_m = metres_between(
            liechtenstein_roads.lng[inside], liechtenstein_roads.lat[inside], *(a[place] for a in at)
        )
        best = min(expected[int(node)] + gap / OFF_ROAD_M_PER_S for node, gap in zip(inside, door_m, strict=True))
        assert found[place] == pytest.approx(best + walk_s, rel=1e-3, abs=0.5)


@given(minutes=st.tuples(st.floats(0.1, 60), st.floats(0.1, 60)))
@settings(max_examples=50, deadline=None)
def test_more_minutes_never_lose_a_cell(minutes: tuple[float, float], times: np.ndarray) -> None:
    few, many = sorted(minutes)
    assert set(isochrone(times, few)) <= set(isochrone(times, many))


@pytest.fixture(scope="module")
def times(liechtenstein_roads: RoadGraph, liechtenstein_cells: CellArray) -> np.ndarray:
    return travel_times(liechtenstein_roads, 9.5223543, 47.138154, liechtenstein_cells)


@pytest.mark.parametrize("minutes", [0, -1, float("inf"), float("nan")])
def test_minutes_that_are_no_time_are_refused(minutes: float) -> None:
    with pytest.raises(InvalidInputError, match="minutes must be above 0"):
        isochrone(np.zeros(3), minutes)


def test_a_driving_network_is_walked_both_ways_at_walking_pace_and_not_along_fast_roads() -> None:
    metres = float(metres_between(STOPS[0], LAT, STOPS[1], LAT)[0])
    slow, fast = metres / (30 / 3.6), metres / ((NOT_WALKED_ABOVE_KMH + 10) / 3.6)
    walked = walked_graph(line([(0, 1, slow), (1, 2, fast)]))
    assert walked.mode == "walk"
    _, edges = road_tables(walked)
    assert edges.select("source", "target").rows() == [(0, 1), (1, 0)]
    assert edges["seconds"].to_list() == pytest.approx([metres / (WALK_KMH / 3.6)] * 2)
    on_foot = line([(0, 1, 1.0)], "walk")
    assert walked_graph(on_foot) is on_foot


@pytest.fixture(scope="module")
def city() -> tuple[CellArray, RoadGraph, RoadGraph]:
    """The cells of Porto Alegre's grid, and the city's network for driving and for walking."""
    if not PORTO_ALEGRE.is_dir():
        reason = f"shared Porto Alegre data is not at {PORTO_ALEGRE}"
        if os.environ.get("CI"):
            pytest.fail(reason, pytrace=False)
        pytest.skip(reason)
    names = pl.read_csv(PORTO_ALEGRE / "poa_hexgrid.csv", columns=["id"])["id"].to_list()
    tables = osm_tables(PORTO_ALEGRE / "poa_osm.pbf")
    drive, walk = (road_graph_from_osm_tables(tables, mode) for mode in ("drive", "walk"))
    return np.sort(cells_from_strings(names)), drive, walk


def test_a_real_city_is_driven_sooner_than_walked(city: tuple[CellArray, RoadGraph, RoadGraph]) -> None:
    cells, drive, walk = city
    by_car, on_foot = (travel_times(graph, *MARKET, cells) for graph in (drive, walk))
    sizes = [[len(isochrone(times, minutes)) for minutes in (5, 10, 15, 30)] for times in (by_car, on_foot)]
    assert sizes == [[74, 470, 1011, 1214], [4, 11, 28, 84]]
    # Thirteen cells lie on islands that no road of the extract leads to.
    assert (len(cells), int(np.isinf(by_car).sum())) == (1_227, 13)
    assert np.array_equal(np.isinf(by_car), np.isinf(on_foot))


def test_nobody_walks_farther_than_the_straight_line(city: tuple[CellArray, RoadGraph, RoadGraph]) -> None:
    """A cell reached on foot in 30 minutes is within 30 minutes' walk in a straight line, of a cell's width."""
    cells, _, walk = city
    reached = isochrone(travel_times(walk, *MARKET, cells), 30)
    assert set(reached) <= set(buffer(*MARKET, cells, 30 * 60 * WALK_KMH / 3.6 + 200))


def test_one_way_streets_of_a_real_city_make_the_two_directions_differ(
    city: tuple[CellArray, RoadGraph, RoadGraph],
) -> None:
    cells, drive, walk = city
    reached = np.isfinite(travel_times(drive, *MARKET, cells))
    there, back = (travel_times(drive, *MARKET, cells, towards=towards)[reached] for towards in (True, False))
    assert (np.abs(there - back) > 1).mean() > 0.9
    there, back = (travel_times(walk, *MARKET, cells, towards=towards)[reached] for towards in (True, False))
    np.testing.assert_allclose(there, back)

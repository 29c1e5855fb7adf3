"""The road graph holds roads that exist, at their fastest, in one piece."""

from __future__ import annotations

import networkx as nx
import numpy as np
import polars as pl
import pytest

from gridgeo.cells import metres_between
from gridgeo.domain.tables import ROAD_EDGES, ROAD_NODES, checked
from gridgeo.errors import InvalidInputError
from gridgeo.sources import (
    OsmTables,
    RoadGraph,
    road_graph_from_osm,
    road_graph_from_osm_tables,
    road_graph_from_tables,
    road_tables,
)

LINE = {number: (9.0 + number / 1000, 47.0) for number in range(1, 7)}


def pairs(graph: RoadGraph) -> dict[tuple[float, float], float]:
    """Seconds by longitudes of both ends, rounded."""
    _, edges = road_tables(graph)
    lng = np.round(graph.lng, 3)
    return {(float(lng[s]), float(lng[t])): seconds for s, t, seconds in edges.iter_rows()}


def test_liechtenstein_drives_on_its_known_network(liechtenstein_roads: RoadGraph) -> None:
    # 11,539 and 11,367 were counted with a slightly different choice of road classes and access tags.
    report = liechtenstein_roads.report
    assert (report["nodes_in_file"], report["nodes"]) == (11_565, 11_387)
    assert report["ways_cut_at_the_edge"] == 0


def test_helsinki_is_cut_where_ways_leave_it(helsinki_roads: RoadGraph, helsinki_tables: OsmTables) -> None:
    drive = road_graph_from_osm_tables(helsinki_tables, "drive")
    assert helsinki_roads.report["ways_cut_at_the_edge"] == 164
    # 59 and 183 with private ways counted in.
    assert drive.report["ways_cut_at_the_edge"] == 57
    assert drive.report["components"] > 100


@pytest.mark.parametrize("name", ["liechtenstein_roads", "helsinki_roads"])
def test_every_node_reaches_every_other(name: str, request: pytest.FixtureRequest) -> None:
    _, edges = road_tables(request.getfixturevalue(name))
    graph = nx.DiGraph(edges.select("source", "target").rows())
    assert nx.is_strongly_connected(graph)
    assert len(graph) == request.getfixturevalue(name).n_nodes


@pytest.mark.parametrize("name", ["liechtenstein_roads", "helsinki_roads"])
def test_no_pair_of_nodes_stands_twice(name: str, request: pytest.FixtureRequest) -> None:
    nodes, edges = road_tables(request.getfixturevalue(name))
    assert edges.select("source", "target").is_unique().all()
    assert (edges["seconds"] > 0).all()
    assert checked(nodes, ROAD_NODES, "n").equals(nodes)
    assert checked(edges, ROAD_EDGES, "e").equals(edges)


def test_a_missing_node_cuts_the_way(write_osm: object) -> None:
    present = {number: LINE[number] for number in (1, 2, 3, 5, 6)}
    ways = {10: ([1, 2, 3, 4, 5, 6], {"highway": "residential"})}
    graph = road_graph_from_osm(write_osm(present, ways), "drive")  # type: ignore[operator]
    assert sorted(np.round(graph.lng, 3)) == [9.001, 9.002, 9.003]
    assert (9.003, 9.005) not in pairs(graph)


def test_without_a_missing_node_the_way_stays_whole(write_osm: object) -> None:
    ways = {10: ([1, 2, 3, 4, 5, 6], {"highway": "residential"})}
    assert road_graph_from_osm(write_osm(LINE, ways), "drive").n_nodes == 6  # type: ignore[operator]


@pytest.mark.parametrize(
    ("oneway", "there", "back"), [("yes", True, False), ("-1", False, True), ("no", True, True), (None, True, True)]
)
def test_one_way_streets_hold_for_driving(oneway: str | None, there: bool, back: bool, write_osm: object) -> None:
    # A slow two-way loop keeps both ends in one component; the one-way is the only direct edge.
    tags = {"highway": "primary"} | ({"oneway": oneway} if oneway else {})
    ways = {10: ([1, 2], tags), 11: ([1, 3, 2], {"highway": "service"})}
    points = {1: LINE[1], 2: LINE[2], 3: (9.005, 47.002)}
    found = pairs(road_graph_from_osm(write_osm(points, ways), "drive"))  # type: ignore[operator]
    assert ((9.001, 9.002) in found, (9.002, 9.001) in found) == (there, back)
    walked = pairs(road_graph_from_osm(write_osm(points, ways), "walk"))  # type: ignore[operator]
    assert {(9.001, 9.002), (9.002, 9.001)} <= set(walked)


@pytest.mark.parametrize(("limit", "kmh"), [(None, 60.0), ("30", 30.0), ("100", 60.0), ("walk", 60.0)])
def test_speed_is_that_of_the_class_or_a_lower_limit(limit: str | None, kmh: float, write_osm: object) -> None:
    tags = {"highway": "primary"} | ({"maxspeed": limit} if limit else {})
    graph = road_graph_from_osm(write_osm(LINE, {10: ([1, 2], tags)}), "drive")  # type: ignore[operator]
    metres = metres_between(*LINE[1], *LINE[2])[0]
    assert pairs(graph)[9.001, 9.002] == pytest.approx(metres / (kmh / 3.6), rel=1e-6)


@pytest.mark.parametrize(("mode", "name"), [("drive", "primary"), ("walk", "walk")])
def test_a_chosen_speed_of_a_class_counts_and_is_reported(mode: str, name: str, write_osm: object) -> None:
    path = write_osm(LINE, {10: ([1, 2], {"highway": "primary"})})  # type: ignore[operator]
    graph = road_graph_from_osm(path, mode, {name: 18.0})  # type: ignore[arg-type]
    metres = metres_between(*LINE[1], *LINE[2])[0]
    assert pairs(graph)[9.001, 9.002] == pytest.approx(metres / 5.0, rel=1e-6)
    assert graph.report["speeds_kmh"][name] == 18.0
    assert "speeds_kmh" not in road_graph_from_osm(path, mode).report  # type: ignore[arg-type]


@pytest.mark.parametrize(("name", "kmh"), [("footway", 5.0), ("primary", 0.0), ("primary", 300.0)])
def test_a_speed_that_does_not_fit_is_refused(name: str, kmh: float, write_osm: object) -> None:
    path = write_osm(LINE, {10: ([1, 2], {"highway": "primary"})})  # type: ignore[operator]
    with pytest.raises(InvalidInputError, match="does not fit: classes are"):
        road_graph_from_osm(path, "drive", {name: kmh})


def test_of_parallel_ways_the_fastest_counts(write_osm: object) -> None:
    ways = {10: ([1, 2], {"highway": "service"}), 11: ([1, 2], {"highway": "primary"})}
    found = pairs(road_graph_from_osm(write_osm(LINE, ways), "drive"))  # type: ignore[operator]
    assert found[9.001, 9.002] == pytest.approx(metres_between(*LINE[1], *LINE[2])[0] / (60 / 3.6), rel=1e-6)


def test_private_ways_are_not_driven(write_osm: object) -> None:
    ways = {10: ([1, 2], {"highway": "residential"}), 11: ([2, 3], {"highway": "service", "access": "private"})}
    assert road_graph_from_osm(write_osm(LINE, ways), "drive").n_nodes == 2  # type: ignore[operator]


def test_a_file_without_roads_is_refused(write_osm: object) -> None:
    with pytest.raises(InvalidInputError, match="no road for mode drive"):
        road_graph_from_osm(write_osm(LINE, {10: ([1, 2], {"highway": "footway"})}), "drive")  # type: ignore[operator]


def test_stored_tables_give_the_same_graph_back(helsinki_roads: RoadGraph) -> None:
    again = road_graph_from_tables(*road_tables(helsinki_roads), helsinki_roads.mode)
    for name in ("lng", "lat", "indptr", "indices", "seconds"):
        np.testing.assert_array_equal(getattr(again, name), getattr(helsinki_roads, name))


def test_repeated_stored_edges_do_not_add_up() -> None:
    nodes = pl.DataFrame({"id": [0, 1], "lng": [9.0, 9.1], "lat": [47.0, 47.0]})
    edges = pl.DataFrame({"source": [0, 0, 1], "target": [1, 1, 0], "seconds": [5.0, 3.0, 2.0]})
    assert road_graph_from_tables(nodes, edges, "drive").seconds.tolist() == [3.0, 2.0]


@pytest.mark.parametrize(
    ("edge", "said"), [((0, 7, 1.0), "nodes 0 to 1"), ((0, 1, -1.0), "finite time"), ((0, 1, float("nan")), "finite")]
)
def test_stored_edges_that_make_no_sense_are_refused(edge: tuple[int, int, float], said: str) -> None:
    nodes = pl.DataFrame({"id": [0, 1], "lng": [9.0, 9.1], "lat": [47.0, 47.0]})
    with pytest.raises(InvalidInputError, match=said):
        road_graph_from_tables(nodes, pl.DataFrame([edge], schema=ROAD_EDGES, orient="row"), "drive")

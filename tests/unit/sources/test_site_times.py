"""Travel to several places over a road of four junctions, by hand."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from gridgeo.domain.tables import ROAD_EDGES, ROAD_NODES
from gridgeo.sources.roads import RoadGraph, road_graph_from_tables
from gridgeo.sources.site_times import seconds_to_nearest, times_of_pairs, times_to_sites

LNG = np.array([9.50, 9.51, 9.52, 9.53])
LAT = np.full(4, 47.1)


@pytest.fixture(scope="module")
def road() -> RoadGraph:
    """Junctions 0 to 3 in a row, 100 s a stretch eastwards; westwards 40 s, and none from 3 to 2."""
    nodes = pl.DataFrame({"id": range(4), "lng": LNG, "lat": LAT}, schema=ROAD_NODES)
    east = [(0, 1, 100.0), (1, 2, 100.0), (2, 3, 100.0)]
    west = [(1, 0, 40.0), (2, 1, 40.0)]
    return road_graph_from_tables(nodes, pl.DataFrame(east + west, schema=ROAD_EDGES, orient="row"), "drive")


def test_times_run_from_the_people_to_the_place_one_way_streets_kept(road: RoadGraph) -> None:
    place, site, seconds = times_to_sites(road, (LNG[[0, 3]], LAT[[0, 3]]), (LNG, LAT), 250.0)
    found = {(int(p), int(s)): float(t) for p, s, t in zip(place, site, seconds, strict=True)}
    assert found == {
        (0, 0): pytest.approx(0, abs=0.01),
        (1, 0): pytest.approx(40, abs=0.01),
        (2, 0): pytest.approx(80, abs=0.01),
        (1, 1): pytest.approx(200, abs=0.01),
        (2, 1): pytest.approx(100, abs=0.01),
        (3, 1): pytest.approx(0, abs=0.01),
    }, "300 s from 0 to 3 is out of reach, and there is no way from 3 to 0"


def test_the_nearest_place_counts_and_no_way_is_infinite(road: RoadGraph) -> None:
    assert seconds_to_nearest(road, (LNG[[0]], LAT[[0]]), (LNG, LAT)).tolist() == [
        pytest.approx(0, abs=0.01),
        pytest.approx(40, abs=0.01),
        pytest.approx(80, abs=0.01),
        np.inf,
    ]
    both = seconds_to_nearest(road, (LNG[[0, 3]], LAT[[0, 3]]), (LNG, LAT))
    assert both[3] == pytest.approx(0, abs=0.01)


def test_each_pair_has_its_own_direction(road: RoadGraph) -> None:
    pairs = np.array([0, 1, 1, 0, 3]), np.array([1, 0, 2, 3, 2])
    found = times_of_pairs(road, (LNG, LAT), pairs, 250.0)
    assert found == pytest.approx([100, 40, 100, np.inf, np.inf], abs=0.01)


def test_people_walk_to_the_road(road: RoadGraph) -> None:
    beside = (LNG[[0]], LAT[[0]] + 0.001)
    seconds = times_to_sites(road, (LNG[[0]], LAT[[0]]), beside, 250.0)[2]
    assert seconds[0] == pytest.approx(111.2 / (4.8 / 3.6), rel=0.01)

"""Demo extracts read once, and a writer of tiny extracts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import osmium
import pytest
from osmium.osm.mutable import Node, Relation, Way

from gridgeo.cells import cells_from_polygons
from gridgeo.demo import GROUNDS, ground_path
from gridgeo.domain import CellArray
from gridgeo.sources import Ground, OsmTables, RoadGraph, ground_from_tables, osm_tables, road_graph_from_osm_tables
from gridgeo.sources.osm_objects import shapes_of

Points = dict[int, tuple[float, float]]
Ways = dict[int, tuple[list[int], dict[str, str]]]
WriteOsm = Callable[..., Path]


@pytest.fixture(scope="session")
def liechtenstein_tables() -> OsmTables:
    return osm_tables(ground_path("liechtenstein"))


@pytest.fixture(scope="session")
def helsinki_tables() -> OsmTables:
    return osm_tables(ground_path("helsinki"))


@pytest.fixture(scope="session")
def liechtenstein(liechtenstein_tables: OsmTables) -> Ground:
    return ground_from_tables(liechtenstein_tables, GROUNDS["liechtenstein"])


@pytest.fixture(scope="session")
def helsinki(helsinki_tables: OsmTables) -> Ground:
    return ground_from_tables(helsinki_tables, GROUNDS["helsinki"])


@pytest.fixture(scope="session")
def liechtenstein_roads(liechtenstein_tables: OsmTables) -> RoadGraph:
    return road_graph_from_osm_tables(liechtenstein_tables, "drive")


@pytest.fixture(scope="session")
def helsinki_roads(helsinki_tables: OsmTables) -> RoadGraph:
    return road_graph_from_osm_tables(helsinki_tables, "walk")


@pytest.fixture(scope="session")
def liechtenstein_cells(liechtenstein: Ground) -> CellArray:
    return cells_from_polygons(shapes_of(liechtenstein.boundaries["geometry"]), 9)[0]


@pytest.fixture(scope="session")
def helsinki_cells(helsinki: Ground) -> CellArray:
    return cells_from_polygons(shapes_of(helsinki.boundaries["geometry"]), 10)[0]


@pytest.fixture
def write_osm(tmp_path: Path) -> WriteOsm:
    """Write points (id -> lng, lat), tagged points, ways (id -> nodes, tags) and relations (id -> members, tags)."""

    def write(
        points: Points,
        ways: Ways | None = None,
        tags: dict[int, dict[str, str]] | None = None,
        relations: dict[int, tuple[list[Any], dict[str, str]]] | None = None,
    ) -> Path:
        path = tmp_path / "made.osm.pbf"
        with osmium.SimpleWriter(str(path), overwrite=True) as writer:
            for number, place in sorted(points.items()):
                writer.add_node(Node(id=number, location=place, tags=(tags or {}).get(number, {})))
            for number, (nodes, tagged) in sorted((ways or {}).items()):
                writer.add_way(Way(id=number, nodes=nodes, tags=tagged))
            for number, (members, tagged) in sorted((relations or {}).items()):
                writer.add_relation(Relation(id=number, members=members, tags=tagged))
        return path

    return write


@pytest.fixture
def demo_branches() -> tuple[np.ndarray, np.ndarray]:
    """Longitudes and latitudes of the four demo branches in Liechtenstein."""
    return np.array([9.5223543, 9.5086122, 9.5234292, 9.5055]), np.array([47.138154, 47.165153, 47.212325, 47.0672])

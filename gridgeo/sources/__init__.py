"""Readers: files from outside become checked tables with an account of every row."""

from gridgeo.sources.bank import Bank
from gridgeo.sources.catchments import cell_anchors, nearest_branch
from gridgeo.sources.denominators import denominators_from_csv
from gridgeo.sources.gazetteer import street_and_town_rows
from gridgeo.sources.ground import BRANCH_SITES, Ground, GroundSpec, LayerReport
from gridgeo.sources.osm import ground_from_osm, ground_from_tables
from gridgeo.sources.osm_tables import OsmTables, osm_tables
from gridgeo.sources.roads import (
    RoadGraph,
    road_graph_from_osm,
    road_graph_from_osm_tables,
    road_graph_from_tables,
    road_tables,
)
from gridgeo.sources.settlement import Settlement, people_weights

__all__ = [
    "BRANCH_SITES",
    "Bank",
    "Ground",
    "GroundSpec",
    "LayerReport",
    "OsmTables",
    "RoadGraph",
    "Settlement",
    "cell_anchors",
    "denominators_from_csv",
    "ground_from_osm",
    "ground_from_tables",
    "nearest_branch",
    "osm_tables",
    "people_weights",
    "road_graph_from_osm",
    "road_graph_from_osm_tables",
    "road_graph_from_tables",
    "road_tables",
    "street_and_town_rows",
]

"""Readers: files from outside become checked tables with an account of every row."""

from gridgeo.sources.catchments import cell_anchors, nearest_branch
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

__all__ = [
    "BRANCH_SITES",
    "Ground",
    "GroundSpec",
    "LayerReport",
    "OsmTables",
    "RoadGraph",
    "cell_anchors",
    "ground_from_osm",
    "ground_from_tables",
    "nearest_branch",
    "osm_tables",
    "road_graph_from_osm",
    "road_graph_from_osm_tables",
    "road_graph_from_tables",
    "road_tables",
]

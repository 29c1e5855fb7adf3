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
from gridgeo.sources.tables import (
    TableRead,
    addresses_from_csv,
    customers_from_csv,
    merchants_from_csv,
    org_units_from_csv,
    staff_from_csv,
)

__all__ = [
    "BRANCH_SITES",
    "Bank",
    "Ground",
    "GroundSpec",
    "LayerReport",
    "OsmTables",
    "RoadGraph",
    "Settlement",
    "TableRead",
    "addresses_from_csv",
    "cell_anchors",
    "customers_from_csv",
    "denominators_from_csv",
    "ground_from_osm",
    "ground_from_tables",
    "merchants_from_csv",
    "nearest_branch",
    "org_units_from_csv",
    "osm_tables",
    "people_weights",
    "road_graph_from_osm",
    "road_graph_from_osm_tables",
    "road_graph_from_tables",
    "road_tables",
    "staff_from_csv",
    "street_and_town_rows",
]

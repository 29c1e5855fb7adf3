"""Readers: files from outside become checked tables with an account of every row."""

from gridgeo.sources.ground import BRANCH_SITES, Ground, GroundSpec, LayerReport
from gridgeo.sources.osm import ground_from_osm, ground_from_tables
from gridgeo.sources.osm_tables import OsmTables, osm_tables

__all__ = [
    "BRANCH_SITES",
    "Ground",
    "GroundSpec",
    "LayerReport",
    "OsmTables",
    "ground_from_osm",
    "ground_from_tables",
    "osm_tables",
]

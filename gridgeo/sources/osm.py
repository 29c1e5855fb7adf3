"""A ground out of one OpenStreetMap extract."""

from __future__ import annotations

from pathlib import Path

from gridgeo.errors import InvalidInputError
from gridgeo.sources.ground import Ground, GroundSpec
from gridgeo.sources.osm_addresses import addresses_from_osm
from gridgeo.sources.osm_layers import (
    boundaries_from_osm,
    buildings_from_osm,
    ground_area,
    streets_from_osm,
    waterways_from_osm,
)
from gridgeo.sources.osm_points import branch_sites_from_osm, merchants_from_osm
from gridgeo.sources.osm_tables import OsmTables, osm_tables


def ground_from_osm(path: Path, spec: GroundSpec) -> Ground:
    """Read boundaries, streets, rivers, buildings, merchants, addresses and bank points; take what lies inside.

    path: an .osm.pbf file. Positions are WGS 84 degrees. Every object of a layer is accepted or counted by reason.
    Raises InvalidInputError when the file is missing, no PBF file, empty, without the boundaries the ground names, or
    when the ground declares a datum other than wgs84.
    """
    _require_wgs84(spec)
    return ground_from_tables(osm_tables(path), spec)


def ground_from_tables(tables: OsmTables, spec: GroundSpec) -> Ground:
    """Build the ground out of an extract that was read before (see `ground_from_osm`).

    Raises InvalidInputError when the ground declares a datum other than wgs84.
    """
    _require_wgs84(spec)
    boundaries, boundary_report = boundaries_from_osm(tables, spec)
    area = ground_area(boundaries)
    streets, street_report = streets_from_osm(tables, area)
    waterways, water_report = waterways_from_osm(tables, area)
    buildings, building_report = buildings_from_osm(tables, area)
    merchants, merchant_report = merchants_from_osm(tables, area)
    addresses, address_report = addresses_from_osm(tables, spec, boundaries, area)
    sites, site_report = branch_sites_from_osm(tables, area)
    return Ground(
        name=spec.name,
        boundaries=boundaries,
        streets=streets,
        buildings=buildings,
        merchants=merchants,
        addresses=addresses,
        branch_sites=sites,
        accounts=(
            boundary_report,
            street_report,
            water_report,
            building_report,
            merchant_report,
            address_report,
            site_report,
        ),
        waterways=waterways,
    )


def _require_wgs84(spec: GroundSpec) -> None:
    if spec.datum != "wgs84":
        raise InvalidInputError(
            "OpenStreetMap positions are wgs84; ground {ground} declares {datum}", ground=spec.name, datum=spec.datum
        )

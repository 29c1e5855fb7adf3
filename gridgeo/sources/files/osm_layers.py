"""Layers of an OpenStreetMap extract as tables whose columns carry the field names gridgeo imports by."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl
import shapely

from gridgeo.sources.ground import LayerReport, account
from gridgeo.sources.osm_layers import buildings_from_osm, streets_from_osm
from gridgeo.sources.osm_objects import object_ids, tag_columns, with_positions
from gridgeo.sources.osm_points import merchants_from_osm
from gridgeo.sources.osm_tables import OBJECT_KEY, OsmTables
from gridgeo.sources.roads import ROAD_KEYS

Layer = tuple[pl.DataFrame, LayerReport]

BOUNDARY_KEYS = ("boundary", "admin_level", "name", "ref", "old_name")
ADDRESS_TAGS = {
    "street": "addr:street",
    "number": "addr:housenumber",
    "unit": "addr:unit",
    "locality": "addr:suburb",
    "city": "addr:city",
    "postcode": "addr:postcode",
    "name": "addr:housename",
}
"""Field of an address -> tag; a place (addr:place) stands for the street where there is none."""
PLACE = "addr:place"


def extent(tables: OsmTables) -> shapely.Geometry:
    """Return the box of all nodes: a layer of an import is cut nowhere."""
    lng, lat = tables.nodes.get_column("lng").to_numpy(), tables.nodes.get_column("lat").to_numpy()
    return shapely.box(float(lng.min()), float(lat.min()), float(lng.max()), float(lat.max()))


def boundaries(tables: OsmTables) -> Layer:
    """Return named administrative areas of every level: id, name, admin_level, code (tag ref), aliases, geometry."""
    tagged = tag_columns(tables, BOUNDARY_KEYS).filter(
        (pl.col("boundary") == "administrative") & (pl.col("kind") != "n")
    )
    shaped = tagged.join(tables.areas, on=OBJECT_KEY, how="left", maintain_order="left")
    reason = (
        pl.when(pl.col("geometry").is_null())
        .then(pl.lit("incomplete outline"))
        .when(pl.col("name").is_null())
        .then(pl.lit("no name"))
    )
    judged = shaped.with_columns(reason.alias("reason"))
    kept = judged.filter(pl.col("reason").is_null())
    renamed = kept.rename({"ref": "code", "old_name": "aliases"})
    columns = ("name", "admin_level", "code", "aliases", "geometry")
    return renamed.select(object_ids(kept), *columns), account("boundaries", judged)


def roads(tables: OsmTables) -> Layer:
    """Return ways with a highway tag: id, name, highway, the tags that say who may travel how fast, geometry."""
    frame, report = streets_from_osm(tables, extent(tables))
    tags = tag_columns(tables, ROAD_KEYS).filter(pl.col("kind") == "w")
    more = tags.select(object_ids(tags), *(key for key in ROAD_KEYS if key not in ("highway", "area")))
    joined = frame.join(more, on="id", how="left", maintain_order="left")
    return joined.select(pl.exclude("geometry"), "geometry"), report


def merchants(tables: OsmTables) -> Layer:
    """Return objects whose tags name an industry: id, name, industry, osm_tag, lng, lat."""
    frame, report = merchants_from_osm(tables, extent(tables))
    return frame.drop("synthetic"), report


def buildings(tables: OsmTables) -> Layer:
    """Return building outlines: id, kind, lng, lat, area_m2, residential, geometry."""
    return buildings_from_osm(tables, extent(tables))


def addresses(tables: OsmTables) -> Layer:
    """Return objects with a house number or house name as they are tagged: id, lng, lat, street, number and so on."""
    tagged = tag_columns(tables, [*ADDRESS_TAGS.values(), PLACE]).filter(
        pl.col("addr:housenumber").is_not_null() | pl.col("addr:housename").is_not_null()
    )
    placed = with_positions(tables, tagged).with_columns(pl.coalesce("addr:street", PLACE).alias("addr:street"))
    judged = placed.with_columns(pl.when(pl.col("lng").is_null()).then(pl.lit("no position")).alias("reason"))
    kept = judged.filter(pl.col("reason").is_null())
    fields = [pl.col(tag).alias(field) for field, tag in ADDRESS_TAGS.items()]
    return kept.select(object_ids(kept), "lng", "lat", *fields), account("addresses", judged)


LAYERS: dict[str, Callable[[OsmTables], Layer]] = {
    "boundaries": boundaries,
    "roads": roads,
    "merchants": merchants,
    "addresses": addresses,
    "buildings": buildings,
}
"""Name of a layer, the same as the kind of import it serves -> its reader."""

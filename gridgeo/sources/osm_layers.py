"""Boundaries, streets and buildings out of OpenStreetMap tables; every object is accepted or counted by reason."""

from __future__ import annotations

import numpy as np
import polars as pl
import shapely

from gridgeo.domain import BoolArray
from gridgeo.domain.tables import BOUNDARIES, BUILDINGS, STREETS, checked
from gridgeo.domain.words import WATERWAYS
from gridgeo.errors import InvalidInputError
from gridgeo.sources.ground import GroundSpec, LayerReport, account
from gridgeo.sources.osm_objects import (
    Shapes,
    covers,
    joined_lines,
    lines_of_ways,
    object_ids,
    points_of,
    shapes_of,
    small_areas_m2,
    tag_columns,
    way_runs,
    with_positions,
    wkb_of,
)
from gridgeo.sources.osm_tables import OBJECT_KEY, OsmTables

Layer = tuple[pl.DataFrame, LayerReport]

RESIDENTIAL_BUILDINGS = (
    "yes", "residential", "house", "apartments", "detached", "semidetached_house", "terrace", "farm", "bungalow",
    "dormitory", "block", "cabin",
)  # fmt: skip
NOT_BUILDINGS = ("no", "entrance", "underpass_entrance", "demolished", "collapsed")
USE_KEYS = ("amenity", "shop", "office", "tourism", "leisure", "industrial", "craft", "man_made")
WORK_LAND = ("industrial", "commercial", "retail", "quarry", "railway", "military", "farmyard", "cemetery")


def ground_area(boundaries: pl.DataFrame) -> shapely.Geometry:
    """Return the union of the boundaries."""
    return shapely.union_all(shapes_of(boundaries.get_column("geometry")))


def boundaries_from_osm(tables: OsmTables, spec: GroundSpec) -> Layer:
    """Return the BOUNDARIES of the ground and their account.

    Raises InvalidInputError when the extract holds no boundary of the asked name and level.
    """
    if spec.boundary == "extract":
        outline = pl.DataFrame(
            {
                "id": ["outline"],
                "name": [spec.outline_name],
                "kind": ["extract"],
                "geometry": [shapely.to_wkb(shapely.box(*tables.box))],
            }
        )
        return checked(outline, BOUNDARIES, "boundary"), LayerReport("boundaries", 1, 1)
    judged = _judged_boundaries(tables, spec)
    kept = judged.filter(pl.col("reason").is_null()).sort("name")
    if kept.is_empty():
        raise InvalidInputError(
            "{ground}: no named administrative boundary of level {level} in the file",
            ground=spec.name,
            level=spec.boundary_level,
        )
    frame = kept.select(object_ids(kept), "name", pl.lit("municipality").alias("kind"), "geometry")
    return checked(frame, BOUNDARIES, "boundary"), account("boundaries", judged)


def _judged_boundaries(tables: OsmTables, spec: GroundSpec) -> pl.DataFrame:
    """Return every administrative object with its geometry and, where refused, the reason."""
    tagged = tag_columns(tables, ["boundary", "admin_level", "name"]).filter(
        (pl.col("boundary") == "administrative") & (pl.col("kind") != "n")
    )
    shaped = tagged.join(tables.areas, on=OBJECT_KEY, how="left", maintain_order="left")
    level = pl.col("admin_level") == spec.boundary_level
    reason = (
        pl.when(~level.fill_null(False))
        .then(pl.lit("other level"))
        .when(pl.col("geometry").is_null())
        .then(pl.lit("incomplete outline"))
        .when(pl.col("name").is_null())
        .then(pl.lit("no name"))
    )
    judged = shaped.with_columns(reason.alias("reason"))
    return _outside_refused(judged, spec)


def _outside_refused(judged: pl.DataFrame, spec: GroundSpec) -> pl.DataFrame:
    """Mark boundaries outside the enclosing area the ground names."""
    if spec.inside_name is None:
        return judged
    frame = judged.filter(
        (pl.col("name") == spec.inside_name)
        & (pl.col("admin_level") == spec.inside_level)
        & pl.col("geometry").is_not_null()
    )
    if frame.is_empty():
        raise InvalidInputError(
            "{ground}: the file holds no complete area {name} of level {level}",
            ground=spec.name,
            name=spec.inside_name,
            level=spec.inside_level,
        )
    area = ground_area(frame)
    shapes = shapes_of(judged.get_column("geometry"))
    points = shapely.point_on_surface(shapes)
    inside = pl.Series("inside", covers(area, shapely.get_x(points), shapely.get_y(points)))
    outside = pl.when(pl.col("reason").is_null() & ~inside).then(pl.lit("outside")).otherwise(pl.col("reason"))
    return judged.with_columns(outside.alias("reason"))


def streets_from_osm(tables: OsmTables, area: shapely.Geometry) -> Layer:
    """Return the STREETS inside the area, clipped at its edge, and their account."""
    tagged = tag_columns(tables, ["highway", "name", "area"]).filter(
        pl.col("highway").is_not_null() & (pl.col("kind") == "w")
    )
    return _line_layer(tables, area, tagged, "streets")


def waterways_from_osm(tables: OsmTables, area: shapely.Geometry) -> Layer:
    """Return the rivers and canals inside the area as STREETS of class waterway:river or waterway:canal.

    They divide ground as main roads do, and nobody travels on them.
    """
    tagged = tag_columns(tables, ["waterway", "name", "area"]).filter(
        pl.col("waterway").is_not_null() & (pl.col("kind") == "w")
    )
    classed = tagged.with_columns(highway=pl.format("waterway:{}", "waterway")).drop("waterway")
    return _line_layer(tables, area, classed.filter(pl.col("highway").is_in(WATERWAYS)), "waterways")


def _line_layer(tables: OsmTables, area: shapely.Geometry, tagged: pl.DataFrame, layer: str) -> Layer:
    """Return tagged ways as STREETS clipped at the edge of the area, and their account."""
    lines = lines_of_ways(way_runs(tables, tagged)).rename({"way": "object"})
    shaped = tagged.join(lines, on="object", how="left", maintain_order="left")
    clipped = _clipped_lines(shapes_of(shaped.get_column("geometry")), area)
    outside = pl.Series("outside", shapely.is_empty(clipped) | shapely.is_missing(clipped))
    reason = (
        pl.when(pl.col("area") == "yes")
        .then(pl.lit("area, not a line"))
        .when(pl.col("geometry").is_null())
        .then(pl.lit("fewer than two nodes in the file"))
        .when(outside)
        .then(pl.lit("outside"))
    )
    judged = shaped.with_columns(reason.alias("reason"), wkb_of(clipped))
    kept = judged.filter(pl.col("reason").is_null())
    frame = kept.select(object_ids(kept), "name", "highway", "geometry").sort("id")
    return checked(frame, STREETS, "street"), account(layer, judged)


def _clipped_lines(lines: Shapes, area: shapely.Geometry) -> Shapes:
    """Return the part of each line inside the area; the many that lie wholly inside stay untouched."""
    shapely.prepare(area)
    whole = shapely.covers(area, lines)
    clipped = lines.copy()
    cut = ~whole & ~shapely.is_missing(lines)
    clipped[cut] = _line_parts(shapely.intersection(lines[cut], area))
    return clipped


def _line_parts(shapes: Shapes) -> Shapes:
    """Drop the lone points an intersection leaves where a line only touches the edge."""
    parts, index = shapely.get_parts(shapes, return_index=True)
    line = shapely.get_dimensions(parts) == 1
    result = np.full(len(shapes), shapely.MultiLineString(), dtype=object)
    if line.any():
        owners = np.unique(index[line])
        result[owners] = joined_lines(parts[line], np.searchsorted(owners, index[line]))
    return result


def buildings_from_osm(tables: OsmTables, area: shapely.Geometry) -> Layer:
    """Return the BUILDINGS inside the area with area_m2 and whether people live there, and their account."""
    tagged = tag_columns(tables, ["building", *USE_KEYS]).filter(pl.col("building").is_not_null())
    shaped = with_positions(tables, tagged).join(tables.areas, on=OBJECT_KEY, how="left", maintain_order="left")
    inside = pl.Series("inside", covers(area, shaped.get_column("lng").to_numpy(), shaped.get_column("lat").to_numpy()))
    reason = (
        pl.when((pl.col("kind") == "n") | pl.col("building").is_in(NOT_BUILDINGS))
        .then(pl.lit("not a building outline"))
        .when(pl.col("geometry").is_null())
        .then(pl.lit("incomplete outline"))
        .when(~inside)
        .then(pl.lit("outside"))
        .when(pl.Series("twice", _inside_larger(shaped)))
        .then(pl.lit("outline of a larger building"))
    )
    judged = shaped.with_columns(reason.alias("reason"))
    kept = judged.filter(pl.col("reason").is_null())
    shapes = shapes_of(kept.get_column("geometry"))
    frame = kept.select(
        object_ids(kept),
        pl.col("building").alias("kind"),
        "lng",
        "lat",
        pl.Series("area_m2", small_areas_m2(shapes, kept.get_column("lat").to_numpy())),
        pl.Series("residential", _residential(tables, kept)),
        "geometry",
    )
    return checked(frame.sort("id"), BUILDINGS, "building"), account("buildings", judged)


def _inside_larger(shaped: pl.DataFrame) -> BoolArray:
    """Tell which ways repeat part of a building that a relation already draws."""
    relation = np.asarray((shaped.get_column("kind") == "r").to_numpy(), dtype=np.bool_)
    shapes = shapes_of(shaped.get_column("geometry"))
    twice = np.zeros(len(shapes), dtype=np.bool_)
    if relation.any():
        points = points_of(shaped)
        hits = shapely.STRtree(shapes[relation]).query(points, predicate="within")[0]
        twice[hits] = True
    return np.asarray(twice & ~relation)


def _residential(tables: OsmTables, buildings: pl.DataFrame) -> BoolArray:
    """Tell where people live: a dwelling kind, no other use tagged, not on land kept for work."""
    used = pl.any_horizontal(pl.col(key).is_not_null() for key in USE_KEYS)
    dwelling = buildings.select(pl.col("building").is_in(RESIDENTIAL_BUILDINGS) & ~used).to_series().to_numpy()
    land = tag_columns(tables, ["landuse"]).filter(pl.col("landuse").is_in(WORK_LAND))
    plots = tables.areas.join(land, on=OBJECT_KEY, how="semi")
    points = points_of(buildings)
    work = np.zeros(buildings.height, dtype=np.bool_)
    if plots.height:
        work[shapely.STRtree(shapes_of(plots.get_column("geometry"))).query(points, "within")[0]] = True
    return np.asarray(dwelling & ~work)

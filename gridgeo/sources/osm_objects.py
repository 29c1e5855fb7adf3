"""Shared views of OpenStreetMap objects: tags as columns, positions, lines, lengths."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import polars as pl
import shapely

from gridgeo.domain import BoolArray, FloatArray
from gridgeo.sources.osm_tables import OBJECT_KEY, OsmTables

Shapes = npt.NDArray[np.object_]

EQUATOR_RADIUS_M = 6_378_137.0
ECCENTRICITY_2 = 0.00669437999014


def shapes_of(geometry: pl.Series) -> Shapes:
    """Return the shapes of a WKB column, None where it is null."""
    return np.asarray(shapely.from_wkb(geometry.to_numpy()), dtype=np.object_)


def points_of(frame: pl.DataFrame) -> Shapes:
    """Return the points of the columns lng and lat."""
    lng, lat = frame.get_column("lng").to_numpy(), frame.get_column("lat").to_numpy()
    return np.asarray(shapely.points(lng, lat), dtype=np.object_)


def wkb_of(shapes: Shapes) -> pl.Series:
    """Return the shapes as a WKB column named geometry."""
    return pl.Series("geometry", np.atleast_1d(shapely.to_wkb(shapes)).tolist(), dtype=pl.Binary)


def tag_columns(tables: OsmTables, keys: Sequence[str]) -> pl.DataFrame:
    """Return one row an object that has any of the keys: kind, object, then one String column a key."""
    chosen = tables.tags.filter(pl.col("key").is_in(list(keys)))
    wide = chosen.pivot(on="key", index=OBJECT_KEY, values="value", aggregate_function="first")
    absent = [pl.lit(None, pl.String).alias(key) for key in keys if key not in wide.columns]
    return wide.with_columns(absent).select(*OBJECT_KEY, *keys).sort(OBJECT_KEY)


def object_ids(frame: pl.DataFrame) -> pl.Expr:
    """Return the text identifier of an object, such as n123."""
    return pl.concat_str(frame.get_column("kind"), frame.get_column("object").cast(pl.String)).alias("id")


def with_positions(tables: OsmTables, objects: pl.DataFrame) -> pl.DataFrame:
    """Add lng, lat: of the node itself, or of a point inside the area; null where the object has neither."""
    nodes = tables.nodes.select(pl.lit("n").alias("kind"), pl.col("node").alias("object"), "lng", "lat")
    shapes = tables.areas.join(objects.select(OBJECT_KEY), on=OBJECT_KEY, how="semi")
    points = shapely.point_on_surface(shapes_of(shapes.get_column("geometry")))
    inside = shapes.select(OBJECT_KEY).with_columns(
        pl.Series("lng", shapely.get_x(points), pl.Float64), pl.Series("lat", shapely.get_y(points), pl.Float64)
    )
    return objects.join(pl.concat([nodes, inside]), on=OBJECT_KEY, how="left", maintain_order="left")


def way_runs(tables: OsmTables, ways: pl.DataFrame) -> pl.DataFrame:
    """Return the located nodes of the ways (column `object`) as unbroken runs.

    Columns: way, run, node, lng, lat, in the order of the way. A reference to a node that is missing from the extract
    ends a run: joining its neighbours would draw a road that does not exist.
    """
    members = tables.way_nodes.join(ways.select(pl.col("object").alias("way")), on="way", how="semi")
    located = members.join(tables.nodes, on="node", how="left", maintain_order="left")
    breaks = (
        pl.col("lng").is_null()
        | pl.col("lng").shift(1).is_null()
        | (pl.col("way") != pl.col("way").shift(1)).fill_null(True)
    )
    runs = located.with_columns(breaks.cast(pl.Int64).cum_sum().alias("run"))
    return runs.drop_nulls("lng").select("way", "run", "node", "lng", "lat")


def lines_of_ways(runs: pl.DataFrame) -> pl.DataFrame:
    """Return way and geometry (WKB): one line, or several where the way was cut."""
    kept = runs.filter(pl.len().over("run") > 1)
    if kept.is_empty():
        return pl.DataFrame(schema={"way": pl.Int64, "geometry": pl.Binary})
    _, starts, index = np.unique(kept.get_column("run").to_numpy(), return_index=True, return_inverse=True)
    lines = np.atleast_1d(np.asarray(shapely.linestrings(kept.select("lng", "lat").to_numpy(), indices=index)))
    ways, way_index = np.unique(kept.get_column("way").to_numpy()[starts], return_inverse=True)
    order = np.argsort(way_index, kind="stable")
    return pl.DataFrame({"way": ways, "geometry": wkb_of(joined_lines(lines[order], way_index[order]))})


def joined_lines(lines: Shapes, owners: npt.NDArray[np.intp]) -> Shapes:
    """Return one shape an owner (0 to n - 1, ascending): its line, or a multi-line where it has several."""
    joined = np.asarray(shapely.multilinestrings(lines, indices=owners), dtype=np.object_)
    single = np.asarray(shapely.get_num_geometries(joined) == 1)
    joined[single] = shapely.get_geometry(joined[single], 0)
    return joined


def covers(area: shapely.Geometry, lng: FloatArray, lat: FloatArray) -> BoolArray:
    """Tell which points lie inside the area or on its edge; unknown positions do not."""
    shapely.prepare(area)
    return np.asarray(shapely.intersects_xy(area, np.nan_to_num(lng, nan=999.0), np.nan_to_num(lat, nan=999.0)))


def metres_per_degree(lat: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the length of one degree of longitude and of latitude on the WGS 84 ellipsoid at the latitude."""
    phi = np.radians(lat)
    root = 1.0 - ECCENTRICITY_2 * np.sin(phi) ** 2
    prime = EQUATOR_RADIUS_M / np.sqrt(root)
    meridian = prime * (1.0 - ECCENTRICITY_2) / root
    return np.radians(prime * np.cos(phi)), np.radians(meridian)


def small_areas_m2(polygons: Shapes, lat: FloatArray) -> FloatArray:
    """Return areas of shapes small enough for one scale each (buildings): degrees times the local degree lengths."""
    east_m, north_m = metres_per_degree(lat)
    return np.asarray(shapely.area(polygons) * east_m * north_m, dtype=np.float64)

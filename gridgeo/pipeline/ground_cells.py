"""The cells of a ground: which zone each belongs to, and how many people live there."""

from __future__ import annotations

import numpy as np
import polars as pl
import shapely
import sqlalchemy as sa

from gridgeo.cells import admit_polygon, cells_from_polygons
from gridgeo.domain import CellArray, IntArray
from gridgeo.locate.plane import METRES_PER_DEGREE
from gridgeo.locate.shares import EDGE_M, REACH_IN_EDGES
from gridgeo.pipeline.denominators.registry import sources_of_ground
from gridgeo.sources import Settlement
from gridgeo.storage import read_frame, version_record


def ground_zones(connection: sa.Connection, ground_id: int) -> pl.DataFrame:
    """Return the boundaries that share out the ground, in the order of their ids.

    Boundaries of one kind are all taken. Of several kinds, which lie over one another, the one with the most
    denominators is taken, then the one with the fewest boundaries.
    """
    return _sharing_out(connection, ground_id, read_frame(connection, "boundary", version_id=ground_id))


def _sharing_out(connection: sa.Connection, ground_id: int, boundaries: pl.DataFrame) -> pl.DataFrame:
    if boundaries["kind"].n_unique() <= 1:
        return boundaries
    versions = sources_of_ground(version_record(connection, ground_id)).values()
    zones = [read_frame(connection, "denominator", version_id=each, columns=["zone"])["zone"] for each in versions]
    counted = pl.concat([pl.Series("zone", [], dtype=pl.String), *zones]).unique()
    ranked = (
        boundaries.group_by("kind")
        .agg(pl.col("name").is_in(counted.implode()).sum().alias("counted"), pl.len().alias("count"))
        .sort("counted", "count", "kind", descending=[True, False, False])
    )
    return boundaries.filter(pl.col("kind") == ranked["kind"][0])


def ground_cells(connection: sa.Connection, ground_id: int, resolution: int) -> tuple[CellArray, IntArray]:
    """Return the cells of the ground, sorted, and the position of the zone that holds each one's centre."""
    shapes = shapely.from_wkb(ground_zones(connection, ground_id)["geometry"].to_numpy())
    # A country's boundaries are a dozen; each passes the gate by itself so that an error can name it.
    admitted = np.array([admit_polygon(shape, resolution=resolution) for shape in shapes], dtype=object)
    return cells_from_polygons(admitted, resolution)


def ground_reach(connection: sa.Connection, ground_id: int, resolution: int) -> shapely.Geometry | None:
    """Return where positions of a ground may lie: its zones, and as far around as a point just outside is taken in."""
    shapes = shapely.from_wkb(ground_zones(connection, ground_id)["geometry"].to_numpy())
    if not len(shapes):
        return None
    whole = shapely.union_all(shapes)
    furthest = np.abs(shapely.bounds(whole)[[1, 3]]).max()
    # A degree of longitude is the shorter one: measured by it, the reach is nowhere too small.
    degree_m = METRES_PER_DEGREE * np.cos(np.radians(min(furthest, 85.0)))
    reach: shapely.Geometry = shapely.buffer(whole, REACH_IN_EDGES * EDGE_M[resolution] / degree_m)
    return reach


def settlement_of(connection: sa.Connection, ground_id: int) -> Settlement:
    """Return the zones, streets and buildings that people are spread by."""
    every = read_frame(connection, "boundary", version_id=ground_id)
    return Settlement(
        boundaries=_sharing_out(connection, ground_id, every),
        streets=read_frame(connection, "street", version_id=ground_id),
        buildings=read_frame(connection, "building", version_id=ground_id),
        every=every,
    )

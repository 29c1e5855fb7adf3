"""The cells of a ground: which zone each belongs to, and how many people live there."""

from __future__ import annotations

import numpy as np
import polars as pl
import shapely
import sqlalchemy as sa

from gridgeo.cells import admit_polygon, cells_from_polygons
from gridgeo.domain import CellArray, FloatArray, IntArray
from gridgeo.errors import InvalidInputError
from gridgeo.locate.plane import METRES_PER_DEGREE
from gridgeo.locate.shares import EDGE_M, REACH_IN_EDGES
from gridgeo.scoring import spread_people
from gridgeo.sources import Settlement, people_weights
from gridgeo.storage import read_frame


def ground_zones(connection: sa.Connection, ground_id: int) -> pl.DataFrame:
    """Return the boundaries that share out the ground, in the order of their ids.

    Boundaries of one kind are all taken. Of several kinds, which lie over one another, the one with the most
    denominators is taken, then the one with the fewest boundaries.
    """
    boundaries = read_frame(connection, "boundary", version_id=ground_id)
    if boundaries["kind"].n_unique() <= 1:
        return boundaries
    counted = read_frame(connection, "denominator", version_id=ground_id, columns=["zone"])["zone"]
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
    return Settlement(
        boundaries=ground_zones(connection, ground_id),
        streets=read_frame(connection, "street", version_id=ground_id),
        buildings=read_frame(connection, "building", version_id=ground_id),
    )


def people_on_cells(
    connection: sa.Connection, ground_id: int, cells: CellArray, settled: Settlement
) -> tuple[float, FloatArray]:
    """Return the people of the zones in all, and those of each cell, shape (n_cells,); the sum is kept.

    Where the zones come with households only, these are what is counted (see `counted_in`).
    Raises InvalidInputError naming the zones of which neither is known.
    """
    given = read_frame(connection, "denominator", version_id=ground_id)
    zones = settled.boundaries.select("id", "name")
    unit = counted_in(zones, given)
    counts = _by_zone(zones, given)[unit].to_numpy()
    weights = people_weights(settled, cells)
    return float(counts.sum()), spread_people(counts, weights, len(cells), zone_names=zones["name"].to_list())


def counted_in(zones: pl.DataFrame, given: pl.DataFrame) -> str:
    """Return what every zone has a figure of: people, else households.

    zones: id, name of boundaries. given: DENOMINATORS with notes.
    Raises InvalidInputError naming the zones without a figure.
    """
    found = _by_zone(zones, given)
    for unit in ("people", "households"):
        if not found[unit].null_count():
            return unit
    bare = found.filter(pl.col("people").is_null() & pl.col("households").is_null())["name"].sort()
    if bare.is_empty():
        bare = found.filter(pl.col("people").is_null())["name"].sort()
    raise InvalidInputError(
        "{count} zones have no people: {names}; import their denominators, or settle them with gridgeo import review",
        count=len(bare),
        names=", ".join(bare.head(5)),
    )


def _by_zone(zones: pl.DataFrame, given: pl.DataFrame) -> pl.DataFrame:
    """Return one row a zone in order, its figures found by name, or by id where several zones bear one name."""
    figures = given.select("zone", "people", "households")
    alone = zones.with_columns(zone=pl.when(pl.col("name").is_unique()).then("name").otherwise("id"))
    return alone.join(figures, on="zone", how="left", maintain_order="left")

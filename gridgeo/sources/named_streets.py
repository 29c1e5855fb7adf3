"""Streets as people know them: all ways of one name in one town, in an order and direction of their own."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl
import shapely

from gridgeo.domain import FloatArray, IntArray
from gridgeo.sources.osm_objects import Shapes, joined_lines, shapes_of
from gridgeo.sources.plane import Plane
from gridgeo.sources.settlement import Settled

ADDRESSED = (
    "residential", "living_street", "unclassified", "tertiary", "secondary", "primary", "service", "pedestrian", "road",
    "track", "footway", "path", "cycleway", "steps",
)  # fmt: skip


SHORTEST_M = 30.0


@dataclass(frozen=True)
class NamedStreets:
    """Named streets, one line part a row, ordered by zone, name and place.

    names: street names by street; street: which street a part belongs to; start_m: length of the street before it.
    """

    names: list[str]
    zones: IntArray
    lines: Shapes
    street: IntArray
    start_m: FloatArray


def named_streets(ground: Settled, plane: Plane) -> NamedStreets:
    """Join the named ways of each zone to streets, with a direction and an order that do not hang on the file's.

    A street that only grazes a zone (less than SHORTEST_M of it, with more elsewhere) is none there.
    """
    parts, names, zones = _parts_by_zone(ground, plane)
    length_m = shapely.length(parts)
    table = pl.DataFrame({"name": names, "zone": zones, "length_m": length_m}).with_row_index("part")
    inside_m = pl.col("length_m").sum().over("name", "zone").round(2)
    kept = table.with_columns(inside_m.alias("inside_m")).filter(
        (pl.col("inside_m") >= SHORTEST_M) | (pl.col("inside_m") == pl.col("inside_m").max().over("name"))
    )
    keys = kept.select("zone", "name").unique().sort("zone", "name").with_row_index("street")
    owned = kept.join(keys, on=["zone", "name"], how="left").sort("street", "part")
    names_of, zones_of = keys["name"].to_list(), keys["zone"].to_numpy().astype(np.int64)
    if not names_of:
        nothing = np.empty(0, dtype=np.int64)
        return NamedStreets([], zones_of, np.empty(0, dtype=np.object_), nothing, np.empty(0))
    lines, street = _ordered(parts[owned["part"].to_numpy()], owned["street"].to_numpy().astype(np.intp))
    length_m = np.round(shapely.length(lines), 2)
    before = np.cumsum(length_m) - length_m
    first = np.unique(street, return_index=True)[1]
    return NamedStreets(names_of, zones_of, lines, street, before - before[first][street])


def _parts_by_zone(ground: Settled, plane: Plane) -> tuple[Shapes, list[str], IntArray]:
    """Cut the named ways at the borders of the zones; return the pieces with the name and zone of each."""
    ways = ground.streets.filter(pl.col("name").is_not_null() & pl.col("highway").is_in(ADDRESSED)).sort("id")
    zones = plane.flattened(shapes_of(ground.boundaries["geometry"]))
    lines = plane.flattened(shapes_of(ways["geometry"]))
    way, zone = shapely.STRtree(zones).query(lines, predicate="intersects")
    cut = shapely.intersection(lines[way], zones[zone], grid_size=0.01)
    parts, owner = shapely.get_parts(np.asarray(cut), return_index=True)
    solid = (shapely.get_dimensions(parts) == 1) & (shapely.length(parts) > 1.0)
    names = ways["name"].gather(way[owner[solid]]).to_list()
    return np.asarray(parts[solid], dtype=np.object_), names, zone[owner[solid]].astype(np.int64)


def _ordered(parts: Shapes, street: npt.NDArray[np.intp]) -> tuple[Shapes, IntArray]:
    """Merge the parts of each street and put them in order of place; return the lines and their street."""
    merged = shapely.line_merge(joined_lines(parts, street))
    lines, owner = shapely.get_parts(merged, return_index=True)
    lines = _directed(np.asarray(lines, dtype=np.object_))
    start = shapely.get_coordinates(shapely.get_point(lines, 0))
    rank = np.lexsort((start[:, 1], start[:, 0], owner))
    return lines[rank], owner[rank].astype(np.int64)


def _directed(lines: Shapes) -> Shapes:
    """Let every line begin at its western (then southern) end."""
    first = shapely.get_coordinates(shapely.get_point(lines, 0))
    last = shapely.get_coordinates(shapely.get_point(lines, -1))
    turned = (first[:, 0] > last[:, 0]) | ((first[:, 0] == last[:, 0]) & (first[:, 1] > last[:, 1]))
    result = lines.copy()
    result[turned] = shapely.reverse(lines[turned])
    return result

"""Streets as people know them: all ways of one name in one town, in an order and direction of their own."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
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
    """Join the named ways of each zone to streets, with a direction and an order that do not hang on the file's."""
    ways = ground.streets.filter(pl.col("name").is_not_null() & pl.col("highway").is_in(ADDRESSED)).sort("id")
    zones = plane.flattened(shapes_of(ground.boundaries["geometry"]))
    lines = plane.flattened(shapes_of(ways["geometry"]))
    way, zone = shapely.STRtree(zones).query(lines, predicate="intersects")
    cut = shapely.intersection(lines[way], zones[zone], grid_size=0.01)
    parts, owner = shapely.get_parts(np.asarray(cut), return_index=True)
    solid = (shapely.get_dimensions(parts) == 1) & (shapely.length(parts) > 1.0)
    table = pl.DataFrame({"name": ways["name"].to_numpy()[way[owner[solid]]], "zone": zone[owner[solid]]})
    keys = table.unique().sort("zone", "name").with_row_index("street")
    street = table.join(keys, on=["zone", "name"], how="left", maintain_order="left")["street"].to_numpy()
    order = np.argsort(street, kind="stable")
    merged = shapely.line_merge(joined_lines(parts[solid][order], street[order].astype(np.intp)))
    pieces, of = shapely.get_parts(merged, return_index=True)
    pieces = _directed(np.asarray(pieces, dtype=np.object_))
    start = shapely.get_coordinates(shapely.get_point(pieces, 0))
    rank = np.lexsort((start[:, 1], start[:, 0], of))
    pieces, of = pieces[rank], of[rank]
    length_m = np.round(shapely.length(pieces), 2)
    before = np.cumsum(length_m) - length_m
    first = np.unique(of, return_index=True)[1]
    start_m = before - before[first][of]
    return NamedStreets(keys["name"].to_list(), keys["zone"].to_numpy().astype(np.int64), pieces, of, start_m)


def _directed(lines: Shapes) -> Shapes:
    """Let every line begin at its western (then southern) end."""
    first = shapely.get_coordinates(shapely.get_point(lines, 0))
    last = shapely.get_coordinates(shapely.get_point(lines, -1))
    turned = (first[:, 0] > last[:, 0]) | ((first[:, 0] == last[:, 0]) & (first[:, 1] > last[:, 1]))
    result = lines.copy()
    result[turned] = shapely.reverse(lines[turned])
    return result

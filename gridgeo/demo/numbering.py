"""Synthetic house numbers: along each named street, odd on one side and even on the other."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
import shapely

from gridgeo.domain import BoolArray, FloatArray, IntArray
from gridgeo.sources.named_streets import NamedStreets

ENTRANCE_M = (13.0, 24.0)
"""Distance between the point a gazetteer has (the entrance) and the house itself."""
ZONE_APART_M = 1e7
"""Zones are laid out this far from each other, so that the nearest street is one of the house's own zone."""


def numbered(houses: pl.DataFrame, streets: NamedStreets, rng: np.random.Generator) -> pl.DataFrame:
    """Add to HOUSES: street (index), street_name, number, entrance_x, entrance_y.

    Every house gets the nearest named street of its zone. Along it the houses of one side are numbered in their order:
    1, 3, 5 on the left, 2, 4, 6 on the right. The entrance lies 13 to 24 m from the house towards the street. A zone
    without a named street leaves its houses without street and number.
    """
    spots = houses.select("x", "y").to_numpy()
    part = _nearest_parts(spots, houses["zone"].to_numpy(), streets)
    known = part >= 0
    place = _along(spots[known], streets, part[known])
    reach = rng.integers(int(ENTRANCE_M[0] * 100), int(ENTRANCE_M[1] * 100) + 1, houses.height) / 100.0
    entrance = spots.copy()
    entrance[known] = spots[known] + place.towards * reach[known, None]
    found = houses.filter(pl.Series(known)).with_columns(
        pl.Series("street", streets.street[part[known]].astype(np.int64)),
        pl.Series("at_m", place.at_m),
        pl.Series("left", place.left),
    )
    ranked = found.sort("street", "left", "at_m", "house").with_columns(
        (pl.int_range(pl.len()).over("street", "left") * 2 + pl.when("left").then(1).otherwise(2)).alias("number")
    )
    names = pl.DataFrame({"street_name": pl.Series(streets.names, dtype=pl.String)}).with_columns(
        pl.int_range(pl.len(), dtype=pl.Int64).alias("street")
    )
    kept = ranked.join(names, on="street", how="left").select("house", "street", "street_name", "number")
    return houses.join(kept, on="house", how="left", maintain_order="left").with_columns(
        pl.Series("entrance_x", np.round(entrance[:, 0], 2)), pl.Series("entrance_y", np.round(entrance[:, 1], 2))
    )


def _nearest_parts(spots: FloatArray, zone: IntArray, streets: NamedStreets) -> IntArray:
    """Return the nearest street part of the same zone, -1 where the zone has none."""
    apart = np.column_stack([streets.zones[streets.street] * ZONE_APART_M, np.zeros(len(streets.lines))])
    corners, line = shapely.get_coordinates(streets.lines, return_index=True)
    moved = np.asarray(shapely.linestrings(corners + apart[line], indices=line), dtype=np.object_)
    points = shapely.points(spots + np.column_stack([zone * ZONE_APART_M, np.zeros(len(zone))]))
    pairs = shapely.STRtree(moved).query_nearest(points, max_distance=ZONE_APART_M / 10, all_matches=True)
    part = np.full(len(spots), -1, dtype=np.int64)
    first = np.lexsort((pairs[1], pairs[0]))[::-1]
    part[pairs[0][first]] = pairs[1][first]
    return part


@dataclass(frozen=True)
class _Place:
    """Where houses stand by their street: measure along it, side, unit vector towards it."""

    at_m: FloatArray
    left: BoolArray
    towards: FloatArray


def _along(spots: FloatArray, streets: NamedStreets, part: IntArray) -> _Place:
    lines = streets.lines[part]
    measure = np.round(shapely.line_locate_point(lines, shapely.points(spots)), 1)
    foot = shapely.get_coordinates(shapely.line_interpolate_point(lines, measure))
    ahead = shapely.get_coordinates(shapely.line_interpolate_point(lines, measure + 1.0))
    behind = shapely.get_coordinates(shapely.line_interpolate_point(lines, np.maximum(measure - 1.0, 0.0)))
    course, out = ahead - behind, spots - foot
    left = np.round(course[:, 0] * out[:, 1] - course[:, 1] * out[:, 0], 3) > 0
    gap = np.hypot(out[:, 0], out[:, 1])
    towards = np.where(gap[:, None] > 0.5, -out / np.maximum(gap, 1e-6)[:, None], np.array([[1.0, 0.0]]))
    return _Place(streets.start_m[part] + measure, left, towards)

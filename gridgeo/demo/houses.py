"""Where the synthetic customers can live: mapped residential buildings, and synthetic houses where none are mapped."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import polars as pl
import shapely

from gridgeo.domain import BoolArray, FloatArray, IntArray
from gridgeo.sources import Ground
from gridgeo.sources.osm_objects import Shapes, points_of, shapes_of
from gridgeo.sources.plane import Plane
from gridgeo.sources.settlement import BUILDING_CAP_M2, RESIDENTIAL_STREETS, STREET_M2_PER_M, zone_of_points

SEGMENT_M = 25.0
"""A residential street is cut into pieces of about this length, one plot on each side."""
BUILT_WITHIN_M = 40.0
"""A piece of street with a mapped house this near is built; its people live in that house."""
HOUSE_OFFSET_M = 16.0
"""From the middle of the street to a synthetic house."""

HOUSES: dict[str, type[pl.DataType]] = {
    "house": pl.Int64,
    "x": pl.Float64,
    "y": pl.Float64,
    "zone": pl.Int64,
    "weight": pl.Float64,
    "mapped": pl.Boolean,
}
"""house: 0 to n - 1. x, y: metres in the plane. zone: row of the boundaries. weight: m2 of dwelling, as in
`gridgeo.sources.settlement`. mapped: false for a synthetic house."""


@dataclass(frozen=True)
class _Pieces:
    """Pieces of residential streets: middle x, y, direction (unit vector), length and zone."""

    middle: FloatArray
    direction: FloatArray
    length_m: FloatArray
    zone: IntArray


def houses_of(ground: Ground, plane: Plane) -> pl.DataFrame:
    """Return HOUSES: every mapped residential building, and two synthetic houses a piece of unbuilt residential street.

    The weights are those that spread the people: a building's capped footprint, and the floor area a metre of street
    stands for, given to the nearest building where the street is built and to the synthetic houses where it is not.
    """
    homes = ground.buildings.filter(pl.col("residential")).sort("id")
    zone = zone_of_points(ground.boundaries, points_of(homes))
    spots = plane.to_metres(homes["lng"].to_numpy(), homes["lat"].to_numpy())
    weight = np.minimum(homes["area_m2"].to_numpy(), BUILDING_CAP_M2)
    inside = zone >= 0
    spots, weight, zone = spots[inside], weight[inside], zone[inside]
    pieces = _pieces(ground, plane)
    near = _nearest_home(pieces.middle, spots)
    built = near >= 0
    weight = weight + STREET_M2_PER_M * np.bincount(near[built], weights=pieces.length_m[built], minlength=len(weight))
    invented = _synthetic_houses(pieces, ~built, lambda spot: zone_of_points(ground.boundaries, _degrees(plane, spot)))
    houses = pl.concat([_table(spots, zone, weight, mapped=True), invented])
    ordered = houses.sort("zone", "x", "y", "weight", "mapped")
    return ordered.select(pl.int_range(pl.len(), dtype=pl.Int64).alias("house"), *list(HOUSES)[1:])


def _pieces(ground: Ground, plane: Plane) -> _Pieces:
    streets = ground.streets.filter(pl.col("highway").is_in(RESIDENTIAL_STREETS)).sort("id")
    lines = shapely.get_parts(plane.flattened(shapes_of(streets["geometry"])))
    length_m = shapely.length(lines)
    count = np.maximum(1, np.round(length_m / SEGMENT_M)).astype(np.int64)
    line = np.repeat(np.arange(len(lines)), count)
    step = np.arange(len(line)) - np.repeat(np.cumsum(count) - count, count)
    piece_m = (length_m / count)[line]
    at = (step + 0.5) * piece_m
    before = shapely.get_coordinates(shapely.line_interpolate_point(lines[line], at - 0.4 * piece_m))
    after = shapely.get_coordinates(shapely.line_interpolate_point(lines[line], at + 0.4 * piece_m))
    middle = shapely.get_coordinates(shapely.line_interpolate_point(lines[line], at))
    span = np.hypot(*(after - before).T)
    direction = (after - before) / np.maximum(span, 1e-6)[:, None]
    zone = zone_of_points(ground.boundaries, _degrees(plane, middle))
    keep = (zone >= 0) & (span > 0.1)
    return _Pieces(middle[keep], direction[keep], piece_m[keep], zone[keep])


def _degrees(plane: Plane, xy: FloatArray) -> Shapes:
    return np.asarray(shapely.points(*plane.to_degrees(xy)), dtype=np.object_)


def _nearest_home(middle: FloatArray, spots: FloatArray) -> IntArray:
    """Return the mapped home nearest to each piece of street, -1 where none is near enough."""
    tree = shapely.STRtree(np.asarray(shapely.points(spots), dtype=np.object_))
    pairs = tree.query_nearest(shapely.points(middle), max_distance=BUILT_WITHIN_M, all_matches=True)
    near = np.full(len(middle), -1, dtype=np.int64)
    first = np.lexsort((pairs[1], pairs[0]))[::-1]
    near[pairs[0][first]] = pairs[1][first]
    return near


def _synthetic_houses(pieces: _Pieces, unbuilt: BoolArray, zone_at: Callable[[FloatArray], IntArray]) -> pl.DataFrame:
    """Put one house on either side of every unbuilt piece; each carries half of the piece's floor area.

    Where the plot would lie in another zone or abroad, the house stands on the street itself.
    """
    middle, direction = pieces.middle[unbuilt], pieces.direction[unbuilt]
    normal = np.column_stack([-direction[:, 1], direction[:, 0]]) * HOUSE_OFFSET_M
    spots = np.vstack([middle + normal, middle - normal])
    half = np.tile(pieces.length_m[unbuilt] * STREET_M2_PER_M / 2.0, 2)
    zone = np.tile(pieces.zone[unbuilt], 2)
    abroad = zone_at(spots) != zone
    spots[abroad] = np.vstack([middle, middle])[abroad]
    return _table(spots, zone, half, mapped=False)


def _table(spots: FloatArray, zone: IntArray, weight: FloatArray, *, mapped: bool) -> pl.DataFrame:
    x, y = (pl.Series(spots[:, axis], dtype=pl.Float64).round(2) for axis in (0, 1))
    columns = {"x": x, "y": y, "zone": pl.Series(zone, dtype=pl.Int64), "weight": pl.Series(weight).round(2)}
    return pl.DataFrame(columns).with_columns(pl.lit(mapped).alias("mapped"))

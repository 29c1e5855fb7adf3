"""Which areas a gazetteer row belongs to: what it names, or what its neighbours name when it names nothing."""

from __future__ import annotations

import numpy as np
import polars as pl
from scipy.spatial import KDTree

from gridgeo.locate.plane import METRES_PER_DEGREE

NEIGHBOUR_LIMIT_M = 1_500.0
NEXT_DOOR_M = 100.0
"""A row without a town takes the town of the nearest row that has one, within this distance."""


def row_areas(rows: pl.DataFrame) -> pl.DataFrame:
    """Return row, level (any, named, postcode), area_key, is_city: every area of every row, sorted by row.

    City and locality of one name are one area.
    """
    keys = rows.select(
        "row", "locality_key", _postcode_filled(rows).alias("postcode_key"), _city_filled(rows).alias("city_key")
    )
    columns = {"city_key": ("named", True), "locality_key": ("named", False), "postcode_key": ("postcode", False)}
    named = [
        keys.select("row", level=pl.lit(level), area_key=pl.col(column), is_city=pl.lit(is_city))
        for column, (level, is_city) in columns.items()
    ]
    anywhere = rows.filter(~pl.col("is_area")).select(
        "row", level=pl.lit("any"), area_key=pl.lit(0, pl.UInt64), is_city=pl.lit(value=False)
    )
    return (
        pl.concat([*named, anywhere])
        .drop_nulls("area_key")
        .unique(["row", "level", "area_key"], keep="first", maintain_order=True)
        .sort("row", "level", "area_key")
    )


def _city_filled(rows: pl.DataFrame) -> pl.Series:
    """Return the city keys; rows that name neither city nor locality take their postcode's, else their neighbour's."""
    bare = pl.col("city_key").is_null() & pl.col("locality_key").is_null()
    of_postcode = (
        rows.drop_nulls(["postcode_key", "city_key"])
        .group_by("postcode_key", "city_key")
        .len()
        .sort("postcode_key", "len", "city_key", descending=[False, True, False])
        .group_by("postcode_key", maintain_order=True)
        .agg(pl.col("city_key").first().alias("by_postcode"))
    )
    filled = rows.join(of_postcode, on="postcode_key", how="left", maintain_order="left").with_columns(
        pl.when(bare).then(pl.col("by_postcode")).otherwise(pl.col("city_key")).alias("city_key")
    )
    return _from_neighbours(filled, bare, "city_key", NEIGHBOUR_LIMIT_M)


def _postcode_filled(rows: pl.DataFrame) -> pl.Series:
    """Return the postcode keys; a house without one takes that of the house next to it."""
    bare = pl.col("postcode_key").is_null() & (pl.col("kind") == "address")
    return _from_neighbours(rows, bare, "postcode_key", NEXT_DOOR_M)


def _from_neighbours(rows: pl.DataFrame, bare: pl.Expr, column: str, limit_m: float) -> pl.Series:
    """Return a column with its bare rows filled from the nearest row that has it, within a distance."""
    missing, known = rows.filter(bare), rows.filter(pl.col(column).is_not_null())
    if missing.is_empty() or known.is_empty():
        return rows[column]
    scale = np.cos(np.radians(float(np.median(known["lat"].to_numpy()))))
    tree = KDTree(_plane(known, scale))
    away_m, nearest = tree.query(_plane(missing, scale), distance_upper_bound=limit_m)
    found, nearest = np.isfinite(away_m), np.asarray(nearest, dtype=np.int64)
    neighbour = missing.select("row").filter(found).with_columns(known[column][nearest[found]].alias("neighbour"))
    return rows.join(neighbour, on="row", how="left", maintain_order="left").select(
        pl.coalesce(column, "neighbour").alias(column)
    )[column]


def _plane(rows: pl.DataFrame, scale: float) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    points = rows.select(pl.col("lng") * scale, pl.col("lat")).to_numpy()
    return np.asarray(points * METRES_PER_DEGREE, dtype=np.float64)

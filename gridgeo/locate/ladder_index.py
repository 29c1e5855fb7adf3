"""The numbers of a street in order, and how regularly they stand along it."""

from __future__ import annotations

import polars as pl

from gridgeo.locate.plane import metres

ONE_PLACE_M = 200.0
NEAR_NUMBERS = 3
"""Numbers of the two sides are compared when they differ by no more than this."""
CAREFUL = 0.75
"""The spacing told is the one that three quarters of the street's neighbours keep within."""
MIN_PAIRS = 2


def number_ladder(numbers: pl.DataFrame) -> pl.DataFrame:
    """Return street, number, parity, lng, lat, row: one line a number, in the middle of its rows, sorted.

    numbers: street, number, lng, lat, row, sorted by them. A number whose rows lie far apart is left out.
    """
    by = ["street", "number"]
    middle = numbers.filter(~pl.col("alias")).with_columns(
        pl.col(axis).median().over(by).alias(f"middle_{axis}") for axis in ("lng", "lat")
    )
    away = metres(pl.col("lng"), pl.col("lat"), pl.col("middle_lng"), pl.col("middle_lat"))
    return (
        middle.with_columns(away.alias("away_m"))
        .group_by(by, maintain_order=True)
        .agg(pl.col("middle_lng", "middle_lat", "row").first(), pl.col("away_m").max())
        # One number in two places says nothing about its neighbours.
        .filter(pl.col("away_m") <= ONE_PLACE_M)
        .select(*by, (pl.col("number") % 2).alias("parity"), lng="middle_lng", lat="middle_lat", row="row")
        .sort(by)
    )


def street_spacing(ladder: pl.DataFrame) -> pl.DataFrame:
    """Measure a street's own spacing from its known numbers.

    Returns street, along_m (metres a step of one number on the same side), across_m (how far a number stands from
    about the same number on the other side: a street's width where both sides are numbered in step, much more where
    each side is numbered for itself). Null where fewer than two pairs show it.
    """
    sides = ladder.sort("street", "parity", "number")
    before = [
        pl.col(name).shift(1).over("street", "parity").alias(f"before_{name}") for name in ("lng", "lat", "number")
    ]
    step_m = metres(pl.col("lng"), pl.col("lat"), pl.col("before_lng"), pl.col("before_lat"))
    along = sides.with_columns(before).select("street", value=step_m / (pl.col("number") - pl.col("before_number")))
    other = sides.select(
        "street", "number", (1 - pl.col("parity")).alias("parity"), other_lng=pl.col("lng"), other_lat=pl.col("lat")
    )
    facing = sides.sort("number").join_asof(
        other.sort("number"),
        on="number",
        by=["street", "parity"],
        strategy="nearest",
        tolerance=NEAR_NUMBERS,
        check_sortedness=False,
    )
    width_m = metres(pl.col("lng"), pl.col("lat"), pl.col("other_lng"), pl.col("other_lat"))
    across = facing.select("street", value=width_m)
    return _typical(along, "along_m").join(_typical(across, "across_m"), on="street", how="full", coalesce=True)


def _typical(values: pl.DataFrame, name: str) -> pl.DataFrame:
    known = values.drop_nulls("value").group_by("street").agg(pl.col("value").quantile(CAREFUL).alias(name), pl.len())
    return known.filter(pl.col("len") >= MIN_PAIRS).drop("len").sort("street")

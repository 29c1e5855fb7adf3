"""House numbers the gazetteer lacks: between two known numbers of the street, else at the nearest one."""

from __future__ import annotations

from typing import Literal

import polars as pl

from gridgeo.locate.gazetteer import Gazetteer
from gridgeo.locate.plane import metres

MAX_SPAN_M = 600.0
"""Two neighbours further apart do not bracket a house."""
MAX_STEPS = 20
"""A number further from every known one than this says little about the place."""
SAME_NUMBER_SCALE_M = 10.0
SPACING_M = (2.0, 150.0)
ACROSS_M, ALONG_M = 40.0, 25.0
"""Spacing (see `street_spacing`) where the street's own numbers do not show it; a long street may space them widely."""


def estimated_houses(candidates: pl.DataFrame, numbers: pl.DataFrame, gazetteer: Gazetteer) -> pl.DataFrame:
    """Estimate the place of a house number from its neighbours.

    candidates: from `street_candidates`. numbers: from `chosen_numbers`. Returns query, row (of the nearest known
    number), lng, lat, scale_m, tier (interpolated or nearest), low, high (numbers it lies between), edits, origin,
    loss, beside.
    """
    on = ["query", "first", "last"]
    asked = (
        candidates.join(numbers.select(*on, "number").unique(on, keep="last", maintain_order=True), on=on)
        .join(gazetteer.streets.select("street", "along_m", "across_m", "radius_m"), on="street")
        .with_columns(
            (pl.col("number") % 2).alias("parity"),
            pl.coalesce("along_m", pl.max_horizontal(pl.col("radius_m") / 2, ALONG_M))
            .clip(*SPACING_M)
            .alias("along_m"),
            pl.col("across_m").fill_null(ACROSS_M),
        )
    )
    ladder = gazetteer.ladder.join(asked.select("street").unique(), on="street", how="semi")
    sides = {
        "parity": _bracket(asked, ladder, ["street", "parity"]),
        "any": _bracket(asked, ladder, ["street"]),
    }
    answers = pl.concat([step(frame, side) for side, frame in sides.items() for step in (_between, _nearest)])
    order = ["loss", "edits", "scale_m", "origin", "row"]
    return answers.sort("query", *order).unique("query", keep="first", maintain_order=True)


def _bracket(asked: pl.DataFrame, ladder: pl.DataFrame, by: list[str]) -> pl.DataFrame:
    """Add the known numbers below (or equal) and above, with their positions."""
    result = asked.sort("number")
    sides: tuple[tuple[str, Literal["backward", "forward"]], ...] = (("low", "backward"), ("high", "forward"))
    for name, strategy in sides:
        side = ladder.select(
            *by,
            pl.col("number"),
            pl.col("number").alias(name),
            pl.col("lng").alias(f"{name}_lng"),
            pl.col("lat").alias(f"{name}_lat"),
            pl.col("row").alias(f"{name}_row"),
        ).sort("number")
        result = result.join_asof(side, on="number", by=by, strategy=strategy, check_sortedness=False)
    span = metres(pl.col("low_lng"), pl.col("low_lat"), pl.col("high_lng"), pl.col("high_lat"))
    return result.with_columns(span.alias("span_m"))


def _between(bracketed: pl.DataFrame, side: str) -> pl.DataFrame:
    number, low, high = pl.col("number"), pl.col("low"), pl.col("high")
    share = ((number - low) / (high - low)).fill_nan(0.0)
    inside = bracketed.filter((low < number) & (number < high) & (pl.col("span_m") <= MAX_SPAN_M))
    return inside.select(
        "query",
        pl.when(share <= 0.5).then("low_row").otherwise("high_row").alias("row"),
        *(
            (pl.col(f"low_{axis}") + share * (pl.col(f"high_{axis}") - pl.col(f"low_{axis}"))).alias(axis)
            for axis in ("lng", "lat")
        ),
        (pl.col("span_m") / 2 + (0.0 if side == "parity" else pl.col("across_m"))).alias("scale_m"),
        pl.lit("interpolated").alias("tier"),
        low,
        high,
        "edits",
        "origin",
        "loss",
        "beside",
    )


def _nearest(bracketed: pl.DataFrame, side: str) -> pl.DataFrame:
    down, up = pl.col("number") - pl.col("low"), pl.col("high") - pl.col("number")
    use_low = (down <= up) | up.is_null()
    steps = pl.min_horizontal(down, up)
    found = pl.when(use_low).then("low").otherwise("high")
    crossed = (side == "any") & ((found % 2) != pl.col("parity"))
    across_m = pl.when(crossed).then("across_m").otherwise(0.0)
    # Neighbours on both sides that lie far apart are of two streets, or tell nothing.
    torn = (pl.max_horizontal(down, up) <= MAX_STEPS) & down.is_not_null() & up.is_not_null() & (
        pl.col("span_m") > MAX_SPAN_M
    )  # fmt: skip
    return bracketed.filter((steps <= MAX_STEPS) & ~torn.fill_null(value=False)).select(
        "query",
        *(pl.when(use_low).then(f"low_{name}").otherwise(f"high_{name}").alias(name) for name in ("row", "lng", "lat")),
        (SAME_NUMBER_SCALE_M + steps * pl.col("along_m") + across_m).alias("scale_m"),
        pl.lit("nearest").alias("tier"),
        found.alias("low"),
        pl.lit(None, dtype=pl.Int32).alias("high"),
        "edits",
        "origin",
        "loss",
        "beside",
    )

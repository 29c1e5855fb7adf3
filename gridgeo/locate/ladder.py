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
ACROSS_STREET_M = 15.0
"""A number between two of the other parity stands across the street from them."""
METRES_PER_NUMBER = 8.0
"""Typical frontage per house number where the street itself gives none."""


def estimated_houses(candidates: pl.DataFrame, wanted: pl.DataFrame, gazetteer: Gazetteer) -> pl.DataFrame:
    """Estimate the place of a house number from its neighbours.

    candidates: from `street_candidates`. wanted: query, number. Returns query, row (of the nearest known number), lng,
    lat, scale_m, tier (interpolated or nearest), low, high (numbers it lies between), edits, origin, hypothesis.
    """
    asked = (
        candidates.join(wanted.drop_nulls("number").select("query", "number"), on="query")
        .with_columns((pl.col("number") % 2).alias("parity"))
        .with_row_index("ask")
    )
    sides = {
        "parity": _bracket(asked, gazetteer.ladder, ["street", "parity"]),
        "any": _bracket(asked, gazetteer.ladder, ["street"]),
    }
    answers = pl.concat([_between(frame, side) for side, frame in sides.items()] + [_nearest(sides["any"])])
    order = ["edits", "hypothesis", "scale_m", "origin", "row"]
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
        (pl.col("span_m") / 2 + (0.0 if side == "parity" else ACROSS_STREET_M)).alias("scale_m"),
        pl.lit("interpolated").alias("tier"),
        low,
        high,
        "edits",
        "origin",
        "hypothesis",
    )


def _nearest(bracketed: pl.DataFrame) -> pl.DataFrame:
    down, up = pl.col("number") - pl.col("low"), pl.col("high") - pl.col("number")
    use_low = (down <= up) | up.is_null()
    steps = pl.min_horizontal(down, up)
    # The street's own frontage where two neighbours show it.
    frontage = (pl.col("span_m") / (pl.col("high") - pl.col("low")).cast(pl.Float64)).fill_nan(None)
    scale = SAME_NUMBER_SCALE_M + steps * pl.coalesce(frontage.clip(2.0, 40.0), pl.lit(METRES_PER_NUMBER))
    return (
        bracketed.with_columns(use_low.alias("use_low"), steps.alias("steps"))
        .filter(pl.col("steps") <= MAX_STEPS)
        .select(
            "query",
            *(
                pl.when("use_low").then(f"low_{name}").otherwise(f"high_{name}").alias(name)
                for name in ("row", "lng", "lat")
            ),
            scale.alias("scale_m"),
            pl.lit("nearest").alias("tier"),
            pl.when("use_low").then("low").otherwise("high").alias("low"),
            pl.lit(None, dtype=pl.Int32).alias("high"),
            "edits",
            "origin",
            "hypothesis",
        )
    )

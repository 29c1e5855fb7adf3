"""The house itself: by its number on a candidate street, or by its name."""

from __future__ import annotations

import polars as pl

from gridgeo.locate.gazetteer import Gazetteer
from gridgeo.locate.plane import metres

AMBIGUOUS_SPREAD_M = 800.0
"""Rows of one key further apart than this are different places: no answer is given at this step."""


def numbered_houses(candidates: pl.DataFrame, wanted: pl.DataFrame, gazetteer: Gazetteer) -> pl.DataFrame:
    """Find the rows with the wanted house number on a candidate street.

    wanted: query, number, suffix, number_key, postcode_key, unit_key. Returns query, row, lng, lat, spread_m, edits,
    origin, hypothesis; one line an address; addresses whose rows lie far apart are left out.
    """
    hits = candidates.join(wanted.drop_nulls("number"), on="query").join(
        gazetteer.numbers, on=["street", "number", "suffix"], suffix="_row"
    )
    ranked = hits.with_columns(
        (pl.col("number_key") != pl.col("number_key_row")).fill_null(value=True).alias("other_key"),
        (pl.col("postcode_key") != pl.col("postcode_key_row")).fill_null(value=False).alias("other_postcode"),
        pl.col("unit_key").ne_missing(pl.col("unit_key_row")).alias("other_unit"),
    )
    return best_rows(ranked, ["edits", "hypothesis", "other_postcode", "other_key", "origin", "other_unit"])


def named_houses(
    parts: pl.DataFrame, areas: pl.DataFrame, candidates: pl.DataFrame, gazetteer: Gazetteer
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Find rows by the name of a house or place; first those on a candidate street, then those in the area only.

    Returns two frames as `numbered_houses`.
    """
    named = parts.filter(pl.col("name_key").is_not_null()).select("query", "position", key="name_key")
    reach = areas.select("query", "area", "origin", "level").unique(
        ["query", "area"], keep="first", maintain_order=True
    )
    hits = (
        named.join(reach, on="query")
        .join(gazetteer.names.drop("level"), on=["key", "area"])
        .with_columns(edits=pl.lit(0, dtype=pl.Int32), hypothesis=pl.lit(0, dtype=pl.Int64))
    )
    streets = candidates.join(gazetteer.streets.select("street", street_key="key"), on="street").select(
        "query", "street_key"
    )
    on_street = hits.join(streets.unique(), on=["query", "street_key"], how="semi")
    return best_rows(on_street, ["origin", "position"]), best_rows(hits, ["origin", "position"])


def best_rows(hits: pl.DataFrame, order: list[str]) -> pl.DataFrame:
    """Keep the best hits of every query and, among equals, the row in their middle.

    order: columns to compare by, smaller is better. spread_m is how far the equals lie from the middle.
    """
    first = [pl.col(name) == pl.col(name).first().over("query") for name in order]
    best = hits.unique(["query", "row", *order]).sort("query", *order).filter(first)
    middle = [pl.col(axis).median().over("query").alias(f"middle_{axis}") for axis in ("lng", "lat")]
    away = metres(pl.col("lng"), pl.col("lat"), pl.col("middle_lng"), pl.col("middle_lat"))
    return (
        best.with_columns(middle)
        .with_columns(away.alias("away_m"))
        .with_columns(pl.col("away_m").max().over("query").alias("spread_m"))
        .sort("query", "away_m", "row")
        .unique("query", keep="first", maintain_order=True)
        .filter(pl.col("spread_m") <= AMBIGUOUS_SPREAD_M)
        .select("query", "row", "lng", "lat", "spread_m", "edits", "origin", "hypothesis")
    )

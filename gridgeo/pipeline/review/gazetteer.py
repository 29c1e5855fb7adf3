"""Decisions of people as rows of a gazetteer: where a house is, and nothing about who lives there."""

from __future__ import annotations

import polars as pl

from gridgeo.domain.tables import GAZETTEER
from gridgeo.locate import parse_addresses

SOURCE = "review"


def reviewed_rows(decided: pl.DataFrame, towns: pl.Series | None = None) -> pl.DataFrame:
    """Return the houses that people placed as rows of the contract GAZETTEER, ids `review/` and the decision.

    decided: contract DECIDED. towns: keys of known towns. Rejected houses and points without an address are no rows.
    """
    placed = decided.filter(pl.col("lng").is_not_null() & pl.col("house").is_not_null())
    parts = parse_addresses(placed["house"], towns)
    rows = placed.select(
        pl.format("review/{}", "decision").alias("id"),
        "lng",
        "lat",
        *(parts[name] for name in ("street", "number", "locality", "city", "postcode")),
        pl.lit(None, pl.String).alias("unit"),
        parts["house_name"].alias("name"),
        pl.lit("address").alias("kind"),
        pl.lit(SOURCE).alias("source"),
        "precision_m",
        "known",
    )
    return rows.select(*GAZETTEER, "known")


def with_reviewed(known: pl.DataFrame, decided: pl.DataFrame) -> pl.DataFrame:
    """Return a gazetteer with the houses that it lacked and people placed; a house that it has stays as it is.

    A house that both have is settled by its key and not here: two rows of one house would be no answer.
    """
    rows = reviewed_rows(decided)
    # Chinese addresses are settled by their key alone: a number without its district would fit any.
    whole = pl.col("street").is_not_null() & pl.col("number").is_not_null() & pl.col("city").is_not_null()
    lacking = rows.filter(whole & ~pl.col("known") & ~pl.col("street").str.contains(r"\p{Han}"))
    return pl.concat([known, lacking.select(list(GAZETTEER))]).sort("id")

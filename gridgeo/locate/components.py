"""Addresses that come taken apart already: their columns as the parts that matching reads."""

from __future__ import annotations

import polars as pl

from gridgeo.domain.tables import Contract
from gridgeo.locate.address_patterns import STREET
from gridgeo.locate.normalise import number_columns, tidy

COMPONENTS: Contract = dict.fromkeys(("name", "street", "number", "unit", "part", "city", "postcode"), pl.String())
"""Columns of an address taken apart; part: the locality, community or district of the city."""
PLACES = {"part": 20, "city": 21}
"""Where the areas stand behind the street; an address of one line has fewer parts."""
NAME_AT, STREET_AT = 0, 1


def component_parts(queries: pl.DataFrame) -> pl.DataFrame:
    """Return the parts of addresses that have a street, a name or an area in a column of its own.

    queries: query (UInt32) and the columns COMPONENTS, null where a component is absent. Returns the columns of
    `parse.address_parts`; the house number stands with the street and, without one, with the locality or the city, for
    villages number their houses so.
    """
    clean = queries.with_columns(_cleaned(name) for name in COMPONENTS)
    street = pl.coalesce("street", pl.when(pl.col("number").is_not_null()).then(pl.coalesce("part", "city")))
    texts = {NAME_AT: pl.col("name"), STREET_AT: street, **{at: pl.col(name) for name, at in PLACES.items()}}
    parts = pl.concat(
        clean.select("query", "number", "unit", "postcode", text=text, position=pl.lit(at, pl.Int64))
        for at, text in texts.items()
    )
    has_street = (pl.col("position") == STREET_AT) & pl.col("text").is_not_null()
    last = pl.col("position") == max(PLACES.values())
    carries = pl.col("text").is_not_null() | (last & pl.col("postcode").is_not_null())
    return (
        parts.filter(carries)
        .with_columns(
            pl.when(has_street).then(pl.col("number")).alias("written"),
            pl.when(has_street).then(pl.col("unit")).alias("unit"),
            pl.when(last).then(pl.col("postcode")).alias("postcode"),
            pl.lit(None, pl.String).alias("extra"),
            (has_street & pl.col("number").is_not_null()).alias("numbered"),
            pl.col("text").str.contains(STREET).fill_null(value=False).alias("street_word"),
        )
        .with_columns(number_columns(pl.col("written")))
        .sort("query", "position")
    )


def _cleaned(name: str) -> pl.Expr:
    text = tidy(pl.col(name))
    return pl.when(text != "").then(text).alias(name)

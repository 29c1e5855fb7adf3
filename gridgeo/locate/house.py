"""The house itself: by its number on a candidate street, or by its name."""

from __future__ import annotations

import polars as pl

from gridgeo.locate.gazetteer import Gazetteer
from gridgeo.locate.plane import metres
from gridgeo.locate.spans import Spoken

AMBIGUOUS_SPREAD_M = 800.0
"""Rows of one key further apart than this are different places: no answer is given at this step."""
FAR_WORDS = 8
"""A number further from its street than this many words is another's."""
OF_A_UNIT, OF_A_CODE = 40, 12
BEHIND, IN_FRONT, FIRST_OF_ALL = 0, 1, -1
"""A number behind the street is usual; one that begins the segment right before the street is surer."""


def chosen_numbers(spoken: Spoken, candidates: pl.DataFrame, areas: pl.DataFrame) -> pl.DataFrame:
    """Choose the house number of every candidate street by how it stands to the street.

    Returns query, first, last (of the street's words), at, number, suffix, number_key, longer: the forms of one number.
    """
    spans = candidates.select("query", "first", "last").unique()
    words = spoken.words
    place, segment = words["place"].to_numpy(), words["segment"].to_numpy()
    codes = areas.drop_nulls("first").filter(pl.col("level") == "postcode").select("query", "first", "last").unique()
    coded = (
        codes.with_columns(pl.int_ranges("first", pl.col("last") + 1).alias("at"))
        .explode("at").select("query", "at", coded=pl.lit(value=True)).unique()
    )  # fmt: skip
    placed = spans.with_columns(
        pl.Series("from", place[spans["first"].to_numpy()]),
        pl.Series("to", place[spans["last"].to_numpy()]),
        pl.Series("segment", segment[spans["first"].to_numpy()]),
    )
    numbers = spoken.numbers.with_columns(
        pl.Series("own", segment[spoken.numbers["at"].to_numpy()]),
        pl.Series("opens", _opens(words)[spoken.numbers["at"].to_numpy()]),
    ).join(coded, on=["query", "at"], how="left")
    gap_behind, gap_before = pl.col("place") - pl.col("to"), pl.col("from") - pl.col("place")
    sure = (gap_before == 1) & pl.col("opens") & (pl.col("own") == pl.col("segment"))
    cost = (
        pl.when(sure).then(FIRST_OF_ALL)
        .when(gap_behind > 0).then(2 * (gap_behind - 1) + BEHIND)
        .otherwise(2 * (gap_before - 1) + IN_FRONT)
        + pl.when(pl.col("coded").fill_null(value=False)).then(OF_A_CODE).otherwise(0)
        + pl.when("in_unit").then(OF_A_UNIT).otherwise(0)
        + pl.when("floor").then(OF_A_CODE).otherwise(0)
    )  # fmt: skip
    outside = (pl.col("at") < pl.col("first")) | (pl.col("at") > pl.col("last"))
    usable = ~pl.col("in_unit") | pl.col("estate")
    near = (gap_behind <= FAR_WORDS) & (gap_before <= FAR_WORDS)
    # A postcode is a house number only beside the street.
    costed = placed.join(numbers, on="query").filter(outside & usable & near).with_columns(cost.alias("cost"))
    fair = costed.filter(~pl.col("coded").fill_null(value=False) | (pl.col("cost") <= OF_A_CODE + IN_FRONT))
    best = fair.filter(pl.col("cost") == pl.col("cost").min().over("query", "first", "last"))
    return best.select(
        "query", "first", "last", "at", "number", "suffix", "number_key", "longer", "place", "to", "from"
    )


def _opens(words: pl.DataFrame) -> pl.Series:
    """Tell which words are the first of their segment."""
    return words.select((pl.col("segment") != pl.col("segment").shift(1)).fill_null(value=True)).to_series()


def number_forms(chosen: pl.DataFrame) -> pl.DataFrame:
    """Add what a number is also called: "12/3" may be flat 3 of number 12. Column form: 0 as written, then others."""
    forms = chosen.filter(
        # "12 b main street": the letter behind belongs to the number only where no street begins with it.
        ~pl.col("longer") | (pl.col("place") > pl.col("to")) | (pl.col("place") + 1 < pl.col("from"))
    ).with_columns(form=pl.when("longer").then(0).otherwise(1))
    slashed = forms.filter(pl.col("suffix").str.starts_with("/")).with_columns(suffix=pl.lit(""), form=pl.lit(2))
    return pl.concat([forms, slashed])


def numbered_houses(
    candidates: pl.DataFrame, forms: pl.DataFrame, extra: pl.DataFrame, gazetteer: Gazetteer
) -> pl.DataFrame:
    """Find the rows with the wanted house number on a candidate street.

    forms: of `number_forms`. extra: query, postcode_key, unit_key. Returns query, row, lng, lat, spread_m, edits,
    origin, loss, beside; one line an address; addresses whose rows lie far apart are left out.
    """
    on = ["query", "first", "last"]
    hits = (
        candidates.join(forms.drop("place", "to", "from"), on=on)
        .join(gazetteer.numbers, on=["street", "number", "suffix"], suffix="_row")
        .join(gazetteer.rows.drop("kind"), on="row")
        .join(extra, on="query", how="left", suffix="_said")
    )
    ranked = hits.with_columns(
        (pl.col("number_key") != pl.col("number_key_row")).fill_null(value=True).alias("other_key"),
        (pl.col("postcode_key") != pl.col("postcode_key_said")).fill_null(value=False).alias("other_postcode"),
        pl.col("unit_key").ne_missing(pl.col("unit_key_said")).alias("other_unit"),
    )
    order = ["loss", "edits", "alias", "form", "other_postcode", "other_key", "origin", "other_unit"]
    return best_rows(ranked, order)


def named_houses(
    spoken: Spoken, areas: pl.DataFrame, candidates: pl.DataFrame, gazetteer: Gazetteer
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Find rows by the name of a house or place; first those on a candidate street, then those in the area only.

    Returns two frames as `numbered_houses`.
    """
    named = spoken.stretches.filter("bounded").select("query", key="whole", at="first")
    known = named.join(gazetteer.name_keys, on="key", how="semi")
    reach = areas.sort("query", "origin", "area").select("query", "area", "origin", "level")
    reach = reach.unique(["query", "area"], keep="first", maintain_order=True)
    hits = (
        known.join(reach, on="query")
        .join(gazetteer.names.drop("level"), on=["key", "area"])
        .with_columns(edits=pl.lit(0, pl.Int32), loss=pl.lit(0, pl.Int64), beside=pl.lit(value=True))
    )
    streets = candidates.join(gazetteer.streets.select("street", street_core="core"), on="street")
    on_street = hits.join(streets.select("query", "street_core").unique(), on=["query", "street_core"], how="semi")
    return best_rows(on_street, ["origin", "at"]), best_rows(hits, ["origin", "at"])


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
        .select("query", "row", "lng", "lat", "spread_m", "edits", "origin", "loss", "beside")
    )

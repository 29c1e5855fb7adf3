"""Which areas an address names, and which streets of those areas it may mean."""

from __future__ import annotations

import polars as pl

from gridgeo.locate.gazetteer import Gazetteer, town_table
from gridgeo.locate.normalise import area_key, name_key, postcode_key
from gridgeo.locate.trigrams import similar_streets

TEXT, POSTCODE, HINT, ANYWHERE = 0, 1, 2, 3
"""Where the area of a candidate comes from, best first."""
NUMBERED_BELOW = 10
"""Hypotheses below this are the part that carries the house number."""
MIN_CUT_OFF = 5
"""A name cut off after fewer letters could be anything."""
CUT_OFF_EDITS = 1
LETTERS_PER_EDIT = 6
"""A short name bears one wrong letter: with two, Park Road would be Peel Road."""
MIN_SIMILARITY, MIN_SIMILARITY_IN_POSTCODE = 0.75, 0.6
"""A postcode holds few streets, so a looser spelling still means one of them."""


def keyed_parts(parts: pl.DataFrame) -> pl.DataFrame:
    """Add name_key, area_key and postcode_key to the parts of `parse.address_parts`; the count of parts stays."""
    texts = (
        parts.select("text")
        .unique()
        .with_columns(name_key(pl.col("text")).alias("name_key"), area_key(pl.col("text")).alias("area_key"))
    )
    return parts.join(texts, on="text", how="left", maintain_order="left").with_columns(
        postcode_key(pl.col("postcode")).alias("postcode_key")
    )


def query_areas(parts: pl.DataFrame, hints: pl.DataFrame, gazetteer: Gazetteer) -> pl.DataFrame:
    """Find the areas an address names.

    parts: from `keyed_parts`. hints: query, hint_key. Returns query, area, level, origin (TEXT, POSTCODE, HINT),
    position of the part (null for a hint) and area_edits (0 unless the name was misspelt).
    """
    towns = gazetteer.areas.filter(pl.col("level") == "named").select("area", "level", "key")
    codes = gazetteer.areas.filter(pl.col("level") == "postcode").select("area", "level", "key")
    free = parts.filter(~pl.col("numbered").fill_null(value=False) & pl.col("area_key").is_not_null())
    spoken = pl.concat(
        [
            free.select("query", "position", key="area_key", origin=pl.lit(TEXT)),
            hints.drop_nulls().select(
                "query",
                pl.lit(None, dtype=parts["position"].dtype).alias("position"),
                key="hint_key",
                origin=pl.lit(HINT),
            ),
        ]
    )
    by_name = spoken.join(towns, on="key")
    unread = spoken.join(by_name.select("query").unique(), on="query", how="anti")
    by_code = parts.select("query", "position", key="postcode_key", origin=pl.lit(POSTCODE)).join(codes, on="key")
    found = [frame.with_columns(area_edits=pl.lit(0, dtype=pl.Int32)) for frame in (by_name, by_code)]
    columns = ["query", "area", "level", "origin", "position", "area_edits"]
    return pl.concat([frame.select(columns) for frame in (*found, _misspelt_towns(unread, gazetteer))])


def _misspelt_towns(spoken: pl.DataFrame, gazetteer: Gazetteer) -> pl.DataFrame:
    """Read a town with one wrong letter (two in a long name), if only one town is that near."""
    wanted = spoken.select("key", area=pl.lit(0, dtype=pl.UInt32)).unique().sort("key")
    towns = town_table(gazetteer.areas)
    near = similar_streets(wanted, gazetteer.town_trigrams, towns).filter(
        pl.col("edits") <= pl.when(pl.col("key").str.len_chars() >= 9).then(2).otherwise(1),
        pl.col("key").str.len_chars() >= 5,
    )
    single = near.filter(pl.col("edits") == pl.col("edits").min().over("key")).filter(
        pl.col("street_key").n_unique().over("key") == 1
    )
    return (
        spoken.join(single.select("key", "edits", area="street"), on="key")
        .join(gazetteer.areas.select("area", "level"), on="area")
        .rename({"edits": "area_edits"})
    )


def street_hypotheses(parts: pl.DataFrame, areas: pl.DataFrame) -> pl.DataFrame:
    """Rank the parts of an address as its street.

    Returns query, position, key, hypothesis (0 is best): the part with the number, then parts with a street word, then
    the rest; a part that names an area comes last.
    """
    named = areas.filter(pl.col("origin") == TEXT).select("query", "position").unique().with_columns(is_area=True)
    return (
        parts.filter(pl.col("name_key").is_not_null())
        .join(named, on=["query", "position"], how="left")
        .select(
            "query",
            "position",
            pl.col("name_key").alias("key"),
            (
                pl.when("numbered").then(0).when("street_word").then(10).otherwise(20)
                + pl.col("position").clip(upper_bound=9)
                + pl.when(pl.col("is_area").fill_null(value=False)).then(30).otherwise(0)
            ).alias("hypothesis"),
        )
    )


def street_candidates(
    hypotheses: pl.DataFrame, areas: pl.DataFrame, open_queries: pl.DataFrame, gazetteer: Gazetteer
) -> pl.DataFrame:
    """Find the streets an address may mean.

    open_queries: column query, addresses that may be searched anywhere. Returns query, position, hypothesis, street,
    edits, origin, level, unclear (in several towns of the area); exact names, misspelt ones only where there is none.
    """
    anywhere = gazetteer.areas.filter(pl.col("level") == "any").select("area", "level")
    everywhere = open_queries.join(anywhere, how="cross").with_columns(origin=pl.lit(ANYWHERE))
    reach = pl.concat(
        [areas.select("query", "area", "level", "origin"), everywhere.select("query", "area", "level", "origin")]
    ).unique(["query", "area"], keep="first", maintain_order=True)
    pairs = hypotheses.join(reach, on="query")
    exact = pairs.join(gazetteer.streets.select("key", "area", "street", "unclear"), on=["key", "area"]).with_columns(
        edits=pl.lit(0, dtype=pl.Int32)
    )
    # The part with the number is looked for with wrong letters even where another part is a known street: "2 Stanly
    # Terrace, Long Road" is no house of Long Road.
    missed = pairs.join(exact.select("query", "position").unique(), on=["query", "position"], how="anti")
    idle = missed.join(exact.select("query").unique(), on="query", how="anti")
    unmatched = missed.filter((pl.col("hypothesis") < NUMBERED_BELOW) & (pl.col("level") != "any"))
    others = idle.filter((pl.col("hypothesis") >= NUMBERED_BELOW) & (pl.col("level") != "any"))
    columns = ["query", "position", "hypothesis", "street", "edits", "origin", "level", "unclear"]
    near = _misspelt_streets(pl.concat([unmatched, others]), gazetteer)
    found = pl.concat([exact.select(columns), near.select(columns)])
    return found.filter(pl.col("hypothesis") == pl.col("hypothesis").min().over("query"))


def _misspelt_streets(pairs: pl.DataFrame, gazetteer: Gazetteer) -> pl.DataFrame:
    wanted = pairs.select("key", "area").unique().sort("key", "area")
    near = similar_streets(wanted, gazetteer.trigrams, gazetteer.streets)
    digits = pl.col("key").str.replace_all(r"\D", "") == pl.col("street_key").str.replace_all(r"\D", "")
    in_postcode = pl.col("level") == "postcode"
    enough = pl.col("similarity") >= pl.when(in_postcode).then(MIN_SIMILARITY_IN_POSTCODE).otherwise(MIN_SIMILARITY)
    few = pl.col("edits") <= pl.when(in_postcode).then(99).otherwise(
        (pl.col("key").str.len_chars() // LETTERS_PER_EDIT).clip(1, 3)
    )
    misspelt = pairs.join(near.filter(digits), on=["key", "area"]).filter(enough & few).drop("similarity")
    cut_off = pairs.join(_cut_off_names(wanted, gazetteer), on=["key", "area"])
    close = pl.concat([misspelt, cut_off.select(misspelt.columns)])
    best = close.filter(pl.col("edits") == pl.col("edits").min().over("query", "position", "level"))
    # Two streets equally near: neither is meant surely, so neither is taken.
    return best.filter(pl.col("street_key").n_unique().over("query", "position", "level") == 1).join(
        gazetteer.streets.select("street", "unclear"), on="street"
    )


def _cut_off_names(wanted: pl.DataFrame, gazetteer: Gazetteer) -> pl.DataFrame:
    """Find the streets of an area whose name begins as the wanted one: "Herreng.", "Im Rossfe.", "Albert"."""
    head = pl.col("key").str.slice(0, MIN_CUT_OFF).alias("head")
    long_enough = pl.col("key").str.len_chars() >= MIN_CUT_OFF
    streets = gazetteer.streets.select("street", "area", head, street_key="key")
    return (
        wanted.filter(long_enough)
        .with_columns(head)
        .join(streets, on=["area", "head"])
        .filter(pl.col("street_key").str.starts_with(pl.col("key")))
        .select("key", "area", "street", "street_key", pl.lit(CUT_OFF_EDITS, dtype=pl.Int32).alias("edits"))
    )

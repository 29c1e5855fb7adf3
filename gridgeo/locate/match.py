"""From the parts of an address to the best answer the gazetteer gives, step by step down the tiers."""

from __future__ import annotations

from dataclasses import dataclass, replace

import polars as pl

from gridgeo.locate import words
from gridgeo.locate.candidates import (
    ANYWHERE,
    query_areas,
    street_candidates,
    towns_of_streets,
    unexplained_words,
)
from gridgeo.locate.gazetteer import Gazetteer
from gridgeo.locate.house import chosen_numbers, named_houses, number_forms, numbered_houses
from gridgeo.locate.ladder import estimated_houses
from gridgeo.locate.spans import Spoken, spoken_addresses
from gridgeo.locate.tokens import word_set

UNKNOWN_TOWN = "town not in the gazetteer"
UNKNOWN_STREET = "neither street nor town found"
SEVERAL_TOWNS = "street in several towns, no town given"
CHINESE_LEVEL = r"^\p{Han}{2,}?([市区县旗镇乡]|街道|苏木)$"
CHINESE_KINDS = {"县": "区", "旗": "区", "乡": "镇", "街道": "镇", "苏木": "镇"}
"""Levels that stand beside each other."""
MAX_STREET_RADIUS_M = 2_500.0
MAX_POSTCODE_RADIUS_M = 1_500.0

ANSWER = {
    "query": pl.UInt32,
    "row": pl.UInt32,
    "lng": pl.Float64,
    "lat": pl.Float64,
    "tier": pl.String,
    "scale_m": pl.Float64,
    "doubtful": pl.Boolean,
    "low": pl.Int32,
    "high": pl.Int32,
}
"""scale_m: what the tier's error grows with (spread of equal rows, half the gap between neighbours, radius).
doubtful: the street was misspelt, looked for without a town, or is not the part that carries the number."""


@dataclass(frozen=True)
class _Reading:
    """What was understood of the addresses before houses are looked up.

    unclear: candidates that stand in several towns, none of which the address names.
    """

    spoken: Spoken
    areas: pl.DataFrame
    candidates: pl.DataFrame
    numbers: pl.DataFrame
    extra: pl.DataFrame
    open_queries: pl.DataFrame
    unclear: pl.DataFrame


def matched_addresses(texts: pl.Series, hints: pl.Series, gazetteer: Gazetteer) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Find the best answer for every address.

    texts: addresses, null where there is nothing to read. hints: town given with the row, null allowed, one an address.
    Returns the answers (columns ANSWER, addresses without an answer are absent) and query, reason for those.
    """
    reading = _read(texts, hints, gazetteer)
    answers = pl.concat(
        [
            _shaped(_doubted(frame, reading)).with_columns(step=pl.lit(number))
            for number, frame in enumerate(_steps(reading, gazetteer))
        ]
    )
    best = answers.sort("query", "step").unique("query", keep="first", maintain_order=True).drop("step")
    return best, _reasons(reading, best)


def possible_matches(texts: pl.Series, hints: pl.Series, gazetteer: Gazetteer, most: int) -> pl.DataFrame:
    """Find what each address may mean: of every street in question the answer of every step, not the best alone.

    texts, hints: as in `matched_addresses`. most: streets an address that are looked at. Returns ANSWER and streets
    (how many are in question), several rows an address.
    """
    reading = _read(texts, hints, gazetteer)
    every = pl.concat([reading.candidates, _in_each_town(reading.unclear, gazetteer)])
    ordered = every.sort("query", "loss", "edits", "origin", "street")
    streets = ordered.select("query", "street").unique(maintain_order=True)
    turn = pl.int_range(pl.len()).over("query")
    turns = streets.with_columns(turn.alias("turn"), pl.len().over("query").alias("streets"))
    numbers = chosen_numbers(reading.spoken, every, reading.areas)
    parts = [
        replace(reading, candidates=every.join(rows, on=["query", "street"], how="semi"), numbers=numbers)
        for _, rows in turns.filter(pl.col("turn") < most).group_by("turn", maintain_order=True)
    ]
    found = [_shaped(_doubted(frame, part)) for part in parts or [reading] for frame in _steps(part, gazetteer)]
    counts = turns.select("query", pl.col("streets").cast(pl.Int32)).unique()
    return (
        pl.concat(found)
        .unique(["query", "row", "tier", "lng", "lat"], keep="first", maintain_order=True)
        .join(counts, on="query", how="left", maintain_order="left")
    )


def _in_each_town(unclear: pl.DataFrame, gazetteer: Gazetteer) -> pl.DataFrame:
    """Replace a street that stands in several towns by the street of that name in each of them."""
    named = gazetteer.streets.filter(pl.col("level") == "named").select("key", town_street="street")
    return (
        unclear.join(gazetteer.streets.select("street", "key"), on="street")
        .join(named, on="key")
        .with_columns(pl.col("town_street").alias("street"), level=pl.lit("named"), unclear=pl.lit(value=False))
        .select(unclear.columns)
        .unique(maintain_order=True)
    )


def _steps(reading: _Reading, gazetteer: Gazetteer) -> list[pl.DataFrame]:
    """Return the answers of every step down the ladder, best step first."""
    on_street, in_area = _by_name(reading, gazetteer)
    found = numbered_houses(reading.candidates, number_forms(reading.numbers), reading.extra, gazetteer)
    rest = reading.candidates.join(
        pl.concat([found["query"], on_street["query"]]).unique().to_frame(), on="query", how="anti"
    )
    return [
        _as_exact(found),
        on_street,
        estimated_houses(rest, reading.numbers, gazetteer),
        in_area,
        _streets(reading.candidates, gazetteer),
        _areas(reading, gazetteer),
    ]


def _read(texts: pl.Series, hints: pl.Series, gazetteer: Gazetteer) -> _Reading:
    spoken = spoken_addresses(texts)
    asked = pl.DataFrame({"hint": hints.cast(pl.String)}).with_row_index("query")
    readable = asked.join(spoken.words.select("query").unique(), on="query", how="semi")
    areas = query_areas(spoken, readable, gazetteer).join(_foreign(spoken, gazetteer), on="query", how="anti")
    open_queries = _open_queries(spoken, readable, areas, gazetteer)
    candidates = street_candidates(spoken, areas, open_queries, gazetteer)
    streets_only = towns_of_streets(spoken, areas, candidates, gazetteer)
    if streets_only.height:
        areas = areas.join(streets_only, on="query", how="anti", maintain_order="left")
        open_queries = pl.concat([open_queries, streets_only])
        candidates = pl.concat([candidates, street_candidates(spoken, areas.clear(), streets_only, gazetteer)])
    if gazetteer.has_towns:
        strange = open_queries.join(unexplained_words(spoken, candidates), on="query", how="semi")
        open_queries = open_queries.join(strange, on="query", how="anti")
        candidates = candidates.join(strange, on="query", how="anti")
    clear = candidates.filter(~pl.col("unclear"))
    numbers = chosen_numbers(spoken, clear, areas)
    extra = _extra(spoken, areas, gazetteer)
    return _Reading(spoken, areas, clear, numbers, extra, open_queries, candidates.filter("unclear"))


def _extra(spoken: Spoken, areas: pl.DataFrame, gazetteer: Gazetteer) -> pl.DataFrame:
    """Return query, postcode_key, unit_key: what tells apart rows of one number."""
    codes = areas.filter(pl.col("level") == "postcode").join(gazetteer.areas.select("area", "area_key"), on="area")
    unit = word_set(words.UNIT_WORDS)
    ahead = (pl.col("segment") == pl.col("segment").shift(1)) & pl.col("token").shift(1).is_in(unit.implode())
    units = spoken.words.filter(ahead).group_by("query", maintain_order=True).agg(pl.col("token").first())
    postcodes = codes.group_by("query", maintain_order=True).agg(pl.col("area_key").last().alias("postcode_key"))
    joined = postcodes.join(units, on="query", how="full", coalesce=True)
    return joined.select("query", "postcode_key", unit_key=pl.lit("x") + pl.col("token"))


def _open_queries(spoken: Spoken, hints: pl.DataFrame, areas: pl.DataFrame, gazetteer: Gazetteer) -> pl.DataFrame:
    """Return the addresses that name no known area: only they may be searched anywhere.

    An address whose hint is unknown is not: its street elsewhere would be a guess.
    """
    queries = spoken.words.select("query").unique().sort("query")
    left = queries.join(areas.select("query").unique(), on="query", how="anti")
    if not gazetteer.has_towns:
        return left
    hinted = pl.concat([hints.drop_nulls("hint").select("query"), _foreign(spoken, gazetteer)])
    return left.join(hinted, on="query", how="anti")


def _foreign(spoken: Spoken, gazetteer: Gazetteer) -> pl.DataFrame:
    """Return the addresses that name Chinese units of which the gazetteer knows none.

    北京市朝阳区中山路 is no street of another district of the city, so the known city does not help: of districts and
    towns one must be known. Levels that the gazetteer names no unit of are not asked for, unless it names no Chinese
    place.
    """
    if not gazetteer.has_towns:
        return spoken.words.select("query").clear()
    kinds = _chinese_kinds(gazetteer)
    level = pl.col("token").str.extract(CHINESE_LEVEL)
    named = gazetteer.areas.filter(pl.col("level") == "named").select(whole="area_key", is_known=pl.lit(value=True))
    said = spoken.words.select("query", "whole", kind=level.replace(CHINESE_KINDS)).filter(pl.col("kind").is_in(kinds))
    known = said.join(named.unique(), on="whole", how="left").with_columns(pl.col("is_known").fill_null(value=False))
    narrow = pl.col("kind") != "市"
    asked = known.filter(narrow | ~narrow.any().over("query"))
    return (
        asked.group_by("query").agg(pl.col("is_known").any()).filter(~pl.col("is_known")).select("query").sort("query")
    )


def _chinese_kinds(gazetteer: Gazetteer) -> list[str]:
    """Return the levels of which the gazetteer names a unit."""
    names = gazetteer.areas.filter(pl.col("level") == "named")["canon"].drop_nulls().unique()
    if not names.str.contains(r"\p{Han}").any():
        return ["市", *sorted(set(CHINESE_KINDS.values()))]
    found = names.to_frame("name").select(pl.col("name").str.extract(CHINESE_LEVEL).replace(CHINESE_KINDS)).to_series()
    return found.drop_nulls().unique().sort().to_list()


def _as_exact(found: pl.DataFrame) -> pl.DataFrame:
    tier = pl.when(pl.col("edits") > 0).then(pl.lit("typo")).otherwise(pl.lit("exact"))
    return found.with_columns(tier.alias("tier"), pl.col("spread_m").alias("scale_m"))


def _by_name(reading: _Reading, gazetteer: Gazetteer) -> tuple[pl.DataFrame, pl.DataFrame]:
    on_street, in_area = named_houses(reading.spoken, reading.areas, reading.candidates, gazetteer)
    kinds = gazetteer.rows.select("row", "kind")
    by_kind = pl.when(pl.col("kind") == "place").then(pl.lit("place")).otherwise(pl.lit("exact")).alias("tier")
    return (
        on_street.join(kinds, on="row").with_columns(by_kind, scale_m="spread_m"),
        in_area.with_columns(tier=pl.lit("place"), scale_m="spread_m"),
    )


def _streets(candidates: pl.DataFrame, gazetteer: Gazetteer) -> pl.DataFrame:
    """Answer with the middle of the street, unless its name stands in several towns or runs too far."""
    too_long = (pl.col("level") == "any") & (pl.col("radius_m") > MAX_STREET_RADIUS_M)
    return (
        candidates.join(
            gazetteer.streets.drop("core", "types", "key", "spelt", "area", "level", "unclear"), on="street"
        )
        .filter(~too_long)
        .sort("query", "loss", "edits", "origin", "radius_m", "street")
        .unique("query", keep="first", maintain_order=True)
        .with_columns(tier=pl.lit("street"), scale_m="radius_m")
    )


def _areas(reading: _Reading, gazetteer: Gazetteer) -> pl.DataFrame:
    """Answer with the middle of the named town or part of one."""
    is_town = pl.col("is_city") & ~pl.col("is_community")
    tier = pl.when(is_town).then(pl.lit("town")).otherwise(pl.lit("community"))
    return (
        reading.areas.join(gazetteer.areas.drop("level", "key", "area_key"), on="area")
        .filter((pl.col("level") != "postcode") | (pl.col("radius_m") <= MAX_POSTCODE_RADIUS_M))
        .with_columns(tier.alias("tier"), pl.col("radius_m").alias("scale_m"), pl.col("area_edits").alias("edits"))
        .with_columns(loss=pl.lit(0, pl.Int64), beside=pl.lit(value=True))
        .sort("query", "origin", "tier", "radius_m", "area")
        .unique("query", keep="first", maintain_order=True)
    )


def _doubted(frame: pl.DataFrame, reading: _Reading) -> pl.DataFrame:
    numbered = reading.spoken.numbers.select("query", has_number=pl.lit(value=True)).unique()
    other_part = ~pl.col("beside") & pl.col("has_number").fill_null(value=False)
    doubtful = (pl.col("edits") > 0) | (pl.col("origin") == ANYWHERE) | other_part
    return frame.join(numbered, on="query", how="left").with_columns(doubtful.alias("doubtful"))


def _shaped(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.select(
        (pl.col(name) if name in frame.columns else pl.lit(None)).cast(dtype).alias(name)
        for name, dtype in ANSWER.items()
    )


def _reasons(reading: _Reading, answers: pl.DataFrame) -> pl.DataFrame:
    missed = (
        reading.spoken.words.select("query")
        .unique()
        .join(answers.select("query"), on="query", how="anti")
        .sort("query")
    )
    several = reading.unclear.select("query").unique().with_columns(several=True)
    is_open = reading.open_queries.with_columns(is_open=True)
    reason = (
        pl.when(pl.col("several")).then(pl.lit(SEVERAL_TOWNS))
        .when(pl.col("is_open")).then(pl.lit(UNKNOWN_STREET))
        .otherwise(pl.lit(UNKNOWN_TOWN))
    )  # fmt: skip
    return (
        missed.join(several, on="query", how="left")
        .join(is_open, on="query", how="left")
        .select("query", reason.alias("reason"))
    )

"""From the parts of an address to the best answer the gazetteer gives, step by step down the tiers."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from gridgeo.locate.candidates import (
    ANYWHERE,
    NUMBERED_BELOW,
    keyed_parts,
    query_areas,
    street_candidates,
    street_hypotheses,
)
from gridgeo.locate.gazetteer import Gazetteer
from gridgeo.locate.house import named_houses, numbered_houses
from gridgeo.locate.ladder import estimated_houses
from gridgeo.locate.normalise import area_key, postcode_key

UNKNOWN_TOWN = "town not in the gazetteer"
UNKNOWN_STREET = "neither street nor town found"
SEVERAL_TOWNS = "street in several towns, no town given"
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
    """What was understood of the addresses before houses are looked up."""

    parts: pl.DataFrame
    areas: pl.DataFrame
    candidates: pl.DataFrame
    wanted: pl.DataFrame
    open_queries: pl.DataFrame
    unclear: pl.DataFrame


def matched_addresses(parts: pl.DataFrame, hints: pl.Series, gazetteer: Gazetteer) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Find the best answer for every address.

    parts: from `parse.address_parts`. hints: town given with the row, null allowed, one an address.
    Returns the answers (columns ANSWER, addresses without an answer are absent) and query, reason for those.
    """
    reading = _read(parts, hints, gazetteer)
    steps = [
        numbered_houses(reading.candidates, reading.wanted, gazetteer).pipe(_as_exact),
        *_by_name(reading, gazetteer),
        _streets(reading.candidates, gazetteer),
        _areas(reading, gazetteer),
    ]
    steps.insert(2, _estimated(reading, gazetteer))
    answers = pl.concat(
        [
            _shaped(_doubted(frame, reading.wanted)).with_columns(step=pl.lit(number))
            for number, frame in enumerate(steps)
        ]
    )
    best = answers.sort("query", "step").unique("query", keep="first", maintain_order=True).drop("step")
    return best, _reasons(reading, best)


def _read(parts: pl.DataFrame, hints: pl.Series, gazetteer: Gazetteer) -> _Reading:
    keyed = keyed_parts(parts)
    hint_keys = pl.DataFrame({"hint": hints.cast(pl.String)}).select(
        pl.int_range(pl.len(), dtype=pl.UInt32).alias("query"), area_key(pl.col("hint")).alias("hint_key")
    )
    readable = hint_keys.join(keyed.select("query").unique(), on="query", how="semi")
    areas = query_areas(keyed, readable, gazetteer).join(_foreign(keyed, gazetteer), on="query", how="anti")
    open_queries = _open_queries(keyed, readable, areas, gazetteer)
    hypotheses = street_hypotheses(keyed, areas)
    candidates = street_candidates(hypotheses, areas, open_queries, gazetteer)
    clear = candidates.filter(~pl.col("unclear")).drop("unclear")
    return _Reading(keyed, areas, clear, _wanted(keyed), open_queries, candidates.filter("unclear").select("query"))


def _wanted(parts: pl.DataFrame) -> pl.DataFrame:
    """Return one line an address: its house number, unit and postcode."""
    unit = pl.coalesce("unit", "extra")
    # "Unit 14, Some Estate": on an estate the unit is the number; a flat's number never is.
    by_unit = pl.col("unit").str.extract(r"(?i)^(?:unit|hangar|bays?|plot)\s*(\d{1,4}[a-z]?)$", 1)
    first = parts.group_by("query", maintain_order=True).agg(
        pl.col("number", "suffix", "number_key").drop_nulls().first(),
        by_unit.drop_nulls().first().alias("unit_number"),
        unit.drop_nulls().first().alias("unit"),
        pl.col("postcode_key").drop_nulls().last(),
    )
    missing = pl.col("number").is_null()
    return first.with_columns(
        pl.coalesce("number", pl.col("unit_number").str.extract(r"(\d+)", 1).cast(pl.Int32)).alias("number"),
        pl.when(missing)
        .then(pl.col("unit_number").str.extract(r"([A-Za-z])$", 1).str.to_lowercase().fill_null(""))
        .otherwise("suffix")
        .alias("suffix"),
        pl.when(missing).then(pl.col("unit_number").str.to_lowercase()).otherwise("number_key").alias("number_key"),
        postcode_key(pl.lit("x") + pl.col("unit").str.extract(r"(\S+)$", 1)).alias("unit_key"),
    ).select("query", "number", "suffix", "number_key", "unit_key", "postcode_key")


def _open_queries(parts: pl.DataFrame, hints: pl.DataFrame, areas: pl.DataFrame, gazetteer: Gazetteer) -> pl.DataFrame:
    """Return the addresses that name no town at all: only they may be searched anywhere.

    An address that names an unknown town is not: its street elsewhere would be a guess. A gazetteer without towns
    can check none, so it is searched anywhere.
    """
    queries = parts.select("query").unique().sort("query")
    located = areas.select("query").unique()
    left = queries.join(located, on="query", how="anti")
    if not gazetteer.town_names.len():
        return left
    hinted = pl.concat([hints.drop_nulls("hint_key").select("query"), _foreign(parts, gazetteer)])
    street_at = pl.coalesce(
        pl.col("position").filter("numbered").min(), pl.col("position").filter("street_word").min(), pl.lit(0)
    )
    trailing = (
        parts.group_by("query")
        .agg((pl.col("text").is_not_null() & (pl.col("position") > street_at)).any().alias("trailing"))
        .filter("trailing")
        .select("query")
    )
    return left.join(hinted, on="query", how="anti").join(trailing, on="query", how="anti")


def _foreign(parts: pl.DataFrame, gazetteer: Gazetteer) -> pl.DataFrame:
    """Return the addresses whose nearest Chinese level of administration is unknown.

    北京市朝阳区中山路 is no street of another district of the city, so the known city does not help.
    """
    if not gazetteer.town_names.len():
        return parts.select("query").clear()
    level = pl.col("text").str.contains(r"^\p{Han}{2,}[省市区县旗镇乡]$") & ~pl.col("numbered").fill_null(value=False)
    known = pl.DataFrame({"area_key": gazetteer.town_names}).with_columns(is_known=True)
    nearest = parts.filter(level).sort("query", "position").unique("query", keep="last", maintain_order=True)
    return nearest.join(known, on="area_key", how="left").filter(pl.col("is_known").is_null()).select("query")


def _as_exact(found: pl.DataFrame) -> pl.DataFrame:
    tier = pl.when(pl.col("edits") > 0).then(pl.lit("typo")).otherwise(pl.lit("exact"))
    return found.with_columns(tier.alias("tier"), pl.col("spread_m").alias("scale_m"))


def _by_name(reading: _Reading, gazetteer: Gazetteer) -> tuple[pl.DataFrame, pl.DataFrame]:
    on_street, in_area = named_houses(reading.parts, reading.areas, reading.candidates, gazetteer)
    kinds = gazetteer.rows.select("row", "kind")
    by_kind = pl.when(pl.col("kind") == "place").then(pl.lit("place")).otherwise(pl.lit("exact")).alias("tier")
    return (
        on_street.join(kinds, on="row").with_columns(by_kind, scale_m="spread_m"),
        in_area.with_columns(tier=pl.lit("place"), scale_m="spread_m"),
    )


def _estimated(reading: _Reading, gazetteer: Gazetteer) -> pl.DataFrame:
    return estimated_houses(reading.candidates, reading.wanted, gazetteer)


def _streets(candidates: pl.DataFrame, gazetteer: Gazetteer) -> pl.DataFrame:
    """Answer with the middle of the street, unless its name stands in several towns or runs too far."""
    too_long = (pl.col("level") == "any") & (pl.col("radius_m") > MAX_STREET_RADIUS_M)
    return (
        candidates.join(gazetteer.streets.drop("key", "area", "level", "unclear"), on="street")
        .filter(~too_long)
        .sort("query", "edits", "hypothesis", "origin", "radius_m", "street")
        .unique("query", keep="first", maintain_order=True)
        .with_columns(tier=pl.lit("street"), scale_m="radius_m")
    )


def _areas(reading: _Reading, gazetteer: Gazetteer) -> pl.DataFrame:
    """Answer with the middle of the named town or part of one."""
    is_town = pl.col("is_city") & ~pl.col("is_community")
    tier = pl.when(is_town).then(pl.lit("town")).otherwise(pl.lit("community"))
    return (
        reading.areas.join(gazetteer.areas.drop("level", "key"), on="area")
        .filter((pl.col("level") != "postcode") | (pl.col("radius_m") <= MAX_POSTCODE_RADIUS_M))
        .with_columns(tier.alias("tier"), pl.col("radius_m").alias("scale_m"), pl.col("area_edits").alias("edits"))
        .with_columns(hypothesis=pl.lit(0, dtype=pl.Int64))
        .sort("query", "origin", "tier", "radius_m", "area")
        .unique("query", keep="first", maintain_order=True)
    )


def _doubted(frame: pl.DataFrame, wanted: pl.DataFrame) -> pl.DataFrame:
    other_part = (pl.col("hypothesis") >= NUMBERED_BELOW) & pl.col("number").is_not_null()
    doubtful = (pl.col("edits") > 0) | (pl.col("origin") == ANYWHERE) | other_part.fill_null(value=False)
    return frame.join(wanted.select("query", "number"), on="query", how="left").with_columns(doubtful.alias("doubtful"))


def _shaped(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.select(
        (pl.col(name) if name in frame.columns else pl.lit(None)).cast(dtype).alias(name)
        for name, dtype in ANSWER.items()
    )


def _reasons(reading: _Reading, answers: pl.DataFrame) -> pl.DataFrame:
    missed = reading.parts.select("query").unique().join(answers.select("query"), on="query", how="anti").sort("query")
    several = reading.unclear.unique().with_columns(several=True)
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

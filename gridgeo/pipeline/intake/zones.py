"""Zones of a denominator file find their boundaries: by code, name, old name, or a likeness that a person decides."""

from __future__ import annotations

import numpy as np
import polars as pl
from rapidfuzz import fuzz, process

from gridgeo.domain.tables import ZONE_MATCHES, checked

REVIEW_FROM = 0.75
"""Least likeness of two names (0 to 1) that is put before a person; never taken without one."""
STATISTICAL_DIGITS = 12
"""Length of a full statistical code; a town's has 9 digits and a county's 6, the rest are zeros."""
OFFICES = "(?:村民委员会|居民委员会|居委会)$"
DECIDED = (pl.col("rule").is_in(["fuzzy", "none"])) & (pl.col("decision") != "review")
"""What a person has decided, which holds for later files too."""
RANKS = {"code": 0, "name": 1, "old_name": 2}


def match_zones(given: pl.DataFrame, boundaries: pl.DataFrame, decided: pl.DataFrame) -> pl.DataFrame:
    """Return ZONE_MATCHES, one row a row of `given`, in its order.

    given: `zone` (the text of the file, not null) and `code`. boundaries: BOUNDARIES with their notes. decided:
    ZONE_MATCHES of an earlier file; what a person decided there holds again. A zone is the id of a boundary. Exact
    matches are taken; a name that several boundaries bear, a second row of the same zone and a likeness of at least
    REVIEW_FROM wait for a person; a name unlike all waits too, without a zone.
    """
    rows = given.select(pl.col("zone").alias("given"), "code").with_row_index("at")
    found = pl.concat([_by_code(rows, boundaries), _by_name(rows, boundaries), _by_old_name(rows, boundaries)])
    best = found.sort("at", "rank", "several").unique("at", keep="first", maintain_order=True)
    exact = rows.join(best, on="at", how="left", maintain_order="left")
    exact = exact.with_columns(
        zone=pl.when(pl.col("several")).then(None).otherwise("zone"),
        score=pl.when(pl.col("zone").is_not_null()).then(1.0),
    )
    alike = _alike(exact.filter(pl.col("rule").is_null()), boundaries)
    matched = exact.update(alike, on="at") if alike.height else exact
    judged = _settled(matched)
    return checked(
        _as_decided(judged, boundaries, decided).sort("at").select(list(ZONE_MATCHES)), ZONE_MATCHES, "zone_match"
    )


def plain_name(text: pl.Expr) -> pl.Expr:
    """Return a name as it is compared: one form of letters, without case, blanks, signs and the name of an office."""
    plain = text.str.normalize("NFKC").str.to_lowercase().str.replace_all(r"[\s\-_.,·'’()]+", "")
    return plain.str.replace(OFFICES, "").str.replace("村委会$", "村")


def plain_code(text: pl.Expr) -> pl.Expr:
    """Return a code as it is compared: a statistical code of a county or town filled up with zeros."""
    plain = text.str.strip_chars().str.to_lowercase()
    short = plain.str.contains(r"^\d{6}(\d{3})?$")
    return pl.when(short).then(plain.str.pad_end(STATISTICAL_DIGITS, "0")).otherwise(plain)


def with_old_names(boundaries: pl.DataFrame, before: pl.DataFrame) -> pl.DataFrame:
    """Add to each boundary's aliases the name that the boundary of the same id had before, where it differs."""
    old = before.select("id", old_name="name", old_aliases="aliases")
    joined = boundaries.join(old, on="id", how="left", maintain_order="left")
    renamed = pl.when(pl.col("old_name") != pl.col("name")).then("old_name")
    parts = [pl.col(name).fill_null("") for name in ("aliases", "old_aliases")] + [renamed.fill_null("")]
    listed = (
        pl.concat_str(parts, separator=";")
        .str.split(";")
        .list.eval(pl.element().filter(pl.element() != "").unique(maintain_order=True))
    )
    text = listed.list.join(";")
    return joined.with_columns(aliases=pl.when(text != "").then(text)).drop("old_name", "old_aliases")


def _by_code(rows: pl.DataFrame, boundaries: pl.DataFrame) -> pl.DataFrame:
    known = boundaries.select("id", key=plain_code(pl.coalesce("code", "id")))
    own = rows.select("at", key=plain_code(pl.coalesce("code", "given")))
    return _joined(own, known, "code")


def _by_name(rows: pl.DataFrame, boundaries: pl.DataFrame) -> pl.DataFrame:
    known = boundaries.select("id", key=plain_name(pl.col("name")))
    return _joined(rows.select("at", key=plain_name(pl.col("given"))), known, "name")


def _by_old_name(rows: pl.DataFrame, boundaries: pl.DataFrame) -> pl.DataFrame:
    listed = boundaries.select("id", key=pl.col("aliases").str.split(";")).explode("key")
    known = listed.select("id", key=plain_name(pl.col("key")))
    return _joined(rows.select("at", key=plain_name(pl.col("given"))), known, "old_name")


def _joined(own: pl.DataFrame, known: pl.DataFrame, rule: str) -> pl.DataFrame:
    known = known.drop_nulls("key").filter(pl.col("key") != "").unique(["id", "key"])
    several = pl.col("id").count().over("key") > 1
    unique = known.with_columns(several=several).unique("key", keep="first", maintain_order=True)
    hits = own.drop_nulls("key").join(unique, on="key", how="inner")
    return hits.select("at", "several", zone="id", rule=pl.lit(rule), rank=pl.lit(RANKS[rule], pl.Int32))


def _alike(rows: pl.DataFrame, boundaries: pl.DataFrame) -> pl.DataFrame:
    """Return at, zone, score, rule of the rows that no exact rule found; zone is null below REVIEW_FROM."""
    if rows.is_empty() or boundaries.is_empty():
        return rows.select("at", rule=pl.lit("none"))
    names = boundaries.select(plain_name(pl.col("name"))).to_series()
    own = rows.select(plain_name(pl.col("given"))).to_series()
    likeness = process.cdist(own.to_list(), names.to_list(), scorer=fuzz.ratio, dtype=np.float32) / 100.0
    best = likeness.argmax(axis=1)
    score = likeness[np.arange(len(best)), best].astype(np.float64)
    near = pl.Series(score >= REVIEW_FROM)
    return rows.select("at").with_columns(
        zone=pl.select(pl.when(near).then(boundaries["id"].gather(best))).to_series(),
        score=pl.select(pl.when(near).then(pl.Series(score.round(4)))).to_series(),
        rule=pl.select(pl.when(near).then(pl.lit("fuzzy")).otherwise(pl.lit("none"))).to_series(),
    )


def _settled(matched: pl.DataFrame) -> pl.DataFrame:
    """Take the exact matches, one row a zone; everything else waits for a person."""
    exact = pl.col("zone").is_not_null() & pl.col("rule").is_in(list(RANKS))
    ranked = matched.with_columns(taken=exact).sort("rank", "at", nulls_last=True)
    first = pl.col("taken") & pl.when("taken").then("zone").is_first_distinct()
    return ranked.with_columns(decision=pl.when(first).then(pl.lit("taken")).otherwise(pl.lit("review")))


def _as_decided(matched: pl.DataFrame, boundaries: pl.DataFrame, decided: pl.DataFrame) -> pl.DataFrame:
    """Let what a person decided of the same text and code hold, as long as the zone is there and nobody has it."""
    said = decided.filter(DECIDED & (pl.col("zone").is_null() | pl.col("zone").is_in(boundaries["id"].implode())))
    if said.is_empty():
        return matched
    key = ["given", "code"]
    told = said.select(*key, said_zone="zone", said="decision", said_rule="rule")
    joined = matched.join(told, on=key, how="left", nulls_equal=True, maintain_order="left")
    taken = matched.filter(pl.col("decision") == "taken")["zone"]
    free = ~pl.col("said_zone").is_in(taken.implode()) | pl.col("said_zone").is_null()
    holds = (pl.col("decision") == "review") & pl.col("said").is_not_null() & free
    return joined.with_columns(
        decision=pl.when(holds).then("said").otherwise("decision"),
        rule=pl.when(holds).then("said_rule").otherwise("rule"),
        zone=pl.when(holds).then("said_zone").otherwise("zone"),
    )

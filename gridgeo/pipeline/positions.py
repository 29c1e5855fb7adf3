"""Where parties are: by what a person decided, by the point that came with the row, or by the address."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import polars as pl
import shapely

from gridgeo.domain.tables import Contract
from gridgeo.domain.words import PLACED_TIERS
from gridgeo.locate import (
    DEFAULT_MODEL,
    Gazetteer,
    RowFacts,
    audit_positions,
    confidence_columns,
    house_keys,
    locate_addresses,
    town_keys,
)
from gridgeo.locate.audit import CROWDED, REFUSED, ROUNDED
from gridgeo.pipeline.provided import Known, texts_wanted, with_provided

GIVEN_ACCURACY_M = 15.0
"""A point that came with a row stands at its building, not at its door: the entrance offset of METHODS."""
REJECTED_IN_REVIEW = "rejected in review"
ANSWER = ("lng", "lat", "tier", "accuracy_m", "confidence", "matched", "gazetteer_id", "reason")
PARTIES: Contract = {
    "id": pl.String,
    "branch_id": pl.String,
    "address": pl.String,
    "locality": pl.String,
    "name": pl.String,
    "lng": pl.Float64,
    "lat": pl.Float64,
}
WRITTEN = ("written_lng", "written_lat")
DECIDED: Contract = {
    "key": pl.String,
    "decision": pl.Int64,
    "house": pl.String,
    "lng": pl.Float64,
    "lat": pl.Float64,
    "precision_m": pl.Float64,
    "known": pl.Boolean,
}
"""What stands decided about a house or a point; lng, lat are null where it was rejected. known: the gazetteer has the
house itself."""


@dataclass(frozen=True)
class Ground:
    """What parties are held against: the gazetteer, where they must lie, what people decided (DECIDED).

    asked: returns what a provider said to texts, for addresses that the gazetteer has no place for; None asks nobody.
    """

    gazetteer: Gazetteer
    boundary: shapely.Geometry | None
    decided: pl.DataFrame
    asked: Callable[[list[str]], Known] | None = None


def positions(parties: pl.DataFrame, ground: Ground) -> pl.DataFrame:
    """Return where each party is and what is doubtful about it.

    parties: contract PARTIES; written_lng, written_lat besides where positions were converted on their way in. Returns
    one row a party in the order given: id, branch_id, the columns of ANSWER as the geocoder gives them (tier `given`
    for a point that came with the row), house and key (what a decision about it would hold for; null where there is
    nothing to decide), reasons (what the audit of the point found, a list), given_lng, given_lat, and the columns of
    ANSWER once more as own_*: what the address alone says.
    """
    towns = town_keys(ground.gazetteer.table)
    own = locate_addresses(parties.select("id", "address", "locality"), ground.gazetteer).select(ANSWER)
    keyed = with_keys(parties.rename({"lng": "given_lng", "lat": "given_lat"}), towns, own["tier"])
    absent = [pl.lit(None, pl.Float64).alias(name) for name in WRITTEN if name not in keyed.columns]
    rows = keyed.with_columns(absent).select(
        "id", "branch_id", "given_lng", "given_lat", *WRITTEN, "house", "house_key", "key"
    )
    rows = rows.hstack([own[name].alias(f"own_{name}") for name in ANSWER])
    if ground.asked is not None:
        texts = texts_wanted(rows.select("house", tier="own_tier"))
        rows = with_provided(rows, ground.asked(texts), towns)
    audited = _audited(rows, ground)
    return _decided(_chosen(audited), ground.decided).drop("house_key", "rounding_m", *WRITTEN)


def with_keys(parties: pl.DataFrame, towns: pl.Series, tier: pl.Series | None = None) -> pl.DataFrame:
    """Add house (to show), house_key, and key: of the house, else of the point that came with the row.

    parties: address, locality, name, given_lng, given_lat. towns: keys of known towns. tier: of what each address was
    found as: a name without a number that is found as a street is one, and no house.
    """
    keys = house_keys(parties["address"], parties["locality"], parties["name"], towns)
    found = pl.Series([None] * parties.height, dtype=pl.String) if tier is None else tier
    keys = keys.with_columns(found.alias("tier"))
    street = (pl.col("tier") == "street").fill_null(value=False) & ~pl.col("house_key").str.contains(r"\d|/")
    houses = keys.select("house", pl.when(~street).then("house_key").alias("house_key"))
    point = pl.format("point:{},{}", pl.col("given_lng").round(6), pl.col("given_lat").round(6))
    return parties.hstack(houses).with_columns(pl.coalesce("house_key", point).alias("key"))


def as_answers(found: pl.DataFrame) -> pl.DataFrame:
    """Return positions in the shape of the geocoder's answer: id and the columns of ANSWER."""
    return found.select("id", *ANSWER)


def given(parties: pl.DataFrame) -> pl.DataFrame:
    """Return parties in the shape of the geocoder's answer: their coordinate came with the row."""
    return parties.select(
        "id",
        "lng",
        "lat",
        tier=pl.lit("given"),
        accuracy_m=pl.lit(GIVEN_ACCURACY_M),
        confidence=pl.lit(None, pl.Float64),
        matched=pl.lit(None, pl.String),
        gazetteer_id=pl.lit(None, pl.String),
        reason=pl.lit(None, pl.String),
    )


def _audited(rows: pl.DataFrame, ground: Ground) -> pl.DataFrame:
    """Add reasons and rounding_m: what is wrong with the points that came with rows; rows without one have none."""
    has_point = pl.col("given_lng").is_not_null() & pl.col("given_lat").is_not_null()
    numbered = rows.with_row_index("row")
    pointed = numbered.filter(has_point)
    figures = ("own_lng", "own_lat", "own_accuracy_m", *WRITTEN)
    own = RowFacts(pointed["house_key"], *(pointed[name].fill_null(np.nan).to_numpy() for name in figures))
    point = (pointed["given_lng"].to_numpy(), pointed["given_lat"].to_numpy())
    found = audit_positions(pointed["id"], *point, ground.boundary, own=own)
    flags = pointed.select("row").hstack([found["reasons"], found["accuracy_m"].alias("rounding_m")])
    return (
        numbered.join(flags, on="row", how="left", maintain_order="left")
        .with_columns(pl.col("reasons").fill_null(pl.lit([], pl.List(pl.String))))
        .drop("row")
    )


def _chosen(rows: pl.DataFrame) -> pl.DataFrame:
    """Take the point that came with the row where it can be one, else what the address says."""
    flagged = pl.col("reasons").list
    refused = flagged.set_intersection(list(REFUSED)).list.len() > 0
    has_point = pl.col("given_lng").is_not_null() & pl.col("given_lat").is_not_null()
    point_m = pl.max_horizontal(pl.lit(GIVEN_ACCURACY_M), "rounding_m")
    own_is_better = pl.col("own_tier").is_in(PLACED_TIERS) & (
        flagged.contains(CROWDED) | (flagged.contains(ROUNDED) & (pl.col("own_accuracy_m") < point_m))
    )
    by_point = has_point & ~refused & ~own_is_better
    from_point: dict[str, pl.Expr] = {
        "lng": pl.col("given_lng"),
        "lat": pl.col("given_lat"),
        "tier": pl.lit("given"),
        "accuracy_m": point_m,
    }
    # A point that cannot be one is the reason, not the address that is missing too.
    reason = pl.when(has_point & (pl.col("own_tier") == "none")).then(flagged.first()).otherwise("own_reason")
    otherwise = {name: pl.col(f"own_{name}") for name in ANSWER} | {"reason": reason}
    return rows.with_columns(
        pl.when(by_point).then(from_point.get(name, pl.lit(None))).otherwise(otherwise[name]).alias(name)
        for name in ANSWER
    )


def _decided(rows: pl.DataFrame, decided: pl.DataFrame) -> pl.DataFrame:
    """Let what a person decided about a house or a point stand above everything else."""
    found = rows.join(
        decided.select(
            "key", "decision", *(pl.col(name).alias(f"by_{name}") for name in ("lng", "lat", "precision_m"))
        ),
        on="key",
        how="left",
        maintain_order="left",
    )
    is_decided, is_placed = pl.col("decision").is_not_null(), pl.col("by_lng").is_not_null()
    sure = confidence_columns(pl.DataFrame({"tier": ["exact"], "scale_m": [0.0], "doubtful": [False]}), DEFAULT_MODEL)
    placed: dict[str, pl.Expr] = {
        "lng": pl.col("by_lng"),
        "lat": pl.col("by_lat"),
        "tier": pl.lit("exact"),
        "accuracy_m": pl.max_horizontal(pl.lit(sure["accuracy_m"][0]), "by_precision_m"),
        "confidence": pl.lit(sure["confidence"][0]),
        "matched": pl.col("house"),
        "gazetteer_id": pl.format("review/{}", "decision"),
        "reason": pl.lit(None, pl.String),
    }
    rejected = {"tier": pl.lit("none"), "confidence": pl.lit(0.0), "reason": pl.lit(REJECTED_IN_REVIEW)}
    return (
        found.with_columns(
            pl.when(is_decided & is_placed)
            .then(placed[name])
            .when(is_decided)
            .then(rejected.get(name, pl.lit(None)))
            .otherwise(pl.col(name))
            .alias(name)
            for name in ANSWER
        )
        .with_columns(pl.when(is_decided).then(pl.lit([], pl.List(pl.String))).otherwise("reasons").alias("reasons"))
        .drop("by_lng", "by_lat", "by_precision_m")
    )

"""Answers of a geocoder of the bank to addresses that the gazetteer has no place for: kept, judged, put in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import polars as pl
import sqlalchemy as sa

from gridgeo.cells import to_house
from gridgeo.domain import Actor
from gridgeo.domain.tables import Contract
from gridgeo.domain.words import PLACED_TIERS
from gridgeo.locate import judged_answers
from gridgeo.locate.provided import PROVIDED
from gridgeo.pipeline.steps import require_planner
from gridgeo.sources.providers import Asked, Provider
from gridgeo.storage import house_datum
from gridgeo.storage.provider_answers import FAILED, keep_answers, kept_answers


@dataclass(frozen=True)
class Known:
    """What a provider said to texts. table: query, failed (why there was no answer), and the columns PROVIDED."""

    label: str
    table: pl.DataFrame


def texts_wanted(found: pl.DataFrame) -> list[str]:
    """Return the houses that have no place yet, each once, in order. found: columns house, tier."""
    wanted = found.filter(pl.col("house").is_not_null() & ~pl.col("tier").is_in([*PLACED_TIERS, "given"]))
    return wanted["house"].unique().sort().to_list()


def texts_not_kept(connection: sa.Connection, provider: Provider, texts: Sequence[str]) -> list[str]:
    """Return the texts that a provider was not asked yet, or did not answer."""
    kept = kept_answers(connection, provider.label, texts)
    return [text for text in texts if FAILED in kept.get(text, {FAILED: ""})]


def keep_asked(
    connection: sa.Connection, actor: Actor, provider: Provider, asked: Sequence[Asked], now: datetime
) -> dict[str, int]:
    """Keep what a provider said, positions in the house datum; return how many texts were asked, answered and failed.

    The questions themselves are put outside of any transaction, by `ask_provider`: they may take minutes.
    """
    require_planner(actor)
    house = house_datum(connection)
    positions = [one for one in asked if one.record is not None]
    lng, lat = ([one.record[axis] for one in positions if one.record] for axis in ("lng", "lat"))
    moved = to_house(np.array(lng, dtype=np.float64), np.array(lat, dtype=np.float64), provider.datum, house)
    points = zip(moved[0].tolist(), moved[1].tolist(), strict=True)
    found = {
        one.query: {**(one.record or {}), "lng": x, "lat": y} for one, (x, y) in zip(positions, points, strict=True)
    }
    failed = {one.query: {FAILED: one.reason} for one in asked if one.reason}
    nothing: dict[str, dict[str, Any]] = {one.query: {} for one in asked if one.record is None and not one.reason}
    keep_answers(connection, provider.label, {**found, **failed, **nothing}, now)
    return {"asked": len(asked), "answered": len(found), "unknown": len(nothing), "failed": len(failed)}


def known_answers(connection: sa.Connection, label: str, texts: Sequence[str]) -> Known:
    """Return what is kept of a provider's answers to texts."""
    kept = kept_answers(connection, label, texts)
    rows = [{"query": text, "failed": answer.get(FAILED), **_columns(answer)} for text, answer in kept.items()]
    schema: Contract = {"query": pl.String, "failed": pl.String, **PROVIDED}
    return Known(label, pl.DataFrame(rows, schema=schema))


def with_provided(rows: pl.DataFrame, known: Known, towns: pl.Series) -> pl.DataFrame:
    """Put a provider's answers in where the address alone has no place.

    rows: house and own_* (the columns of ANSWER). An answer is taken where it is a place, or where there was none at
    all; it is labelled in own_gazetteer_id. Why there was no answer is the reason of a row without any.
    """
    asked = rows.join(known.table, left_on="house", right_on="query", how="left", maintain_order="left")
    judged = judged_answers(asked["house"], asked.select(list(PROVIDED)), towns)
    answer = judged.select(pl.all().name.prefix("new_")).with_columns(
        pl.lit(f"provider/{known.label}").alias("new_gazetteer_id"), asked["failed"]
    )
    placed, none = pl.col("new_tier").is_in(PLACED_TIERS), pl.col("own_tier") == "none"
    is_open = ~pl.col("own_tier").is_in(PLACED_TIERS)
    taken = is_open & (placed | (none & (pl.col("new_tier") != "none"))) & asked["lng"].is_not_null()
    names = ("lng", "lat", "tier", "accuracy_m", "confidence", "matched", "gazetteer_id")
    return (
        rows.hstack(answer)
        .with_columns(
            *(pl.when(taken).then(f"new_{name}").otherwise(f"own_{name}").alias(f"own_{name}") for name in names),
            pl.when(taken)
            .then(None)
            .otherwise(pl.coalesce(pl.when(none).then("failed"), "own_reason"))
            .alias("own_reason"),
        )
        .select(rows.columns)
    )


def _columns(answer: dict[str, Any]) -> dict[str, Any]:
    return {name: answer.get(name) for name in PROVIDED}

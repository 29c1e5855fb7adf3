"""What waits for a person after an import: zones without a sure boundary, rows that may be one party."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import polars as pl
import sqlalchemy as sa

from gridgeo.domain import Actor
from gridgeo.domain.tables import ZONE_MATCHES, empty
from gridgeo.errors import InvalidInputError, NotFoundError
from gridgeo.pipeline.intake.compose import compose, live_or_none, standing_version
from gridgeo.pipeline.intake.denominators import matched_sources, under_zone_names, write_denominators
from gridgeo.pipeline.intake.parties import PARTY_KINDS
from gridgeo.pipeline.steps import require_overseer, require_planner
from gridgeo.storage import finish_version, new_version, read_frame, write_frame
from gridgeo.storage.imports import keep_rows, loading

WHAT = ("zones", "parties")


def review_list(connection: sa.Connection, actor: Actor, what: str) -> list[dict[str, Any]]:
    """Return what waits for a person.

    zones: given, code, zone (the likeliest boundary's id or None), name (its name), score, rule. parties: party_kind,
    id, into_id, rule, score. Raises InvalidInputError for anything else.
    """
    require_overseer(actor)
    if what not in WHAT:
        raise InvalidInputError("review list must be one of {known}, got {given}", known=", ".join(WHAT), given=what)
    return _zones(connection) if what == "zones" else _parties(connection)


def decide_zone(
    connection: sa.Connection, actor: Actor, given: str, zone: str | None, now: datetime, *, code: str | None = None
) -> dict[str, Any]:
    """Settle one zone of a denominator file: it is the boundary `zone` (its id or sole name), or None: it is none.

    code: of the zone as the file wrote it, needed where the same text stands with several codes. A new version of the
    denominators is taken live; the decision holds for later files too.
    Raises NotFoundError when no such zone waits or the boundary does not exist, InvalidInputError when it is taken.
    """
    require_planner(actor)
    ground = live_or_none(connection, "ground")
    asked = (pl.col("given") == given) & (pl.lit(code is None) | pl.col("code").eq_missing(pl.lit(code)))
    before = _source_with(connection, asked & (pl.col("decision") != "taken"))
    if before is None or ground is None:
        raise NotFoundError("no zone {given} waits for a decision", given=given)
    matches = read_frame(connection, "zone_match", version_id=before)
    boundaries = read_frame(connection, "boundary", version_id=ground.id)
    boundary = None if zone is None else _boundary(boundaries, matches, zone)
    settled = matches.with_columns(
        zone=pl.when(asked).then(pl.lit(boundary, pl.String)).otherwise("zone"),
        rule=pl.when(asked & ~pl.col("rule").is_in(["fuzzy", "none"])).then(pl.lit("none")).otherwise("rule"),
        decision=pl.when(asked).then(pl.lit("refused" if zone is None else "taken")).otherwise("decision"),
    )
    rows = read_frame(connection, "denominator", version_id=before)
    key = pl.coalesce("given_name", "code", "zone")
    aligned = rows.select(given=key, code="code").join(
        settled, on=["given", "code"], how="left", nulls_equal=True, maintain_order="left"
    )
    placed = under_zone_names(rows.with_columns(zone=key), aligned, boundaries)
    version_id = write_denominators(connection, actor, (placed, settled), (before, {"decided": given}), now)
    return {"version": version_id, "given": given, "zone": boundary, "decision": "refused" if zone is None else "taken"}


def _source_with(connection: sa.Connection, waiting: pl.Expr) -> int | None:
    """Return the newest source of denominators of which exactly one zone is meant, None where there is none."""
    for version_id in reversed(matched_sources(connection)):
        if read_frame(connection, "zone_match", version_id=version_id).filter(waiting).height == 1:
            return version_id
    return None


def decide_party(
    connection: sa.Connection, actor: Actor, party_id: str, into_id: str, now: datetime, *, same: bool
) -> dict[str, Any]:
    """Settle one pair that may be one party: merged (the row `party_id` goes, `into_id` keeps what it lacked) or not.

    A new version of the dataset is taken live; the decision holds for later files too.
    Raises NotFoundError when the pair does not wait.
    """
    require_planner(actor)
    dataset, before = _holding(connection, party_id, into_id)
    table, decision = PARTY_KINDS[dataset], "merged" if same else "refused"
    own = live_or_none(connection, dataset)
    lineage = [*own.params.get("lineage", []), own.id] if own else []
    version_id = new_version(connection, actor, dataset, params={"decided": party_id, "lineage": lineage}, now=now)
    with loading(connection):
        if same:
            write_frame(
                connection, table, _one_party(connection, table, before, party_id, into_id), version_id=version_id
            )
        matches = read_frame(connection, "party_match", version_id=before)
        asked = (pl.col("id") == party_id) & (pl.col("into_id") == into_id)
        matches = matches.with_columns(decision=pl.when(asked).then(pl.lit(decision)).otherwise("decision"))
        write_frame(connection, "party_match", matches, version_id=version_id)
        keep_rows(connection, "original", (before, version_id))
        keep_rows(connection, table, (before, version_id), leave_out=party_id if same else None)
    said = {"decided": party_id, "into": into_id, "decision": decision}
    finish_version(connection, version_id, report=said)
    composed = compose(connection, actor, dataset, version_id, now)
    return {"version": version_id, "bank": composed} | said


def _zones(connection: sa.Connection) -> list[dict[str, Any]]:
    ground = live_or_none(connection, "ground")
    if ground is None:
        return []
    names = read_frame(connection, "boundary", version_id=ground.id, columns=["id", "name"])
    versions = matched_sources(connection)
    waits = [read_frame(connection, "zone_match", version_id=each, where={"decision": "review"}) for each in versions]
    waiting = pl.concat([empty(ZONE_MATCHES), *waits]).unique(maintain_order=True)
    shown = waiting.join(names, left_on="zone", right_on="id", how="left", maintain_order="left")
    return shown.select("given", "code", "zone", "name", "score", "rule").to_dicts()


def _parties(connection: sa.Connection) -> list[dict[str, Any]]:
    versions = {standing_version(connection, dataset) for dataset in PARTY_KINDS} - {None}
    frames = [
        read_frame(connection, "party_match", version_id=version_id, where={"decision": "review"})
        for version_id in sorted(version for version in versions if version is not None)
    ]
    return pl.concat(frames).drop("decision").to_dicts() if frames else []


def _boundary(boundaries: pl.DataFrame, matches: pl.DataFrame, zone: str) -> str:
    """Return the id of the boundary that a person names by id or by its sole name."""
    found = boundaries.filter(pl.col("id") == zone)
    if found.is_empty():
        found = boundaries.filter(pl.col("name") == zone)
    if found.height != 1:
        raise NotFoundError("there is no boundary {zone}, or several of that name: give its id", zone=zone)
    boundary = str(found["id"][0])
    holder = matches.filter((pl.col("zone") == boundary) & (pl.col("decision") == "taken"))
    if holder.height:
        raise InvalidInputError(
            "boundary {zone} has the figures of {given} already", zone=zone, given=holder["given"][0]
        )
    return boundary


def _holding(connection: sa.Connection, party_id: str, into_id: str) -> tuple[str, int]:
    """Return the dataset and the version in which the pair waits."""
    for dataset in PARTY_KINDS:
        version_id = standing_version(connection, dataset)
        pair = {"id": party_id, "into_id": into_id, "decision": "review"}
        if version_id and read_frame(connection, "party_match", version_id=version_id, where=pair).height:
            return dataset, version_id
    raise NotFoundError("no pair {id} and {into} waits for a decision", id=party_id, into=into_id)


def _one_party(connection: sa.Connection, table: str, before: int, party_id: str, into_id: str) -> pl.DataFrame:
    """Return the one row of two: the standing one, with the other's values where it has none."""
    pair = read_frame(connection, table, version_id=before, where={"id": [party_id, into_id]})
    ordered = pl.concat([pair.filter(pl.col("id") == into_id), pair.filter(pl.col("id") == party_id)])
    return ordered.select(pl.all().drop_nulls().first()).select(pair.columns)

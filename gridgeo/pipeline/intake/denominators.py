"""Denominators under the names of the ground's boundaries, and the list of zones that wait for a person."""

from __future__ import annotations

from datetime import datetime

import polars as pl
import sqlalchemy as sa

from gridgeo.domain import Actor
from gridgeo.domain.tables import DENOMINATOR_NOTES, DENOMINATORS, ZONE_MATCHES, checked, empty
from gridgeo.pipeline.intake.compose import compose, live_or_none, standing_version
from gridgeo.pipeline.intake.zones import match_zones
from gridgeo.storage import finish_version, new_version, read_frame, write_frame


def placed_denominators(connection: sa.Connection, rows: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the rows with `zone` as readers know it, and their ZONE_MATCHES.

    rows: DENOMINATORS with notes, zone as the file writes it. A zone that found its boundary goes by the boundary's
    name (by its id where several bear the name); one that waits for a person keeps its text and counts nowhere yet.
    """
    whole = live_or_none(connection, "ground")
    boundaries = read_frame(connection, "boundary", version_id=whole.id if whole else 0)
    decided = read_frame(connection, "zone_match", version_id=whole.id) if whole else empty(ZONE_MATCHES)
    matches = match_zones(rows.select("zone", "code"), boundaries, decided)
    return under_zone_names(rows, matches, boundaries), matches


def under_zone_names(rows: pl.DataFrame, matches: pl.DataFrame, boundaries: pl.DataFrame) -> pl.DataFrame:
    """Return the rows with their zone renamed where the match is taken; rows and matches are aligned."""
    alone = boundaries.select("id", known=pl.when(pl.col("name").is_unique()).then("name").otherwise("id"))
    taken = matches.select(
        id=pl.when(pl.col("decision") == "taken").then("zone"),
    )
    names = taken.join(alone, on="id", how="left", maintain_order="left")["known"]
    zone = pl.coalesce(pl.lit(names), "zone")
    return checked(rows.with_columns(zone=zone), DENOMINATORS | DENOMINATOR_NOTES, "denominator")


def rematch(connection: sa.Connection, actor: Actor, now: datetime) -> int | None:
    """Match the live denominators against the boundaries that are live now; return their new version.

    None when the ground has no denominators that came with matches. Called when boundaries have changed: names and
    codes then point elsewhere, and what a person decided still holds.
    """
    before = standing_version(connection, "denominators")
    if before is None or read_frame(connection, "zone_match", version_id=before).is_empty():
        return None
    rows = read_frame(connection, "denominator", version_id=before)
    placed, matches = placed_denominators(connection, _as_given(rows))
    return write_denominators(connection, actor, (placed, matches), {"rematched": before}, now)


def write_denominators(
    connection: sa.Connection,
    actor: Actor,
    tables: tuple[pl.DataFrame, pl.DataFrame],
    params: dict[str, object],
    now: datetime,
) -> int:
    """Write a version of denominators and their matches, and take it live."""
    before = live_or_none(connection, "denominators")
    lineage = [*before.params.get("lineage", []), before.id] if before else []
    version_id = new_version(connection, actor, "denominators", params=params | {"lineage": lineage}, now=now)
    rows = {
        name: write_frame(connection, name, frame, version_id=version_id)
        for name, frame in zip(("denominator", "zone_match"), tables, strict=True)
    }
    finish_version(connection, version_id, report={"rows": rows})
    compose(connection, actor, "denominators", version_id, now)
    return version_id


def _as_given(rows: pl.DataFrame) -> pl.DataFrame:
    """Return denominators with the zone as the file wrote it."""
    return rows.with_columns(zone=pl.coalesce("given_name", "code", "zone"))

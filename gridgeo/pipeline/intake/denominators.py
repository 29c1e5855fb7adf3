"""Denominators under the names of the ground's boundaries, and the list of zones that wait for a person."""

from __future__ import annotations

from datetime import datetime

import polars as pl
import sqlalchemy as sa

from gridgeo.domain import Actor
from gridgeo.domain.tables import DENOMINATOR_NOTES, DENOMINATORS, ZONE_MATCHES, checked, empty
from gridgeo.pipeline.denominators.mass import mass_of
from gridgeo.pipeline.denominators.registry import ZONES
from gridgeo.pipeline.intake.compose import compose, live_or_none, source_versions
from gridgeo.pipeline.intake.zones import match_zones
from gridgeo.storage import finish_version, new_version, read_frame, version_record, write_frame
from gridgeo.storage.imports import keep_rows


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
    """Match the live denominators by zones against the boundaries that are live now; return their newest version.

    None when the ground has no denominators that came with matches. Called when boundaries have changed: names and
    codes then point elsewhere, and what a person decided still holds.
    """
    newest = None
    for version_id in matched_sources(connection):
        rows = read_frame(connection, "denominator", version_id=version_id)
        placed = placed_denominators(connection, _as_given(rows))
        newest = write_denominators(connection, actor, placed, (version_id, {"rematched": version_id}), now)
    return newest


def matched_sources(connection: sa.Connection) -> list[int]:
    """Return the versions of the live sources whose zones were matched to boundaries, the oldest first."""
    versions = sorted(source_versions(connection).values())
    return [each for each in versions if read_frame(connection, "zone_match", version_id=each).height]


def write_denominators(
    connection: sa.Connection,
    actor: Actor,
    tables: tuple[pl.DataFrame, pl.DataFrame],
    origin: tuple[int, dict[str, object]],
    now: datetime,
) -> int:
    """Write a version of denominators and their matches in place of another one of the same source; take it live.

    origin: the version before, whose further figures are kept, and what is to be noted with the new one.
    """
    before, params = version_record(connection, origin[0]), origin[1]
    lineage = [*before.params.get("lineage", []), before.id]
    version_id = new_version(connection, actor, "denominators", params=params | {"lineage": lineage}, now=now)
    rows = {
        name: write_frame(connection, name, frame, version_id=version_id)
        for name, frame in zip(("denominator", "zone_match"), tables, strict=True)
    }
    keep_rows(connection, "denominator_figure", (before.id, version_id))
    said = (before.report or {}).get("source") or {"key": ZONES, "form": "zones"}
    mass = mass_of(connection, version_id, said)
    finish_version(connection, version_id, report={"rows": rows, "source": said, "mass": mass})
    compose(connection, actor, "denominators", version_id, now)
    return version_id


def _as_given(rows: pl.DataFrame) -> pl.DataFrame:
    """Return denominators with the zone as the file wrote it."""
    return rows.with_columns(zone=pl.coalesce("given_name", "code", "zone"))

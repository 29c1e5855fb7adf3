"""Versions of everything imported or computed, and the pointer that says which one readers get."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from gridgeo.domain import Actor
from gridgeo.errors import ConflictError, InvalidInputError, NotFoundError
from gridgeo.storage.models import Live, LiveLog, Version

COMPUTED = (
    "ground",
    "bank",
    "catchment",
    "location",
    "score",
    "plan",
    "publication",
    "membership",
    "gazetteer",
    "scenario",
)
DATASETS = (
    "orgs",
    "staff",
    "boundaries",
    "buildings",
    "households",
    "customers",
    "merchants",
    "products",
    "contacts",
    "addresses",
    "denominators",
    "cells",
    "industries",
    "roads",
)
KINDS = COMPUTED + DATASETS
"""Kinds of versions. A ground or bank may be composed: its parameter `parts` says which dataset holds a table."""


@dataclass(frozen=True)
class VersionRecord:
    """One version.

    params: what it was made from and with. report: what came of it, None until it is finished. live_since: when it
    became live, filled by `live` only.
    """

    id: int
    kind: str
    actor_id: str
    actor_role: str
    created_at: datetime
    params: dict[str, Any]
    report: dict[str, Any] | None
    live_since: datetime | None = None


def new_version(connection: sa.Connection, actor: Actor, kind: str, *, params: Mapping[str, Any], now: datetime) -> int:
    """Begin a version and return its number; rows may be written under it until it is finished.

    Raises InvalidInputError for an unknown kind.
    """
    _known(kind)
    values = {
        "kind": kind,
        "actor_id": actor.id,
        "actor_role": actor.role,
        "created_at": now,
        "params": dict(params),
    }
    return int(connection.execute(sa.insert(Version).values(values).returning(Version.id)).scalar_one())


def finish_version(connection: sa.Connection, version_id: int, report: Mapping[str, Any]) -> None:
    """Close a version with its report; nothing can be written under it any more.

    Raises NotFoundError for an unknown version, ConflictError for one that is finished.
    """
    require_unfinished(connection, version_id)
    connection.execute(sa.update(Version).where(Version.id == version_id).values(report=dict(report)))


def require_unfinished(connection: sa.Connection, version_id: int) -> None:
    """Check that rows may be written under a version.

    Raises NotFoundError for an unknown version, ConflictError for one that is finished.
    """
    report = version_record(connection, version_id).report
    if report is not None:
        raise ConflictError("version {version} is finished; what it holds is never changed", version=version_id)


def set_live(connection: sa.Connection, actor: Actor, kind: str, version_id: int, now: datetime) -> None:
    """Point readers of a kind to a finished version, and log the move; an earlier version may be taken again.

    Raises InvalidInputError when the version is of another kind or unfinished, NotFoundError when there is none.
    """
    record = version_record(connection, version_id)
    if record.kind != kind or record.report is None:
        raise InvalidInputError("version {version} is not a finished {kind} version", version=version_id, kind=kind)
    pointer = sa.select(Live.version_id).where(Live.kind == kind).with_for_update()
    previous = connection.scalar(pointer)
    if previous is None:
        connection.execute(sa.insert(Live).values(kind=kind, version_id=version_id, since=now))
    else:
        connection.execute(sa.update(Live).where(Live.kind == kind).values(version_id=version_id, since=now))
    entry = {"kind": kind, "version_id": version_id, "previous_version_id": previous, "actor_id": actor.id, "at": now}
    connection.execute(sa.insert(LiveLog).values(entry))


def live(connection: sa.Connection, kind: str) -> VersionRecord:
    """Return the live version of a kind; NotFoundError when there is none yet."""
    _known(kind)
    query = sa.select(Version.__table__, Live.since).join(Live, Live.version_id == Version.id).where(Live.kind == kind)
    row = connection.execute(query).one_or_none()
    if row is None:
        raise NotFoundError("the store has no live {kind} yet: run gridgeo demo or gridgeo run", kind=kind)
    return VersionRecord(*row)


def version_record(connection: sa.Connection, version_id: int) -> VersionRecord:
    """Return one version; NotFoundError when there is none of that number."""
    row = connection.execute(sa.select(Version.__table__).where(Version.id == version_id)).one_or_none()
    if row is None:
        raise NotFoundError("there is no version {version}", version=version_id)
    return VersionRecord(*row)


def part_of(connection: sa.Connection, version_id: int, table: str) -> int:
    """Return the version that holds a table's rows for readers of `version_id`: its part, or the version itself."""
    params = connection.scalar(sa.select(Version.params).where(Version.id == version_id)) or {}
    return int(params.get("parts", {}).get(table, version_id))


def list_versions(connection: sa.Connection, kind: str | None = None) -> list[VersionRecord]:
    """Return the versions of a kind, or all, newest first."""
    query = sa.select(Version.__table__).order_by(Version.id.desc())
    if kind is not None:
        _known(kind)
        query = query.where(Version.kind == kind)
    return [VersionRecord(*row) for row in connection.execute(query)]


def _known(kind: str) -> None:
    if kind not in KINDS:
        raise InvalidInputError("version kind must be one of {known}, got {given}", known=", ".join(KINDS), given=kind)

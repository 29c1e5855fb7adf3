"""What a score version keeps beside its scores: the fitted model, and what each cell's figures follow from."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl
import sqlalchemy as sa

from gridgeo.domain import Actor
from gridgeo.storage.conditions import among, scoped
from gridgeo.storage.models import ScoreBasis, ScoreModelBody
from gridgeo.storage.rescored import holders, home_of
from gridgeo.storage.versions import require_unfinished


def write_basis(connection: sa.Connection, version_id: int, frames: Mapping[str, pl.DataFrame]) -> None:
    """Write branch -> frame under an unfinished score version, packed as Arrow: read as a whole, never searched."""
    require_unfinished(connection, version_id)
    rows = [{"version_id": version_id, "branch_id": branch, "body": _packed(frame)} for branch, frame in frames.items()]
    if rows:
        connection.execute(sa.insert(ScoreBasis), rows)


def read_basis(
    connection: sa.Connection, version_id: int, branch_ids: Sequence[str] | None = None, actor: Actor | None = None
) -> dict[str, pl.DataFrame]:
    """Return branch -> frame, inside the actor's scope; nothing for versions of releases that kept none."""
    table: Any = ScoreBasis.__table__
    dialect = connection.dialect.name
    query = sa.select(table.c.branch_id, table.c.body)
    if branch_ids is not None:
        query = query.where(among(table.c.branch_id, list(branch_ids), dialect))
    query = scoped(query, table, actor, dialect)
    found: dict[str, pl.DataFrame] = {}
    for part in holders(connection, version_id, table):
        found |= {str(branch): pl.read_ipc(bytes(body)) for branch, body in connection.execute(query.where(part))}
    return dict(sorted(found.items()))


def write_score_models(connection: sa.Connection, version_id: int, bodies: Mapping[int, bytes]) -> None:
    """Write resolution -> model under an unfinished score version."""
    require_unfinished(connection, version_id)
    rows = [{"version_id": version_id, "resolution": level, "body": body} for level, body in bodies.items()]
    connection.execute(sa.insert(ScoreModelBody), rows)


def read_score_models(connection: sa.Connection, version_id: int, branch_id: str | None = None) -> dict[int, bytes]:
    """Return resolution -> model of a score version; nothing for versions of releases that kept none.

    branch_id: the model that this branch was scored with, where branches were scored again since.
    """
    if branch_id is not None:
        version_id = home_of(connection, version_id, branch_id)
    table: Any = ScoreModelBody.__table__
    query = sa.select(table.c.resolution, table.c.body).where(table.c.version_id == version_id)
    return {int(level): bytes(body) for level, body in connection.execute(query)}


def _packed(frame: pl.DataFrame) -> bytes:
    buffer = io.BytesIO()
    frame.write_ipc(buffer, compression="zstd")
    return buffer.getvalue()

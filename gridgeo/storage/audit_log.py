"""The audit log: lines are added, read newest first, and never changed."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from gridgeo.domain.audit import AuditEntry
from gridgeo.errors import BusyError
from gridgeo.storage.models import AuditLine

logger = logging.getLogger("gridgeo.audit")
_WRITES = ("INSERT", "UPDATE", "DELETE")
_CHANGED = "gridgeo_changed"
_UNAUDITED = "gridgeo_unaudited"


@dataclass(frozen=True)
class LinesWanted:
    """Which lines to read: before a line's number, by somebody, with an outcome, from a moment on; None is any."""

    before: int | None = None
    actor_id: str | None = None
    outcome: str | None = None
    since: datetime | None = None


def add_line(connection: sa.Connection, entry: AuditEntry) -> None:
    """Write one line in the caller's transaction: what is rolled back was not done."""
    connection.execute(sa.insert(AuditLine).values(asdict(entry)))


def unaudited(engine: sa.Engine) -> sa.Engine:
    """Return the engine for housekeeping that nobody asked for, of which the log says nothing."""
    return engine.execution_options(**{_UNAUDITED: True})


def add_line_apart(engine: sa.Engine, entry: AuditEntry) -> bool:
    """Write one line in a transaction of its own; tell whether the store took it.

    For tries that came to nothing. A store that is busy keeps nobody waiting for the log: the line then stands in the
    log of the service alone, as an error.
    """
    try:
        with unaudited(engine).begin() as connection:
            add_line(connection, entry)
    except BusyError:
        logger.exception("a line of the audit log could not be written: %s", entry)
        return False
    return True


def read_lines(connection: sa.Connection, wanted: LinesWanted, most: int) -> list[dict[str, Any]]:
    """Return lines, newest first."""
    query = sa.select(*AuditLine.__table__.columns).order_by(AuditLine.id.desc()).limit(most)
    if wanted.before is not None:
        query = query.where(AuditLine.id < wanted.before)
    if wanted.actor_id is not None:
        query = query.where(AuditLine.actor_id == wanted.actor_id)
    if wanted.outcome is not None:
        query = query.where(AuditLine.outcome == wanted.outcome)
    if wanted.since is not None:
        query = query.where(AuditLine.at >= wanted.since)
    return [dict(row) for row in connection.execute(query).mappings()]


def audit_commits(engine: sa.Engine, entry: Callable[[], AuditEntry | None]) -> Callable[[], bool]:
    """Have every transaction of the engine that changes something write a line before it commits.

    entry: makes the line; None where none is due. Returns a function that tells whether any has been written yet.
    """
    written: list[bool] = []

    @sa.event.listens_for(engine, "before_cursor_execute")
    def _on_statement(connection: sa.Connection, _cursor: object, statement: str, *_: object) -> None:
        if statement.lstrip()[:6].upper() in _WRITES:
            connection.info[_CHANGED] = not connection.get_execution_options().get(_UNAUDITED, False)

    @sa.event.listens_for(engine, "begin")
    def _on_begin(connection: sa.Connection) -> None:
        connection.info.pop(_CHANGED, None)

    @sa.event.listens_for(engine, "commit")
    def _on_commit(connection: sa.Connection) -> None:
        line = entry() if connection.info.pop(_CHANGED, False) else None
        if line is not None:
            add_line(connection, line)
            written.append(True)

    return lambda: bool(written)

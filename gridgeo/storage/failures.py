"""One translation from what a database says to the few kinds of failure gridgeo knows."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import sqlalchemy as sa

from gridgeo.errors import BusyError, ConflictError, GridgeoError, InvalidInputError, NotAllowedError

TOOK_TOO_LONG = {"57014", "25P03", "25P04", "57P05"}
"""PostgreSQL states: statement cancelled, idle in transaction, transaction and session time-outs."""
SOMEBODY_WRITES = {"55P03", "40001", "40P01"}
"""PostgreSQL states: lock not available, serialisation failure, deadlock."""
DISK_FULL = "53100"
OUT_OF_RANGE = "22003"
NO_CONNECTION = {"57P01", "57P02", "57P03", "53300"}
"""PostgreSQL states: shut down, crashed, starting, too many connections; class 08 belongs here too."""
SQLITE_BUSY_CODES = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
SQLITE_TWICE_CODES = {sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY, sqlite3.SQLITE_CONSTRAINT_UNIQUE}


def gridgeo_error(error: BaseException) -> GridgeoError | None:
    """Return the failure to raise in place of a driver's error; None when it is nothing a retry would mend."""
    if isinstance(error, GridgeoError):
        # Raised by a column type of ours; SQLAlchemy would wrap it.
        return type(error)(error.template, **error.values)
    if isinstance(error, OverflowError):
        return InvalidInputError("a number is larger than the store can hold")
    if isinstance(error, UnicodeEncodeError):
        return InvalidInputError("a text holds characters that no text can hold")
    if isinstance(error, sqlite3.Error):
        return _sqlite_error(error)
    return _postgres_error(error) if isinstance(error, psycopg.Error) else None


def _sqlite_error(error: sqlite3.Error) -> GridgeoError | None:
    code = getattr(error, "sqlite_errorcode", 0)
    if code in SQLITE_TWICE_CODES:
        return ConflictError("somebody else wrote the same thing first")
    # The low byte is the kind, the rest tells it apart further (a stale snapshot, a recovery under way).
    if code & 0xFF in SQLITE_BUSY_CODES:
        return BusyError("somebody else is writing to the store; try again")
    return BusyError("the disk of the store is full") if code == sqlite3.SQLITE_FULL else None


def _postgres_error(error: psycopg.Error) -> GridgeoError | None:
    if isinstance(error, psycopg.errors.UniqueViolation):
        return ConflictError("somebody else wrote the same thing first")
    if isinstance(error, psycopg.errors.ForeignKeyViolation):
        return ConflictError("what this belongs to was deleted in between; read it again")
    if isinstance(error, psycopg.errors.InsufficientPrivilege):
        # A grant that is missing, or a policy that keeps a row of another branch from being written.
        return NotAllowedError("the login of the store may not do this: {detail}", detail=str(error).partition("\n")[0])
    return _postgres_input(error) or _postgres_busy(error)


def _postgres_input(error: psycopg.Error) -> GridgeoError | None:
    if error.sqlstate == OUT_OF_RANGE:
        return InvalidInputError("a number is larger than the store can hold")
    if isinstance(error, psycopg.DataError) and "NUL" in str(error):
        return InvalidInputError("a text holds characters that no text can hold")
    return None


def _postgres_busy(error: psycopg.Error) -> GridgeoError | None:
    state = error.sqlstate or ""
    if state in TOOK_TOO_LONG:
        return BusyError("the store took longer than allowed; try again")
    if state in SOMEBODY_WRITES:
        return BusyError("somebody else is writing to the store; try again")
    if state == DISK_FULL:
        return BusyError("the disk of the store is full")
    if state in NO_CONNECTION or state.startswith("08") or (not state and isinstance(error, psycopg.OperationalError)):
        return BusyError("the connection to the store was lost; try again")
    return None


def translate_failures(engine: sa.Engine) -> None:
    """Have every statement, commit and connect of the engine raise gridgeo's kinds where there is one."""

    @sa.event.listens_for(engine, "handle_error")
    def _handle(context: sa.ExceptionContext) -> GridgeoError | None:
        return gridgeo_error(context.original_exception)


@contextmanager
def driver_calls() -> Iterator[None]:
    """Translate failures of calls that go to the driver past SQLAlchemy (COPY)."""
    try:
        yield
    except psycopg.Error as error:
        translated = gridgeo_error(error)
        if translated is None:
            raise
        raise translated from error

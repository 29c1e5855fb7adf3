"""A SQLite store copied while others use it, and a copy brought back."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import sqlalchemy as sa

from gridgeo.errors import InvalidInputError
from gridgeo.storage.engine import open_engine
from gridgeo.storage.migrations import require_known
from gridgeo.storage.moving import require_empty_store

PAGES_AT_ONCE = 20_000
MANY = 2**31 - 1
NO_FAULT = "NULL value in "
"""SQLite 3.40 says so of tables kept in the order of a key that does not come first; the digests see real ones."""


@contextmanager
def copied(engine: sa.Engine, target: Path) -> Iterator[sa.Engine]:
    """Copy a store into a file by SQLite's backup, which writers do not disturb, and open the copy for the block."""
    target.unlink(missing_ok=True)
    _copy(Path(str(engine.url.database)), target)
    copy = open_engine(f"sqlite:///{target}", create=False)
    try:
        yield copy
    finally:
        copy.dispose()
        with closing(sqlite3.connect(target)) as opened:
            # One file and nothing beside it: the log of a store at work does not belong into a backup.
            opened.execute("PRAGMA journal_mode=DELETE")


@contextmanager
def restored(engine: sa.Engine, file: Path) -> Iterator[None]:
    """Fill an empty store from a copy; it is empty again when the block fails.

    Raises ConflictError when the store holds data, InvalidInputError for a damaged copy or one of a newer release.
    """
    require_empty_store(engine)
    engine.dispose()
    store = Path(str(engine.url.database))
    _require_sound(file)
    before = store.with_name(f"{store.name}.before")
    before.unlink(missing_ok=True)
    _copy(store, before)
    try:
        _copy(file, store)
        require_known(engine)
        yield
    except BaseException:
        engine.dispose()
        _copy(before, store)
        raise
    finally:
        before.unlink(missing_ok=True)


def _copy(source: Path, target: Path) -> None:
    with closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as old, closing(sqlite3.connect(target)) as new:
        old.backup(new, pages=PAGES_AT_ONCE)


def _require_sound(file: Path) -> None:
    try:
        with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as opened:
            lines = (row[0] for row in opened.execute(f"PRAGMA quick_check({MANY})"))
            said = next((line for line in lines if not line.startswith(NO_FAULT)), "ok")
    except sqlite3.DatabaseError as error:
        said = str(error)
    if said != "ok":
        raise InvalidInputError("backup {file} is damaged: {detail}", file=str(file), detail=said)

"""Stores that one worker of a parallel run makes, and that it and all others copy."""

from __future__ import annotations

import fcntl
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import sqlalchemy as sa

from gridgeo.bench.postgis_server import binaries
from gridgeo.storage import without_postgis

MakeStore = Callable[[str], str]
Fill = Callable[[str], Any]


@dataclass(frozen=True)
class MadeOnce:
    """Makes a store of a name and kind once for all workers; every worker has a copy of its own.

    folder: common to all workers. make_store: makes an empty store. new_database: makes a database without tables.
    """

    folder: Path
    make_store: MakeStore
    new_database: Callable[[], str]

    def store(self, name: str, kind: str, fill: Fill) -> tuple[str, Any]:
        """Return the URL of a store that `fill` was given once, and what it returned, as JSON gives it back."""
        kept, told = self.folder / f"{name}-{kind}", self.folder / f"{name}-{kind}.json"
        with only_one(self.folder / f"{name}-{kind}.lock"):
            if not told.exists():
                url = self.make_store(kind)
                said = orjson.dumps(fill(url), option=orjson.OPT_SERIALIZE_NUMPY)
                _keep(url, kept)
                told.write_bytes(said)
                return url, orjson.loads(said)
        return self._copy(kind, kept), orjson.loads(told.read_bytes())

    def _copy(self, kind: str, kept: Path) -> str:
        if kind == "sqlite":
            url = self.make_store(kind)
            shutil.copyfile(kept, file_of(url))
            return url
        url = self.new_database()
        _program("pg_restore", "--exit-on-error", "-d", _libpq(url), kept)
        engine = sa.create_engine(url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            # A dump holds no statistics, and without them the planner would choose otherwise than it does elsewhere.
            connection.execute(sa.text("ANALYZE"))
        engine.dispose()
        return without_postgis(url) if kind == "plain" else url


@contextmanager
def only_one(lock: Path) -> Iterator[None]:
    """Let one worker after another do what is in the block."""
    lock.parent.mkdir(exist_ok=True)
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def copy_sqlite(source: Path, target: Path) -> None:
    """Copy a SQLite store that may be open: SQLite itself does, since a plain copy may miss what its log holds.

    A plain copy would do harm as well: closing the file takes SQLite's locks away from this process, and a server in
    another one would then clear the store's log away under it (sqlite.org/howtocorrupt.html, section 2.2).
    """
    with closing(sqlite3.connect(source)) as opened, closing(sqlite3.connect(target)) as copy:
        opened.backup(copy)


def _keep(url: str, kept: Path) -> None:
    if url.startswith("sqlite"):
        copy_sqlite(file_of(url), kept)
    else:
        _program("pg_dump", "-Fc", "-Z1", "-f", kept, "-d", _libpq(url))


def _program(name: str, *arguments: str | Path) -> None:
    done = subprocess.run([binaries() / name, *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def file_of(url: str) -> Path:
    """Return the file of a SQLite store."""
    return Path(str(sa.make_url(url).database))


def _libpq(url: str) -> str:
    """Return the URL as PostgreSQL's own programs take it."""
    plain = sa.make_url(url).set(drivername="postgresql").difference_update_query(["gridgeo_mode"])
    return plain.render_as_string(hide_password=False)

"""Open the store: a SQLite file or a PostgreSQL database with PostGIS."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import psycopg
import sqlalchemy as sa

from gridgeo.errors import BusyError, InvalidInputError, NotFoundError
from gridgeo.storage.failures import gridgeo_error, translate_failures
from gridgeo.storage.fence import READ_ONLY, act_from_the_beginning
from gridgeo.storage.types import PLAIN

MODE = "gridgeo_mode"
"""Part of a store URL that says how a store is to be made."""


@dataclass(frozen=True)
class Timeouts:
    """How long to wait before a call fails as busy, in seconds; 0 is for ever.

    pool_s: for a free connection. statement_s: for one statement. lock_s: for somebody else's lock. idle_s: how long a
    transaction may stand still. SQLite knows only the lock.
    """

    pool_s: float = 1.0
    statement_s: float = 5.0
    lock_s: float = 0.5
    idle_s: float = 10.0


SERVING = Timeouts()
"""For a service: a request fails fast and the client comes again."""
BATCH = Timeouts(statement_s=600.0, lock_s=5.0, idle_s=3600.0)
"""For a command: a step computes for minutes inside its transaction."""


class StorePool(sa.QueuePool):
    """A pool whose failures are gridgeo's."""

    def connect(self) -> sa.PoolProxiedConnection:
        """Return a pooled connection; BusyError when none gets free in time."""
        try:
            return super().connect()
        except sa.exc.TimeoutError as error:
            raise BusyError("every connection to the store is in use; try again") from error
        except (sqlite3.Error, psycopg.Error) as error:
            raise gridgeo_error(error) or error from error


def open_engine(url: str, *, create: bool = True, timeouts: Timeouts = BATCH) -> sa.Engine:
    """Open a store and check that it answers.

    url: ``sqlite:///FILE`` or ``postgresql+psycopg://USER:PASSWORD@HOST/DATABASE``; ``?gridgeo_mode=plain`` makes a
    store without PostGIS, which keeps geometries as bytes and is known by it later on. create: whether a SQLite file
    may be made, and PostGIS be switched on in the database; tables come from `upgrade`. timeouts: `BATCH` for commands,
    `SERVING` for a service. On PostgreSQL a login without privileges sees no row of a branch until `acting` or
    `act_as` says whom a transaction acts for.
    Raises InvalidInputError when the URL is none of these, the server does not answer or PostGIS is missing,
    NotFoundError when there is no such file and it is not to be made. No message holds a password.
    """
    parsed = _parsed(url)
    engine = _sqlite(parsed, create, timeouts) if parsed.drivername == "sqlite" else _postgres(parsed, timeouts)
    try:
        _probe(engine, create, parsed)
    except BaseException:
        engine.dispose()
        raise
    translate_failures(engine)
    if engine.dialect.name == "postgresql":
        act_from_the_beginning(engine)
    return engine


def store_exists(url: str) -> bool:
    """Tell whether a store is there: a file for SQLite; a database server is asked when it is opened.

    Raises InvalidInputError when the URL is none of a store.
    """
    parsed = _parsed(url)
    return parsed.drivername != "sqlite" or Path(str(parsed.database)).exists()


def without_postgis(url: str) -> str:
    """Return the URL that makes a store in a database without PostGIS.

    Raises InvalidInputError when the URL is none of PostgreSQL.
    """
    parsed = _parsed(url)
    if parsed.drivername == "sqlite":
        raise InvalidInputError("a store without PostGIS is for PostgreSQL; a SQLite file has none anyway")
    return parsed.update_query_dict({MODE: "plain"}).render_as_string(hide_password=False)


def store_name(url: sa.URL) -> str:
    """Return where a store is, without user, password or parameters."""
    if url.drivername == "sqlite":
        return str(url.database)
    socket = url.query.get("host", "")
    host = url.host or (socket if isinstance(socket, str) else ",".join(socket)) or "local socket"
    return f"{host}{f':{url.port}' if url.port else ''}/{url.database or ''}"


@contextmanager
def reading(engine: sa.Engine) -> Iterator[sa.Connection]:
    """Yield a connection in a transaction that only reads and sees one moment throughout.

    It never waits for a writer and never keeps one waiting.
    """
    options: dict[str, Any] = {READ_ONLY: True}
    if engine.dialect.name == "postgresql":
        options |= {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    with engine.connect().execution_options(**options) as connection:
        if engine.dialect.name != "sqlite":
            yield connection
            return
        connection.exec_driver_sql("PRAGMA query_only=ON")
        try:
            yield connection
        finally:
            connection.exec_driver_sql("PRAGMA query_only=OFF")


def limit_statements(connection: sa.Connection, statement_s: float) -> None:
    """Set the time limit of each further statement of this transaction; 0 is none. SQLite has no such limit."""
    if connection.dialect.name == "postgresql":
        limit = sa.func.set_config("statement_timeout", str(round(statement_s * 1000)), True)
        connection.execute(sa.select(limit))


def _parsed(url: str) -> sa.URL:
    try:
        parsed = sa.make_url(url)
    except (sa.exc.ArgumentError, ValueError):
        # The parser's own message may hold a part of the password.
        parsed = None
    if parsed is None or "@" in (parsed.host or ""):
        raise InvalidInputError(
            "store URL cannot be read: write sqlite:///FILE or postgresql+psycopg://USER:PASSWORD@HOST/DATABASE, "
            "with @ : / % in a password percent-encoded"
        )
    if parsed.drivername in ("postgresql", "postgresql+psycopg"):
        return _with_mode(parsed.set(drivername="postgresql+psycopg"))
    if parsed.drivername in ("sqlite", "sqlite+pysqlite"):
        return _with_file(parsed.set(drivername="sqlite"))
    raise InvalidInputError(
        "store URL must begin with sqlite:/// or postgresql+psycopg://, got {scheme}", scheme=parsed.drivername
    )


def _with_mode(url: sa.URL) -> sa.URL:
    if url.query.get(MODE, "plain") != "plain":
        raise InvalidInputError("{setting} of a store URL can only be plain", setting=MODE)
    return url


def _with_file(url: sa.URL) -> sa.URL:
    if url.database in (None, "", ":memory:"):
        raise InvalidInputError("store URL sqlite:// needs a file: sqlite:///FILE")
    return url


def _sqlite(url: sa.URL, create: bool, timeouts: Timeouts) -> sa.Engine:
    file = Path(str(url.database))
    if not create and not file.exists():
        raise NotFoundError(
            "there is no store at {place}: run gridgeo demo or gridgeo db upgrade first", place=store_name(url)
        )
    if not file.parent.is_dir():
        raise InvalidInputError("folder {folder} does not exist", folder=str(file.parent))
    engine = sa.create_engine(
        url,
        poolclass=StorePool,
        pool_timeout=timeouts.pool_s,
        connect_args={"timeout": timeouts.lock_s},
        json_serializer=_json,
    )

    @sa.event.listens_for(engine, "connect")
    def _on_connect(connection: sqlite3.Connection, _record: object) -> None:
        # The driver's own transaction handling begins late and never before a SELECT or DDL; ours begins below.
        connection.isolation_level = None
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")

    @sa.event.listens_for(engine, "begin")
    def _on_begin(connection: sa.Connection) -> None:
        # A writer takes the lock at once: asking for it after a read fails whenever somebody wrote in between.
        only_reads = connection.get_execution_options().get(READ_ONLY, False)
        connection.exec_driver_sql("BEGIN" if only_reads else "BEGIN IMMEDIATE")

    return engine


def _postgres(url: sa.URL, timeouts: Timeouts) -> sa.Engine:
    engine = sa.create_engine(
        url.difference_update_query([MODE]),
        poolclass=StorePool,
        pool_timeout=timeouts.pool_s,
        pool_pre_ping=True,
        connect_args={"connect_timeout": 5},
        json_serializer=_json,
    )
    limits = {
        "statement_timeout": timeouts.statement_s,
        "lock_timeout": timeouts.lock_s,
        "idle_in_transaction_session_timeout": timeouts.idle_s,
    }
    values = [part for name, seconds in limits.items() for part in (name, str(round(seconds * 1000)))]

    @sa.event.listens_for(engine, "connect")
    def _on_connect(connection: psycopg.Connection[Any], _record: object) -> None:
        connection.execute("SELECT " + ", ".join(["set_config(%s, %s, false)"] * len(limits)), values)
        connection.commit()

    return engine


def _json(value: object) -> str:
    return orjson.dumps(value, option=orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_NON_STR_KEYS).decode()


def _probe(engine: sa.Engine, create: bool, url: sa.URL) -> None:
    try:
        if engine.dialect.name == "postgresql":
            _settle_mode(engine, create, plain=url.query.get(MODE) == "plain")
        else:
            with reading(engine) as connection:
                connection.exec_driver_sql("SELECT count(*) FROM sqlite_master")
    except (sa.exc.DBAPIError, BusyError, sqlite3.Error) as error:
        raise InvalidInputError(
            "the store at {place} cannot be opened: {reason}",
            place=store_name(engine.url),
            reason=_reason(error, engine.url),
        ) from None


def _reason(error: BaseException, url: sa.URL) -> str:
    """Return the driver's first line, unless a secret of the URL stands in it."""
    origin = error.__cause__ if isinstance(error, BusyError) else getattr(error, "orig", error)
    text = str(origin).strip() or type(origin).__name__
    secrets = [str(url.password or ""), *(str(value) for name, value in url.query.items() if name != "host")]
    if any(secret and secret in text for secret in secrets):
        return type(origin).__name__
    return text.splitlines()[0]


def _settle_mode(engine: sa.Engine, create: bool, *, plain: bool) -> None:
    """Find out whether the store has PostGIS, or is to be made without; what it was made as counts."""
    with engine.begin() as connection:
        made = connection.scalar(_KEPT_AS)
    if made is not None and plain and made != "bytea":
        raise InvalidInputError(
            "the store at {place} was made with PostGIS: leave out gridgeo_mode=plain, or make another one",
            place=store_name(engine.url),
        )
    if made == "bytea" or (made is None and plain):
        setattr(engine.dialect, PLAIN, True)
    else:
        _require_postgis(engine, create)


_KEPT_AS = sa.text(
    "SELECT format_type(atttypid, NULL) FROM pg_attribute "
    "WHERE attrelid = to_regclass('boundary') AND attname = 'geometry' AND NOT attisdropped"
)


def _require_postgis(engine: sa.Engine, create: bool) -> None:
    place = store_name(engine.url)
    with engine.begin() as connection:
        if connection.scalar(sa.text("SELECT 1 FROM pg_extension WHERE extname = 'postgis'")):
            return
        available = connection.scalar(sa.text("SELECT 1 FROM pg_available_extensions WHERE name = 'postgis'"))
    if not available:
        raise InvalidInputError(
            "the server of {place} has no PostGIS: install the system package postgresql-NN-postgis-3 on it",
            place=place,
        )
    if create:
        try:
            with engine.begin() as connection:
                connection.execute(sa.text("CREATE EXTENSION IF NOT EXISTS postgis"))
            return
        except sa.exc.DBAPIError:
            # Only an administrator may do it; the remedy below says so.
            pass
    raise InvalidInputError(
        "database {place} has no PostGIS: let its administrator run CREATE EXTENSION postgis", place=place
    )

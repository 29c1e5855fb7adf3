"""Stores are opened with one clear line when it cannot be done, and no line ever holds a password."""

from __future__ import annotations

import os
import threading
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from gridgeo.errors import BusyError, InvalidInputError, NotFoundError
from gridgeo.storage import (
    SERVING,
    Timeouts,
    check_schema,
    limit_statements,
    open_engine,
    reading,
    store_name,
    without_postgis,
)
from gridgeo.storage.types import has_postgis

SECRET = "hunter2hunter2"  # noqa: S105 (what must not be shown)

UNREADABLE = [
    "",
    "nonsense",
    f"postgresql+psycopg://user:{SECRET}@ss@host/db",
    f"postgresql+psycopg://user:x:{SECRET}/db",
    f"mysql://user:{SECRET}@host/db",
    f"postgresql+asyncpg://user:{SECRET}@host/db",
    "sqlite://",
    "sqlite:///:memory:",
]


def whole_story(error: BaseException) -> str:
    """Return everything that a log could show of an error, the errors behind it included."""
    return "".join(traceback.format_exception(error)) + repr(error)


@pytest.mark.parametrize("url", UNREADABLE)
def test_a_url_that_names_no_store_is_refused_without_its_password(url: str) -> None:
    with pytest.raises(InvalidInputError, match="store URL") as caught:
        open_engine(url)
    assert SECRET not in whole_story(caught.value)


@pytest.mark.parametrize(
    "url",
    [
        f"postgresql+psycopg://user:{SECRET}@127.0.0.1:1/db",
        f"postgresql+psycopg://user:{SECRET}@no-such-host.invalid/db",
        f"postgresql+psycopg:///db?host=/no/such/socket&password={SECRET}",
        f"postgresql+psycopg://user:{SECRET}@127.0.0.1:1/db?no_such_option={SECRET}",
        f"postgresql+psycopg://user@127.0.0.1:1/db?options={SECRET}",
    ],
)
def test_a_server_that_does_not_answer_is_named_without_its_password(url: str) -> None:
    with pytest.raises(InvalidInputError, match="cannot be opened") as caught:
        open_engine(url)
    assert SECRET not in whole_story(caught.value)
    assert "\n" not in str(caught.value)


def test_a_wrong_database_is_named_without_the_password(store_url: str, store_kind: str) -> None:
    if store_kind == "sqlite":
        url = store_url + "/not-a-folder/store.db"
        words = "does not exist"
    else:
        url = str(sa.make_url(store_url).set(password=SECRET, database="no_such").render_as_string(hide_password=False))
        words = "no_such"
    with pytest.raises(InvalidInputError, match=words) as caught:
        open_engine(url)
    assert SECRET not in whole_story(caught.value)


def test_a_statement_that_fails_shows_no_password(store_url: str, store_kind: str) -> None:
    url = sa.make_url(store_url)
    if store_kind == "postgis":
        url = url.set(password=SECRET)
    engine = open_engine(url.render_as_string(hide_password=False))
    with pytest.raises(sa.exc.DBAPIError) as caught, engine.begin() as connection:
        connection.execute(sa.text("SELECT * FROM no_such_table"))
    assert SECRET not in whole_story(caught.value)
    assert SECRET not in repr(engine)
    engine.dispose()


def test_the_name_of_a_store_holds_no_secret() -> None:
    url = sa.make_url(f"postgresql+psycopg://user:{SECRET}@host:5433/db?password={SECRET}")
    assert store_name(url) == "host:5433/db"
    assert store_name(sa.make_url("sqlite:////somewhere/a b.db")) == "/somewhere/a b.db"


def test_a_database_without_postgis_is_given_it_or_named(postgis: Any) -> None:
    server = postgis
    url = server.create_database(f"plain_{os.getpid()}")
    with pytest.raises(InvalidInputError, match="CREATE EXTENSION postgis"):
        open_engine(url, create=False)
    open_engine(url).dispose()
    open_engine(url, create=False).dispose()
    server.drop_database(f"plain_{os.getpid()}")


def test_a_store_without_postgis_is_known_again(make_store: Callable[[str], str], postgis: Any) -> None:
    asked = make_store("plain")
    assert "gridgeo_mode" in asked
    plain = sa.make_url(asked).difference_update_query(["gridgeo_mode"]).render_as_string(hide_password=False)
    for url in (plain, asked):
        engine = open_engine(url, create=False)
        assert not has_postgis(engine.dialect)
        check_schema(engine)
        engine.dispose()
    with postgis.connect(str(sa.make_url(plain).database)) as connection:
        assert connection.execute("SELECT 1 FROM pg_extension WHERE extname = 'postgis'").fetchone() is None


def test_a_store_stays_what_it_was_made(make_store: Callable[[str], str]) -> None:
    with pytest.raises(InvalidInputError, match="was made with PostGIS"):
        open_engine(without_postgis(make_store("postgis")))
    with pytest.raises(InvalidInputError, match="can only be plain"):
        open_engine(make_store("postgis") + "&gridgeo_mode=fancy")
    with pytest.raises(InvalidInputError, match="is for PostgreSQL"):
        without_postgis("sqlite:///x.db")


def test_an_ordinary_login_is_told_who_can_switch_postgis_on(postgis: Any) -> None:
    server, name = postgis, f"poor_{os.getpid()}"
    url = server.create_database(name)
    with server.connect(name) as connection:
        connection.execute(f'CREATE ROLE "{name}" LOGIN')
    with pytest.raises(InvalidInputError, match="let its administrator run CREATE EXTENSION postgis"):
        open_engine(sa.make_url(url).set(username=name).render_as_string(hide_password=False))
    server.drop_database(name)
    with server.connect() as connection:
        connection.execute(f'DROP ROLE "{name}"')


def test_a_missing_file_is_made_only_on_purpose(tmp_path: Path) -> None:
    file = tmp_path / "store.db"
    with pytest.raises(NotFoundError, match=r"no store at .*store\.db"):
        open_engine(f"sqlite:///{file}", create=False)
    assert not file.exists()
    open_engine(f"sqlite:///{file}").dispose()
    engine = open_engine(f"sqlite:///{file}", create=False)
    with pytest.raises(InvalidInputError, match="is empty"):
        check_schema(engine)
    engine.dispose()


def test_a_file_that_is_no_database_is_refused_and_kept(tmp_path: Path) -> None:
    file = tmp_path / "photo.db"
    file.write_bytes(b"JFIF" * 1000)
    with pytest.raises(InvalidInputError, match="cannot be opened: file is not a database"):
        open_engine(f"sqlite:///{file}")
    assert file.read_bytes() == b"JFIF" * 1000


def test_a_transaction_is_real_for_reads_and_schema_too(engine: sa.Engine) -> None:
    with engine.connect() as connection:
        connection.execute(sa.text("CREATE TABLE passing (a INTEGER)"))
        connection.execute(sa.text("INSERT INTO passing VALUES (1)"))
        connection.rollback()
    assert "passing" not in sa.inspect(engine).get_table_names()


def test_sqlite_runs_with_its_settings(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'store.db'}", timeouts=Timeouts(lock_s=0.3))
    with engine.connect() as connection:
        found = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in SQLITE_SETTINGS}
    assert found == SQLITE_SETTINGS
    engine.dispose()


SQLITE_SETTINGS = {"journal_mode": "wal", "foreign_keys": 1, "busy_timeout": 300, "synchronous": 1, "query_only": 0}


def test_postgresql_runs_with_its_limits(make_store: Callable[[str], str]) -> None:
    engine = open_engine(make_store("postgis"), timeouts=SERVING)
    with engine.connect() as connection:
        found = {name: connection.exec_driver_sql(f"SHOW {name}").scalar() for name in POSTGRES_SETTINGS}
    assert found == POSTGRES_SETTINGS
    engine.dispose()


POSTGRES_SETTINGS = {
    "statement_timeout": "5s",
    "lock_timeout": "500ms",
    "idle_in_transaction_session_timeout": "10s",
}


def test_reading_never_writes_and_never_waits_for_a_writer(engine: sa.Engine) -> None:
    with engine.begin() as writer:
        writer.execute(sa.text("UPDATE measure SET name_en = 'changed'"))
        with reading(engine) as reader:
            assert "changed" not in set(reader.scalars(sa.text("SELECT name_en FROM measure")))
            with pytest.raises(sa.exc.DBAPIError, match=r"read-?only"):
                reader.execute(sa.text("DELETE FROM measure"))
            reader.rollback()
    with engine.begin() as writer:
        writer.execute(sa.text("DELETE FROM measure"))


def test_one_reading_sees_one_moment(engine: sa.Engine) -> None:
    with reading(engine) as reader:
        before = reader.scalar(sa.text("SELECT count(*) FROM measure"))
        with engine.begin() as writer:
            writer.execute(sa.text("DELETE FROM measure"))
        assert reader.scalar(sa.text("SELECT count(*) FROM measure")) == before
    with reading(engine) as reader:
        assert reader.scalar(sa.text("SELECT count(*) FROM measure")) == 0


def test_two_writers_get_busy_and_not_a_driver_error(store_url: str) -> None:
    engine = open_engine(store_url, timeouts=Timeouts(lock_s=0.1))
    with engine.begin() as first:
        first.execute(sa.text("UPDATE measure SET name_en = 'first' WHERE id = 'people'"))
        with pytest.raises(BusyError, match="somebody else is writing"), engine.begin() as second:
            second.execute(sa.text("UPDATE measure SET name_en = 'second' WHERE id = 'people'"))
    with reading(engine) as reader:
        assert reader.scalar(sa.text("SELECT name_en FROM measure WHERE id = 'people'")) == "first"
    engine.dispose()


def test_a_full_pool_is_busy(store_url: str) -> None:
    engine = open_engine(store_url, timeouts=Timeouts(pool_s=0.1))
    held = [engine.connect() for _ in range(15)]
    with pytest.raises(BusyError, match="every connection"):
        engine.connect()
    for connection in held:
        connection.close()
    engine.connect().close()
    engine.dispose()


def test_a_statement_that_takes_too_long_is_busy(make_store: Callable[[str], str]) -> None:
    engine = open_engine(make_store("postgis"), timeouts=Timeouts(statement_s=0.2))
    with pytest.raises(BusyError, match="took longer"), engine.begin() as connection:
        connection.execute(sa.text("SELECT pg_sleep(5)"))
    with engine.begin() as connection:
        limit_statements(connection, 0)
        connection.execute(sa.text("SELECT pg_sleep(0.4)"))
    with pytest.raises(BusyError, match="took longer"), engine.begin() as connection:
        connection.execute(sa.text("SELECT pg_sleep(0.4)"))
    engine.dispose()


def test_an_idle_transaction_ends_as_busy(make_store: Callable[[str], str]) -> None:
    engine = open_engine(make_store("postgis"), timeouts=Timeouts(idle_s=0.1))
    with pytest.raises(BusyError):
        _ask_twice(engine, lambda: threading.Event().wait(0.6))
    with engine.begin() as connection:
        connection.execute(sa.text("SELECT 1"))
    engine.dispose()


def test_a_server_that_comes_back_is_found_again(make_store: Callable[[str], str], postgis: Any) -> None:
    url = make_store("postgis")
    engine, name = open_engine(url), sa.make_url(url).database
    end_all = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"  # noqa: S608
    with postgis.connect() as server, pytest.raises(BusyError, match="connection to the store was lost"):
        _ask_twice(engine, lambda: server.execute(end_all))
    with engine.begin() as connection:
        assert connection.scalar(sa.text("SELECT 1")) == 1
    engine.dispose()


def _ask_twice(engine: sa.Engine, between: Callable[[], object]) -> None:
    """Ask something, let something happen, ask again in the same transaction."""
    with engine.begin() as connection:
        connection.execute(sa.text("SELECT 1"))
        between()
        connection.execute(sa.text("SELECT 1"))

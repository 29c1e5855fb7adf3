"""Who may serve a store: a login without privileges, over policies that stand; everything else is named."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest
import sqlalchemy as sa

from gridgeo.bench.store_logins import StoreLogins, store_logins
from gridgeo.domain import local_actor
from gridgeo.errors import InvalidInputError, NotAllowedError
from gridgeo.i18n import catalogue
from gridgeo.storage import check_schema, downgrade, new_version, open_engine, require_safe_login, upgrade
from gridgeo.storage.grants import logins_of
from gridgeo.storage.logins import (
    APPEND_ONLY,
    BYPASSES,
    INHERITS,
    NO_POLICY,
    NOT_FENCED,
    OWNS,
    REACHES,
    SUPERUSER,
    WIDER_POLICY,
)
from gridgeo.storage.scenarios import add_event, add_scenario


@pytest.fixture(scope="module")
def logins(make_store: Callable[[str], str], postgis: Any) -> Iterator[StoreLogins]:
    """A migrated PostGIS store with its logins."""
    with store_logins(make_store("postgis"), postgis) as made:
        yield made


@pytest.fixture
def administrator(logins: StoreLogins) -> Iterator[sa.Connection]:
    """A connection of the administrator that commits each statement."""
    engine = open_engine(logins.administrator)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        yield connection
    engine.dispose()


def fault(url: str) -> str:
    """Return what is said against serving with a login, nothing for a safe one."""
    engine = open_engine(url, create=False)
    try:
        with engine.begin() as connection:
            require_safe_login(connection)
    except InvalidInputError as error:
        return str(error)
    finally:
        engine.dispose()
    return ""


def test_the_application_login_is_safe_and_an_administrator_is_not(logins: StoreLogins) -> None:
    assert fault(logins.application) == ""
    assert "is a superuser" in fault(logins.administrator)
    assert f"may become role {logins.names.owner}" in fault(logins.migrator)


def test_every_fault_has_its_chinese() -> None:
    faults = (SUPERUSER, BYPASSES, OWNS, INHERITS, REACHES, NOT_FENCED, NO_POLICY, WIDER_POLICY)
    assert [each for each in faults if each not in catalogue()] == []


def test_sqlite_has_no_logins(make_store: Callable[[str], str]) -> None:
    assert fault(make_store("sqlite")) == ""


UNSAFE = {
    "ALTER ROLE {app} BYPASSRLS": ("ALTER ROLE {app} NOBYPASSRLS", "bypasses row-level security"),
    "ALTER TABLE product OWNER TO {app}": ("ALTER TABLE product OWNER TO {owner}", "owns table product"),
    "ALTER ROLE {app} INHERIT; GRANT {owner} TO {app}": (
        "REVOKE {owner} FROM {app}; ALTER ROLE {app} NOINHERIT",
        "inherits from role",
    ),
    "GRANT {owner} TO {app}": ("REVOKE {owner} FROM {app}", "may become role"),
    "ALTER TABLE customer DISABLE ROW LEVEL SECURITY": (
        "ALTER TABLE customer ENABLE ROW LEVEL SECURITY",
        "table customer has no row-level security in force",
    ),
    "ALTER TABLE customer NO FORCE ROW LEVEL SECURITY": (
        "ALTER TABLE customer FORCE ROW LEVEL SECURITY",
        "table customer has no row-level security in force",
    ),
    "ALTER POLICY gridgeo_scope ON price RENAME TO other": (
        "ALTER POLICY other ON price RENAME TO gridgeo_scope",
        "table price has lost its policy gridgeo_scope",
    ),
    "ALTER POLICY gridgeo_scope ON price USING (true)": (
        "ALTER POLICY gridgeo_scope ON price USING ((SELECT current_setting('gridgeo.parties', true) = 'all'))",
        "table price has lost its policy",
    ),
    "CREATE POLICY wide ON staff USING (true)": ("DROP POLICY wide ON staff", "further policy wide"),
}


@pytest.mark.parametrize("statements", UNSAFE)
def test_what_makes_serving_unsafe_is_named(logins: StoreLogins, administrator: sa.Connection, statements: str) -> None:
    names = {"app": f'"{logins.names.application}"', "owner": f'"{logins.names.owner}"'}
    back, words = UNSAFE[statements]
    for statement in statements.format(**names).split("; "):
        administrator.exec_driver_sql(statement)
    found = fault(logins.application)
    for statement in back.format(**names).split("; "):
        administrator.exec_driver_sql(statement)
    assert words in found
    assert fault(logins.application) == ""


def test_records_are_added_to_and_never_changed(logins: StoreLogins) -> None:
    engine = open_engine(logins.application, create=False)
    for table in (*APPEND_ONLY, "alembic_version"):
        for statement in (f"DELETE FROM {table}", f"UPDATE {table} SET {next_column(table)} = NULL"):  # noqa: S608
            with pytest.raises(NotAllowedError, match="permission denied"), engine.begin() as connection:
                connection.exec_driver_sql(statement)
    engine.dispose()


@pytest.mark.parametrize(
    ("status", "kind", "gone"), [("draft", "comment", 1), ("submitted", "comment", 0), ("draft", "published", 0)]
)
def test_the_log_of_a_scenario_goes_with_what_was_never_published_only(
    logins: StoreLogins, now: datetime, status: str, kind: str, gone: int
) -> None:
    engine, actor = open_engine(logins.application, create=False), local_actor()
    with engine.connect() as connection:
        version = new_version(connection, actor, "scenario", params={}, now=now)
        head = {"name": "x", "status": status, "version_id": version, "scope": {"branches": []}, "created_at": now}
        record = add_scenario(connection, head | {"notes": None})
        add_event(connection, actor, record, kind, {}, now)
        assert connection.scalar(sa.select(sa.func.gridgeo_forget_scenario(record.id))) == gone
        connection.rollback()
    engine.dispose()


def next_column(table: str) -> str:
    """Return a column of a record."""
    return {"alembic_version": "version_num", "planning_policy": "kind"}.get(table, "actor_id")


def test_the_migration_login_moves_the_schema_and_the_application_login_does_not(logins: StoreLogins) -> None:
    migrator, application = (open_engine(url, create=False) for url in (logins.migrator, logins.application))
    downgrade(migrator, "0008")
    with pytest.raises(InvalidInputError, match="may not change the schema"):
        upgrade(application)
    upgrade(migrator)
    upgrade(application)
    check_schema(application)
    with application.begin() as connection:
        owners = sa.text(
            "SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'spatial_ref_sys'"
        )
        assert connection.scalars(owners).all() == [logins.names.owner]
        assert connection.scalar(sa.text("SELECT count(*) FROM dispute")) == 0
    migrator.dispose()
    application.dispose()
    assert fault(logins.application) == ""
    test_records_are_added_to_and_never_changed(logins)


@pytest.mark.parametrize("given", [("a", "a", "b"), (" ", "b", "c"), ("x" * 64, "b", "c"), ("pg_x", "b", "c")])
def test_names_that_are_no_three_roles_are_refused(given: tuple[str, str, str]) -> None:
    with pytest.raises(InvalidInputError, match="role"):
        logins_of("bank", *given)

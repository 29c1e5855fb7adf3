"""Make the logins of a PostgreSQL store and give each what it needs: an owner, a migration and an application login."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import psycopg
import sqlalchemy as sa

from gridgeo.errors import InvalidInputError
from gridgeo.storage.engine import store_name
from gridgeo.storage.logins import APPEND_ONLY, READ_ONLY
from gridgeo.storage.models import Base, StoreSetting

APPLICATION_SETTING = "application_login"
MAX_NAME_BYTES = 63
ATTRIBUTES = "NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS NOINHERIT"


@dataclass(frozen=True)
class Logins:
    """Names of the three roles; the owner owns every table and nobody logs in as it."""

    owner: str
    migrator: str
    application: str


def logins_of(database: str, owner: str | None, migrator: str | None, application: str | None) -> Logins:
    """Return the names of the roles, those not given made of the database's name.

    Raises InvalidInputError for names that are alike, empty or longer than PostgreSQL takes.
    """
    names = Logins(
        owner or f"{database}_owner", migrator or f"{database}_migrator", application or f"{database}_application"
    )
    given = (names.owner, names.migrator, names.application)
    for name in given:
        if not name.strip() or len(name.encode()) > MAX_NAME_BYTES or "\0" in name or name.startswith("pg_"):
            raise InvalidInputError("role name {name} is not one that PostgreSQL takes", name=name)
    if len(set(given)) < len(given):
        raise InvalidInputError("owner, migration and application login must be three roles, got {given}", given=given)
    return names


def make_logins(connection: sa.Connection, names: Logins) -> list[str]:
    """Make the roles that are not there and give all their attributes; return the names that are new.

    The owner may not log in; the migration login may become the owner; the application login is a member of nothing.
    Raises InvalidInputError when the login of the connection may not make roles.
    """
    _require_administrator(connection)
    new = [name for name in vars(names).values() if not _exists(connection, name)]
    for name in new:
        connection.exec_driver_sql(f"CREATE ROLE {quoted(name)}")
    for name, login in ((names.owner, "NOLOGIN"), (names.migrator, "LOGIN"), (names.application, "LOGIN")):
        connection.exec_driver_sql(f"ALTER ROLE {quoted(name)} {login} {ATTRIBUTES}")
    connection.exec_driver_sql(f"GRANT {quoted(names.owner)} TO {quoted(names.migrator)}")
    return new


def set_passwords(connection: sa.Connection, passwords: dict[str, str]) -> None:
    """Set passwords, role -> password; they reach the server as verifiers only, so no log of statements holds one."""
    for name, password in passwords.items():
        verifier = sa.literal(_verifier(connection, name, password)).compile(
            dialect=connection.dialect, compile_kwargs={"literal_binds": True}
        )
        connection.exec_driver_sql(f"ALTER ROLE {quoted(name)} PASSWORD {verifier}")


def hand_over(connection: sa.Connection, names: Logins) -> None:
    """Give schema, tables, sequences and functions of the store to the owner, and the application what it needs.

    What later migrations make is granted as they make it.
    """
    owner, migrator, application = (quoted(name) for name in vars(names).values())
    database = quoted(str(connection.scalar(sa.text("SELECT current_database()"))))
    schema = quoted(str(connection.scalar(sa.text("SELECT current_schema()"))))
    statements = [
        f"REVOKE ALL ON DATABASE {database} FROM PUBLIC",
        f"GRANT CONNECT, TEMPORARY ON DATABASE {database} TO {owner}, {migrator}, {application}",
        f"ALTER SCHEMA {schema} OWNER TO {owner}",
        f"REVOKE ALL ON SCHEMA {schema} FROM PUBLIC",
        f"GRANT USAGE ON SCHEMA {schema} TO {application}, {migrator}",
        *_for_later(owner, application, schema),
        *(f"ALTER {kind} {schema}.{what} OWNER TO {owner}" for kind, what in connection.execute(_MADE)),
    ]
    for statement in statements:
        connection.exec_driver_sql(statement)


def _for_later(owner: str, application: str, schema: str) -> list[str]:
    rights = {
        "TABLES": "SELECT, INSERT, UPDATE, DELETE",
        "SEQUENCES": "USAGE, SELECT",
        "FUNCTIONS": "EXECUTE",
    }
    return [
        f"ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA {schema} GRANT {right} ON {kind} TO {application}"
        for kind, right in rights.items()
    ]


def settle_grants(connection: sa.Connection) -> None:
    """Give the store's application login its rights on the tables as they are now; nothing where there is none.

    After each migration; a record of what happened is added to and never changed.
    """
    name = application_login(connection)
    if name is None or not _exists(connection, name):
        return
    application = quoted(name)
    tables = ", ".join(sorted(Base.metadata.tables))
    connection.exec_driver_sql(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {tables} TO {application}")
    connection.exec_driver_sql(f"REVOKE ALL ON {', '.join(READ_ONLY + APPEND_ONLY)} FROM {application}")
    connection.exec_driver_sql(f"GRANT SELECT ON {', '.join(READ_ONLY)} TO {application}")
    connection.exec_driver_sql(f"GRANT SELECT, INSERT ON {', '.join(APPEND_ONLY)} TO {application}")
    for (sequence,) in connection.execute(_SEQUENCES):
        connection.exec_driver_sql(f"GRANT USAGE, SELECT ON SEQUENCE {sequence} TO {application}")
    for function in connection.scalars(functions_of_ours()).all():
        connection.exec_driver_sql(f"GRANT EXECUTE ON FUNCTION {function} TO {application}")


def note_application(connection: sa.Connection, name: str | None) -> None:
    """Note which login serves the store, so that each migration can grant it what it needs; None: nobody does."""
    connection.execute(sa.delete(StoreSetting).where(StoreSetting.key == APPLICATION_SETTING))
    if name is not None:
        connection.execute(sa.insert(StoreSetting).values(key=APPLICATION_SETTING, value=name))


def application_login(connection: sa.Connection) -> str | None:
    """Return which login serves the store, None where nobody has said or there are no tables yet."""
    if connection.dialect.name != "postgresql" or connection.scalar(_SETTINGS_THERE) is None:
        return None
    return connection.scalar(sa.select(StoreSetting.value).where(StoreSetting.key == APPLICATION_SETTING))


_SETTINGS_THERE = sa.text("SELECT to_regclass('store_setting')")
# What an extension brought stays the extension's.
_SEQUENCES = sa.text(
    "SELECT quote_ident(relname) FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind = 'S'"
)
_MADE = sa.text(
    """
    SELECT CASE relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, quote_ident(relname) FROM pg_class c
    WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p', 'S')
    AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = c.oid AND d.deptype IN ('e', 'a', 'i') AND
        (d.deptype = 'e' OR c.relkind = 'S'))
    UNION ALL
    SELECT 'FUNCTION', p.oid::regprocedure::text FROM pg_proc p
    WHERE p.pronamespace = current_schema()::regnamespace AND p.proname LIKE 'gridgeo\\_%'
    """
)


def functions_of_ours() -> sa.TextClause:
    """Return the query for the functions that the schema brings, with the types of their arguments."""
    return sa.text(
        "SELECT oid::regprocedure::text FROM pg_proc "
        "WHERE pronamespace = current_schema()::regnamespace AND proname LIKE 'gridgeo\\_%'"
    )


def _require_administrator(connection: sa.Connection) -> None:
    row = connection.execute(
        sa.text("SELECT rolname, rolsuper, rolcreaterole FROM pg_roles WHERE rolname = current_user")
    ).one()
    if not (row.rolsuper or row.rolcreaterole):
        raise InvalidInputError(
            "role {role} may not make logins at {place}: run gridgeo db init as an administrator of the database",
            role=row.rolname,
            place=store_name(connection.engine.url),
        )


def _exists(connection: sa.Connection, name: str) -> bool:
    found = connection.scalar(sa.text("SELECT 1 FROM pg_roles WHERE rolname = :name"), {"name": name})
    return found is not None


def _verifier(connection: sa.Connection, name: str, password: str) -> str:
    driver: Any = connection.connection.driver_connection
    assert isinstance(driver, psycopg.Connection)  # noqa: S101 (for the type checker)
    return driver.pgconn.encrypt_password(password.encode(), name.encode(), b"scram-sha-256").decode()


def quoted(name: str) -> str:
    """Return a role's or database's name for a statement: always in quotes, since it may be any word."""
    return '"' + name.replace('"', '""').replace("%", "%%") + '"'

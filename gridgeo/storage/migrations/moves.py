"""Bring a store to a revision of the schema, or check that it is there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from geoalchemy2 import alembic_helpers

from gridgeo.domain import local_actor
from gridgeo.errors import InvalidInputError, NotAllowedError
from gridgeo.storage.engine import limit_statements, reading, store_name
from gridgeo.storage.fence import act_as
from gridgeo.storage.grants import settle_grants
from gridgeo.storage.logins import become_owner
from gridgeo.storage.measures import sync_measures
from gridgeo.storage.models import Base
from gridgeo.storage.types import has_postgis

UPGRADE_LOCK = 0x67726964
"""Key of the advisory lock that keeps two upgrades of one PostgreSQL store apart."""


def context_options(dialect: sa.Dialect) -> dict[str, Any]:
    """Return what Alembic must know to run or compare revisions on a store."""

    def include(item: Any, name: str, kind: str, reflected: bool, other: object) -> bool:  # noqa: ANN401 (Alembic's hook)
        if kind == "index" and item.dialect_options["postgresql"]["using"] == "gist":
            return has_postgis(dialect)
        return bool(alembic_helpers.include_object(item, name, kind, reflected, other))  # type: ignore[no-untyped-call]

    return {
        "target_metadata": Base.metadata,
        "include_object": include,
        # Both stores roll DDL back; Alembic believes it of PostgreSQL only.
        "transactional_ddl": True,
        "compare_type": True,
    }


def upgrade(engine: sa.Engine, revision: str = "head") -> None:
    """Bring the schema to a revision, the newest by default, in one transaction; a new store gets all its tables.

    Raises BusyError when somebody else writes, InvalidInputError when a newer gridgeo made the store or the login may
    not change the schema.
    """
    with _moving(engine) as connection:
        before = _known_revision(connection)
        command.upgrade(_config(connection), revision)
        if _known_revision(connection) != before:
            settle_grants(connection)
        if revision == "head":
            sync_measures(connection)


def downgrade(engine: sa.Engine, revision: str) -> None:
    """Take the schema back to an earlier revision in one transaction; ``base`` removes every table."""
    with _moving(engine) as connection:
        command.downgrade(_config(connection), revision)


def check_schema(engine: sa.Engine) -> None:
    """Check that the store has the schema of this release.

    Raises InvalidInputError saying what to run when it has not.
    """
    try:
        with _looking(engine) as connection:
            found = _known_revision(connection)
            newest = _newest(connection)
    except NotAllowedError as error:
        raise InvalidInputError(
            "login {login} may not read the store at {place}: take its application login",
            login=engine.url.username,
            place=store_name(engine.url),
        ) from error
    if found is None:
        raise InvalidInputError(
            "the store at {place} is empty: run gridgeo demo or gridgeo db upgrade", place=store_name(engine.url)
        )
    if found != newest:
        raise InvalidInputError(
            "the store at {place} was made by an older gridgeo: run gridgeo db upgrade", place=store_name(engine.url)
        )


def store_revision(engine: sa.Engine) -> str | None:
    """Return the revision of the store's schema, None for a store without tables."""
    with _looking(engine) as connection:
        return MigrationContext.configure(connection).get_current_revision()


def require_known(engine: sa.Engine) -> None:
    """Let pass a store of this release or an older one; InvalidInputError for one of a newer release."""
    with _looking(engine) as connection:
        _known_revision(connection)


@contextmanager
def _looking(engine: sa.Engine) -> Iterator[sa.Connection]:
    """One transaction that reads as the store's owner where the login may: the migration login itself reads nothing."""
    with reading(engine) as connection:
        if connection.dialect.name == "postgresql":
            become_owner(connection)
        yield connection


@contextmanager
def _moving(engine: sa.Engine) -> Iterator[sa.Connection]:
    """One transaction for the whole move, alone in the store."""
    try:
        with engine.begin() as connection:
            if connection.dialect.name == "postgresql":
                limit_statements(connection, 0)
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(UPGRADE_LOCK)))
                become_owner(connection)
                act_as(connection, local_actor())
            yield connection
    except NotAllowedError as error:
        raise InvalidInputError(
            "login {login} may not change the schema at {place}: run gridgeo db upgrade with the migration login",
            login=engine.url.username,
            place=store_name(engine.url),
        ) from error


def _config(connection: sa.Connection) -> Config:
    config = Config()
    # A package name and not a folder: it works from a checkout, a wheel and a zip alike.
    config.set_main_option("script_location", "gridgeo.storage:migrations")
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def _known_revision(connection: sa.Connection) -> str | None:
    """Return the revision of the store, None for an empty one."""
    found = MigrationContext.configure(connection).get_current_revision()
    if found is None:
        return None
    try:
        ScriptDirectory.from_config(_config(connection)).get_revision(found)
    except CommandError:
        raise InvalidInputError(
            "the store at {place} was made by a newer gridgeo (schema {revision}): use that one",
            place=store_name(connection.engine.url),
            revision=found,
        ) from None
    return found


def _newest(connection: sa.Connection) -> str | None:
    return ScriptDirectory.from_config(_config(connection)).get_current_head()

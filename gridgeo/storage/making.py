"""Make a store: a SQLite file with its tables, or a PostgreSQL database with its logins, extension and tables."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from gridgeo.storage.grants import (
    Logins,
    hand_over,
    logins_of,
    make_logins,
    note_application,
    quoted,
    set_passwords,
    settle_grants,
)
from gridgeo.storage.logins import require_safe_login
from gridgeo.storage.migrations import upgrade

PASSWORD_BYTES = 24


@dataclass(frozen=True)
class MadeStore:
    """What was made. new: roles that were not there before. passwords: role -> password made here, told this once."""

    logins: Logins | None = None
    new: list[str] = field(default_factory=list)
    passwords: dict[str, str] = field(default_factory=dict, repr=False)

    def as_dict(self) -> dict[str, Any]:
        """Return plain JSON values; nothing of logins on SQLite."""
        if self.logins is None:
            return {}
        return {**vars(self.logins), "new": self.new, "passwords": self.passwords}


def make_store(engine: sa.Engine, roles: Mapping[str, str | None], passwords: Mapping[str, str]) -> MadeStore:
    """Bring a store to the newest schema; on PostgreSQL make its logins first and hand everything to its owner.

    engine: of an administrator of the database. roles: names for owner, migrator and application, None for the usual
    ones. passwords: by the same names; a new login without one gets a random one. Done again, it mends what is missing.
    Raises InvalidInputError when the login may not make roles, or a name is none that PostgreSQL takes.
    """
    if engine.dialect.name != "postgresql":
        upgrade(engine)
        return MadeStore()
    names = logins_of(str(engine.url.database), roles.get("owner"), roles.get("migrator"), roles.get("application"))
    given = {getattr(names, role): word for role, word in passwords.items()}
    with engine.begin() as connection:
        new = make_logins(connection, names)
        made = {
            name: secrets.token_urlsafe(PASSWORD_BYTES)
            for name in (names.migrator, names.application)
            if name in new and name not in given
        }
        set_passwords(connection, made | given)
        hand_over(connection, names)
    upgrade(engine)
    with engine.begin() as connection:
        note_application(connection, names.application)
        hand_over(connection, names)
        settle_grants(connection)
        _check(connection, names.application)
    return MadeStore(names, new, made)


def _check(connection: sa.Connection, application: str) -> None:
    """Look at the store as the application login will, where the administrator may."""
    if connection.scalar(sa.text("SELECT pg_has_role(current_user, :name, 'MEMBER')"), {"name": application}):
        connection.exec_driver_sql(f"SET LOCAL ROLE {quoted(application)}")
        require_safe_login(connection)

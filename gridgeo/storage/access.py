"""Rules of roles, API keys and browser sessions in the store."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

import sqlalchemy as sa

from gridgeo.domain import Actor
from gridgeo.domain.access import RoleRule
from gridgeo.domain.actor import Role
from gridgeo.errors import ConflictError, NotFoundError
from gridgeo.storage.models import ApiKey, RoleRuleRow, WebSession

USE_NOTED_EVERY = timedelta(minutes=1)
"""The last use of a key is kept to the minute: a write a request would cost more than the requests."""


@dataclass(frozen=True)
class KeyRecord:
    """A key without its secret; role and branches are what its bearer may do. branch_ids: None for every branch."""

    prefix: str
    name: str
    role: Role
    branch_ids: tuple[str, ...] | None
    added_by: str
    added_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    last_used_at: datetime | None

    def is_good(self, now: datetime) -> bool:
        """Tell whether the key opens anything now."""
        return self.revoked_at is None and now < self.expires_at

    @property
    def actor(self) -> Actor:
        """Whom the key acts for: the key itself, so that the audit log names it."""
        scope = None if self.branch_ids is None else frozenset(self.branch_ids)
        return Actor(f"key:{self.prefix}", self.role, scope)


def add_rule(connection: sa.Connection, rule: Mapping[str, Any]) -> RoleRule:
    """Write a rule; ConflictError when the same value of the same claim gives that role already."""
    same = (RoleRuleRow.claim == rule["claim"], RoleRuleRow.value == rule["value"], RoleRuleRow.role == rule["role"])
    if connection.scalar(sa.select(RoleRuleRow.id).where(*same)) is not None:
        raise ConflictError(
            "{value} in claim {claim} gives role {role} already: remove that rule first",
            value=rule["value"],
            claim=rule["claim"],
            role=rule["role"],
        )
    statement = sa.insert(RoleRuleRow).values(dict(rule)).returning(*RoleRuleRow.__table__.columns)
    return _rule(connection.execute(statement).one())


def read_rules(connection: sa.Connection) -> list[RoleRule]:
    """Return every rule, by claim, value and role."""
    query = sa.select(*RoleRuleRow.__table__.columns)
    rows = connection.execute(query.order_by(RoleRuleRow.claim, RoleRuleRow.value, RoleRuleRow.role))
    return [_rule(row) for row in rows]


def remove_rule(connection: sa.Connection, claim: str, value: str, role: str | None) -> int:
    """Remove the rules of a value, of one role or of all; return how many there were.

    Raises NotFoundError when there is none.
    """
    gone = sa.delete(RoleRuleRow).where(RoleRuleRow.claim == claim, RoleRuleRow.value == value)
    count = connection.execute(gone if role is None else gone.where(RoleRuleRow.role == role)).rowcount
    if count == 0:
        raise NotFoundError("no rule gives {value} in claim {claim} that role", value=value, claim=claim)
    return count


def _rule(row: sa.Row[Any]) -> RoleRule:
    branches = row.branch_ids
    return RoleRule(
        row.id,
        row.claim,
        row.value,
        cast("Role", row.role),
        None if branches is None else tuple(branches),
        row.branch_claim,
        row.added_by,
        row.added_at,
    )


def add_key(connection: sa.Connection, record: KeyRecord, digest: str) -> None:
    """Write a new key; digest: of its secret, which is kept nowhere."""
    values = {name: getattr(record, name) for name in _KEY_COLUMNS}
    branches = None if record.branch_ids is None else list(record.branch_ids)
    connection.execute(sa.insert(ApiKey).values(values | {"branch_ids": branches, "digest": digest}))


def read_keys(connection: sa.Connection) -> list[KeyRecord]:
    """Return every key, newest first, those that are revoked or have run out too."""
    query = sa.select(*(getattr(ApiKey, name) for name in _KEY_COLUMNS))
    return [_key(row) for row in connection.execute(query.order_by(ApiKey.added_at.desc(), ApiKey.prefix))]


def find_key(connection: sa.Connection, prefix: str) -> tuple[KeyRecord, str] | None:
    """Return a key and the digest of its secret; None for a prefix that was never given."""
    query = sa.select(*(getattr(ApiKey, name) for name in _KEY_COLUMNS), ApiKey.digest)
    row = connection.execute(query.where(ApiKey.prefix == prefix)).one_or_none()
    return None if row is None else (_key(row[:-1]), str(row.digest))


def revoke_key(connection: sa.Connection, prefix: str, now: datetime) -> KeyRecord:
    """Revoke a key from now on; one that was revoked before stays as it is.

    Raises NotFoundError when there is none.
    """
    ours = ApiKey.prefix == prefix
    connection.execute(sa.update(ApiKey).where(ours, ApiKey.revoked_at.is_(None)).values(revoked_at=now))
    found = find_key(connection, prefix)
    if found is None:
        raise NotFoundError("there is no key {prefix}", prefix=prefix)
    return found[0]


def note_use(connection: sa.Connection, prefix: str, now: datetime) -> None:
    """Keep that a key was used, to the minute."""
    before = sa.or_(ApiKey.last_used_at.is_(None), ApiKey.last_used_at < now - USE_NOTED_EVERY)
    connection.execute(sa.update(ApiKey).where(ApiKey.prefix == prefix, before).values(last_used_at=now))


def use_is_noted(record: KeyRecord, now: datetime) -> bool:
    """Tell whether the store knows of a use within the last minute."""
    return record.last_used_at is not None and record.last_used_at >= now - USE_NOTED_EVERY


_KEY_COLUMNS = tuple(KeyRecord.__dataclass_fields__)


def _key(row: Any) -> KeyRecord:  # noqa: ANN401 - a row or a slice of one
    given = dict(zip(_KEY_COLUMNS, row, strict=True))
    branches = given["branch_ids"]
    return KeyRecord(**given | {"branch_ids": None if branches is None else tuple(branches)})


def begin_session(
    connection: sa.Connection, digest: str, claims: Mapping[str, Any], now: datetime, ends_at: datetime
) -> None:
    """Keep that a browser is signed in, and forget sessions that have ended."""
    connection.execute(sa.delete(WebSession).where(WebSession.ends_at <= now))
    values = {"digest": digest, "claims": dict(claims), "began_at": now, "ends_at": ends_at}
    connection.execute(sa.insert(WebSession).values(values))


def session_claims(connection: sa.Connection, digest: str, now: datetime) -> dict[str, Any] | None:
    """Return what the provider said of who holds a session; None when there is no such one any more."""
    claims = connection.scalar(
        sa.select(WebSession.claims).where(WebSession.digest == digest, WebSession.ends_at > now)
    )
    return None if claims is None else dict(claims)


def end_session(connection: sa.Connection, digest: str) -> bool:
    """End a session; tell whether there was one."""
    return connection.execute(sa.delete(WebSession).where(WebSession.digest == digest)).rowcount > 0

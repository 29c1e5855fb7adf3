"""Who may come in: rules from claims to roles, and API keys. Head office alone changes either."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Collection
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from gridgeo.domain import Actor
from gridgeo.domain.access import RoleRule
from gridgeo.domain.actor import OF_BRANCHES, ROLES, Role
from gridgeo.errors import InvalidInputError, NotAllowedError, NotFoundError
from gridgeo.storage.access import KeyRecord, add_key, add_rule, find_key, read_keys, read_rules, remove_rule
from gridgeo.storage.access import revoke_key as revoke

KEY_MARK = "gg"
SECRET_BYTES = 32
MAX_KEY_DAYS = 3 * 366
MAX_TEXT = 200
_KEY = re.compile(r"gg_([a-z0-9]{10})_([A-Za-z0-9_-]{43})")


def give_role(  # noqa: PLR0913 - what a rule is made of
    connection: sa.Connection,
    actor: Actor,
    value: str,
    role: str,
    now: datetime,
    *,
    claim: str,
    branches: Collection[str] = (),
    branch_claim: str | None = None,
) -> dict[str, Any]:
    """Give a role to whoever carries a value in a claim, in some branches, in those a claim names, or in all.

    Raises NotAllowedError for others than head office, InvalidInputError for an unknown role or one of branches without
    any, ConflictError when the same value gives that role already.
    """
    _require_head_office(actor)
    known = _checked_scope(role, branches, branch_claim)
    rule = {
        "claim": _text(claim, "claim"),
        "value": _text(value, "value"),
        "role": known,
        "branch_ids": sorted(branches) if branches else None,
        "branch_claim": None if branch_claim is None else _text(branch_claim, "branch claim"),
        "added_by": actor.id,
        "added_at": now,
    }
    return _rule_told(add_rule(connection, rule))


def list_roles(connection: sa.Connection, actor: Actor) -> list[dict[str, Any]]:
    """Return every rule; NotAllowedError for others than head office and auditors."""
    _require_head_office(actor, or_auditor=True)
    return [_rule_told(rule) for rule in read_rules(connection)]


def take_role(
    connection: sa.Connection, actor: Actor, value: str, role: str | None = None, *, claim: str
) -> dict[str, Any]:
    """Take back the role, or every role, that a value of a claim gives.

    Raises NotAllowedError, NotFoundError when it gives none.
    """
    _require_head_office(actor)
    return {"claim": claim, "value": value, "removed": remove_rule(connection, claim, value, role)}


def issue_key(  # noqa: PLR0913 - what a key is made of
    connection: sa.Connection,
    actor: Actor,
    name: str,
    role: str,
    now: datetime,
    *,
    branches: Collection[str] = (),
    days: int = 365,
) -> dict[str, Any]:
    """Make a key for a program and return it with its secret, which is told this once and kept nowhere.

    days: until it runs out. Raises NotAllowedError, InvalidInputError.
    """
    _require_head_office(actor)
    known = _checked_scope(role, branches, None)
    if not 1 <= days <= MAX_KEY_DAYS:
        raise InvalidInputError("days must be 1 to {most}, got {given}", most=MAX_KEY_DAYS, given=days)
    prefix, secret = secrets.token_hex(5), secrets.token_urlsafe(SECRET_BYTES)
    scope = tuple(sorted(branches)) if branches else None
    record = KeyRecord(prefix, _text(name, "name"), known, scope, actor.id, now, now + timedelta(days=days), None, None)
    add_key(connection, record, key_digest(secret))
    return {"key": f"{KEY_MARK}_{prefix}_{secret}", **key_told(record, now)}


def list_keys(connection: sa.Connection, actor: Actor, now: datetime) -> list[dict[str, Any]]:
    """Return every key without its secret, newest first; NotAllowedError for others than head office and auditors."""
    _require_head_office(actor, or_auditor=True)
    return [key_told(record, now) for record in read_keys(connection)]


def revoke_key(connection: sa.Connection, actor: Actor, prefix: str, now: datetime) -> dict[str, Any]:
    """Close a key from now on; NotFoundError when there is none, NotAllowedError."""
    _require_head_office(actor)
    if find_key(connection, prefix) is None:
        raise NotFoundError("there is no key {prefix}", prefix=prefix)
    return key_told(revoke(connection, prefix, now), now)


def key_parts(text: str) -> tuple[str, str] | None:
    """Return prefix and secret of a key as it was given out; None for a text that is none."""
    found = _KEY.fullmatch(text)
    return None if found is None else (found[1], found[2])


def key_digest(secret: str) -> str:
    """Return what a key is recognised by.

    One round of SHA-256 is right here, unlike for passwords: the secret has 256 random bits, so there is nothing to
    guess and nothing that a slow hash would protect, and each request asks for it.
    """
    return hashlib.sha256(secret.encode()).hexdigest()


def key_told(record: KeyRecord, now: datetime) -> dict[str, Any]:
    """Return a key as plain JSON values, without its secret. state: good, revoked or expired."""
    told = asdict(record)
    for name in ("added_at", "expires_at", "revoked_at", "last_used_at"):
        told[name] = told[name] and told[name].isoformat()
    told["branch_ids"] = None if record.branch_ids is None else list(record.branch_ids)
    state = "revoked" if record.revoked_at else "good" if record.is_good(now) else "expired"
    return told | {"state": state}


def _rule_told(rule: RoleRule) -> dict[str, Any]:
    branches = None if rule.branch_ids is None else list(rule.branch_ids)
    return asdict(rule) | {"branch_ids": branches, "added_at": rule.added_at.isoformat()}


def _checked_scope(role: str, branches: Collection[str], branch_claim: str | None) -> Role:
    if role not in ROLES:
        raise InvalidInputError("role must be one of {roles}, got {given}", roles=", ".join(ROLES), given=role)
    if branches and branch_claim is not None:
        raise InvalidInputError("name the branches or the claim that names them, not both")
    if role in OF_BRANCHES and not branches and branch_claim is None:
        raise InvalidInputError("role {role} needs its branches: name them with --branch", role=role)
    for branch in branches:
        _text(branch, "branch")
    return role


def _require_head_office(actor: Actor, *, or_auditor: bool = False) -> None:
    allowed = ("hq", "auditor") if or_auditor else ("hq",)
    if actor.role not in allowed or (actor.role == "hq" and actor.branch_ids is not None):
        raise NotAllowedError("role {role} may not see or change who has access; it takes hq", role=actor.role)


def _text(text: str, name: str) -> str:
    if not text.strip() or len(text) > MAX_TEXT or not text.isprintable():
        raise InvalidInputError(
            "{name} must be 1 to {most} printable characters, got {given}", name=name, most=MAX_TEXT, given=text[:40]
        )
    return text

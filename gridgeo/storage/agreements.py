"""Policies, disputes and specialists in the store."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from gridgeo.domain import Actor
from gridgeo.errors import ConflictError, NotFoundError
from gridgeo.storage.conditions import scoped
from gridgeo.storage.models import Dispute, Overlay, PlanningPolicy

POLICY_LOCK = 0x706F6C69
"""Key of the advisory lock under which a PostgreSQL store's policies are set."""


@dataclass(frozen=True)
class PolicyRecord:
    """One state of a policy. kind: cadence or account."""

    id: int
    kind: str
    body: dict[str, Any]
    actor_id: str
    at: datetime


@dataclass(frozen=True)
class DisputeRecord:
    """A claim on a customer or cell. The last five are null until head office has decided."""

    id: int
    scenario_id: int
    branch_id: str
    subject_kind: str
    subject: str
    claimed_by: str
    reason: str
    raised_by: str
    raised_at: datetime
    awarded_to: str | None
    decision: str | None
    decided_by: str | None
    decided_at: datetime | None
    decided_on: date | None


@dataclass(frozen=True)
class OverlayRecord:
    """A specialist of an industry or cohort grid from a day on, and until one where it is known."""

    id: int
    feature_id: str
    staff_id: str
    branch_id: str | None
    starts_on: date
    ends_on: date | None
    actor_id: str
    at: datetime


def require_policy(connection: sa.Connection, kind: str, expected: int) -> None:
    """Raise ConflictError unless the state that counts has this number, 0 where nobody has set any.

    Nobody else sets a policy until the transaction is over.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(POLICY_LOCK)))
    newest = newest_policy(connection, kind)
    if (0 if newest is None else newest.id) != expected:
        raise ConflictError(
            "policy {kind} is at {number}, not {expected}; read it again",
            kind=kind,
            number=0 if newest is None else newest.id,
            expected=expected,
        )


def put_policy(
    connection: sa.Connection, actor: Actor, kind: str, body: Mapping[str, Any], now: datetime
) -> PolicyRecord:
    """Write a new state of a policy, which counts from now on."""
    values = {"kind": kind, "body": dict(body), "actor_id": actor.id, "at": now}
    number = connection.execute(sa.insert(PlanningPolicy).values(values).returning(PlanningPolicy.id)).scalar_one()
    return policy_record(connection, int(number))


def newest_policy(connection: sa.Connection, kind: str) -> PolicyRecord | None:
    """Return the state of a policy that counts, None when nobody has set any."""
    query = sa.select(PlanningPolicy.__table__).where(PlanningPolicy.kind == kind)
    row = connection.execute(query.order_by(PlanningPolicy.id.desc()).limit(1)).one_or_none()
    return None if row is None else PolicyRecord(*row)


def policy_record(connection: sa.Connection, policy_id: int) -> PolicyRecord:
    """Return one state of a policy; NotFoundError when there is none of that number."""
    row = connection.execute(sa.select(PlanningPolicy.__table__).where(PlanningPolicy.id == policy_id)).one_or_none()
    if row is None:
        raise NotFoundError("there is no policy {policy}", policy=policy_id)
    return PolicyRecord(*row)


def add_dispute(connection: sa.Connection, values: Mapping[str, Any]) -> DisputeRecord:
    """Write a new claim."""
    number = connection.execute(sa.insert(Dispute).values(dict(values)).returning(Dispute.id)).scalar_one()
    return dispute_record(connection, int(number))


def dispute_record(connection: sa.Connection, dispute_id: int, actor: Actor | None = None) -> DisputeRecord:
    """Return a claim; NotFoundError when there is none of that number in the actor's scope."""
    table: Any = Dispute.__table__
    query = scoped(sa.select(table).where(table.c.id == dispute_id), table, actor, connection.dialect.name)
    row = connection.execute(query).one_or_none()
    if row is None:
        raise NotFoundError("there is no dispute {dispute}", dispute=dispute_id)
    return DisputeRecord(*row)


def dispute_records(
    connection: sa.Connection, actor: Actor | None = None, scenario_id: int | None = None
) -> list[DisputeRecord]:
    """Return the claims in the actor's scope, of one scenario or all, oldest first."""
    table: Any = Dispute.__table__
    query = scoped(sa.select(table).order_by(table.c.id), table, actor, connection.dialect.name)
    if scenario_id is not None:
        query = query.where(table.c.scenario_id == scenario_id)
    return [DisputeRecord(*row) for row in connection.execute(query)]


def decide_dispute(connection: sa.Connection, record: DisputeRecord, values: Mapping[str, Any]) -> DisputeRecord:
    """Write the decision of a claim; ConflictError when it has one."""
    mine = (Dispute.id == record.id) & Dispute.decided_at.is_(None)
    if connection.execute(sa.update(Dispute).where(mine).values(dict(values))).rowcount != 1:
        raise ConflictError("dispute {dispute} is decided already", dispute=record.id)
    return dispute_record(connection, record.id)


def add_overlay(connection: sa.Connection, values: Mapping[str, Any]) -> OverlayRecord:
    """Write a new specialist."""
    number = connection.execute(sa.insert(Overlay).values(dict(values)).returning(Overlay.id)).scalar_one()
    return overlay_record(connection, int(number))


def overlay_record(connection: sa.Connection, overlay_id: int) -> OverlayRecord:
    """Return a specialist's assignment; NotFoundError when there is none of that number."""
    row = connection.execute(sa.select(Overlay.__table__).where(Overlay.id == overlay_id)).one_or_none()
    if row is None:
        raise NotFoundError("there is no overlay {overlay}", overlay=overlay_id)
    return OverlayRecord(*row)


def overlay_records(connection: sa.Connection, feature_id: str | None = None) -> list[OverlayRecord]:
    """Return the specialists' assignments of a grid, or all, oldest first."""
    query = sa.select(Overlay.__table__).order_by(Overlay.id)
    if feature_id is not None:
        query = query.where(Overlay.feature_id == feature_id)
    return [OverlayRecord(*row) for row in connection.execute(query)]


def end_overlay(connection: sa.Connection, overlay_id: int, ends_on: date) -> OverlayRecord:
    """Write the last day of an assignment."""
    overlay_record(connection, overlay_id)
    connection.execute(sa.update(Overlay).where(Overlay.id == overlay_id).values(ends_on=ends_on))
    return overlay_record(connection, overlay_id)

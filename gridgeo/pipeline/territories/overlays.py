"""Specialists of an industry or cohort grid beside the area's manager; who owns the area stays as it is."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from gridgeo.domain import Actor
from gridgeo.errors import InvalidInputError, NotAllowedError, NotFoundError
from gridgeo.pipeline.steps import require_insider, require_planner
from gridgeo.pipeline.territories.drafts import live_inputs, require_scope
from gridgeo.storage import read_frame
from gridgeo.storage.agreements import OverlayRecord, add_overlay, end_overlay, overlay_record, overlay_records
from gridgeo.storage.features import feature_record

KINDS = ("industry", "cohort")


def assign_overlay(
    connection: sa.Connection,
    actor: Actor,
    who: tuple[str, str, str | None],
    days: tuple[date, date | None],
    now: datetime,
) -> dict[str, Any]:
    """Give an industry or cohort grid to a specialist. who: grid, member of staff, branch (None for every branch).

    days: first and last; None while no end is known.
    Raises NotFoundError for a grid, person or branch that is not there, InvalidInputError for a target group or days
    in the wrong order.
    """
    require_planner(actor)
    feature_id, staff_id, branch_id = who
    feature = feature_record(connection, feature_id, actor)
    if feature.kind not in KINDS:
        raise InvalidInputError(
            "a specialist is for an industry or cohort grid, {grid} is a {kind}", grid=feature_id, kind=feature.kind
        )
    staff = read_frame(connection, "staff", version_id=live_inputs(connection).bank, where={"id": staff_id})
    if staff.is_empty():
        raise NotFoundError("there is no member of staff {staff}", staff=staff_id)
    _require_reach(actor, branch_id)
    _require_order(days)
    values = {
        "feature_id": feature_id,
        "staff_id": staff_id,
        "branch_id": branch_id or feature.branch_id,
        "starts_on": days[0],
        "ends_on": days[1],
        "actor_id": actor.id,
        "at": now,
    }
    return _told(add_overlay(connection, values))


def finish_overlay(connection: sa.Connection, actor: Actor, overlay_id: int, ends_on: date) -> dict[str, Any]:
    """Write the last day of a specialist.

    Raises NotFoundError when there is none of that number in the actor's scope, NotAllowedError for one of every branch
    unless the actor has no limit.
    """
    require_planner(actor)
    record = overlay_record(connection, overlay_id)
    _require_reach(actor, record.branch_id)
    _require_order((record.starts_on, ends_on))
    return _told(end_overlay(connection, overlay_id, ends_on))


def list_overlays(
    connection: sa.Connection, actor: Actor, today: date | None = None, feature_id: str | None = None
) -> list[dict[str, Any]]:
    """Return the specialists in the actor's scope, of one grid or all; today: only those who are on duty then."""
    require_insider(actor)
    return [
        _told(record)
        for record in overlay_records(connection, feature_id)
        if (record.branch_id is None or actor.sees(record.branch_id)) and (today is None or _on_duty(record, today))
    ]


def _on_duty(record: OverlayRecord, day: date) -> bool:
    return record.starts_on <= day and (record.ends_on is None or day <= record.ends_on)


def _require_reach(actor: Actor, branch_id: str | None) -> None:
    if branch_id is not None:
        require_scope(actor, branch_id)
    elif actor.branch_ids is not None:
        raise NotAllowedError("a specialist of every branch is for head office: name one of your branches")


def _require_order(days: tuple[date, date | None]) -> None:
    if days[1] is not None and days[1] < days[0]:
        raise InvalidInputError("the last day {last} is before the first {first}", last=days[1], first=days[0])


def _told(record: OverlayRecord) -> dict[str, Any]:
    return {key: value.isoformat() if isinstance(value, date) else value for key, value in asdict(record).items()}

"""Maker and checker: who drew a plan does not approve it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from gridgeo.domain import Actor
from gridgeo.errors import ConflictError, NotAllowedError
from gridgeo.pipeline.steps import require_planner
from gridgeo.pipeline.territories.drafts import OPEN, show
from gridgeo.storage.scenarios import (
    ScenarioRecord,
    add_event,
    change_scenario,
    events_of,
    scenario_record,
)

NOT_MAKING = ("comment", "approved", "rejected", "published", "rolled_back")
"""Entries of the log that make nobody a maker of the plan."""


def submit(connection: sa.Connection, actor: Actor, name: str, now: datetime) -> dict[str, Any]:
    """Hand a draft to a checker; it cannot be changed from then on unless it is rejected."""
    return _move(connection, actor, name, (OPEN, "submitted"), now)


def approve(connection: sa.Connection, actor: Actor, name: str, now: datetime, remark: str = "") -> dict[str, Any]:
    """Approve a submitted scenario.

    Raises NotAllowedError for anybody who made, changed or submitted it, ConflictError when it is not submitted.
    """
    _require_other(connection, actor, scenario_record(connection, name, actor))
    return _move(connection, actor, name, (("submitted",), "approved"), now, remark)


def reject(connection: sa.Connection, actor: Actor, name: str, now: datetime, remark: str = "") -> dict[str, Any]:
    """Send a submitted or approved scenario back to its makers, who may change it again."""
    return _move(connection, actor, name, (("submitted", "approved"), "rejected"), now, remark)


def makers(connection: sa.Connection, record: ScenarioRecord) -> list[str]:
    """Return everybody who made, changed or submitted a scenario, ordered."""
    return sorted({event.actor_id for event in events_of(connection, record.id) if event.kind not in NOT_MAKING})


def _require_other(connection: sa.Connection, actor: Actor, record: ScenarioRecord) -> None:
    if actor.id in makers(connection, record):
        raise NotAllowedError(
            "{actor} made scenario {name} and cannot approve it: it takes a second person (--as NAME:ROLE)",
            actor=actor.id,
            name=record.name,
        )


def _move(
    connection: sa.Connection,
    actor: Actor,
    name: str,
    states: tuple[tuple[str, ...], str],
    now: datetime,
    remark: str = "",
) -> dict[str, Any]:
    require_planner(actor)
    record = scenario_record(connection, name, actor)
    allowed, state = states
    if record.status not in allowed:
        raise ConflictError(
            "scenario {name} is {status}, not {allowed}", name=name, status=record.status, allowed=" / ".join(allowed)
        )
    record = change_scenario(connection, record, {"status": state})
    add_event(connection, actor, record, state, {"remark": remark} if remark else {}, now)
    return show(connection, actor, name)

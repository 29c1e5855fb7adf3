"""Disputes (争议): two claim a customer or a cell of a scenario, and head office decides, with a reason and a day."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime
from typing import Any

import polars as pl
import sqlalchemy as sa

from gridgeo.cells import cells_from_strings
from gridgeo.domain import Actor
from gridgeo.errors import InvalidInputError, NotAllowedError, NotFoundError
from gridgeo.pipeline.steps import require_changer, require_money
from gridgeo.pipeline.territories.compare import plan_named
from gridgeo.pipeline.territories.drafts import checked_text, live_inputs
from gridgeo.pipeline.territories.seats import managers
from gridgeo.storage import read_frame, whole_bank
from gridgeo.storage.agreements import (
    DisputeRecord,
    add_dispute,
    decide_dispute,
    dispute_record,
    dispute_records,
)
from gridgeo.storage.scenarios import scenario_record, scenario_records


def raise_dispute(
    connection: sa.Connection, actor: Actor, name: str, claim: tuple[str, str, str, str], now: datetime
) -> dict[str, Any]:
    """Claim a customer or a cell for a manager before a scenario is published.

    claim: ``customer`` or ``cell``, its id, the manager it is claimed for, the reason. Everybody inside the bank who
    sees the scenario may.
    Raises NotFoundError for a customer, cell or manager that is not there.
    """
    require_money(actor)
    require_changer(actor)
    kind, subject, claimed_by, reason = claim
    record = scenario_record(connection, name, actor)
    branch = _branch_of(connection, actor, name, (kind, subject))
    _require_manager(connection, claimed_by)
    values = {
        "scenario_id": record.id,
        "branch_id": branch,
        "subject_kind": kind,
        "subject": subject,
        "claimed_by": claimed_by,
        "reason": checked_text(reason, "reason"),
        "raised_by": actor.id,
        "raised_at": now,
    }
    return _told(add_dispute(connection, values), name)


def decide(
    connection: sa.Connection, actor: Actor, dispute_id: int, decision: tuple[str, str, date], now: datetime
) -> dict[str, Any]:
    """Decide a dispute, once; head office alone may. decision: who gets it, why, and the day of the decision.

    Raises NotAllowedError for every other role, ConflictError for one that is decided.
    """
    if actor.role != "hq":
        raise NotAllowedError("role {role} may not decide a dispute; it takes hq", role=actor.role)
    awarded_to, words, day = decision
    record = dispute_record(connection, dispute_id, actor)
    _require_manager(connection, awarded_to)
    values = {
        "awarded_to": awarded_to,
        "decision": checked_text(words, "decision"),
        "decided_by": actor.id,
        "decided_at": now,
        "decided_on": day,
    }
    names = {each.id: each.name for each in scenario_records(connection)}
    return _told(decide_dispute(connection, record, values), names[record.scenario_id])


def list_disputes(
    connection: sa.Connection, actor: Actor, name: str | None = None, *, only_open: bool = False
) -> list[dict[str, Any]]:
    """Return the disputes in the actor's scope, of one scenario or all, oldest first."""
    require_money(actor)
    names = {each.id: each.name for each in scenario_records(connection)}
    scenario_id = None if name is None else scenario_record(connection, name, actor).id
    return [
        _told(record, names[record.scenario_id])
        for record in dispute_records(connection, actor, scenario_id)
        if not (only_open and record.decided_at)
    ]


def _told(record: DisputeRecord, name: str) -> dict[str, Any]:
    plain = {key: value.isoformat() if isinstance(value, date) else value for key, value in asdict(record).items()}
    del plain["scenario_id"]
    return plain | {"scenario": name, "status": "decided" if record.decided_at else "open"}


def _branch_of(connection: sa.Connection, actor: Actor, name: str, subject: tuple[str, str]) -> str:
    """Return the branch whose ground the claim is about."""
    kind, item = subject
    plan = plan_named(connection, actor, name)
    if kind == "cell":
        where: dict[str, object] = {"cell": int(cells_from_strings([item])[0])}
    elif kind == "customer":
        with whole_bank(connection):
            placed = read_frame(
                connection,
                "location_cell",
                version_id=plan.inputs.location,
                where={"party_kind": "customer", "party_id": item, "hard": True},
            )
        where = {"cell": placed["cell"].to_list()}
    else:
        raise InvalidInputError("a dispute is about a customer or a cell, got {given}", given=kind)
    found = read_frame(connection, "territory_cell", version_id=plan.version, where=where, actor=actor)
    if found.is_empty():
        raise NotFoundError("{kind} {item} is not in the ground of scenario {name}", kind=kind, item=item, name=name)
    return str(found["branch_id"][0])


def _require_manager(connection: sa.Connection, rm: str) -> None:
    if managers(connection, live_inputs(connection)).filter(pl.col("id") == rm).is_empty():
        raise NotFoundError("there is no member of staff {staff}", staff=rm)

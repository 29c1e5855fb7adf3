"""Scenarios in the store: named drafts, moved on by compare and set, with a log that only grows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from gridgeo.domain import Actor
from gridgeo.errors import ConflictError, NotFoundError
from gridgeo.storage.fence import READ_ONLY
from gridgeo.storage.models import Dispute, Scenario, ScenarioEvent


@dataclass(frozen=True)
class ScenarioRecord:
    """One scenario. scope: ``branches``, the ids it plans. version_id: the scenario version that it holds now."""

    id: int
    name: str
    status: str
    version_id: int
    revision: int
    scope: dict[str, Any]
    notes: str | None
    created_at: datetime

    @property
    def branches(self) -> list[str]:
        """The branches that it plans."""
        return [str(branch) for branch in self.scope["branches"]]


@dataclass(frozen=True)
class EventRecord:
    """One thing that happened to a scenario."""

    scenario_id: int
    seq: int
    kind: str
    actor_id: str
    actor_role: str
    at: datetime
    version_id: int
    body: dict[str, Any]


def find_scenario(connection: sa.Connection, name: str) -> ScenarioRecord | None:
    """Return the scenario of a name, None when there is none.

    Changes of it wait until the transaction ends, unless that only reads.
    """
    query = sa.select(Scenario.__table__).where(Scenario.name == name)
    only_reads = connection.get_execution_options().get(READ_ONLY, False)
    row = connection.execute(query if only_reads else query.with_for_update()).one_or_none()
    return None if row is None else ScenarioRecord(*row)


def scenario_record(connection: sa.Connection, name: str, actor: Actor | None = None) -> ScenarioRecord:
    """Return a scenario; NotFoundError when there is none, or one of its branches is outside the actor's scope."""
    row = connection.execute(sa.select(Scenario.__table__).where(Scenario.name == name)).one_or_none()
    record = None if row is None else ScenarioRecord(*row)
    if record is None or not _visible(record, actor):
        raise NotFoundError("there is no scenario {name}: gridgeo territory list shows them", name=name)
    return record


def scenario_records(connection: sa.Connection, actor: Actor | None = None) -> list[ScenarioRecord]:
    """Return the scenarios whose branches all lie in the actor's scope, ordered by name."""
    query = sa.select(Scenario.__table__)
    found = [ScenarioRecord(*row) for row in connection.execute(query)]
    return sorted((record for record in found if _visible(record, actor)), key=lambda record: record.name)


def add_scenario(connection: sa.Connection, values: Mapping[str, Any]) -> ScenarioRecord:
    """Write a new scenario at revision 1; ConflictError when the name is taken."""
    if find_scenario(connection, str(values["name"])) is not None:
        raise ConflictError("the name {name} is taken; give another one", name=values["name"])
    connection.execute(sa.insert(Scenario).values({**values, "revision": 1}))
    return scenario_record(connection, str(values["name"]))


def change_scenario(connection: sa.Connection, record: ScenarioRecord, values: Mapping[str, Any]) -> ScenarioRecord:
    """Write new values of a scenario under its next revision.

    Raises ConflictError when somebody else changed it since the record was read.
    """
    mine = (Scenario.id == record.id) & (Scenario.revision == record.revision)
    statement = sa.update(Scenario).where(mine).values({**values, "revision": record.revision + 1})
    if connection.execute(statement).rowcount != 1:
        raise ConflictError(
            "scenario {name} was changed in between: it is no longer at revision {expected}; read it again",
            name=record.name,
            expected=record.revision,
        )
    return scenario_record(connection, record.name)


def remove_scenario(connection: sa.Connection, record: ScenarioRecord) -> dict[str, int]:
    """Take a scenario that was never published out, with its log and its disputes; return how many of each.

    The versions that it held stay: what was computed is never taken out of a store.
    """
    if connection.dialect.name == "postgresql":
        entries = int(connection.scalar(sa.select(sa.func.gridgeo_forget_scenario(record.id))) or 0)
    else:
        entries = connection.execute(sa.delete(ScenarioEvent).where(ScenarioEvent.scenario_id == record.id)).rowcount
    disputes = connection.execute(sa.delete(Dispute).where(Dispute.scenario_id == record.id)).rowcount
    connection.execute(sa.delete(Scenario).where(Scenario.id == record.id))
    return {"entries": entries, "disputes": disputes}


def add_event(
    connection: sa.Connection, actor: Actor, record: ScenarioRecord, kind: str, body: Mapping[str, Any], now: datetime
) -> int:
    """Append to a scenario's log and return the entry's number."""
    newest = sa.select(sa.func.max(ScenarioEvent.seq)).where(ScenarioEvent.scenario_id == record.id)
    seq = (connection.scalar(newest) or 0) + 1
    values = {
        "scenario_id": record.id,
        "seq": seq,
        "kind": kind,
        "actor_id": actor.id,
        "actor_role": actor.role,
        "at": now,
        "version_id": record.version_id,
        "body": dict(body),
    }
    connection.execute(sa.insert(ScenarioEvent).values(values))
    return seq


def events_of(connection: sa.Connection, scenario_id: int) -> list[EventRecord]:
    """Return a scenario's log, oldest first."""
    query = sa.select(ScenarioEvent.__table__).where(ScenarioEvent.scenario_id == scenario_id)
    return [EventRecord(*row) for row in connection.execute(query.order_by(ScenarioEvent.seq))]


def creator_of(connection: sa.Connection, scenario_id: int) -> str | None:
    """Return who made a scenario."""
    table: Any = ScenarioEvent.__table__
    query = sa.select(table.c.actor_id).where(table.c.scenario_id == scenario_id).order_by(table.c.seq).limit(1)
    return connection.scalar(query)


def events_of_kinds(connection: sa.Connection, kinds: tuple[str, ...]) -> list[EventRecord]:
    """Return the entries of these kinds of every scenario, oldest first."""
    query = sa.select(ScenarioEvent.__table__).where(ScenarioEvent.kind.in_(kinds))
    found = [EventRecord(*row) for row in connection.execute(query)]
    return sorted(found, key=lambda event: (event.at, event.scenario_id, event.seq))


def _visible(record: ScenarioRecord, actor: Actor | None) -> bool:
    return actor is None or all(actor.sees(branch) for branch in record.branches)

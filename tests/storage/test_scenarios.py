"""Scenarios in the store: names once, changes by compare and set, a log that only grows, scope by branch."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from gridgeo.domain import Actor
from gridgeo.errors import ConflictError, NotFoundError
from gridgeo.storage import new_version
from gridgeo.storage.scenarios import (
    ScenarioRecord,
    add_event,
    add_scenario,
    change_scenario,
    events_of,
    events_of_kinds,
    find_scenario,
    scenario_record,
    scenario_records,
)


@pytest.fixture
def spring(connection: sa.Connection, actor: Actor, now: datetime) -> ScenarioRecord:
    return made(connection, actor, now, "Spring", ["B1"])


def made(connection: sa.Connection, actor: Actor, now: datetime, name: str, branches: list[str]) -> ScenarioRecord:
    version = new_version(connection, actor, "scenario", params={}, now=now)
    values = {"name": name, "status": "draft", "version_id": version, "scope": {"branches": branches}, "notes": None}
    return add_scenario(connection, values | {"created_at": now})


def test_a_scenario_comes_back_as_written(connection: sa.Connection, spring: ScenarioRecord, now: datetime) -> None:
    assert find_scenario(connection, "Spring") == spring == scenario_record(connection, "Spring")
    assert (spring.revision, spring.branches, spring.created_at) == (1, ["B1"], now)
    assert find_scenario(connection, "spring") is None


def test_a_name_is_given_once(connection: sa.Connection, actor: Actor, spring: ScenarioRecord, now: datetime) -> None:
    with pytest.raises(ConflictError):
        made(connection, actor, now, spring.name, ["B2"])


def test_of_two_changes_from_one_revision_one_wins(connection: sa.Connection, spring: ScenarioRecord) -> None:
    assert change_scenario(connection, spring, {"status": "submitted"}).revision == 2
    with pytest.raises(ConflictError):
        change_scenario(connection, spring, {"status": "rejected"})
    assert scenario_record(connection, "Spring").status == "submitted"


def test_the_log_is_in_order_and_found_by_kind(
    connection: sa.Connection, actor: Actor, spring: ScenarioRecord, now: datetime
) -> None:
    other = made(connection, actor, now, "Autumn", ["B2"])
    assert add_event(connection, actor, spring, "created", {}, now) == 1
    assert add_event(connection, actor, spring, "published", {"effective_on": "2026-04-01"}, now) == 2
    add_event(connection, actor, other, "published", {}, now - timedelta(days=1))
    assert [event.kind for event in events_of(connection, spring.id)] == ["created", "published"]
    found = events_of_kinds(connection, ("published",))
    assert [event.scenario_id for event in found] == [other.id, spring.id]
    assert found[1].body == {"effective_on": "2026-04-01"}


def test_a_scenario_is_seen_by_those_who_see_all_of_its_branches(
    connection: sa.Connection, actor: Actor, spring: ScenarioRecord, now: datetime
) -> None:
    made(connection, actor, now, "Both", ["B1", "B2"])
    mine = Actor("a", "branch_manager", frozenset({"B1"}))
    assert [record.name for record in scenario_records(connection, mine)] == [spring.name]
    assert [record.name for record in scenario_records(connection, actor)] == ["Both", "Spring"]
    with pytest.raises(NotFoundError):
        scenario_record(connection, "Both", mine)

"""Scenarios are deleted with all that hangs on them, or not at all; what was ever published stays."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from gridgeo.domain import Actor
from gridgeo.errors import ConflictError, NotAllowedError, NotFoundError
from gridgeo.pipeline.territories.removal import delete_scenario
from gridgeo.storage import new_version
from gridgeo.storage.agreements import add_dispute, dispute_records
from gridgeo.storage.jobs import Lease, NewJob, add_job, claim_job, list_jobs
from gridgeo.storage.scenarios import (
    ScenarioRecord,
    add_event,
    add_scenario,
    change_scenario,
    events_of,
    scenario_records,
)

LI = Actor("li", "planner", frozenset({"B1"}))


@pytest.fixture
def spring(connection: sa.Connection, now: datetime) -> ScenarioRecord:
    """A draft of B1 that Li made, with a remark, a claim and a job; and one of another name beside it."""
    made = [add_scenario(connection, values(connection, now, name)) for name in ("Autumn", "Spring")]
    for record in made:
        add_event(connection, LI, record, "created", {"branches": ["B1"]}, now)
        add_event(connection, LI, record, "comment", {"text": "x"}, now)
        claim = {
            "scenario_id": record.id,
            "branch_id": "B1",
            "subject_kind": "cell",
            "subject": "8a",
            "claimed_by": "RM01",
        }
        add_dispute(connection, claim | {"reason": "ours", "raised_by": "li", "raised_at": now})
        add_job(connection, LI, NewJob("scenario_solve", {"scenario": record.name, "revision": 1}), now)
    return made[1]


def values(connection: sa.Connection, now: datetime, name: str) -> dict[str, object]:
    version = new_version(connection, LI, "scenario", params={}, now=now)
    head = {"name": name, "status": "draft", "version_id": version, "notes": None, "created_at": now}
    return head | {"scope": {"branches": ["B1"]}}


def left(connection: sa.Connection) -> tuple[list[str], int, list[str]]:
    """Return the names of scenarios, how many disputes there are, and what the jobs are about."""
    about = sorted(str(job.params["scenario"]) for job in list_jobs(connection, LI))
    return [record.name for record in scenario_records(connection)], len(dispute_records(connection)), about


BOTH = (["Autumn", "Spring"], 2, ["Autumn", "Spring"])


@pytest.mark.parametrize("status", ["draft", "rejected"])
def test_a_scenario_goes_with_its_log_its_disputes_and_its_jobs(
    connection: sa.Connection, spring: ScenarioRecord, now: datetime, status: str
) -> None:
    change_scenario(connection, spring, {"status": status})
    gone = delete_scenario(connection, LI, "Spring", now, revision=2)
    assert gone == {"scenario": "Spring", "planned": ["B1"], "entries": 2, "disputes": 1, "jobs": 1}
    assert left(connection) == (["Autumn"], 1, ["Autumn"])
    assert events_of(connection, spring.id) == []
    # The name is free again, for a scenario without a past.
    again = add_scenario(connection, values(connection, now, "Spring"))
    assert (again.revision, again.id == spring.id, events_of(connection, again.id)) == (1, False, [])


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("submitted", "is submitted and cannot be deleted: reject it first"),
        ("approved", "is approved and cannot be deleted: reject it first"),
        ("published", "was published and stays"),
        ("rolled_back", "was published and stays"),
    ],
)
def test_what_waits_for_a_decision_or_was_published_stays(
    connection: sa.Connection, spring: ScenarioRecord, now: datetime, status: str, words: str
) -> None:
    change_scenario(connection, spring, {"status": status})
    with pytest.raises(ConflictError, match=words):
        delete_scenario(connection, LI, "Spring", now)
    assert left(connection) == BOTH


def test_a_draft_that_was_once_published_stays(
    connection: sa.Connection, spring: ScenarioRecord, now: datetime
) -> None:
    add_event(connection, LI, spring, "published", {"effective_on": "2026-04-01"}, now)
    with pytest.raises(ConflictError, match="was published"):
        delete_scenario(connection, LI, "Spring", now)
    assert left(connection) == BOTH


def test_a_job_at_work_keeps_its_scenario_until_its_worker_is_dead(
    connection: sa.Connection, spring: ScenarioRecord, now: datetime
) -> None:
    kinds = ["scenario_solve"]
    for _ in range(2):
        assert claim_job(connection, Lease("worker", now, 60.0), kinds) is not None
    with pytest.raises(ConflictError, match="is at work on scenario Spring: wait for its end or cancel it"):
        delete_scenario(connection, LI, "Spring", now)
    assert left(connection) == BOTH
    assert delete_scenario(connection, LI, spring.name, now + timedelta(seconds=61))["jobs"] == 1


@pytest.mark.usefixtures("spring")
def test_only_who_may_plan_all_of_its_branches_deletes_it_and_only_as_it_was_read(
    connection: sa.Connection, now: datetime
) -> None:
    with pytest.raises(NotAllowedError):
        delete_scenario(connection, Actor("m", "branch_manager", frozenset({"B1"})), "Spring", now)
    with pytest.raises(NotFoundError):
        delete_scenario(connection, Actor("p", "planner", frozenset({"B2"})), "Spring", now)
    with pytest.raises(NotFoundError):
        delete_scenario(connection, LI, "Winter", now)
    with pytest.raises(ConflictError, match="changed in between"):
        delete_scenario(connection, LI, "Spring", now, revision=2)
    assert left(connection) == BOTH

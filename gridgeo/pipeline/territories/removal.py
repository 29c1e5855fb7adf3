"""Scenarios deleted: what was never published goes with its log, disputes and jobs, or stays whole."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from gridgeo.domain import Actor
from gridgeo.errors import ConflictError, NotFoundError
from gridgeo.pipeline.steps import require_planner
from gridgeo.pipeline.territories.drafts import require_revision
from gridgeo.storage.jobs import jobs_at_work_on, remove_jobs_of
from gridgeo.storage.scenarios import ScenarioRecord, events_of, find_scenario, remove_scenario, scenario_record

JOBS = ("scenario_solve", "scenario_replan", "scenario_repair")
DELETABLE = ("draft", "rejected")
WAITING = ("submitted", "approved")
"""States in which somebody counts on a scenario: it is rejected before it is deleted."""


def delete_scenario(
    connection: sa.Connection, actor: Actor, name: str, now: datetime, *, revision: int | None = None
) -> dict[str, Any]:
    """Delete a draft or a rejected scenario with its log, comments, disputes and jobs; its name is free again.

    revision: the one that the actor read; None: whichever there is. Returns the name, the branches that it planned, and
    how many entries of its log, disputes and jobs went with it.
    Raises NotAllowedError for who may not plan, NotFoundError for a scenario outside the actor's branches,
    ConflictError when it has moved on, waits for a decision or has one, was ever published, or a job works on it.
    """
    require_planner(actor)
    # Before the scenario is asked for: a job that writes its plan holds it, and who asks waits.
    at_work = jobs_at_work_on(connection, JOBS, scenario_record(connection, name, actor).name, now)
    if at_work:
        raise ConflictError(
            "job {job} is at work on scenario {name}: wait for its end or cancel it, then delete the scenario",
            job=at_work[0],
            name=name,
        )
    if revision is not None:
        require_revision(connection, actor, name, revision)
    record = find_scenario(connection, name)
    if record is None:
        raise NotFoundError("there is no scenario {name}: gridgeo territory list shows them", name=name)
    _require_deletable(connection, record)
    jobs = remove_jobs_of(connection, JOBS, record.name, now)
    return {"scenario": record.name, "planned": record.branches, **remove_scenario(connection, record), "jobs": jobs}


def _require_deletable(connection: sa.Connection, record: ScenarioRecord) -> None:
    if record.status in WAITING:
        raise ConflictError(
            "scenario {name} is {status} and cannot be deleted: reject it first",
            name=record.name,
            status=record.status,
        )
    if record.status not in DELETABLE or any(event.kind == "published" for event in events_of(connection, record.id)):
        raise ConflictError(
            "scenario {name} was published and stays as a record of it; only what was never published can be deleted",
            name=record.name,
        )

"""A command's own work is a job like any other, but nobody else takes it up."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
import sqlalchemy as sa

from gridgeo.domain import Actor
from gridgeo.errors import ConflictError, InvalidInputError
from gridgeo.jobs import Report, run_here, work
from gridgeo.pipeline.steps import StepResult
from gridgeo.storage import finish_version, new_version, reading
from gridgeo.storage.jobs import COMMAND, JobRecord, Lease, NewJob, cancel_job, list_jobs, start_job

from .conftest import FAST, WAIT_S, clock, wait_for, written


def only_job(engine: sa.Engine, actor: Actor) -> JobRecord:
    with reading(engine) as connection:
        (job,) = list_jobs(connection, actor)
    return job


def writes(
    actor: Actor, meanwhile: Callable[[], object] = lambda: None
) -> Callable[[sa.Connection, Report], StepResult]:
    """Return work that writes one version."""

    def go(connection: sa.Connection, progress: Report) -> StepResult:
        progress("writing", 0.5)
        version_id = new_version(connection, actor, "score", params={"n": 1}, now=clock())
        meanwhile()
        progress("written")
        finish_version(connection, version_id, report={})
        return StepResult(version_id, {"rows": 3})

    return go


def test_the_work_of_a_command_is_a_done_job(engine: sa.Engine, actor: Actor) -> None:
    result = run_here(engine, actor, "import", {"file": "a.csv"}, writes(actor), clock, beats=FAST)
    job = only_job(engine, actor)
    assert (job.kind, job.state, job.progress) == ("import", "done", 1.0)
    assert job.result == {"version": result.version_id, "rows": 3}
    assert written(engine) == [1]


def test_a_failed_command_is_a_failed_job(engine: sa.Engine, actor: Actor) -> None:
    def fail() -> None:
        raise InvalidInputError("table {table}: {detail}", table="x", detail="y")

    with pytest.raises(InvalidInputError):
        run_here(engine, actor, "import", {}, writes(actor, fail), clock, beats=FAST)
    assert only_job(engine, actor).state == "failed"
    assert written(engine) == []


def test_a_command_that_somebody_cancels_ends_with_a_conflict(engine: sa.Engine, actor: Actor) -> None:
    def cancel() -> None:
        job = only_job(engine, actor)
        cancel_job(engine, actor, job.id, clock())
        wait_for(lambda: only_job(engine, actor).cancel_asked)
        threading.Event().wait(FAST.every_s * 4)

    with pytest.raises(ConflictError, match="was cancelled"):
        run_here(engine, actor, "import", {}, writes(actor, cancel), clock, beats=FAST)
    assert only_job(engine, actor).state == "cancelled"
    assert written(engine) == []


def test_an_interrupted_command_is_a_cancelled_job(engine: sa.Engine, actor: Actor) -> None:
    def interrupt() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_here(engine, actor, "import", {}, writes(actor, interrupt), clock, beats=FAST)
    assert only_job(engine, actor).state == "cancelled"


def test_nobody_takes_up_the_job_of_a_killed_command(engine: sa.Engine, actor: Actor) -> None:
    with engine.begin() as connection:
        start_job(connection, actor, NewJob("run", {}), Lease(f"{COMMAND}gone", clock(), -WAIT_S))
    assert work(engine, clock, once=True) == 0
    job = only_job(engine, actor)
    assert job.state == "failed"
    assert job.attempts == 1

"""Who sees a job, and what the same request again means."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from gridgeo.domain import Actor
from gridgeo.errors import ConflictError, NotAllowedError, NotFoundError
from gridgeo.jobs import Task, work
from gridgeo.storage.jobs import cancel_job, job_payload, list_jobs

from .conftest import clock, look, note, queue
from .test_worker import Kind

ANNA = Actor("anna", "branch_manager", frozenset({"b1"}))
BEAT = Actor("beat", "branch_manager", frozenset({"b1"}))
PLANNER = Actor("paul", "planner")


def seen(engine: sa.Engine, actor: Actor) -> set[str]:
    with engine.connect() as connection:
        return {job.id for job in list_jobs(connection, actor)}


def test_a_job_is_seen_by_its_owner_and_by_planners(engine: sa.Engine) -> None:
    annas, beats = queue(engine, ANNA), queue(engine, BEAT)
    assert seen(engine, ANNA) == {annas.id}
    assert seen(engine, PLANNER) == {annas.id, beats.id}
    assert look(engine, ANNA, annas.id).actor == ANNA
    with pytest.raises(NotFoundError):
        look(engine, ANNA, beats.id)
    with pytest.raises(NotFoundError):
        cancel_job(engine, ANNA, beats.id, clock())
    assert look(engine, PLANNER, beats.id).state == "queued"


def test_an_auditor_sees_every_job_and_stops_none(engine: sa.Engine) -> None:
    job = queue(engine, ANNA)
    auditor = Actor("a", "auditor")
    assert seen(engine, auditor) == {job.id}
    with pytest.raises(NotAllowedError):
        cancel_job(engine, auditor, job.id, clock())
    assert look(engine, ANNA, job.id).state == "queued"


def test_the_newest_job_comes_first(engine: sa.Engine) -> None:
    ids = [queue(engine, ANNA).id for _ in range(3)]
    with engine.connect() as connection:
        assert [job.id for job in list_jobs(connection, ANNA, limit=2)] == ids[:0:-1]


def test_the_same_request_again_gets_the_first_job(engine: sa.Engine) -> None:
    first = queue(engine, ANNA, idempotency_key="k")
    assert queue(engine, ANNA, idempotency_key="k").id == first.id
    assert queue(engine, BEAT, idempotency_key="k").id != first.id, "a key belongs to its actor"
    assert queue(engine, ANNA).id != first.id
    with pytest.raises(ConflictError, match="another request"):
        queue(engine, ANNA, idempotency_key="k", params={"n": 2})


def test_an_uploaded_file_is_kept_until_the_work_is_over(engine: sa.Engine, kind: Kind) -> None:
    got: list[bytes | None] = []

    def do(task: Task) -> None:
        got.append(task.payload)
        note(task)

    kind(do)
    job = queue(engine, ANNA, payload=b"a,b\n1,2\n", file_name="a.csv")
    assert work(engine, clock, once=True) == 1
    assert got == [b"a,b\n1,2\n"]
    with engine.connect() as connection:
        assert job_payload(connection, job.id) is None

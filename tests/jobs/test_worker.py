"""A job is done once, by one worker, whole or not at all, and outlives whoever was at it."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable

import pytest
import sqlalchemy as sa

from gridgeo.domain import Actor
from gridgeo.errors import BusyError, InvalidInputError
from gridgeo.jobs import Beats, Task, work
from gridgeo.jobs import worker as worker_module
from gridgeo.storage import SERVING, live, open_engine, reading
from gridgeo.storage.jobs import MAX_ATTEMPTS, cancel_job

from .conftest import FAST, WAIT_S, clock, look, note, queue, wait_for, worker_process, working, written

Kind = Callable[..., str]
DyingWorker = Callable[[str], int]
JOBS = 24


def test_two_workers_never_do_one_job(store_url: str, engine: sa.Engine, actor: Actor) -> None:
    jobs = [queue(engine, actor, params={"n": number}) for number in range(JOBS)]
    workers = [worker_process(store_url) for _ in range(3)]
    counts = []
    for worker in workers:
        out, complaints = worker.communicate(timeout=WAIT_S)
        assert worker.returncode == 0, complaints
        counts.append(int(out))
    assert sorted(written(engine)) == list(range(JOBS))
    assert sum(counts) == JOBS
    assert {look(engine, actor, job.id).state for job in jobs} == {"done"}
    assert {look(engine, actor, job.id).attempts for job in jobs} == {1}


def test_a_killed_workers_job_is_taken_up_again(
    store_url: str, engine: sa.Engine, actor: Actor, kind: Kind, dying_worker: DyingWorker
) -> None:
    kind(note)
    job = queue(engine, actor)
    assert dying_worker(store_url) == -signal.SIGKILL
    assert written(engine) == []
    assert look(engine, actor, job.id).state == "running", "nobody knows yet"
    with working(engine):
        wait_for(lambda: look(engine, actor, job.id).state == "done")
    assert look(engine, actor, job.id).attempts == 2
    assert written(engine) == [1]


def test_a_job_that_kills_its_workers_fails_in_the_end(
    store_url: str, engine: sa.Engine, actor: Actor, dying_worker: DyingWorker
) -> None:
    job = queue(engine, actor)
    for _ in range(MAX_ATTEMPTS):
        wait_for(lambda: (look(engine, actor, job.id).lease_until or clock()) <= clock())
        assert dying_worker(store_url) == -signal.SIGKILL
    assert look(engine, actor, job.id).attempts == MAX_ATTEMPTS
    wait_for(lambda: (look(engine, actor, job.id).lease_until or clock()) <= clock())
    assert work(engine, clock, once=True) == 0
    found = look(engine, actor, job.id)
    assert found.state == "failed"
    assert found.error is not None
    assert found.error["template"] == "the process that did this work ended before the work was done"
    assert written(engine) == []


def test_progress_is_seen_while_the_work_is_under_way(engine: sa.Engine, actor: Actor, kind: Kind) -> None:
    go_on = threading.Event()
    kind(lambda task: note(task, lambda: go_on.wait(WAIT_S)))
    job = queue(engine, actor)
    with working(engine):
        wait_for(lambda: look(engine, actor, job.id).step == "writing")
        assert look(engine, actor, job.id).progress == 0.5
        go_on.set()
        wait_for(lambda: look(engine, actor, job.id).state == "done")
    found = look(engine, actor, job.id)
    assert (found.progress, found.lease_until) == (1.0, None)
    assert found.result is not None
    assert found.result["version"] > 0


def test_a_running_job_is_cancelled_and_leaves_nothing(engine: sa.Engine, actor: Actor, kind: Kind) -> None:
    go_on = threading.Event()
    kind(lambda task: note(task, lambda: go_on.wait(WAIT_S)))
    job = queue(engine, actor)
    with working(engine):
        wait_for(lambda: look(engine, actor, job.id).step == "writing")
        cancel_job(engine, actor, job.id, clock())
        wait_for(lambda: look(engine, actor, job.id).cancel_asked)
        threading.Event().wait(FAST.every_s * 4)
        go_on.set()
        wait_for(lambda: look(engine, actor, job.id).state == "cancelled")
    assert written(engine) == []


def test_a_queued_job_is_cancelled_at_once(engine: sa.Engine, actor: Actor, kind: Kind) -> None:
    kind(note)
    job = queue(engine, actor, payload=b"file")
    cancel_job(engine, actor, job.id, clock())
    assert look(engine, actor, job.id).state == "cancelled"
    assert work(engine, clock, once=True) == 0
    assert written(engine) == []


def test_a_job_is_cancelled_while_somebody_writes(store_url: str, engine: sa.Engine, actor: Actor, kind: Kind) -> None:
    kind(note)
    job = queue(engine, actor)
    served = open_engine(store_url, create=False, timeouts=SERVING)
    with engine.begin():
        cancel_job(served, actor, job.id, clock())
        told = look(served, actor, job.id)
    served.dispose()
    assert told.cancel_asked or told.state == "cancelled"
    work(engine, clock, once=True)
    assert look(engine, actor, job.id).state == "cancelled"
    assert written(engine) == []


def test_a_finished_job_stays_done_when_cancelled(engine: sa.Engine, actor: Actor, kind: Kind) -> None:
    kind(note)
    job = queue(engine, actor)
    assert work(engine, clock, once=True) == 1
    cancel_job(engine, actor, job.id, clock())
    assert look(engine, actor, job.id).state == "done"


def test_a_worker_that_lost_its_job_cannot_commit(engine: sa.Engine, actor: Actor, kind: Kind) -> None:
    # The lease runs out at once, so the next worker may take the job while the first is still at it.
    asleep, go_on, calls = threading.Event(), threading.Event(), []

    def do(task: Task) -> None:
        calls.append(task)
        if len(calls) == 1:
            asleep.set()
            go_on.wait(WAIT_S)
        note(task)

    kind(do)
    job = queue(engine, actor)
    with working(engine, Beats(lease_s=-1.0, every_s=WAIT_S)):
        assert asleep.wait(WAIT_S)
        assert work(engine, clock, once=True, beats=FAST) == 1
        go_on.set()
    assert len(calls) == 2, "both did the work"
    assert written(engine) == [1]
    found = look(engine, actor, job.id)
    assert (found.state, found.attempts) == ("done", 2)


def test_a_worker_that_stops_puts_its_job_back(engine: sa.Engine, actor: Actor, kind: Kind) -> None:
    go_on = threading.Event()
    kind(lambda task: note(task, lambda: go_on.wait(WAIT_S)))
    job = queue(engine, actor)
    with working(engine) as stop:
        wait_for(lambda: look(engine, actor, job.id).step == "writing")
        stop.set()
        go_on.set()
    assert look(engine, actor, job.id).state == "queued"
    assert written(engine) == []


def test_a_failure_is_told_and_leaves_nothing(engine: sa.Engine, actor: Actor, kind: Kind) -> None:
    def fail() -> None:
        raise InvalidInputError("table {table}: {detail}", table="x", detail="y")

    kind(lambda task: note(task, fail))
    job = queue(engine, actor)
    work(engine, clock, once=True)
    found = look(engine, actor, job.id)
    assert found.state == "failed"
    assert found.error == {
        "kind": "InvalidInputError",
        "template": "table {table}: {detail}",
        "values": {"table": "x", "detail": "y"},
    }
    assert written(engine) == []


def test_our_own_fault_tells_nothing_of_our_insides(
    engine: sa.Engine, actor: Actor, kind: Kind, caplog: pytest.LogCaptureFixture
) -> None:
    kind(lambda task: note(task, lambda: 1 // 0))
    job = queue(engine, actor)
    work(engine, clock, once=True)
    found = look(engine, actor, job.id)
    assert found.error == {
        "kind": "GridgeoError",
        "template": "this is a fault of gridgeo, not of your input",
        "values": {},
    }
    assert "ZeroDivisionError" in caplog.text


def test_work_that_never_says_done_is_a_failure(engine: sa.Engine, actor: Actor, kind: Kind) -> None:
    kind(lambda task: task.progress("nothing"))
    job = queue(engine, actor)
    work(engine, clock, once=True)
    assert look(engine, actor, job.id).state == "failed"


def test_a_busy_store_is_tried_again_but_not_for_ever(engine: sa.Engine, actor: Actor, kind: Kind) -> None:
    def busy() -> None:
        raise BusyError("somebody else is writing to the store; try again")

    kind(lambda task: note(task, busy))
    job = queue(engine, actor)
    assert work(engine, clock, once=True) == MAX_ATTEMPTS
    found = look(engine, actor, job.id)
    assert (found.state, found.attempts) == ("failed", MAX_ATTEMPTS)


def test_an_unknown_kind_is_left_to_a_worker_that_knows_it(store_url: str, actor: Actor) -> None:
    engine = open_engine(store_url)
    job = queue(engine, actor, name="of-another-version")
    assert work(engine, clock, once=True) == 0
    assert look(engine, actor, job.id).state == "queued"
    engine.dispose()


def test_a_run_and_its_done_are_one_commit(demo_url: str, actor: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    # The last step fails to note its end: its publication must not stand either.
    engine = open_engine(demo_url)
    before = published(engine)
    job = queue(engine, actor, name="run", params={"resolution": 10, "seed": 2, "starts": 1})
    with monkeypatch.context() as patch:
        patch.setattr(worker_module, "finish_job", fail_to_finish)
        work(engine, clock, once=True)
    assert look(engine, actor, job.id).state == "failed"
    assert published(engine) == before
    again = queue(engine, actor, name="run", params={"resolution": 10, "seed": 2, "starts": 1})
    work(engine, clock, once=True)
    found = look(engine, actor, again.id)
    assert found.result is not None
    assert found.result["publication"] == published(engine) > before
    engine.dispose()


def fail_to_finish(*_: object) -> None:
    raise InvalidInputError("table {table}: {detail}", table="job", detail="cannot be noted")


def published(engine: sa.Engine) -> int:
    with reading(engine) as connection:
        return live(connection, "publication").id

"""The worker: takes one job after the other and does it."""

from __future__ import annotations

import logging
import threading
from functools import partial

import sqlalchemy as sa

from gridgeo.domain.audit import audit_entry
from gridgeo.errors import BusyError, GridgeoError
from gridgeo.jobs.ending import end_undone
from gridgeo.jobs.kinds import KINDS
from gridgeo.jobs.tasks import Task
from gridgeo.jobs.watch import Beats, Clock, Watch, worker_name
from gridgeo.storage import acting, reading
from gridgeo.storage.audit_log import add_line
from gridgeo.storage.jobs import JobRecord, Lease, bury_dead_jobs, claim_job, finish_job, job_payload

logger = logging.getLogger("gridgeo.jobs")
POLL_S = 0.5
DEFAULT_BEATS = Beats()


def work(
    engine: sa.Engine,
    clock: Clock,
    *,
    once: bool = False,
    stop: threading.Event | None = None,
    beats: Beats = DEFAULT_BEATS,
) -> int:
    """Do jobs until told to stop, one at a time; return how many were begun.

    once: end as soon as no job is waiting. stop: ends the worker; the job at hand goes back into the queue.
    """
    name, ends, count = worker_name("worker"), stop or threading.Event(), 0
    while not ends.is_set():
        try:
            job = next_job(engine, Lease(name, clock(), beats.lease_s))
        except BusyError:
            # Somebody writes for long, as an import on SQLite does: the jobs wait.
            ends.wait(POLL_S)
            continue
        if job is not None:
            count += 1
            do_job(engine, job, clock, beats, ends)
        elif once:
            break
        else:
            ends.wait(POLL_S)
    return count


def next_job(engine: sa.Engine, lease: Lease) -> JobRecord | None:
    """Take the next job, after closing those that nobody can take any more."""
    with engine.begin() as connection:
        bury_dead_jobs(connection, lease.now)
        return claim_job(connection, lease, KINDS)


def do_job(engine: sa.Engine, job: JobRecord, clock: Clock, beats: Beats, stop: threading.Event) -> None:
    """Do one job that this process holds; whatever happens in it is written into its row."""
    logger.info("job %s (%s) begins, attempt %d", job.id, job.kind, job.attempts)
    with Watch(engine, job, clock, beats, stop) as watch:
        try:
            with reading(engine) as connection:
                payload = job_payload(connection, job.id)
            finished: list[bool] = []
            finish = partial(_finish, finished, job, clock)
            task = Task(acting(engine, job.actor), job.actor, job.params, payload, job.file_name, clock, watch, finish)
            KINDS[job.kind].do(task)
            if not finished:
                raise GridgeoError("this is a fault of gridgeo, not of your input")
        except Exception as error:
            end_undone(engine, job, error, clock, again=True)
            if isinstance(error, BusyError):
                stop.wait(POLL_S)
        except BaseException as error:
            end_undone(engine, job, error, clock, again=True)
            raise


def _finish(finished: list[bool], job: JobRecord, clock: Clock, connection: sa.Connection, result: object) -> None:
    finish_job(connection, job, dict(result), clock())  # type: ignore[call-overload]
    add_line(connection, audit_entry(job.actor, f"job {job.kind}", f"job={job.id}", "done", clock()))
    finished.append(True)

"""How a job ends that was not done: its work is rolled back, then its row says why."""

from __future__ import annotations

import logging
import time

import sqlalchemy as sa

from gridgeo.domain.audit import Outcome, audit_entry
from gridgeo.errors import BusyError, ConflictError, GridgeoError, NotAllowedError
from gridgeo.jobs.watch import Clock, JobCancelledError, WorkerStopsError
from gridgeo.storage.audit_log import add_line
from gridgeo.storage.jobs import MAX_ATTEMPTS, JobRecord, drop_job, fail_job, requeue_job

logger = logging.getLogger("gridgeo.jobs")
TRIES = 5
BETWEEN_TRIES_S = 0.5
FAULT = GridgeoError("this is a fault of gridgeo, not of your input")


def end_undone(engine: sa.Engine, job: JobRecord, error: BaseException, clock: Clock, *, again: bool) -> None:
    """Write down why a job was not done; the store may be busy for a while.

    again: whether a worker may take the job up once more when the store was too busy or the worker has to end.
    """
    for _ in range(TRIES):
        try:
            with engine.begin() as connection:
                _write(connection, job, error, clock, again)
        except BusyError:
            time.sleep(BETWEEN_TRIES_S)
        except ConflictError:
            logger.warning("job %s is in other hands", job.id)
            return
        else:
            return
    logger.warning("job %s could not be closed; its lease will run out", job.id)


def _write(connection: sa.Connection, job: JobRecord, error: BaseException, clock: Clock, again: bool) -> None:
    stopped = isinstance(error, WorkerStopsError | KeyboardInterrupt | SystemExit)
    if again and (stopped or (isinstance(error, BusyError) and job.attempts < MAX_ATTEMPTS)):
        requeue_job(connection, job)
    elif stopped or isinstance(error, JobCancelledError):
        drop_job(connection, job, clock())
    else:
        fail_job(connection, job, _told(error), clock())
        add_line(connection, audit_entry(job.actor, f"job {job.kind}", f"job={job.id}", _outcome(error), clock()))


def _outcome(error: BaseException) -> Outcome:
    if isinstance(error, NotAllowedError):
        return "denied"
    return "refused" if isinstance(error, GridgeoError) else "failed"


def _told(error: BaseException) -> GridgeoError:
    """Return what the user is told; what is not meant for users goes into the log."""
    if isinstance(error, GridgeoError):
        return error
    logger.error("a job failed", exc_info=error)
    return FAULT

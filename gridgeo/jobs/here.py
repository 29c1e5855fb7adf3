"""A command's own long work, shown as a job wherever jobs are shown."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

import sqlalchemy as sa

from gridgeo.domain import Actor
from gridgeo.errors import ConflictError
from gridgeo.jobs.ending import end_undone
from gridgeo.jobs.tasks import Report, Reported, plain
from gridgeo.jobs.watch import Beats, Clock, JobCancelledError, Watch, worker_name
from gridgeo.pipeline.steps import StepResult, require_planner
from gridgeo.storage.jobs import COMMAND, JobRecord, Lease, NewJob, bury_dead_jobs, finish_job, start_job

Result = TypeVar("Result", bound="StepResult | Reported")
DEFAULT_BEATS = Beats()


@dataclass(frozen=True)
class HereJob:
    """A job that this process does itself.

    progress: to be called with the step and, where it is known, the share done; raises when somebody cancelled the job.
    """

    record: JobRecord
    progress: Report
    clock: Clock

    def finish(self, connection: sa.Connection, result: Mapping[str, Any]) -> None:
        """Mark the job as done in the transaction of its work; result: plain JSON."""
        finish_job(connection, self.record, result, self.clock())


@contextmanager
def here(engine: sa.Engine, actor: Actor, new: NewJob, clock: Clock, beats: Beats = DEFAULT_BEATS) -> Iterator[HereJob]:
    """Show what the block does as a job at work; the block calls ``finish`` in its last transaction.

    A failure of the block is noted as the job's and raised on.
    Raises ConflictError when somebody cancelled the job, NotAllowedError for who may not change data: no job is noted.
    """
    require_planner(actor)
    lease = Lease(worker_name(COMMAND.strip()), clock(), beats.lease_s)
    with engine.begin() as connection:
        bury_dead_jobs(connection, lease.now)
        job = start_job(connection, actor, new, lease)
    with Watch(engine, job, clock, beats) as watch:
        try:
            yield HereJob(job, watch, clock)
        except BaseException as error:
            end_undone(engine, job, error, clock, again=False)
            if isinstance(error, JobCancelledError):
                raise ConflictError(error.template, **error.values) from None
            raise


def run_here(  # noqa: PLR0913 - the two last ones are for tests and files
    engine: sa.Engine,
    actor: Actor,
    kind: str,
    params: Mapping[str, Any],
    work: Callable[[sa.Connection, Report], Result],
    clock: Clock,
    *,
    file_name: str | None = None,
    beats: Beats = DEFAULT_BEATS,
) -> Result:
    """Do one transaction's work as a job that everybody can watch and cancel, and return its result.

    work: called with the connection and the progress to report to; its result and the job's 'done' are committed
    together. params: plain JSON shown with the job.
    Raises ConflictError when somebody cancelled the job, and whatever the work raises; nothing is written then.
    """
    with (
        here(engine, actor, NewJob(kind, params, file_name=file_name), clock, beats) as job,
        engine.begin() as connection,
    ):
        result = work(connection, job.progress)
        job.finish(connection, plain(result))
    return result

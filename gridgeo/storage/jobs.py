"""Jobs: long work as rows that one worker at a time holds under a lease.

Every state but `running` is written with the store's own transaction; who finishes a job must still hold it, so that
of two workers at the same job only one can commit.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, cast

import sqlalchemy as sa

from gridgeo.domain import Actor
from gridgeo.domain.actor import Role
from gridgeo.errors import BusyError, ConflictError, GridgeoError, InvalidInputError, NotAllowedError, NotFoundError
from gridgeo.storage.engine import reading
from gridgeo.storage.job_pulse import Pulse, ask_pulse_to_stop, pulses
from gridgeo.storage.models import Job

STATES = ("queued", "running", "done", "failed", "cancelled")
FINISHED = ("done", "failed", "cancelled")
MAX_ATTEMPTS = 3
COMMAND = "command "
"""A worker of this name is a command at work on its own files: nobody else can take its job up."""
SEES_ALL = ("hq", "planner", "auditor")
_OPEN_COLUMNS = [column for column in Job.__table__.columns if column.name != "payload"]


@dataclass(frozen=True)
class JobRecord:
    """One job without its payload.

    progress: share done, 0 to 1. result: plain JSON of a done job. error: template and values of a failed one.
    lease_until: a running job is alive until then at least. attempts: how often somebody has begun it.
    """

    id: str
    kind: str
    params: dict[str, Any]
    file_name: str | None
    state: str
    step: str | None
    progress: float
    result: dict[str, Any] | None
    error: dict[str, Any] | None
    actor_id: str
    actor_role: str
    branch_ids: list[str] | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    lease_until: datetime | None
    worker: str | None
    cancel_asked: bool
    attempts: int
    idempotency_key: str | None

    @property
    def actor(self) -> Actor:
        """Who asked for the work and in whose name it is done."""
        scope = None if self.branch_ids is None else frozenset(self.branch_ids)
        return Actor(self.actor_id, cast("Role", self.actor_role), scope)


@dataclass(frozen=True)
class NewJob:
    """What is to be done: kind and plain JSON parameters, a file where there is one.

    idempotency_key: names the request; the same actor asking with it again gets the first job.
    """

    kind: str
    params: Mapping[str, Any]
    payload: bytes | None = None
    file_name: str | None = None
    idempotency_key: str | None = None


@dataclass(frozen=True)
class Lease:
    """Who holds a job, and for how long from `now` without a sign of life."""

    worker: str
    now: datetime
    seconds: float

    @property
    def until(self) -> datetime:
        """The moment from which others may take the job."""
        return self.now + timedelta(seconds=self.seconds)


def check_state(state: str) -> str:
    """Return the state; InvalidInputError when a job has no such one."""
    if state not in STATES:
        raise InvalidInputError("job state must be one of {known}, got {given}", known=", ".join(STATES), given=state)
    return state


def add_job(connection: sa.Connection, actor: Actor, new: NewJob, now: datetime) -> JobRecord:
    """Queue a job and return it; the one there is already when the actor's idempotency key is known.

    Raises ConflictError when the key was used for other work.
    """
    known = _with_key(connection, actor, new)
    return known or _insert(connection, actor, new, {"state": "queued", "attempts": 0, "created_at": now})


def start_job(connection: sa.Connection, actor: Actor, new: NewJob, lease: Lease) -> JobRecord:
    """Note a job that the caller does itself, at work from now on."""
    held = {"state": "running", "attempts": 1, "created_at": lease.now, "started_at": lease.now}
    return _insert(connection, actor, new, held | {"worker": lease.worker, "lease_until": lease.until})


def claim_job(connection: sa.Connection, lease: Lease, kinds: Iterable[str]) -> JobRecord | None:
    """Take the oldest job that is queued or whose worker is dead, in one statement; None when there is none.

    kinds: those the worker knows. Two workers never get the same job.
    """
    free = sa.or_(Job.state == "queued", _dead(connection, lease.now))
    oldest = (
        sa.select(Job.id)
        .where(free, Job.kind.in_(list(kinds)))
        .order_by(Job.created_at, Job.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    held: dict[str, Any] = {
        "state": "running",
        "attempts": Job.attempts + 1,
        "started_at": lease.now,
        "worker": lease.worker,
        "lease_until": lease.until,
        "step": None,
        "progress": 0.0,
    }
    taking = sa.update(Job).where(Job.id == oldest.scalar_subquery()).values(held).returning(*_OPEN_COLUMNS)
    row = connection.execute(taking).one_or_none()
    return None if row is None else JobRecord(*row)


def bury_dead_jobs(connection: sa.Connection, now: datetime) -> int:
    """Close jobs whose worker is dead and that nobody may take up again; return how many there were.

    Those are jobs begun `MAX_ATTEMPTS` times, jobs of a command, and jobs that were to stop anyway.
    """
    asked = [job_id for job_id, pulse in pulses(connection.engine).items() if pulse.cancel_asked]
    stopped = sa.update(Job).where(_dead(connection, now), sa.or_(Job.cancel_asked, Job.id.in_(asked)))
    count = connection.execute(stopped.values(_end("cancelled", now))).rowcount
    lost = sa.or_(Job.attempts >= MAX_ATTEMPTS, Job.worker.startswith(COMMAND, autoescape=True))
    failed = sa.update(Job).where(_dead(connection, now), lost)
    return count + connection.execute(failed.values(_end("failed", now, error=error_record(_LOST)))).rowcount


_LOST = GridgeoError("the process that did this work ended before the work was done")


def job_payload(connection: sa.Connection, job_id: str) -> bytes | None:
    """Return the file that came with a job; None when there was none or the job is over."""
    return connection.scalar(sa.select(Job.payload).where(Job.id == job_id))


def finish_job(connection: sa.Connection, held: JobRecord, result: Mapping[str, Any], now: datetime) -> None:
    """Mark a job as done, in the transaction of its work.

    Raises ConflictError when somebody else holds it by now: the work must then be rolled back.
    """
    _let_go(connection, held, _end("done", now, result=dict(result)) | {"progress": 1.0})


def fail_job(connection: sa.Connection, held: JobRecord, error: GridgeoError, now: datetime) -> None:
    """Mark a job as failed, once its work is rolled back."""
    _let_go(connection, held, _end("failed", now, error=error_record(error)))


def drop_job(connection: sa.Connection, held: JobRecord, now: datetime) -> None:
    """Mark a job as cancelled, once its work is rolled back."""
    _let_go(connection, held, _end("cancelled", now))


def requeue_job(connection: sa.Connection, held: JobRecord) -> None:
    """Put a job back that could not be done now."""
    _let_go(connection, held, {"state": "queued", "worker": None, "lease_until": None, "step": None, "progress": 0.0})


def cancel_job(engine: sa.Engine, actor: Actor, job_id: str, now: datetime) -> None:
    """Cancel a queued job, ask a running one to stop; a finished one stays as it is.

    Raises NotFoundError when there is none that the actor may know of, NotAllowedError for an auditor.
    """
    with reading(engine) as connection:
        state = job_record(connection, actor, job_id).state
    if actor.only_looks:
        raise NotAllowedError("role {role} may look at everything and change nothing", role=actor.role)
    if state in FINISHED or (state == "queued" and _cancelled_in_the_queue(engine, job_id, now)):
        return
    if engine.dialect.name == "sqlite":
        ask_pulse_to_stop(engine, job_id)
        return
    with engine.begin() as connection:
        connection.execute(sa.update(Job).where(Job.id == job_id, Job.state == "running").values(cancel_asked=True))


def _cancelled_in_the_queue(engine: sa.Engine, job_id: str, now: datetime) -> bool:
    waiting = sa.update(Job).where(Job.id == job_id, Job.state == "queued")
    try:
        with engine.begin() as connection:
            return connection.execute(waiting.values(_end("cancelled", now))).rowcount > 0
    except BusyError:
        # On SQLite it is most often the job itself that writes, begun after it was read as queued: it is asked to stop.
        if engine.dialect.name == "sqlite":
            return False
        raise


def job_record(connection: sa.Connection, actor: Actor, job_id: str) -> JobRecord:
    """Return one job as it stands now.

    Raises NotFoundError when there is none, or it is somebody else's and the actor is none of SEES_ALL.
    """
    row = connection.execute(sa.select(*_OPEN_COLUMNS).where(Job.id == job_id, _visible(actor))).one_or_none()
    if row is None:
        raise NotFoundError("there is no job {job}", job=job_id)
    return _with_pulse(JobRecord(*row), pulses(connection.engine))


def list_jobs(
    connection: sa.Connection,
    actor: Actor,
    *,
    states: Iterable[str] = STATES,
    limit: int = 100,
    after: tuple[datetime, str] | None = None,
) -> list[JobRecord]:
    """Return the jobs that the actor may know of, newest first: its own, all of them for SEES_ALL.

    after: moment and id of a job that the list begins behind.
    """
    rest = sa.true() if after is None else _behind(*after)
    query = (
        sa.select(*_OPEN_COLUMNS)
        .where(_visible(actor), Job.state.in_(list(states)), rest)
        .order_by(Job.created_at.desc(), Job.id)
        .limit(limit)
    )
    signs = pulses(connection.engine)
    return [_with_pulse(JobRecord(*row), signs) for row in connection.execute(query)]


def jobs_at_work_on(connection: sa.Connection, kinds: Iterable[str], scenario: str, now: datetime) -> list[str]:
    """Return the jobs of these kinds that run for a scenario and whose worker is alive, by id."""
    query = sa.select(Job.id).where(*_of_scenario(kinds, scenario), Job.state == "running", ~_dead(connection, now))
    return sorted(connection.scalars(query))


def remove_jobs_of(connection: sa.Connection, kinds: Iterable[str], scenario: str, now: datetime) -> int:
    """Take the jobs of a scenario out that wait, are over or whose worker is dead; return how many there were."""
    still = sa.or_(Job.state != "running", _dead(connection, now))
    return connection.execute(sa.delete(Job).where(*_of_scenario(kinds, scenario), still)).rowcount


def _of_scenario(kinds: Iterable[str], scenario: str) -> tuple[sa.ColumnElement[bool], ...]:
    return Job.kind.in_(list(kinds)), sa.func.trim(Job.params["scenario"].as_string()) == scenario


def _behind(created_at: datetime, job_id: str) -> sa.ColumnElement[bool]:
    return sa.or_(Job.created_at < created_at, sa.and_(Job.created_at == created_at, Job.id > job_id))


def error_record(error: GridgeoError) -> dict[str, Any]:
    """Return an error as plain JSON that any language can be made of."""
    plain = {
        name: value if isinstance(value, bool | int | float | str) else str(value)
        for name, value in error.values.items()
    }
    return {"kind": type(error).__name__, "template": error.template, "values": plain}


def _insert(connection: sa.Connection, actor: Actor, new: NewJob, state: Mapping[str, Any]) -> JobRecord:
    values = {
        "id": secrets.token_hex(16),
        "kind": new.kind,
        "params": dict(new.params),
        "payload": new.payload,
        "file_name": new.file_name,
        "progress": 0.0,
        "actor_id": actor.id,
        "actor_role": actor.role,
        "branch_ids": None if actor.branch_ids is None else sorted(actor.branch_ids),
        "cancel_asked": False,
        "idempotency_key": new.idempotency_key,
    }
    row = connection.execute(sa.insert(Job).values(values | dict(state)).returning(*_OPEN_COLUMNS)).one()
    return JobRecord(*row)


def _with_key(connection: sa.Connection, actor: Actor, new: NewJob) -> JobRecord | None:
    if new.idempotency_key is None:
        return None
    same = (Job.actor_id == actor.id, Job.idempotency_key == new.idempotency_key)
    row = connection.execute(sa.select(*_OPEN_COLUMNS).where(*same)).one_or_none()
    if row is None:
        return None
    found = JobRecord(*row)
    if (found.kind, found.params, found.file_name) != (new.kind, dict(new.params), new.file_name):
        raise ConflictError("the idempotency key {key} was used for another request", key=new.idempotency_key)
    return found


def _dead(connection: sa.Connection, now: datetime) -> sa.ColumnElement[bool]:
    """Return the condition that a job runs and nobody has heard of its worker for the time of its lease."""
    alive = [job_id for job_id, pulse in pulses(connection.engine).items() if pulse.lease_until >= now]
    return sa.and_(Job.state == "running", Job.lease_until < now, Job.id.not_in(alive))


def _end(
    state: str, now: datetime, *, result: dict[str, Any] | None = None, error: dict[str, Any] | None = None
) -> dict[str, Any]:
    return {"state": state, "finished_at": now, "lease_until": None, "payload": None, "result": result, "error": error}


def _let_go(connection: sa.Connection, held: JobRecord, values: dict[str, Any]) -> None:
    ours = (Job.id == held.id, Job.state == "running", Job.worker == held.worker, Job.attempts == held.attempts)
    if connection.execute(sa.update(Job).where(*ours).values(values)).rowcount == 0:
        raise ConflictError("job {job} was taken over by somebody else", job=held.id)


def _visible(actor: Actor) -> sa.ColumnElement[bool]:
    return sa.true() if actor.role in SEES_ALL else Job.actor_id == actor.id


def _with_pulse(record: JobRecord, signs: Mapping[str, Pulse]) -> JobRecord:
    pulse = signs.get(record.id)
    if pulse is None or record.state in FINISHED:
        return record
    # The wish may be older than the worker that has the job.
    record = replace(record, cancel_asked=record.cancel_asked or pulse.cancel_asked)
    if record.state != "running" or pulse.worker != record.worker:
        return record
    return replace(record, step=pulse.step, progress=pulse.progress, lease_until=pulse.lease_until)

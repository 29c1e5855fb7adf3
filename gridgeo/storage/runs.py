"""Runs of the pipeline that survive a kill: a step counts when its version and its row here are committed together."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import orjson
import sqlalchemy as sa

from gridgeo.domain import Actor
from gridgeo.errors import ConflictError, NotFoundError
from gridgeo.storage.models import Run, RunStep


def start_or_resume_run(
    connection: sa.Connection, actor: Actor, *, digest: str, now: datetime, state: Mapping[str, str] | None = None
) -> tuple[int, dict[str, int]]:
    """Return the unfinished run with these inputs, or a new one: its number, and step -> version of what is done.

    digest: stands for inputs and parameters; equal digests mean equal results. A finished run is never taken up.
    state: table without versions -> digest of it now, kept with a new run.
    Raises ConflictError when somebody else starts the same run at this moment.
    """
    unfinished = sa.select(Run.id).where(Run.digest == digest, Run.finished_at.is_(None))
    run_id = connection.scalar(unfinished)
    if run_id is None:
        text = None if state is None else orjson.dumps(dict(state)).decode()
        row = sa.insert(Run).values(digest=digest, actor_id=actor.id, started_at=now, state=text).returning(Run.id)
        return int(connection.execute(row).scalar_one()), {}
    return run_id, run_steps(connection, run_id)


def run_steps(connection: sa.Connection, run_id: int) -> dict[str, int]:
    """Return step -> version of a run's finished steps, in the order of their versions."""
    query = sa.select(RunStep.step, RunStep.version_id).where(RunStep.run_id == run_id).order_by(RunStep.version_id)
    return {row.step: row.version_id for row in connection.execute(query)}


def state_of_publication(connection: sa.Connection, version_id: int) -> dict[str, str] | None:
    """Return what the run that made a publication found in tables without versions; None where no run kept it."""
    query = sa.select(Run.state).join(RunStep, RunStep.run_id == Run.id)
    text = connection.scalar(query.where(RunStep.step == "publication", RunStep.version_id == version_id))
    return None if text is None else orjson.loads(text)


def record_step(connection: sa.Connection, run_id: int, step: str, version_id: int) -> None:
    """Note that a step is done, in the transaction that wrote its version.

    Raises ConflictError when the run is finished or somebody else has done the step, NotFoundError for an unknown run.
    """
    _require_unfinished(connection, run_id)
    if step in run_steps(connection, run_id):
        raise ConflictError("step {step} of run {run} has been done by somebody else", step=step, run=run_id)
    connection.execute(sa.insert(RunStep).values(run_id=run_id, step=step, version_id=version_id))


def finish_run(connection: sa.Connection, run_id: int, now: datetime) -> None:
    """Close a run; the next one with the same inputs begins anew.

    Raises ConflictError when it is closed already, NotFoundError when there is none of that number.
    """
    _require_unfinished(connection, run_id)
    connection.execute(sa.update(Run).where(Run.id == run_id).values(finished_at=now))


def _require_unfinished(connection: sa.Connection, run_id: int) -> None:
    """Lock the run and check that it goes on: two processes at one run must not both write a step."""
    row = connection.execute(sa.select(Run.finished_at).where(Run.id == run_id).with_for_update()).one_or_none()
    if row is None:
        raise NotFoundError("there is no run {run}", run=run_id)
    if row.finished_at is not None:
        raise ConflictError("run {run} is finished", run=run_id)

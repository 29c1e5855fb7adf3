"""Signs of life of running jobs, and the wish that one stops.

On PostgreSQL they are columns of the job's row. On SQLite the work's own transaction keeps everybody else from writing
for as long as it goes on, so there they stand in a small file beside the store; it may be deleted when no job runs.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa

from gridgeo.storage.models import Job

WAIT_S = 5.0
_TABLE = """CREATE TABLE IF NOT EXISTS pulse (
    job_id TEXT PRIMARY KEY, worker TEXT NOT NULL, lease_until REAL NOT NULL,
    step TEXT, progress REAL NOT NULL, cancel_asked INTEGER NOT NULL) WITHOUT ROWID"""
_INSERT = "INSERT INTO pulse VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (job_id) DO UPDATE SET"


@dataclass(frozen=True)
class Pulse:
    """What a running job last said of itself: step, share done (0 to 1), and until when it is to be believed alive."""

    job_id: str
    worker: str
    lease_until: datetime
    step: str | None = None
    progress: float = 0.0
    cancel_asked: bool = False


def begin_pulse(engine: sa.Engine, pulse: Pulse) -> None:
    """Take note that a worker has begun a job; whoever had it before has lost it."""
    if engine.dialect.name == "sqlite":
        begin = f"{_INSERT} worker = excluded.worker, lease_until = excluded.lease_until, step = NULL, progress = 0"
        with _beside(engine) as file:
            file.execute(begin, _values(pulse))


def beat(engine: sa.Engine, pulse: Pulse) -> bool | None:
    """Write a running job's step, progress and lease; return whether it is asked to stop, None when it was taken away.

    Works beside the transaction of the work itself on both stores.
    """
    if engine.dialect.name == "sqlite":
        _, _, until, step, progress, _ = _values(pulse)
        query = "UPDATE pulse SET lease_until = ?, step = ?, progress = ? WHERE job_id = ? AND worker = ?"
        with _beside(engine) as file:
            given = (until, step, progress, pulse.job_id, pulse.worker)
            row = file.execute(f"{query} RETURNING cancel_asked", given).fetchone()
        return None if row is None else bool(row[0])
    ours = (Job.id == pulse.job_id, Job.worker == pulse.worker, Job.state == "running")
    said = {"lease_until": pulse.lease_until, "step": pulse.step, "progress": pulse.progress}
    with engine.begin() as connection:
        return connection.scalar(sa.update(Job).where(*ours).values(said).returning(Job.cancel_asked))


def end_pulse(engine: sa.Engine, job_id: str, worker: str) -> None:
    """Forget the signs of life of a job that its worker has let go."""
    if engine.dialect.name == "sqlite":
        with _beside(engine) as file:
            file.execute("DELETE FROM pulse WHERE job_id = ? AND worker = ?", (job_id, worker))


def ask_pulse_to_stop(engine: sa.Engine, job_id: str) -> None:
    """Let a running job know that it is to stop, whatever its transaction keeps locked."""
    if engine.dialect.name == "sqlite":
        with _beside(engine) as file:
            file.execute(f"{_INSERT} cancel_asked = 1", (job_id, "", 0.0, None, 0.0, True))


def pulses(engine: sa.Engine) -> dict[str, Pulse]:
    """Return job -> its signs of life where they do not stand in the job's own row."""
    if engine.dialect.name != "sqlite" or not _file(engine).exists():
        return {}
    with _beside(engine) as file:
        rows = file.execute("SELECT * FROM pulse").fetchall()
    return {row[0]: _pulse(*row) for row in rows}


def _pulse(job_id: str, worker: str, lease_until: float, step: str | None, progress: float, cancel_asked: int) -> Pulse:
    return Pulse(job_id, worker, datetime.fromtimestamp(lease_until, UTC), step, progress, bool(cancel_asked))


def _values(pulse: Pulse) -> tuple[str, str, float, str | None, float, bool]:
    return (
        pulse.job_id,
        pulse.worker,
        pulse.lease_until.timestamp(),
        pulse.step,
        pulse.progress,
        pulse.cancel_asked,
    )


def _file(engine: sa.Engine) -> Path:
    return Path(f"{engine.url.database}-jobs")


@contextmanager
def _beside(engine: sa.Engine) -> Iterator[sqlite3.Connection]:
    """Open the file beside a SQLite store for one short transaction."""
    with closing(sqlite3.connect(_file(engine), timeout=WAIT_S)) as file, file:
        # It holds nothing that outlives the processes it speaks of.
        file.execute("PRAGMA synchronous=OFF")
        file.execute(_TABLE)
        yield file

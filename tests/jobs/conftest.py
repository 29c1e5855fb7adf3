"""Jobs over a fresh store of either kind, and a kind of job that writes one version."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from gridgeo.domain import Actor
from gridgeo.jobs import KINDS, Beats, JobKind, Task, work
from gridgeo.storage import finish_version, list_versions, new_version, reading
from gridgeo.storage.jobs import JobRecord, NewJob, add_job, job_record
from tests.warm_commands import WarmCommands

FAST = Beats(lease_s=30.0, every_s=0.05)
WAIT_S = 60.0
Do = Callable[[Task], None]


def clock() -> datetime:
    return datetime.now(UTC)


def note(task: Task, meanwhile: Callable[[], object] = lambda: None) -> None:
    """Write one version that names the job's number; ``meanwhile`` runs inside the transaction, before its end."""
    with task.engine.begin() as connection:
        task.progress("writing", 0.5)
        version_id = new_version(connection, task.actor, "score", params=dict(task.params), now=task.clock())
        meanwhile()
        task.progress("written", 0.9)
        finish_version(connection, version_id, report={})
        task.finish(connection, {"version": version_id})


@pytest.fixture
def kind(monkeypatch: pytest.MonkeyPatch) -> Callable[[Do], str]:
    """Add a kind of job for the test and return its name."""

    def add(do: Do, name: str = "note") -> str:
        monkeypatch.setitem(KINDS, name, JobKind("a test's own work", do))
        return name

    return add


def queue(engine: sa.Engine, actor: Actor, name: str = "note", **more: Any) -> JobRecord:
    """Queue one job."""
    given = {"params": {"n": 1}} | more
    with engine.begin() as connection:
        return add_job(connection, actor, NewJob(name, **given), clock())


def look(engine: sa.Engine, actor: Actor, job_id: str) -> JobRecord:
    """Read one job as anybody else would."""
    with reading(engine) as connection:
        return job_record(connection, actor, job_id)


def written(engine: sa.Engine) -> list[int]:
    """The numbers of the jobs whose work is in the store."""
    with reading(engine) as connection:
        return [record.params["n"] for record in list_versions(connection, "score")]


def wait_for(condition: Callable[[], object]) -> None:
    """Wait until something is so."""
    for _ in range(int(WAIT_S / 0.02)):
        if condition():
            return
        threading.Event().wait(0.02)
    raise AssertionError("it never came to be so")


@contextmanager
def working(engine: sa.Engine, beats: Beats = FAST) -> Iterator[threading.Event]:
    """Run a worker in a thread until the block is over; yields the event that stops it."""
    stop = threading.Event()
    thread = threading.Thread(target=lambda: work(engine, clock, stop=stop, beats=beats))
    thread.start()
    try:
        yield stop
    finally:
        stop.set()
        thread.join(WAIT_S)


WORKER = """
import os, signal, sys
sys.path.insert(0, sys.argv[3])
from gridgeo.jobs import KINDS, Beats, JobKind, work
from gridgeo.storage import open_engine
from conftest import clock, note

def die():
    os.kill(os.getpid(), signal.SIGKILL)

ways = {"note": note, "die": lambda task: note(task, die)}
KINDS["note"] = JobKind("a test's own work", ways[sys.argv[2]])
engine = open_engine(sys.argv[1])
print(work(engine, clock, once=True, beats=Beats(lease_s=1.0, every_s=0.1)))
"""


def worker_process(url: str) -> subprocess.Popen[str]:
    """Start a worker that notes in a process of its own, beside others."""
    command = [sys.executable, "-c", WORKER, url, "note", str(Path(__file__).parent)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@pytest.fixture
def dying_worker(warm_commands: WarmCommands) -> Callable[[str], int]:
    """Run a worker that dies inside the transaction of the first job it gets; return what its process ended with."""

    def run(url: str) -> int:
        return warm_commands.run([url, "die", Path(__file__).parent], code=WORKER).returncode

    return run

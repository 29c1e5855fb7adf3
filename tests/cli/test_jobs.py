"""Jobs on the command line, and the worker that a served store has."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gridgeo.domain import Actor, local_actor
from gridgeo.storage import open_engine, reading
from gridgeo.storage.jobs import JobRecord, NewJob, add_job, job_record

from .test_help import free_port

Run = Callable[..., "subprocess.CompletedProcess[str]"]
ANNA = Actor("anna", "rm", frozenset({"b1"}))


WAIT_S = 60.0


def wait_for(condition: Callable[[], object]) -> None:
    """Wait until something is so."""
    until = time.monotonic() + WAIT_S
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.1)


def queue(url: str, actor: Actor, kind: str = "publication") -> str:
    """Queue a job that ends fast: on an empty store it fails with a reason."""
    engine = open_engine(url)
    with engine.begin() as connection:
        job = add_job(connection, actor, NewJob(kind, {}), datetime.now(UTC))
    engine.dispose()
    return job.id


def look(url: str, job_id: str) -> JobRecord:
    engine = open_engine(url)
    try:
        with reading(engine) as connection:
            return job_record(connection, local_actor(), job_id)
    finally:
        engine.dispose()


def test_a_job_is_listed_done_and_shown(gridgeo: Run, store_url: str) -> None:
    job = queue(store_url, local_actor())
    at = ("--store", store_url, "--json")
    (listed,) = json.loads(gridgeo("jobs", "list", "--state", "queued", *at).stdout)["jobs"]
    assert (listed["id"], listed["progress"]) == (job, 0.0)
    assert json.loads(gridgeo("jobs", "work", "--once", *at).stdout) == {"begun": 1}
    shown = json.loads(gridgeo("jobs", "show", job, *at).stdout)
    assert shown["state"] == "failed"
    assert "no live ground" in shown["error"]
    chinese = json.loads(gridgeo("jobs", "show", job, *at, GRIDGEO_LANGUAGE="zh").stdout)
    assert chinese["error"] != shown["error"]
    assert job in gridgeo("jobs", "list", "--store", store_url, COLUMNS="200").stdout


def test_a_waiting_job_is_cancelled(gridgeo: Run, store_url: str) -> None:
    job = queue(store_url, local_actor())
    cancelled = gridgeo("jobs", "cancel", job, "--store", store_url, "--json")
    assert json.loads(cancelled.stdout)["state"] == "cancelled"
    assert json.loads(gridgeo("jobs", "work", "--once", "--store", store_url, "--json").stdout) == {"begun": 0}


def test_what_is_not_there_or_not_yours_is_not_found(gridgeo: Run, store_url: str) -> None:
    job = queue(store_url, local_actor())
    for words in (("show", "nothing"), ("cancel", "nothing"), ("show", job, "--as", "anna:rm:b1")):
        done = gridgeo("jobs", *words, "--store", store_url)
        assert done.returncode == 5
        assert "there is no job" in done.stderr
    assert json.loads(gridgeo("jobs", "list", "--as", "anna:rm:b1", "--store", store_url, "--json").stdout) == {
        "jobs": []
    }
    assert gridgeo("jobs", "list", "--state", "odd", "--store", store_url).returncode == 2


@pytest.mark.parametrize("way", ["terminate", "kill"])
def test_a_served_store_has_a_worker_that_ends_with_it(tmp_path: Path, gridgeo: Run, way: str) -> None:
    url = f"sqlite:///{tmp_path}/served.db"
    assert gridgeo("db", "upgrade", "--store", url).returncode == 0
    command = [str(Path(sys.executable).parent / "gridgeo"), "serve", "--json", "--port", str(free_port())]
    environment = {**os.environ, "GRIDGEO_STORE_URL": url}
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as server:
        try:
            assert server.stdout is not None
            server.stdout.readline()
            job = queue(url, local_actor())
            wait_for(lambda: look(url, job).state == "failed")
            worker = int((look(url, job).worker or "").split(":")[1])
            assert alive(worker)
            assert worker != server.pid
            getattr(server, way)()
            server.wait()
            wait_for(lambda: not alive(worker))
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(server.pid, signal.SIGKILL)
    assert look(url, queue(url, local_actor())).state == "queued", "nobody is there to do it"


def alive(pid: int) -> bool:
    """Tell whether a process runs; one that has ended but whose parent has not noticed does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False

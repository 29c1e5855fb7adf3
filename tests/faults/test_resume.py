"""A run killed anywhere leaves the live publication whole, and the next run goes on where it stopped."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

GRIDGEO = str(Path(sys.executable).parent / "gridgeo")
STEPS = ["catchment", "location", "score", "plan", "publication"]
SECOND_RUN = ["run", "--seed", "2", "--resolution", "10"]


def cli(store: Path, *arguments: str) -> dict:
    done = subprocess.run(
        [GRIDGEO, *arguments, "--store", f"sqlite:///{store}", "--json"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def steps_done(store: Path) -> int:
    """Steps recorded for the newest run."""
    with sqlite3.connect(f"file:{store}?mode=ro", uri=True, timeout=10) as connection:
        query = "SELECT count(*) FROM run_step WHERE run_id = (SELECT max(id) FROM run)"
        return int(connection.execute(query).fetchone()[0])


def newest_run(store: Path) -> int:
    with sqlite3.connect(f"file:{store}?mode=ro", uri=True, timeout=10) as connection:
        return int(connection.execute("SELECT max(id) FROM run").fetchone()[0])


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with one finished run, made once."""
    path = tmp_path_factory.mktemp("finished") / "demo.db"
    cli(path, "demo", "--no-serve", "--ground", "helsinki")
    return path


@pytest.fixture(scope="module")
def whole(finished: Path, tmp_path_factory: pytest.TempPathFactory) -> dict:
    """What the second run says when nobody kills it."""
    copy = tmp_path_factory.mktemp("whole") / "whole.db"
    return cli(Path(shutil.copy(finished, copy)), *SECOND_RUN)


def killed_after(store: Path, n_steps: int) -> int:
    """Start a second run, kill it once n_steps are recorded; return how many were recorded in the end."""
    first = newest_run(store)
    process = subprocess.Popen(
        [GRIDGEO, *SECOND_RUN, "--store", f"sqlite:///{store}", "--json"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    while process.poll() is None and not (newest_run(store) > first and steps_done(store) >= n_steps):
        time.sleep(0.005)
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    return steps_done(store)


@pytest.mark.parametrize("n_steps", [0, 1, 2, 3, 4])
def test_killed_run_is_taken_up_and_readers_never_see_half(
    finished: Path, whole: dict, tmp_path: Path, n_steps: int
) -> None:
    store = Path(shutil.copy(finished, tmp_path / "killed.db"))
    before = cli(store, "show")
    recorded = killed_after(store, n_steps)
    assert recorded < len(STEPS), "the kill came too late to test anything"
    assert cli(store, "show") == before

    after = cli(store, *SECOND_RUN)
    assert after["resumed"] == STEPS[:recorded]
    assert after["versions"]["publication"] > before["versions"]["publication"]
    for key in ("cells", "customers", "merchants", "people", "scores", "territories"):
        assert after[key] == whole[key]


def test_a_finished_run_is_not_taken_up_again(finished: Path, tmp_path: Path) -> None:
    store = Path(shutil.copy(finished, tmp_path / "again.db"))
    first, second = cli(store, *SECOND_RUN), cli(store, *SECOND_RUN)
    assert second["resumed"] == []
    assert all(second["versions"][kind] > first["versions"][kind] for kind in STEPS)

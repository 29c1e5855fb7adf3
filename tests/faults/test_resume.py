"""A run killed anywhere leaves the live publication whole, and the next run goes on where it stopped."""

from __future__ import annotations

import json
import shutil
import signal
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.warm_commands import WarmCommands

Cli = Callable[..., dict[str, Any]]
STEPS = ["catchment", "location", "score", "plan", "publication"]
SECOND_RUN = ["run", "--seed", "2", "--resolution", "10"]


@pytest.fixture(scope="module")
def cli(warm_commands: WarmCommands) -> Cli:
    """Run a command on a store and return the object it prints."""

    def run(store: Path, *arguments: str) -> dict[str, Any]:
        done = warm_commands.run([*arguments, "--store", f"sqlite:///{store}", "--json"])
        assert done.returncode == 0, done.stderr
        body: dict[str, Any] = json.loads(done.stdout)
        return body

    return run


def steps_done(store: Path) -> int:
    """Steps recorded for the newest run."""
    with sqlite3.connect(f"file:{store}?mode=ro", uri=True, timeout=10) as connection:
        query = "SELECT count(*) FROM run_step WHERE run_id = (SELECT max(id) FROM run)"
        return int(connection.execute(query).fetchone()[0])


@pytest.fixture(scope="module")
def finished(demo_made: Callable[[str], str]) -> Path:
    """A store with one finished run, made once."""
    return Path(demo_made("sqlite").removeprefix("sqlite:///"))


@pytest.fixture(scope="module")
def whole(cli: Cli, finished: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the second run says when nobody kills it."""
    copy = tmp_path_factory.mktemp("whole") / "whole.db"
    return cli(Path(shutil.copy(finished, copy)), *SECOND_RUN)


DYING = """
import os, signal, sys
from gridgeo.cli.main import run
from gridgeo.pipeline import run as pipeline

kind = sys.argv[1]
step = pipeline.STEPS[kind]

def dying(*given):
    step(*given)
    os.kill(os.getpid(), signal.SIGKILL)

pipeline.STEPS[kind] = dying
sys.exit(run(sys.argv[2:]))
"""
"""The command line, killed inside the transaction of one step, when all of its rows are written and none committed."""


def kill_in(commands: WarmCommands, store: Path, kind: str) -> int:
    """Start a second run that dies in the step; return how many steps it had recorded."""
    done = commands.run([kind, *SECOND_RUN, "--store", f"sqlite:///{store}"], code=DYING)
    assert done.returncode == -signal.SIGKILL, done.stderr
    return steps_done(store)


@pytest.mark.parametrize("kind", STEPS)
def test_killed_run_is_taken_up_and_readers_never_see_half(
    cli: Cli, warm_commands: WarmCommands, finished: Path, whole: dict[str, Any], tmp_path: Path, kind: str
) -> None:
    store = Path(shutil.copy(finished, tmp_path / "killed.db"))
    before = cli(store, "show")
    assert kill_in(warm_commands, store, kind) == STEPS.index(kind)
    assert cli(store, "show") == before

    after = cli(store, *SECOND_RUN)
    assert after["resumed"] == STEPS[: STEPS.index(kind)]
    assert after["versions"]["publication"] > before["versions"]["publication"]
    for key in ("cells", "customers", "merchants", "people", "scores", "territories"):
        assert after[key] == whole[key]


def test_a_finished_run_is_not_taken_up_again(cli: Cli, finished: Path, tmp_path: Path) -> None:
    store = Path(shutil.copy(finished, tmp_path / "again.db"))
    first, second = cli(store, *SECOND_RUN), cli(store, *SECOND_RUN)
    assert second["resumed"] == []
    assert all(second["versions"][kind] > first["versions"][kind] for kind in STEPS)

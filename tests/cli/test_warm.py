"""Commands that need not load the libraries first do what the program does."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.warm_commands import WarmCommands

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.mark.parametrize(
    ("arguments", "environment", "code"),
    [
        (["import", "customers", "none.csv", "--store", "sqlite:///own.db"], {"GRIDGEO_LANGUAGE": "zh"}, 2),
        (["show", "--store", "sqlite:///own.db", "--json"], {}, 5),
        (["db", "upgrade", "--json"], {"GRIDGEO_STORE_URL": "sqlite:///own.db"}, 0),
    ],
)
def test_a_warm_command_prints_writes_and_ends_as_the_program_does(
    gridgeo: Run, fresh_gridgeo: Run, tmp_path: Path, arguments: list[str], environment: dict[str, str], code: int
) -> None:
    seen = []
    for run, name in ((gridgeo, "warm"), (fresh_gridgeo, "fresh")):
        folder = tmp_path / name
        folder.mkdir()
        done = run(*arguments, cwd=folder, **environment)
        files = sorted(file.name for file in folder.iterdir())
        seen.append((done.returncode, done.stdout, done.stderr, files))
    assert seen[0] == seen[1]
    assert seen[0][0] == code


def test_a_command_leaves_nothing_to_the_next(warm_commands: WarmCommands, tmp_path: Path) -> None:
    leave = (
        "import os, gridgeo, polars; os.chdir('/'); os.environ['LEFT'] = '1'; gridgeo.LEFT = polars.Series([1]).sum()"
    )
    find = "import os, sys, gridgeo; print(os.getcwd(), 'LEFT' in os.environ, hasattr(gridgeo, 'LEFT'), sys.argv[1:])"
    assert warm_commands.run([], code=leave).returncode == 0
    done = warm_commands.run(["a", "b"], code=find, cwd=tmp_path)
    assert done.stdout == f"{tmp_path} False False ['a', 'b']\n"


@pytest.mark.parametrize(
    ("code", "returned", "said"),
    [
        ("import sys; sys.exit(7)", 7, ""),
        ("import sys; sys.exit('why')", 1, "why\n"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", -9, ""),
        ("import atexit; atexit.register(print, 'late')", 0, ""),
    ],
)
def test_a_process_ends_with_its_own_code(warm_commands: WarmCommands, code: str, returned: int, said: str) -> None:
    done = warm_commands.run([], code=code)
    assert (done.returncode, done.stderr) == (returned, said)
    assert done.stdout == ("late\n" if "late" in code else "")


def test_what_a_process_reads_before_it_runs_is_not_taken(warm_commands: WarmCommands) -> None:
    with pytest.raises(AssertionError, match="POLARS_MAX_THREADS"):
        warm_commands.run(["version"], POLARS_MAX_THREADS="1")


def test_a_command_that_goes_on_is_read_meanwhile_and_ends_when_told(warm_commands: WarmCommands) -> None:
    running = warm_commands.start([], code="import time; print('here', flush=True); time.sleep(600)")
    assert running.output.readline() == "here\n"
    assert warm_commands.run([], code="print('there')").stdout == "there\n"
    running.terminate()
    # Returns when nobody can print any more.
    running.drain()

"""The county's files out of the real command line, and the commands that their README names."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., "subprocess.CompletedProcess[str]"]


def test_the_readmes_commands_import_everything_and_a_map_comes_out(gridgeo: Run, tmp_path: Path) -> None:
    folder, store = tmp_path / "county", f"sqlite:///{tmp_path / 'county.db'}"
    size = ("--households", "2000", "--seed", "5")
    made = gridgeo("demo", "--ground", "county", *size, "--export", folder, "--datum", "gcj02", "--json")
    assert made.returncode == 0, made.stderr
    body = json.loads(made.stdout)
    assert body == json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert (body["datum"], body["fictional"], body["households"]) == ("gcj02", True, 2000)
    lines = (folder / "README.txt").read_text(encoding="utf-8").splitlines()
    commands = [line.split()[1:-2] for line in lines if line.startswith("gridgeo ")]
    assert len(commands) == 11
    for command in commands:
        done = gridgeo(*command, "--store", store, "--json", cwd=folder)
        assert done.returncode == 0, (command, done.stderr)
    shown = json.loads(gridgeo("show", "--store", store, "--json").stdout)
    assert shown["synthetic_bank"] is True
    assert shown["branches"] >= 4


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--ground", "county", "--export", "x", "--port", "9000"], "leave out --port"),
        (["--ground", "county", "--datum", "gcj02", "--no-serve"], "--datum say how files are written"),
        (["--ground", "county", "--export", "missing/x"], "does not exist"),
    ],
)
def test_options_that_would_do_nothing_are_refused(
    gridgeo: Run, tmp_path: Path, options: list[str], words: str
) -> None:
    done = gridgeo("demo", *options, cwd=tmp_path)
    assert done.returncode == 2
    assert words in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_the_county_of_the_default_size_keeps_every_territory_within_the_tolerance(
    gridgeo: Run, tmp_path: Path
) -> None:
    done = gridgeo("demo", "--ground", "county", "--no-serve", "--json", "--store", f"sqlite:///{tmp_path / 'a.db'}")
    assert done.returncode == 0, done.stderr
    body = json.loads(done.stdout)
    assert (body["ground"], body["fictional_ground"], body["synthetic_bank"]) == ("county", True, True)
    assert body["branches"] >= 4
    assert body["territories"]["feasible"]
    assert body["territories"]["pieces_max"] == 1

"""Bad input gives one clear line and exit code 2 (5 for what does not exist), and the store is as it was."""

from __future__ import annotations

import hashlib
import json
import shutil
import sqlite3
import subprocess
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gridgeo.cli.main import run
from gridgeo.pipeline.steps import StepResult

Run = Callable[..., "subprocess.CompletedProcess[str]"]


def digest(path: Path) -> str:
    """Return what stands for everything in a store but its audit log, in which denied tries leave lines."""
    with closing(sqlite3.connect(path)) as store:
        lines = [line for line in store.iterdump() if "audit_log" not in line]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def polygon(path: Path, ring: list[list[float]]) -> Path:
    path.write_text(json.dumps({"type": "Polygon", "coordinates": [ring]}))
    return path


def circle(n_vertices: int) -> list[list[float]]:
    angle = np.linspace(0, 2 * np.pi, n_vertices)
    return np.column_stack([9.5 + 0.02 * np.cos(angle), 47.1 + 0.02 * np.sin(angle)]).tolist()


BOMBS = {
    "too many vertices": (circle(150_000), "vertices"),
    "the whole world": ([[-180, -90], [180, -90], [180, 90], [-180, 90], [-180, -90]], ""),
    "swapped": ([[47.1, 139.5], [47.2, 139.5], [47.2, 139.6], [47.1, 139.5]], "swapped"),
    "a knot too large to mend": (circle(300)[::7] + circle(300)[::3] + circle(300)[:200], ""),
    "too many cells": ([[0, 40], [9, 40], [9, 49], [0, 49], [0, 40]], "cells"),
    "no cell": ([[9.5, 47.1], [9.50001, 47.1], [9.50001, 47.10001], [9.5, 47.1]], "cell"),
}


@pytest.mark.parametrize("name", BOMBS)
def test_polygon_bomb_is_refused_in_one_line(gridgeo: Run, tmp_path: Path, name: str) -> None:
    ring, word = BOMBS[name]
    done = gridgeo("cells", "fill", polygon(tmp_path / "bomb.geojson", ring), "--datum", "wgs84")
    assert done.returncode == 2, done.stderr
    assert done.stdout == ""
    assert len(done.stderr.strip().splitlines()) == 1
    assert word in done.stderr


def test_a_fair_polygon_is_filled(gridgeo: Run, tmp_path: Path) -> None:
    done = gridgeo("cells", "fill", polygon(tmp_path / "fair.geojson", circle(40)), "--datum", "wgs84", "--json")
    body = json.loads(done.stdout)
    assert len(body["cells"]) == body["count"] > 20


def test_a_small_bowtie_is_mended_and_said_so(gridgeo: Run, tmp_path: Path) -> None:
    bowtie = [[9.5, 47.1], [9.6, 47.2], [9.6, 47.1], [9.5, 47.2], [9.5, 47.1]]
    done = gridgeo("cells", "fill", polygon(tmp_path / "bowtie.geojson", bowtie), "--datum", "wgs84", "--json")
    assert json.loads(done.stdout)["repaired"] is True


EXTRACT = str(Path(__file__).resolve().parents[2] / "data/boundaries/helsinki_centre.osm.pbf")
POPULATION = str(Path(__file__).resolve().parents[2] / "data/boundaries/population.csv")
WRONG_COMMANDS = {
    "missing ground file": (["import", "ground", "no-such.osm.pbf", "--population", "none.csv"], 2, "no-such.osm.pbf"),
    "wrong datum": (["import", "ground", EXTRACT, "--population", POPULATION, "--datum", "gcj02"], 2, "gcj02"),
    "resolution 16": (["run", "--resolution", "16"], 2, "16"),
    "resolution 6": (["catchment", "draw", "--resolution", "6"], 2, "6"),
    "tolerance 0": (["territory", "assign", "--tolerance", "0"], 2, "tolerance"),
    "unknown method": (["catchment", "draw", "--catchments", "teleport"], 2, "teleport"),
    "unknown branch": (["explain", "891f8e0de17ffff", "--branch", "nowhere"], 5, "nowhere"),
    "unknown cell": (["explain", "hello"], 2, "hello"),
    "unknown role": (["run", "--as", "li:king"], 2, "king"),
    "unknown option": (["run", "--colour", "red"], 2, "--colour"),
    "unknown command": (["dance"], 2, "dance"),
    "role that may not write": (["run", "--as", "li:rm:B1"], 5, "rm"),
    "export format": (["export", "--format", "pigeon", "--out", "x"], 2, "pigeon"),
}


@pytest.fixture(scope="module")
def untouched(demo: tuple[Path, dict[str, Any]], tmp_path_factory: pytest.TempPathFactory) -> str:
    """The digest of a copy of the demo store that no command has seen."""
    return digest(Path(shutil.copy(demo[0], tmp_path_factory.mktemp("untouched") / "copy.db")))


@pytest.mark.parametrize("name", WRONG_COMMANDS)
def test_wrong_command_leaves_the_store_unchanged(gridgeo: Run, store_copy: Path, untouched: str, name: str) -> None:
    arguments, code, word = WRONG_COMMANDS[name]
    done = gridgeo(*arguments, cwd=store_copy.parent, GRIDGEO_STORE_URL=f"sqlite:///{store_copy}")
    assert (done.returncode, done.stdout) == (code, ""), done.stderr
    assert word in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert digest(store_copy) == untouched


def test_a_command_on_a_missing_store_makes_none(gridgeo: Run, tmp_path: Path) -> None:
    done = gridgeo("run", "--store", f"sqlite:///{tmp_path}/none.db")
    assert done.returncode == 5
    assert "gridgeo demo" in done.stderr
    assert list(tmp_path.iterdir()) == []


WRONG_DEMOS = {
    "ground": (["--ground", "mars"], 2, "mars"),
    "resolution": (["--resolution", "16"], 2, "16"),
    "catchments": (["--catchments", "teleport"], 2, "teleport"),
    "seed": (["--seed", str(2**64)], 2, "--seed"),
    "role": (["--as", "li:rm:B1"], 5, "rm"),
    "actor": (["--as", "li:king"], 2, "king"),
}


@pytest.mark.parametrize("name", WRONG_DEMOS)
def test_a_wrong_demo_makes_no_store(gridgeo: Run, tmp_path: Path, name: str) -> None:
    arguments, code, word = WRONG_DEMOS[name]
    done = gridgeo("demo", "--no-serve", *arguments, "--store", f"sqlite:///{tmp_path}/demo.db")
    assert (done.returncode, done.stdout) == (code, ""), done.stderr
    assert word in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


def test_a_demo_address_that_is_not_loopback_is_refused_before_the_run(gridgeo: Run, tmp_path: Path) -> None:
    done = gridgeo("demo", "--store", f"sqlite:///{tmp_path}/demo.db", GRIDGEO_HOST="0.0.0.0")  # noqa: S104
    assert done.returncode == 2
    assert "0.0.0.0" in done.stderr  # noqa: S104
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("feasible", [True, False])
def test_a_plan_out_of_tolerance_is_printed_and_is_exit_code_3(
    store_copy: Path, feasible: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    found = [
        {"territory": "RM01", "measure": "workload", "value": -5.6, "limit": 5.0},
        {"territory": "RM02", "measure": "customers", "value": 7.25, "limit": 5.0},
    ]
    branches = {"B1": {"feasible": feasible, "violations": [] if feasible else found}}
    monkeypatch.setattr("gridgeo.pipeline.run.run_one", lambda *_: StepResult(8, {"branches": branches}))
    monkeypatch.setenv("GRIDGEO_LANGUAGE", "en")
    code = run(["territory", "assign", "--json", "--store", f"sqlite:///{store_copy}"])
    printed = capsys.readouterr()
    assert json.loads(printed.out) == {"version": 8, "branches": branches}
    assert code == (0 if feasible else 3)
    assert ("branch B1" in printed.err and "RM02, customers 7.25 %, allowed 5.0 %" in printed.err) is not feasible


def test_unreachable_server_is_named_without_its_password(gridgeo: Run) -> None:
    done = gridgeo("run", "--store", "postgresql+psycopg://me:sesame@127.0.0.1:1/none")
    assert done.returncode == 2
    assert "sesame" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_errors_speak_chinese(gridgeo: Run, store_copy: Path) -> None:
    done = gridgeo("run", "--resolution", "16", "--store", f"sqlite:///{store_copy}", GRIDGEO_LANGUAGE="zh")
    assert done.returncode == 2
    assert "错误" in done.stderr
    assert "16" in done.stderr

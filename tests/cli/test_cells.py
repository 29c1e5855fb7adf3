"""Figures of cells move from file to file with their total kept; what does not fit is named."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

Run = Callable[..., "subprocess.CompletedProcess[str]"]
CELLS = ("891f8e70907ffff", "891f8e7090fffff", "891f8e70917ffff")


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "cells.csv"
    pl.DataFrame({"cell": CELLS, "value": [3, 4, 5]}).write_csv(path)
    return path


def test_a_rollup_keeps_the_sum_exactly(gridgeo: Run, table: Path) -> None:
    body = json.loads(gridgeo("cells", "rollup", table, "--resolution", 7, "--json").stdout)
    assert (body["resolution"], sum(body["values"]), body["before"]) == (7, 12.0, 12.0)


def test_a_move_to_a_file_and_back_is_the_same_table(gridgeo: Run, table: Path, tmp_path: Path) -> None:
    out = tmp_path / "finer.parquet"
    done = gridgeo("cells", "move", table, "--resolution", 11, "--out", out, "--json")
    record = json.loads(done.stdout)
    assert (record["count"], record["outside"]) == (3 * 49, 0.0)
    assert pl.read_parquet(out)["value"].sum() == pytest.approx(12.0, rel=1e-9)
    back = gridgeo("cells", "move", out, "--resolution", 9).stdout
    found = pl.read_csv(back.encode())
    assert found["cell"].to_list() == sorted(CELLS)
    assert found.sort("value")["value"].to_list() == pytest.approx([3.0, 4.0, 5.0], rel=1e-9)


@pytest.mark.parametrize("resolution", [8, 10])
def test_by_exact_areas_nothing_is_lost(gridgeo: Run, table: Path, resolution: int) -> None:
    body = json.loads(gridgeo("cells", "move", table, "--resolution", resolution, "--exact-area", "--json").stdout)
    assert body["outside"] == pytest.approx(0.0, abs=1e-9 * body["before"])
    assert body["after"] == pytest.approx(body["before"], rel=1e-9)


def test_a_cell_that_stands_twice_is_refused_and_not_added_up(gridgeo: Run, tmp_path: Path) -> None:
    path = tmp_path / "twice.csv"
    path.write_text("cell,value\n891f8e70907ffff,1\n891f8e70907ffff,2\n")
    done = gridgeo("cells", "rollup", path, "--resolution", 7)
    assert done.returncode == 2
    assert "row 3: cell 891f8e70907ffff stands more than once" in done.stderr


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("cell\n891f8e70907ffff\n", "has no column value"),
        ("cell,value\n", "has no rows"),
        ("cell,value\n891f8e70907ffff,many\n", "row 2: value 'many' is not a number"),
        ("cell,value\n891f8e70907ffff,\n", "row 2: value None is not a number"),
        ("cell,value\n617700169958293503,1\n", "is not an H3 cell"),
    ],
)
def test_a_table_that_does_not_fit_is_named(gridgeo: Run, tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "bad.csv"
    path.write_text(text)
    done = gridgeo("cells", "rollup", path, "--resolution", 7)
    assert done.returncode == 2
    assert words in done.stderr


def test_an_unknown_kind_or_file_is_bad_input(gridgeo: Run, table: Path, tmp_path: Path) -> None:
    assert gridgeo("cells", "move", table, "--resolution", 10, "--kind", "mean").returncode == 2
    assert gridgeo("cells", "rollup", tmp_path / "none.csv", "--resolution", 7).returncode == 2

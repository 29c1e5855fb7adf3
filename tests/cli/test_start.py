"""Three Excel lists become a map with one command, and derived areas stay labelled until a person confirms them."""

from __future__ import annotations

import json
import sqlite3
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., "subprocess.CompletedProcess[str]"]
SAMPLES = Path(__file__).resolve().parents[2] / "docs" / "samples"
LISTS = [SAMPLES / name for name in ("orgs.xlsx", "customers.xlsx", "villages.xlsx")]


@pytest.fixture(scope="module")
def started(gridgeo: Run, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, object]]:
    """The folder of a started store, and what the command printed."""
    folder = tmp_path_factory.mktemp("start")
    store = f"sqlite:///{folder / 's.db'}"
    done = gridgeo(
        "start", *LISTS, "--datum", "gcj02", "--synthetic", "--out", folder / "map.html", "--store", store, "--json"
    )
    assert done.returncode == 0, done.stderr
    return folder, json.loads(done.stdout)


def test_three_lists_make_a_map(started: tuple[Path, dict[str, object]]) -> None:
    folder, body = started
    customers = {name: body["customers"][name] for name in ("in", "placed", "in_cells", "unplaced", "rejected")}
    assert customers == {"in": 480, "placed": 480, "in_cells": 480.0, "unplaced": 0, "rejected": 0}
    assert body["people"]["in"] == sum(1200 + 173 * at for at in range(12))
    assert body["synthetic_bank"] is True
    assert body["areas"]["villages"] == 12
    assert body["areas"]["label"] == "derived"
    assert body["areas"]["unknown_codes"] == []
    assert "合成数据" in (folder / "map.html").read_text(encoding="utf-8")
    with sqlite3.connect(folder / "s.db") as db:
        labels = db.execute("SELECT DISTINCT label FROM catchment").fetchall()
    assert labels == [("nearest branch in a straight line",)]


def test_derived_areas_are_labelled_until_confirmed(gridgeo: Run, started: tuple[Path, dict[str, object]]) -> None:
    store = f"sqlite:///{started[0] / 's.db'}"
    one = gridgeo("boundary", "confirm", "519999101200", "--store", store, "--as", "wang:planner", "--json")
    assert one.returncode == 0, one.stderr
    assert json.loads(one.stdout)["still_derived"] == 11
    again = gridgeo("boundary", "confirm", "519999101200", "--store", store)
    assert again.returncode == 5
    assert "no derived boundary has the code 519999101200" in again.stderr
    rest = gridgeo("boundary", "confirm", "--store", store, "--json")
    assert json.loads(rest.stdout)["still_derived"] == 0
    with sqlite3.connect(started[0] / "s.db") as db:
        newest = db.execute("SELECT max(version_id) FROM boundary").fetchone()[0]
        rows = db.execute("SELECT confirmed_by, count(*) FROM boundary WHERE version_id = ? GROUP BY 1", (newest,))
        assert dict(rows.fetchall()) == {"wang": 1, "local": 11}


def test_a_list_that_does_not_fit_leaves_nothing(gridgeo: Run, tmp_path: Path) -> None:
    store = tmp_path / "s.db"
    wrong = [LISTS[0], LISTS[0], LISTS[2]]
    done = gridgeo("start", *wrong, "--datum", "gcj02", "--store", f"sqlite:///{store}")
    assert done.returncode == 2
    assert "no column for id; the columns are" in done.stderr
    with sqlite3.connect(store) as db:
        assert db.execute("SELECT count(*) FROM version").fetchone() == (0,)

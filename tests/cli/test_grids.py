"""Area grids typed in as documented: a planner's day, what it prints, and the exit codes of what is refused."""

from __future__ import annotations

import csv
import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import shapely

from gridgeo.i18n import translate
from gridgeo.pipeline.grids.args import ARGS

Run = Callable[..., "subprocess.CompletedProcess[str]"]
Grid = Callable[..., dict[str, Any]]
BRANCH = "B2"


@pytest.fixture
def grid(gridgeo: Run, store_copy: Path) -> Grid:
    """Run `gridgeo grid ...` on a copy of the demo store; return its JSON, or code and message when it is refused."""

    def run(*arguments: str | Path, **environment: str) -> dict[str, Any]:
        done = gridgeo("grid", *arguments, "--json", "--store", f"sqlite:///{store_copy}", **environment)
        if done.returncode:
            assert done.stdout == ""
            assert done.stderr.count("\n") == 1
            return {"code": done.returncode, "error": done.stderr}
        body: dict[str, Any] = json.loads(done.stdout)
        return body

    return run


def geojson(path: Path, shape: shapely.Geometry) -> Path:
    feature = {"type": "Feature", "properties": {}, "geometry": shapely.geometry.mapping(shape)}
    path.write_text(json.dumps(feature), encoding="utf-8")
    return path


@pytest.mark.slow
def test_a_days_work_on_the_grids(grid: Grid, tmp_path: Path) -> None:
    assert grid("new", BRANCH)["cells_moved"] > 200
    made = grid("places", BRANCH, "Schaan", "planken", "--kind", "village")
    assert sorted(made["made"].values()) == ["Planken", "Schaan"]
    line = geojson(tmp_path / "line.geojson", shapely.LineString([(9.49, 47.166), (9.52, 47.164)]))
    grid("split", BRANCH, "Schaan", "--line", line, "--datum", "wgs84", "--name", "North", "--name", "South")
    parts = grid("split", BRANCH, "North", "--parts", "2", "--weight", "people")
    assert parts["report"]["largest_deviation"] < 0.2
    shown = {row["name"]: row for row in grid("show", BRANCH)["grids"]}
    assert {"North", "North 2", "South", "Planken", "whole catchment"} == set(shown)
    area = geojson(tmp_path / "box.geojson", shapely.box(9.505, 47.16, 9.515, 47.17))
    grid("create", BRANCH, "Centre", "--polygon", area, "--datum", "wgs84", "--kind", "commercial")
    grid("merge", BRANCH, "North", "North 2", "--name", "North side")
    grid("rename", BRANCH, "South", "South side")
    grid("kind", BRANCH, "residential", "North side", "South side")
    grid("code", BRANCH, "Centre", "7005")
    grid("note", BRANCH, "Centre", "=cmd()")
    grid("status", BRANCH, "review", "Centre")
    grid("stage", BRANCH, "Centre", "--to", "develop", "--day", "survey_done_on=2026-01-05")
    last = {row["name"]: row for row in grid("show", BRANCH)["grids"]}["Centre"]
    assert (last["status"], last["stage"], last["survey_done_on"]) == ("review", "develop", "2026-01-05")
    assert grid("undo", BRANCH, "--times", "11")["revision"] == 23
    assert len(grid("redo", BRANCH, "--times", "11")["operations"]) == 11
    checked = grid("replay", BRANCH)
    assert checked["same"]
    assert checked["violations"] == []
    entries = grid("log", BRANCH, "--most", "100")["operations"]
    assert [entry["seq"] for entry in entries] == list(range(34, 0, -1))
    assert grid("list")["sets"][0]["revision"] == 34
    assert_exports(grid, tmp_path)


def assert_exports(grid: Grid, folder: Path) -> None:
    """The files hold every grid; a shape each; no formula."""
    grid("export", BRANCH, "--out", folder / "grids.geojson")
    body = json.loads((folder / "grids.geojson").read_bytes())
    assert body["datum"] == "wgs84"
    names = {feature["properties"]["name"] for feature in body["features"]}
    assert names == {"North side", "South side", "Centre", "Planken", "whole catchment"}
    assert all(shapely.is_valid(shapely.geometry.shape(feature["geometry"])) for feature in body["features"])
    grid("export", BRANCH, "--out", folder / "grids.csv")
    with (folder / "grids.csv").open(encoding="utf-8-sig") as stream:
        assert {row["note"] for row in csv.DictReader(stream)} == {"", "'=cmd()"}


def test_cells_are_painted_by_list_and_by_table(grid: Grid, tmp_path: Path) -> None:
    grid("new", BRANCH)
    grid("places", BRANCH, "Planken")
    before = grid("log", BRANCH)["operations"][0]["patch"]["cells"]
    brush = tmp_path / "cells.txt"
    brush.write_text(f"{before[0]}, {before[1]}\n{before[2]}", encoding="utf-8")
    assert grid("paint", BRANCH, "--to", "whole catchment", "--cells", brush)["cells_moved"] == 3
    grid("create", BRANCH, "Three", "--cells", brush)
    moves = tmp_path / "moves.csv"
    moves.write_text(f"cell,from,to\n{before[0]},Three,Planken\n{before[3]},Three,Planken\n", encoding="utf-8")
    refused = grid("paint", BRANCH, "--moves", moves)
    assert refused["code"] == 4
    assert before[3] in refused["error"]
    moves.write_text(f"cell,from,to\n{before[0]},Three,Planken\n{before[1]},Three,whole catchment\n", encoding="utf-8")
    assert grid("paint", BRANCH, "--moves", moves, "--revision", "4")["cells_moved"] == 2
    assert grid("paint", BRANCH, "--moves", moves, "--revision", "4")["code"] == 4


def test_a_set_begins_with_a_proposal_or_not_at_all(grid: Grid) -> None:
    assert grid("new", BRANCH, "--proposal", "dice")["code"] == 2
    assert grid("list") == {"sets": []}
    options = ("--option", "low=300", "--option", "high=500", "--option", "measure=people")
    assert len(grid("new", BRANCH, "--proposal", "balanced", *options)["made"]) > 5
    assert grid("undo", BRANCH)["revision"] == 3
    assert grid("propose", BRANCH, "boundaries")["revision"] == 4


@pytest.mark.slow
def test_what_is_refused_says_so_in_one_line(grid: Grid, tmp_path: Path) -> None:
    manager, rm = ("--as", f"m:branch_manager:{BRANCH}"), ("--as", f"r:rm:{BRANCH}")
    assert grid("show", BRANCH)["code"] == 5
    assert grid("new", "nowhere")["code"] == 5
    assert grid("new", BRANCH, *rm)["code"] == 5
    assert grid("new", BRANCH, *manager)["revision"] == 1
    assert grid("new", BRANCH)["code"] == 4
    assert grid("show", BRANCH, "--as", "m:branch_manager:B1")["code"] == 5
    assert grid("show", BRANCH, *rm)["revision"] == 1
    refused = grid("places", BRANCH, "Schan", GRIDGEO_LANGUAGE="zh")
    assert refused["code"] == 2
    assert "没有这些村、社区或街道：Schan (Schaan" in refused["error"]
    assert "staff of branch" in grid("owner", BRANCH, "X1", "whole catchment")["error"]
    area = geojson(tmp_path / "box.geojson", shapely.box(9.505, 47.16, 9.515, 47.17))
    assert "--datum" in grid("create", BRANCH, "x", "--polygon", area)["error"]
    assert "one of --polygon" in grid("create", BRANCH, "x")["error"]
    assert "one of --line and --parts" in grid("split", BRANCH, "whole catchment")["error"]
    assert "NAME=VALUE" in grid("propose", BRANCH, "balanced", "--option", "low")["error"]
    assert "no such file" in grid("create", BRANCH, "x", "--cells", tmp_path / "none.txt")["error"]
    assert ".geojson or .csv" in grid("export", BRANCH, "--out", tmp_path / "grids.shp")["error"]
    assert "2 times were asked for and 1 are possible" in repeated_undo(grid)
    assert grid("log", BRANCH)["operations"][0]["seq"] == 2


def repeated_undo(grid: Grid) -> str:
    """What is said to two undos after one edit."""
    grid("note", BRANCH, "whole catchment", "x")
    return str(grid("undo", BRANCH, "--times", "2")["error"])


def test_the_table_for_people_speaks_both_languages(gridgeo: Run, store_copy: Path) -> None:
    store = ("--store", f"sqlite:///{store_copy}")
    assert gridgeo("grid", "new", BRANCH, *store).returncode == 0
    english, chinese = (
        gridgeo("grid", "show", BRANCH, *store, GRIDGEO_LANGUAGE=tongue).stdout for tongue in ("en", "zh")
    )
    assert "survey" in english
    assert "draft" in english
    assert "摸排" in chinese
    assert "草稿" in chinese


def test_every_operation_of_the_log_has_a_chinese_name() -> None:
    assert [kind for kind in (*ARGS, "new") if translate(kind, "zh") == kind] == []

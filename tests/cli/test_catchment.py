"""`gridgeo catchment` from the command line, on a copy of the demo store."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from .conftest import Run


def answered(gridgeo: Run, store: Path, *arguments: str | Path) -> dict[str, Any]:
    done = gridgeo("catchment", *arguments, "--json", "--store", f"sqlite:///{store}")
    assert done.returncode == 0, done.stderr
    body: dict[str, Any] = json.loads(done.stdout)
    return body


def test_a_planner_draws_combines_settles_and_looks(gridgeo: Run, store_copy: Path, tmp_path: Path) -> None:
    drawn = answered(gridgeo, store_copy, "draw", "--branch", "B1", "--method", "buffer", "--radius-m", "1500")
    assert drawn["cells_by_branch"]["B1"] < 100
    combined = answered(
        gridgeo,
        store_copy,
        "combine",
        "difference",
        "stored",
        "isochrone:3",
        "--branch",
        "B1",
        "--overlaps",
        "first_drawn",
    )
    assert 0 < combined["cells_by_branch"]["B1"] < drawn["cells_by_branch"]["B1"]
    assert combined["settled"]["rules"]["overlaps"] == "first_drawn"
    listed = answered(gridgeo, store_copy, "list", "--out", tmp_path / "all.geojson")
    assert listed["version"] == combined["version"]
    assert [row["label"] for row in listed["catchments"]][:2] == [
        "within 1500 m in a straight line without within 3 min by car",
        "nearest branch by drive time",
    ]
    card = answered(gridgeo, store_copy, "show", "B1", "--out", tmp_path / "one.geojson")
    assert len(card["cell_ids"]) == combined["cells_by_branch"]["B1"]
    names = {row["branch_id"]: row["name"] for row in listed["catchments"]}
    called = [
        pair | {f"{side}_name": names[pair[side]] for side in ("first", "second")}
        for pair in combined["settled"]["overlaps"]
    ]
    assert answered(gridgeo, store_copy, "overlaps")["overlaps"] == called
    again = answered(gridgeo, store_copy, "redraw")
    assert (again["changed"], again["version"]) == (False, combined["version"])
    outline = ("--polygon", tmp_path / "one.geojson", "--datum", "wgs84")
    redrawn = answered(gridgeo, store_copy, "draw", "--branch", "B1", "--method", "drawn", *outline)
    assert redrawn["cells_by_branch"] == combined["cells_by_branch"]
    finer = answered(gridgeo, store_copy, "draw", "--method", "as_drawn", "--resolution", "10")
    assert finer["cells"] > 6 * redrawn["cells"]


def test_the_words_are_chinese_on_a_chinese_desk(gridgeo: Run, store_copy: Path) -> None:
    answered(gridgeo, store_copy, "draw", "--branch", "B1", "--method", "buffer", "--radius-m", "800")
    store = ("--store", f"sqlite:///{store_copy}")
    shown = gridgeo("catchment", "list", *store, GRIDGEO_LANGUAGE="zh").stdout
    assert "直线 800 米以内" in shown
    assert "处理前的重叠" in gridgeo("catchment", "overlaps", *store, GRIDGEO_LANGUAGE="zh").stdout


def test_what_cannot_be_drawn_ends_with_a_code_and_a_reason(gridgeo: Run, store_copy: Path) -> None:
    store = ("--store", f"sqlite:///{store_copy}")
    cases = {
        ("draw", "--branch", "B9", "--method", "buffer", "--radius-m", "9"): (5, "there is no branch B9"),
        ("draw", "--branch", "B1", "--method", "buffer"): (2, "method buffer needs radius_m"),
        ("draw", "--branch", "B1", "--method", "drawn"): (2, "needs a polygon file and its datum"),
        ("draw", "--branch", "B1", "--resolution", "10"): (2, "resolutions are chosen for all"),
        ("draw", "--method", "as_drawn", "--minutes", "5"): (2, "no branch and no parameters"),
        ("draw", "--method", "buffer", "--radius-m", "9", "--datum", "wgs84"): (2, "go with the method drawn"),
        ("combine", "union", "stored", "circle:5", "--branch", "B1"): (2, "circle:5 is no catchment"),
        ("combine", "union", "stored", "buffer:x", "--branch", "B1"): (2, "x is not a number"),
        ("draw", "--branch-resolution", "B1"): (2, "B1 must be BRANCH=RESOLUTION"),
        ("draw", "--branch-resolution", "B1=8"): (2, "resolution 8 is coarser than 9"),
        ("settle",): (2, "say how to settle"),
        ("settle", "--priority", "B9"): (5, "there is no branch B9"),
        ("redraw", "--version", "1"): (5, "version 1 is not one of catchments"),
        ("settle", "--holes", "nearest", "--as", "p:branch_manager:B1"): (5, "may not change data"),
    }
    for arguments, (code, said) in cases.items():
        done = gridgeo("catchment", *arguments, *store)
        assert (done.returncode, said in done.stderr) == (code, True), (arguments, done.stderr)

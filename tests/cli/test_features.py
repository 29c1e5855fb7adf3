"""Industry grids, cohort grids, target groups and the grid card from the command line, on the demo store."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., "subprocess.CompletedProcess[str]"]
OLD = {"where": {"attribute": "age_band", "at_least": "45-59"}}
CORE = {"where": {"attribute": "tier", "is": "core"}}


@pytest.fixture
def ask(gridgeo: Run, store_copy: Path) -> Callable[..., Any]:
    """Run a command on a copy of the demo and return its JSON."""

    def run(*arguments: str | Path) -> Any:
        done = gridgeo(*arguments, "--json", "--store", f"sqlite:///{store_copy}")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return run


def written(path: Path, body: object) -> Path:
    path.write_text(json.dumps(body, ensure_ascii=False), encoding="utf-8")
    return path


def test_grids_are_kept_counted_and_joined(ask: Callable[..., Any], tmp_path: Path) -> None:
    old = ask("cohort", "new", "Seniors", written(tmp_path / "old.json", OLD))["id"]
    core = ask("cohort", "new", "Core", written(tmp_path / "core.json", CORE))["id"]
    count = ask("cohort", "count", old)
    assert count["members"] == ask("cohort", "count", tmp_path / "old.json")["members"] > 0
    assert ask("cohort", "members", old, "--limit", "3")["count"] == count["members"]
    overlap = ask("cohort", "overlap", old, core)
    assert overlap["common"][0][0] == count["members"]
    assert overlap["common"][0][1] == overlap["common"][1][0]
    taken = ask("cohort", "snapshot", old)
    assert ask("cohort", "held", str(taken["id"]))["count"] == taken["size"] == count["members"]
    assert [row["id"] for row in ask("cohort", "snapshots", old)["snapshots"]] == [taken["id"]]

    shops = ask("industry", "new", "Shops", "--code", "F")["id"]
    summary = ask("industry", "show", shops, "--by", "branch")
    cells = ask("industry", "cells", shops, "--out", tmp_path / "cells.csv")["cells"]
    assert sum(row["merchants"] for row in cells) == summary["members"] > 0
    assert len((tmp_path / "cells.csv").read_text().splitlines()) == len(cells) + 1
    assert ask("industry", "merchants", shops, "--limit", "2")["count"] == summary["members"]
    assert ask("industry", "codes", "--scheme", "gbt4754")["count"] == 117

    rule = {"where": {"any": [{"cohort": old}, {"cohort": core}, {"industry": shops}]}}
    target = ask("target", "new", "Spring", written(tmp_path / "spring.json", rule))["id"]
    found = ask("target", "count", target)
    both = overlap["common"]
    assert found["by_kind"]["customer"] == both[0][0] + both[1][1] - both[0][1]
    assert found["by_kind"]["merchant"] == summary["members"]
    assert ask("target", "parties", target, "--limit", "5")["count"] == found["members"]
    assert ask("target", "parties", target, "--excluded")["count"] == 0
    assert ask("target", "change", target, "--status", "review", "--revision", "1")["revision"] == 2
    assert [row["id"] for row in ask("target", "list")["grids"]] == [target]
    assert ask("target", "remove", target)["id"] == target
    assert ask("cohort", "remove", old)["snapshots"] == 1
    assert ask("industry", "list")["grids"][0]["id"] == shops


def test_a_card_shows_a_grid_to_people_and_to_programs(ask: Callable[..., Any], gridgeo: Run, store_copy: Path) -> None:
    ask("grid", "new", "B1")
    card = ask("grid", "card", "B1", "whole catchment")
    assert card["customers"]["count"] > 0
    assert card["people"]["value"] > 0
    store = f"sqlite:///{store_copy}"
    shown = gridgeo("grid", "card", "B1", "whole catchment", "--store", store, GRIDGEO_LANGUAGE="zh").stdout
    assert "渗透率" in shown
    assert "尚未导入住户" in shown


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ('{"where": {"attribute": "tags", "has": "回族"}}', 2, "民族"),
        ('{"where": {"attribute": "age_band", "is": "0-17"}}', 2, "未成年人"),
        ('{"where": {"attribute": "shoes", "is": "x"}}', 2, "属性须为"),
        ("{", 2, "JSON"),
        ("[]", 2, "JSON"),
    ],
)
def test_a_rule_that_is_refused_says_why_in_chinese(
    gridgeo: Run, demo: tuple[Path, Any], tmp_path: Path, text: str, code: int, words: str
) -> None:
    path = tmp_path / "rule.json"
    path.write_text(text, encoding="utf-8")
    done = gridgeo("cohort", "count", path, "--store", f"sqlite:///{demo[0]}", GRIDGEO_LANGUAGE="zh")
    assert (done.returncode, done.stdout) == (code, "")
    assert words in done.stderr


def test_what_is_not_there_is_not_found(gridgeo: Run, demo: tuple[Path, Any], tmp_path: Path) -> None:
    store = f"sqlite:///{demo[0]}"
    assert gridgeo("cohort", "count", "C-9", "--store", store).returncode == 5
    assert gridgeo("cohort", "count", tmp_path / "none.json", "--store", store).returncode == 5
    assert gridgeo("target", "parties", "T-9", "--store", store, "--as", "m:rm:B1").returncode == 5

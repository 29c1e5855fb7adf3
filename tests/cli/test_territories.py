"""`gridgeo territory` on the store: the planner's day in one sitting, and what is refused by exit code."""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., "subprocess.CompletedProcess[str]"]


CADENCE = """tier,channel,period,n,minimum_gap_days,minutes
high_end,visit,month,1,20,45
core,visit,quarter,1,45,30
basic,phone,year,1,90,10
"""


def first_cell(store: Path, territory: str) -> str:
    """A cell of a territory as it is live."""
    with closing(sqlite3.connect(store)) as file:
        asked = "SELECT cell FROM territory_cell WHERE territory_id = ? ORDER BY cell LIMIT 1"
        return f"{file.execute(asked, (territory,)).fetchone()[0]:x}"


@dataclass
class Sitting:
    """What every command said, by name. store: the file, which stays as the last one left it."""

    gridgeo: Run
    store: Path
    said: dict[str, Any] = field(default_factory=dict)
    codes: dict[str, int] = field(default_factory=dict)

    def do(self, name: str, *arguments: str | Path) -> None:
        """Run a command and keep its answer and exit code."""
        done = self.gridgeo("territory", *arguments, "--json", "--store", f"sqlite:///{self.store}")
        self.codes[name] = done.returncode
        self.said[name] = json.loads(done.stdout) if done.stdout else done.stderr


@pytest.fixture(scope="module")
def sitting(gridgeo: Run, demo: tuple[Path, dict[str, Any]], tmp_path_factory: pytest.TempPathFactory) -> Sitting:
    """A scenario of the demo's third branch, from the check to the roll-back."""
    folder = tmp_path_factory.mktemp("territories")
    day = Sitting(gridgeo, Path(shutil.copy(demo[0], folder / "store.db")))
    day.do("check", "check", "--branch", "B3", "--k", "2", "--measures", "customers", "--tolerance", "5")
    day.do("impossible", "check", "--branch", "B3", "--k", "40", "--tolerance", "1,1")
    asked = ("--scenario", "Spring", "--branch", "B3", "--k", "3", "--measures", "customers,workload")
    day.do("solve", "solve", *asked, "--tolerance", "9,9", "--growth", "10%", "--starts", "1", "--as", "Li:planner")
    day.do("compare", "compare", "live", "Spring", "--out", folder / "changes")
    day.do("early", "publish", "Spring", "--effective-on", "2027-01-01", "--as", "Wang:hq")
    day.do("submit", "submit", "Spring", "--as", "Li:planner")
    day.do("own", "approve", "Spring", "--as", "Li:planner")
    day.do("approve", "approve", "Spring", "--as", "Wang:hq")
    day.do("publish", "publish", "Spring", "--effective-on", "2027-01-01", "--as", "Wang:hq")
    day.do("rollback", "rollback", "Spring", "--as", "Wang:hq")
    day.do("history", "history")
    day.do("replan", "replan", "--scenario", "Autumn", "--absent", "RM11", "--deputy", "RM12", "--as", "Li:planner")
    cell = first_cell(day.store, "T-RM11")
    day.do("move", "move", "Autumn", cell, "T-RM12", "--as", "Li:planner")
    day.do("claim", "dispute", "raise", "Autumn", "--cell", cell, "--claimed-by", "RM11", "--reason", "ours")
    day.do("decide", "dispute", "decide", "1", "--award", "RM11", "--decision", "stays", "--decided-on", "2027-01-05")
    day.do("handover", "handover", "Autumn", "--out", folder / "list.xlsx")
    day.do("gains", "gains", "Autumn", "--month", "6")
    (folder / "cadence.csv").write_text(CADENCE, encoding="utf-8")
    day.do("cadence", "cadence", "set", folder / "cadence.csv")
    day.do("report", "report", "Autumn", "--out", folder / "autumn.html")
    day.do("kept", "delete", "Spring", "--as", "Li:planner")
    day.do("delete", "delete", "Autumn", "--as", "Li:planner")
    return day


def test_every_step_ends_with_the_exit_code_it_should(sitting: Sitting) -> None:
    refused = {"impossible": 3, "early": 4, "own": 5, "kept": 4}
    assert sitting.codes == dict.fromkeys(sitting.codes, 0) | refused


def test_what_cannot_work_is_named_before_solving(sitting: Sitting) -> None:
    found = sitting.said["impossible"]
    assert found["feasible"] is False
    assert min(found["smallest_tolerance_percent"].values()) > 1
    assert {"territory", "measure", "smallest_tolerance_percent", "message"} <= set(found["findings"][0])


def test_a_scenario_is_published_with_its_day_and_taken_back(sitting: Sitting) -> None:
    solved, published = sitting.said["solve"], sitting.said["publish"]
    assert (solved["status"], solved["k"], solved["tolerance_percent"]) == ("draft", 3, [9.0, 9.0])
    assert solved["territories"][2]["rm_id"] is None
    assert sitting.said["compare"]["cells_moved"] > 0
    assert set(sitting.said["compare"]["files"]) == {"geojson", "png", "json"}
    assert published["effective_on"] == "2027-01-01"
    assert [row["what"] for row in sitting.said["history"]["history"]] == ["rolled_back", "published"]
    assert sitting.said["rollback"]["publication"] == published["publication_before"]
    assert "was published and stays" in str(sitting.said["kept"])


def test_a_draft_is_deleted_with_its_claim(sitting: Sitting) -> None:
    gone = sitting.said["delete"]
    assert (gone["scenario"], gone["planned"], gone["disputes"]) == ("Autumn", ["B4"], 1)


def test_a_deputy_a_move_a_claim_and_what_is_told_of_them(sitting: Sitting) -> None:
    said = sitting.said
    assert [(row["id"], row["rm_id"]) for row in said["replan"]["territories"]] == [
        ("T-RM11", "RM12"), ("T-RM12", "RM12"),
    ]  # fmt: skip
    assert said["replan"]["branches"]["B4"]["certificate"]["kept_share"] == 1.0
    assert said["move"]["moves"][0]["to"] == "T-RM12"
    assert (said["claim"]["status"], said["decide"]["decided_on"]) == ("open", "2027-01-05")
    assert said["handover"]["customers"] > 0
    assert said["gains"]["managers"][0]["customers_after"] == 0
    assert said["cadence"]["example"] is False
    assert Path(said["report"]["path"]).read_text(encoding="utf-8").startswith("<!doctype html>")

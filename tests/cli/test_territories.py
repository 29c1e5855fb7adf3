"""`gridgeo territory` on the store: the planner's day in one sitting, and what is refused by exit code."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., "subprocess.CompletedProcess[str]"]


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
    return day


def test_every_step_ends_with_the_exit_code_it_should(sitting: Sitting) -> None:
    refused = {"impossible": 3, "early": 4, "own": 5}
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

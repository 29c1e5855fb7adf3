"""`gridgeo score measures`, `add-measure` and `remove-measure` on a store that holds nothing yet."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., "subprocess.CompletedProcess[str]"]
SAMPLE = Path(__file__).parents[2] / "docs/samples/measures.toml"


@pytest.fixture(scope="module")
def store(gridgeo: Run, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A store with the measures of the sample."""
    url = f"sqlite:///{tmp_path_factory.mktemp('own') / 'own.db'}"
    assert gridgeo("db", "upgrade", "--store", url).returncode == 0
    done = gridgeo("score", "add-measure", SAMPLE, "--store", url, "--json")
    assert done.returncode == 0, done.stderr
    assert [row["outcome"] for row in json.loads(done.stdout)["measures"]] == ["added"] * 6
    return url


def test_the_list_has_the_built_in_measures_and_the_users_with_their_fields(gridgeo: Run, store: str) -> None:
    rows = {
        row["id"]: row
        for row in json.loads(gridgeo("score", "measures", "--store", store, "--json").stdout)["measures"]
    }
    fields = ["id", "name_zh", "name_en", "unit", "kind", "direction"]
    fields += ["method", "numerator", "denominator", "origin", "formula", "published"]
    assert all(list(row) == fields for row in rows.values())
    assert rows["penetration"]["origin"] == "built_in"
    assert (rows["near_share"]["origin"], rows["near_share"]["denominator"]) == ("user", "people")


def test_a_mistake_is_one_line_with_exit_code_2(gridgeo: Run, store: str, tmp_path: Path) -> None:
    bad = tmp_path / "bad.toml"
    first = SAMPLE.read_text(encoding="utf-8").partition('[[measure]]\nid = "people_around"')[0]
    text = first.replace("merchants / people", "merchants / peple")
    bad.write_text(text.replace("shops_per_thousand", "shops"), encoding="utf-8")
    done = gridgeo("score", "add-measure", bad, "--check", "--store", store)
    assert (done.returncode, done.stdout) == (2, "")
    assert "measure shops, formula, character 20: there is no column peple; did you mean people?" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_removing_what_no_user_added_says_so_in_the_callers_language(gridgeo: Run, store: str) -> None:
    done = gridgeo("score", "remove-measure", "nonsense", "--store", store, GRIDGEO_LANGUAGE="zh")
    assert (done.returncode, done.stdout) == (5, "")
    assert "没有名为 nonsense 的自定义指标" in done.stderr

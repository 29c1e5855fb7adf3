"""The report prints, loads nothing, runs nothing, and says what the plan does; the planner's example makes one."""

from __future__ import annotations

import re
import runpy
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from gridgeo.pipeline.territories.drafts import Draft, comment, keep_answer, show, spec_of_draft
from gridgeo.pipeline.territories.report import write_report
from gridgeo.pipeline.territories.spec import Aim
from gridgeo.storage import open_engine

from .plan_bank import MAKER, NOW, write_plan_bank

SCRIPT = Path(__file__).resolve().parents[2] / "scripts/balance_territories.py"


@pytest.fixture(scope="module")
def url(make_store: Callable[[str], str]) -> str:
    return make_store("sqlite")


@pytest.fixture(scope="module")
def engine(url: str) -> Iterator[sa.Engine]:
    opened = open_engine(url)
    with opened.begin() as connection:
        write_plan_bank(connection)
    yield opened
    opened.dispose()


def test_the_planners_example_drafts_and_reports(
    engine: sa.Engine, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "plan.html"
    asked = ["B1", "--store", url, "--tolerance", "8,10", "--out", str(out)]
    monkeypatch.setattr(sys, "argv", [str(SCRIPT), *asked])
    with pytest.raises(SystemExit) as ended:
        runpy.run_path(str(SCRIPT), run_name="__main__")
    said = capsys.readouterr().out
    assert ended.value.code == (3 if "NOT within" in said else 0)
    assert "B1: " in said
    assert out.read_text(encoding="utf-8").startswith("<!doctype html>")
    with engine.connect() as connection:
        assert show(connection, MAKER, "balanced")["status"] == "draft"


def test_the_report_is_whole_harmless_and_in_both_languages(engine: sa.Engine, tmp_path: Path) -> None:
    out = tmp_path / "report.html"
    with engine.connect() as connection:
        # A tolerance that cannot be kept: the report has to say so.
        draft = Draft(("B1", "B2"), Aim(tolerance=(0.001, 0.001), starts=1))
        body = keep_answer(connection, MAKER, "<Spring>", spec_of_draft(connection, MAKER, draft), NOW)
        comment(connection, MAKER, "<Spring>", "<script>alert(1)</script>", NOW)
        assert write_report(connection, MAKER, "<Spring>", NOW.date(), out)["branches"] == ["B1", "B2"]
        connection.rollback()
    page = out.read_text(encoding="utf-8")
    assert page.count("<svg viewBox") == 4
    for harm in ("<script", "<Spring>", "http://", "https://", "src=", "url("):
        assert harm not in page
    assert "default-src 'none'" in page
    assert "方案证明 / certificate" in page
    assert "仅供营销" in page
    # Who decides by it knows branches and managers by name.
    assert "<h2>West</h2>" in page
    assert "<td>Anna</td>" in page
    assert not re.search(r">(T-)?R\d<|>B\d\b", page)
    assert "得失 / gains and losses" in page
    assert page.count('class="bad"') >= sum(len(figures["violations"]) for figures in body["branches"].values()) > 0

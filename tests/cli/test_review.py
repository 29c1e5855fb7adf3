"""Doubtful locations and delivered coordinates on the command line."""

from __future__ import annotations

import csv
import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., "subprocess.CompletedProcess[str]"]
Review = Callable[..., dict[str, Any]]


@pytest.fixture
def review(gridgeo: Run, store_copy: Path) -> Review:
    """Run a command of `gridgeo locate` on a copy of the demo and return what it printed."""

    def run(*arguments: str, code: int = 0) -> dict[str, Any]:
        done = gridgeo("locate", *arguments, "--json", "--store", f"sqlite:///{store_copy}")
        assert done.returncode == code, done.stderr
        return json.loads(done.stdout) if code == 0 else {"error": done.stderr}

    return run


def test_the_worst_location_is_placed_undone_and_placed_again(review: Review) -> None:
    listed = review("review", "--limit", "3")
    assert len(listed["items"]) == 3
    assert listed == review("review", "list", "--limit", "3")
    rest = review("review", "--limit", "3", "--after", listed["next"])
    assert not {item["id"] for item in rest["items"]} & {item["id"] for item in listed["items"]}
    item = listed["items"][0]
    shown = review("review", "show", str(item["id"]))
    assert shown["concerns"]
    number = str(item["id"])
    place = ("review", "place", number, "--lng", "9.5215", "--lat", "47.1392", "--datum", "wgs84")
    assert "is at revision" in review(*place, "--revision", "99", code=4)["error"]
    placed = review(*place, "--revision", str(item["revision"]), "--as", "anna:planner")
    assert (placed["status"], placed["lng"]) == ("placed", 9.5215)
    assert "undo that first" in review("review", "reject", number, code=4)["error"]
    assert review("review", "undo", number)["status"] == "open"
    log = review("review", "history")["decisions"]
    assert [(entry["kind"], entry["actor"]) for entry in log] == [("undo", "local"), ("place", "anna")]
    review(*place)
    counted = review("parties")
    assert counted["customer"]["in"] == counted["customer"]["in_cells"] + sum(
        counted["customer"][name] for name in ("unplaced", "rejected")
    )
    assert item["id"] not in [one["id"] for one in review("review", "--limit", "1000")["items"]]


def test_what_people_placed_is_a_gazetteer_file_without_people(review: Review, tmp_path: Path) -> None:
    item = review("review", "--limit", "1")["items"][0]
    concerned = review("review", "show", str(item["id"]))["concerns"][0]["party_id"]
    review("review", "place", str(item["id"]), "--lng", "9.5215", "--lat", "47.1392")
    assert review("review", "forget", concerned)["links"] == 1
    assert review("review", "gazetteer", "--out", str(tmp_path / "g.csv"))["rows"] == 1
    text = (tmp_path / "g.csv").read_text(encoding="utf-8")
    assert text.startswith("id,lng,lat,address,source,precision_m\n")
    assert concerned not in text
    assert "no reviewed location concerns" in review("review", "forget", concerned, code=5)["error"]


def test_a_customer_known_to_be_elsewhere_is_put_on_the_list(review: Review, store_copy: Path) -> None:
    import sqlite3

    with sqlite3.connect(store_copy) as connection:
        (sure,) = connection.execute("SELECT party_id FROM location WHERE tier = 'exact' LIMIT 1").fetchone()
    assert review("review", "report", sure)["reasons"] == ["reported as wrong"]
    assert "on the list already" in review("review", "report", sure, code=4)["error"]


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("review", "show", "999999"), 5, "no location 999999"),
        (("review", "accept", "x"), 2, "ID"),
        (("review", "choose", "1", "--candidate", "99"), 2, "no candidate 99"),
        (("review", "place", "1", "--lng", "47.1392", "--lat", "9.5215"), 2, "look swapped"),
        (("review", "place", "1", "--lng", "nan", "--lat", "9.5"), 2, "lng"),
        (("review", "place", "1", "--lng", "9.5", "--lat", "47.1", "--datum", "mars"), 2, "mars"),
        (("review", "--after", "nowhere"), 2, "next"),
        (("review", "--branch", "B1", "undo", "1"), 2, "--branch"),
        (("review", "forget", "x", "--kind", "ghost"), 2, "ghost"),
        (("review", "reject", "1", "--as", "rolf:rm:B1,B2,B3,B4"), 5, "role rm"),
    ],
)
def test_bad_input_is_named_with_its_exit_code(
    review: Review, arguments: tuple[str, ...], code: int, words: str
) -> None:
    assert words in review(*arguments, code=code)["error"]


def test_the_table_for_people_speaks_chinese(gridgeo: Run, demo: tuple[Path, dict[str, Any]]) -> None:
    shown = gridgeo("locate", "review", "--limit", "2", "--store", f"sqlite:///{demo[0]}", GRIDGEO_LANGUAGE="zh")
    assert shown.returncode == 0
    assert "等待" in shown.stdout


AUDITED = """id,lng,lat,address
a,9.52134,47.14123,"Landstrasse 2, 9490 Vaduz"
b,0,0,"Landstrasse 4, 9490 Vaduz"
c,47.14123,9.52134,
d,9.52,47.14,
e,19.52134,47.14123,
f,,,
g,9.50123,47.06123,"Landstrasse 8, 9490 Vaduz"
h,9.50123,47.06123,"Dorfweg 1, 9496 Balzers"
h,x,47.1,=1+1
"""
POINTS = """id,lng,lat,street,number,city,postcode
g2,9.5200,47.14,Landstrasse,2,Vaduz,9490
g4,9.5210,47.14,Landstrasse,4,Vaduz,9490
g8,9.5230,47.14,Landstrasse,8,Vaduz,9490
h1,9.5020,47.06,Dorfweg,1,Balzers,9496
"""
RING = "[[9.4,47.0],[9.7,47.0],[9.7,47.3],[9.4,47.3],[9.4,47.0]]"


def test_an_audit_names_every_fault_of_a_file_row_by_row(gridgeo: Run, tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_text(AUDITED, encoding="utf-8")
    (tmp_path / "g.csv").write_text(POINTS, encoding="utf-8")
    (tmp_path / "b.geojson").write_text(f'{{"type":"Polygon","coordinates":[{RING}]}}', encoding="utf-8")
    files = ("--gazetteer", tmp_path / "g.csv", "--boundary", tmp_path / "b.geojson", "--out", tmp_path / "o.csv")
    done = gridgeo("locate", "audit", tmp_path / "p.csv", *files, "--json")
    assert done.returncode == 0, done.stderr
    record = json.loads(done.stdout)
    assert (record["in"], record["fine"], record["flagged"]) == (9, 1, 8)
    with (tmp_path / "o.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["id"] for row in rows] == list("abcdefghh")
    assert [row["reason"] for row in rows] == [
        "",
        "position is 0, 0",
        "longitude and latitude look swapped",
        "rounded to a coarse grid",
        "outside the boundary",
        "no position",
        "far from its own address",
        "same point as a row of another address",
        "no position",
    ]
    assert float(rows[6]["away_m"]) == pytest.approx(8_900, abs=50)
    assert sum(record["by_reason"].values()) == sum(len(row["reasons"].split("; ")) for row in rows if row["reasons"])


@pytest.mark.parametrize(
    ("text", "more", "words"),
    [
        ("id,lng\na,1\n", (), "no column lat"),
        ("id,lng,lat\n", (), "no rows"),
        ("id,lng,lat\na,1,2\n", ("--crowd", "1"), "crowd must be 2"),
        ("id,lng,lat\na,1,2\n", ("--boundary", "none.geojson"), "none.geojson"),
        ("id,lng,lat\na,1,2\n", ("--gazetteer", "none.csv"), "none.csv"),
    ],
)
def test_a_file_that_cannot_be_audited_is_refused(
    gridgeo: Run, tmp_path: Path, text: str, more: tuple[str, ...], words: str
) -> None:
    (tmp_path / "p.csv").write_text(text, encoding="utf-8")
    done = gridgeo("locate", "audit", tmp_path / "p.csv", *more, cwd=tmp_path)
    assert done.returncode == 2
    assert words in done.stderr

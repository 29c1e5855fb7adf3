"""A file of addresses against a file of address points: one row an address, and no bad input goes unsaid."""

from __future__ import annotations

import csv
import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., "subprocess.CompletedProcess[str]"]
COLUMNS = ["id", "lng", "lat", "tier", "accuracy_m", "confidence", "cell", "matched", "gazetteer_id"]
POINTS = """id,lng,lat,street,number,city,postcode
g2,9.5200,47.14,Landstrasse,2,Vaduz,9490
g4,9.5210,47.14,Landstrasse,4,Vaduz,9490
g8,9.5230,47.14,Landstrasse,8,Vaduz,9490
h1,9.5020,47.06,Dorfweg,1,Balzers,9496
"""
LINES = """id,lng,lat,address
g2,9.5200,47.14,"Landstrasse 2, 9490 Vaduz"
g4,9.5210,47.14,"Landstrasse 4, 9490 Vaduz"
g8,9.5230,47.14,"Landstrasse 8, 9490 Vaduz"
h1,9.5020,47.06,"Dorfweg 1, 9496 Balzers"
"""


@pytest.fixture
def locate(gridgeo: Run, tmp_path: Path) -> Callable[..., tuple[list[dict[str, str]], dict[str, Any]]]:
    """Locate queries in points; return the rows of the answer file and the printed record."""

    def run(queries: str, points: str = POINTS, *more: str) -> tuple[list[dict[str, str]], dict[str, Any]]:
        (tmp_path / "q.csv").write_text(queries, encoding="utf-8")
        (tmp_path / "g.csv").write_text(points, encoding="utf-8")
        files = ("--gazetteer", tmp_path / "g.csv", "--out", tmp_path / "o.csv")
        done = gridgeo("locate", "addresses", tmp_path / "q.csv", *files, "--json", *more)
        assert done.returncode == 0, done.stderr
        with (tmp_path / "o.csv").open(encoding="utf-8", newline="") as stream:
            rows = list(csv.DictReader(stream))
        return rows, json.loads(done.stdout)

    return run


@pytest.mark.parametrize("points", [POINTS, LINES], ids=["columns", "one line"])
def test_every_address_has_its_row_in_the_order_given(locate: Callable[..., Any], points: str) -> None:
    rows, record = locate(
        'id,address,hint\nz,"Landstrasse 4, Vaduz",\na,Landstr. 4,Vaduz\nm,"Landstrasse 6, 9490 Vaduz",\nk,Balzers,\n',
        points,
    )
    assert list(rows[0])[: len(COLUMNS)] == COLUMNS
    assert [row["id"] for row in rows] == ["z", "a", "m", "k"]
    assert [row["tier"] for row in rows] == ["exact", "exact", "interpolated", "town"]
    assert [row["gazetteer_id"] for row in rows[:2]] == ["g4", "g4"]
    assert (float(rows[0]["lng"]), float(rows[0]["lat"])) == (9.521, 47.14)
    assert len(rows[0]["cell"]) == 15
    assert rows[3]["cell"] == ""
    assert (record["in"], record["placed"], record["to_an_area"], record["not_found"]) == (4, 3, 1, 0)
    assert record["datum"] is None
    assert "datum" in record["note"]


def test_components_are_read_without_an_address(locate: Callable[..., Any]) -> None:
    rows, _ = locate("id,street,number,city,postcode\n1,Landstrasse,4,Vaduz,9490\n2,Dorfweg,1,,9496\n3,Dorfweg,1,,\n")
    assert [row["gazetteer_id"] for row in rows] == ["g4", "h1", "h1"]
    assert {row["tier"] for row in rows} == {"exact"}


def test_a_street_is_not_looked_for_in_another_town(locate: Callable[..., Any]) -> None:
    rows, _ = locate('id,address\n1,"Dorfweg 1, Vaduz"\n2,"Dorfweg 1, Balzers"\n3,"Dorfweg 1, Nowhere"\n')
    assert [row["gazetteer_id"] for row in rows if row["tier"] == "exact"] == ["h1"]
    assert rows[2]["tier"] == "none"


def test_bad_addresses_get_a_reason(locate: Callable[..., Any]) -> None:
    long = "Landstrasse 4, Vaduz " * 500
    rows, record = locate(f'id,address\n1,\n2,"{long}"\n3,"Land\x07strasse 4, Vaduz"\n4,"Dorfweg 1"\n4,"###"\n,Vaduz\n')
    assert [row["tier"] for row in rows[:2]] == ["none", "none"]
    assert all(row["reason"] for row in rows)
    assert rows[0]["reason"] == "empty"
    assert rows[1]["reason"] == "too long"
    assert sum(record["by_tier"].values()) == record["in"] == 6


def test_rows_of_the_gazetteer_are_accepted_or_rejected_by_reason(locate: Callable[..., Any]) -> None:
    bad = "g4,9.6,47.2,Landstrasse,40,Vaduz,9490\nn,nan,47,A,1,Vaduz,\ns,47.14,9.52,B,1,Vaduz,\no,0,0,C,1,Vaduz,\n"
    rows, record = locate('id,address\n1,"Landstrasse 4, Vaduz"\n', POINTS + bad + "e,9.5,47.1,,,,\n")
    account = record["gazetteer"]
    assert rows[0]["gazetteer_id"] == "g4"
    assert account["rows_in"] == account["accepted"] + sum(account["rejected"].values()) == 9
    assert account["accepted"] == 4


def test_a_row_in_another_datum_is_not_answered(locate: Callable[..., Any]) -> None:
    queries = 'id,address,datum\n1,"Landstrasse 4, Vaduz",gcj02\n2,"Landstrasse 4, Vaduz",wgs84\n'
    rows, record = locate(queries, POINTS, "--datum", "wgs84")
    assert [row["tier"] for row in rows] == ["none", "exact"]
    assert "datum" in rows[0]["reason"]
    assert record["datum"] == "wgs84"
    assert "note" not in record


@pytest.mark.parametrize(
    ("points", "queries", "words"),
    [
        (None, "id,address\n1,x\n", "there is no gazetteer"),
        ("", "id,address\n1,x\n", "has no header"),
        ("id,lng,lat,street\n", "id,address\n1,x\n", "holds no usable address"),
        ("id,street\n1,A\n", "id,address\n1,x\n", "no column for lng, lat"),
        (POINTS, "", "has no header"),
        (POINTS, "id,address\n", "has no rows"),
        (POINTS, "number,colour\n1,x\n", "has no column id"),
        (POINTS, "id,colour\n1,x\n", "has no column address"),
        (
            "id,lng,lat,street,datum\n1,9.5,47.1,A,wgs84\n2,9.5,47.1,B,gcj02\n",
            "id,address\n1,A\n",
            "mixes datums: gcj02, wgs84",
        ),
    ],
)
def test_a_file_that_does_not_fit_is_named_and_nothing_is_written(
    gridgeo: Run, tmp_path: Path, points: str | None, queries: str, words: str
) -> None:
    (tmp_path / "q.csv").write_text(queries, encoding="utf-8")
    if points is not None:
        (tmp_path / "g.csv").write_text(points, encoding="utf-8")
    out = tmp_path / "o.csv"
    done = gridgeo("locate", "addresses", tmp_path / "q.csv", "--gazetteer", tmp_path / "g.csv", "--out", out, "--json")
    assert done.returncode == 2, done.stdout
    assert words in done.stderr
    assert not out.exists()

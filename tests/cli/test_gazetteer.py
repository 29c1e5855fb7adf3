"""Gazetteers built from any mix of files into a store, listed, shown, and used by name."""

from __future__ import annotations

import csv
import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., "subprocess.CompletedProcess[str]"]
POINTS = """id,lng,lat,street,number,city,postcode
g2,9.5200,47.14,Landstrasse,2,Vaduz,9490
g4,9.5210,47.14,Landstrasse,4,Vaduz,9490
bad,nan,47.14,Landstrasse,6,Vaduz,9490
"""
TOWN = {
    "type": "FeatureCollection",
    "features": [
        {
            "type": "Feature",
            "properties": {"id": "b", "name": "Balzers"},
            "geometry": {
                "type": "Polygon",
                "coordinates": [[[9.48, 47.05], [9.52, 47.05], [9.52, 47.08], [9.48, 47.05]]],
            },
        }
    ],
}


@pytest.fixture
def built(gridgeo: Run, tmp_path: Path) -> tuple[Path, str, dict[str, object]]:
    """A store with a gazetteer of a CSV and a GeoJSON: its folder, its address, the printed record."""
    (tmp_path / "points.csv").write_text(POINTS, encoding="utf-8")
    (tmp_path / "town.geojson").write_text(json.dumps(TOWN), encoding="utf-8")
    store = f"sqlite:///{tmp_path / 'bank.db'}"
    files = (tmp_path / "points.csv", tmp_path / "town.geojson")
    done = gridgeo(
        "gazetteer", "build", *files, "--name", "county", "--datum", "wgs84", "--store", store, "--json"
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return tmp_path, store, json.loads(done.stdout)


def test_every_row_of_every_file_is_accounted_for(built: tuple[Path, str, dict[str, object]], gridgeo: Run) -> None:
    _, store, record = built
    assert (record["rows_in"], record["accepted"], record["rows"]) == (4, 3, 3)
    assert sum(record["rejected"].values()) == 1  # type: ignore[attr-defined]
    assert record["by_kind"] == {"address": 2, "town": 1}
    listed = json.loads(gridgeo("gazetteer", "list", "--store", store, "--json").stdout)["gazetteers"]
    assert [(row["name"], row["rows"]) for row in listed] == [("county", 3)]
    shown = json.loads(gridgeo("gazetteer", "show", "county", "--store", store, "--json").stdout)
    assert shown["by_kind"] == record["by_kind"]


def test_addresses_are_located_in_a_gazetteer_by_its_name(
    built: tuple[Path, str, dict[str, object]], gridgeo: Run
) -> None:
    folder, store, _ = built
    (folder / "q.csv").write_text('id,address\n1,"Landstr. 4, Vaduz"\n2,Balzers\n', encoding="utf-8")
    out = folder / "o.csv"
    named = ("--gazetteer", "county", "--store", store, "--out", out, "--json")
    done = gridgeo("locate", "addresses", folder / "q.csv", *named)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["datum"] == "wgs84"
    with out.open(encoding="utf-8", newline="") as stream:
        assert [row["tier"] for row in csv.DictReader(stream)] == ["exact", "town"]


def test_an_unknown_name_and_an_undeclared_datum_are_named(
    built: tuple[Path, str, dict[str, object]], gridgeo: Run
) -> None:
    folder, store, _ = built
    (folder / "q.csv").write_text("id,address\n1,x\n", encoding="utf-8")
    named = ("--gazetteer", "nowhere", "--store", store, "--out", folder / "o.csv")
    done = gridgeo("locate", "addresses", folder / "q.csv", *named)
    assert done.returncode == 2
    assert "nowhere" in done.stderr
    undeclared = gridgeo("gazetteer", "build", folder / "points.csv", "--store", store)
    assert undeclared.returncode == 2
    assert "declare their datum" in undeclared.stderr
    assert gridgeo("gazetteer", "show", "nowhere", "--store", store).returncode == 5

"""`gridgeo import KIND FILE` on real files, as the docs type it: counts, mapping, trial run, review, rejected rows."""

from __future__ import annotations

import csv
import json
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gridgeo.cli.imports import HELP
from gridgeo.demo import ground_path
from gridgeo.sources.intake import KINDS

Run = Callable[..., "subprocess.CompletedProcess[str]"]
Ask = Callable[..., dict[str, Any]]
SHARED_DATA = Path(__file__).resolve().parents[3] / "shared/data"
ORGS = "机构号,机构名称,机构类型,经度,纬度\n1,总行,总行,,\n2,城关支行,支行,104.066,30.573\n"
CUSTOMERS = "客户号,机构号,姓名,手机号,余额(万元)\n6221,2,张三,13800000000,1.5\n6222,9,李四,13800000001,2\n"


@pytest.fixture
def store(sqlite_template: Path, tmp_path: Path) -> str:
    return f"sqlite:///{shutil.copyfile(sqlite_template, tmp_path / 'own.db')}"


@pytest.fixture
def ask(gridgeo: Run, store: str) -> Ask:
    """Run a command on the store and return the object it prints."""

    def run(*arguments: str | Path) -> dict[str, Any]:
        done = gridgeo(*arguments, "--store", store, "--json")
        assert done.returncode == 0, done.stderr
        body: dict[str, Any] = json.loads(done.stdout)
        return body

    return run


@pytest.fixture(scope="module")
def real() -> Path:
    """The folder of real files; absent ones skip a test, but under CI they fail it."""
    if not SHARED_DATA.is_dir():
        if os.environ.get("CI"):
            pytest.fail(f"the real data is not at {SHARED_DATA}")
        pytest.skip(f"the real data is not at {SHARED_DATA}")
    return SHARED_DATA


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    for name, text in (("orgs", ORGS), ("customers", CUSTOMERS)):
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
    return {name: tmp_path / f"{name}.csv" for name in ("orgs", "customers")}


def test_every_kind_has_its_command() -> None:
    assert set(HELP) == set(KINDS)


MERCHANTS = {
    "shops": (707, 682),
    "food-and-drink": (362, 362),
    "fuel": (21, 21),
    "healthcare": (72, 72),
    "offices": (216, 216),
    "tourism": (524, 263),
}


def test_six_real_files_of_merchants_add_up(ask: Ask, real: Path) -> None:
    total = 0
    for name, (rows_in, accepted) in MERCHANTS.items():
        body = ask("import", "merchants", real / f"isle_of_man/{name}.csv", "--datum", "wgs84", "--add")
        assert (body["rows_in"], body["accepted"]) == (rows_in, accepted)
        assert body["rows_in"] == body["accepted"] + sum(body["rejected"].values())
        assert body["changes"]["new"] + body["changes"]["changed"] + body["changes"]["unchanged"] == accepted
        total += body["changes"]["new"]
        assert total == body["changes"].get("kept", 0) + accepted
    assert total == 1588


def test_real_zones_and_their_people_meet_by_code(ask: Ask, real: Path) -> None:
    zones = ask("import", "boundaries", real / "london/lsoa.parquet")
    people = ask("import", "denominators", real / "london/lsoa.parquet")
    assert (zones["accepted"], people["accepted"], people["matches"]) == (4835, 4835, {"taken": 4835})
    assert people["notes"]["mapping"]["people"]["column"] == "Persons_All-Ages"


def test_real_cells_and_roads_become_parts_of_the_ground(ask: Ask, real: Path) -> None:
    cells = ask("import", "cells", real / "porto_alegre/poa_hexgrid.csv", "--datum", "wgs84", "--cell-column", "id")
    assert (cells["rows_in"], cells["notes"]["resolution"]) == (1227, 9)
    assert set(cells["notes"]["figures"]) == {"population", "schools", "jobs", "healthcare"}
    roads = ask("import", "roads", real / "porto_alegre/poa_osm.pbf")
    assert roads["rows_in"] == 15_886
    assert roads["rows_in"] == roads["accepted"] + sum(roads["rejected"].values())
    assert roads["notes"]["rows"]["road_node"] == 29_820
    assert roads["ground"] > cells["ground"]


def test_a_chinese_list_needs_no_mapping_and_its_bad_rows_come_back_as_they_were(
    gridgeo: Run, ask: Ask, store: str, files: dict[str, Path], tmp_path: Path
) -> None:
    assert ask("import", "orgs", files["orgs"], "--datum", "gcj02")["accepted"] == 2
    out = tmp_path / "rejected.csv"
    body = ask("import", "customers", files["customers"], "--rejected", out)
    assert (body["accepted"], body["rejected"], body["notes"]["unit"]) == (1, {"unknown branch": 1}, "万元")
    with sqlite3.connect(store.removeprefix("sqlite:///")) as connection:
        assert connection.execute("SELECT id, balance_fen FROM customer").fetchall() == [("6221", 1_500_000)]
    with out.open(encoding="utf-8-sig") as stream:
        (row,) = csv.DictReader(stream)
    assert list(row)[4:] == ["客户号", "机构号", "姓名", "手机号", "余额(万元)"]
    assert (row["row"], row["field"], row["value"]) == ("3", "branch_id", "9")
    again = tmp_path / "again.csv"
    said = gridgeo("import", "rejected", body["version"], "--out", again, "--store", store, GRIDGEO_LANGUAGE="zh")
    assert said.returncode == 0
    assert "unknown branch" not in again.read_text(encoding="utf-8-sig")


def test_a_trial_run_shows_the_file_and_changes_nothing(
    gridgeo: Run, ask: Ask, store: str, files: dict[str, Path]
) -> None:
    ask("import", "orgs", files["orgs"], "--datum", "gcj02")
    database = Path(store.removeprefix("sqlite:///"))
    before = database.read_bytes()
    body = ask("import", "customers", files["customers"], "--dry-run")
    assert body["rows"][0]["balance_fen"] == 1_500_000
    shown = gridgeo("import", "customers", files["customers"], "--dry-run", "--store", store)
    assert all(word in shown.stdout for word in ("手机号", "personal", "万元", "unknown branch", "1500000"))
    assert database.read_bytes() == before
    refused = gridgeo("import", "customers", files["customers"], "--dry-run", "--rejected", "x.csv", "--store", store)
    assert (refused.returncode, refused.stdout) == (2, "")


def test_the_first_import_makes_the_store_and_a_trial_run_makes_none(
    gridgeo: Run, files: dict[str, Path], tmp_path: Path
) -> None:
    own = tmp_path / "first.db"
    command = ("import", "orgs", files["orgs"], "--datum", "wgs84", "--json", "--store", f"sqlite:///{own}")
    trial = gridgeo(*command, "--dry-run")
    assert json.loads(trial.stdout)["account"]["accepted"] == 2
    assert not own.exists()
    done = gridgeo(*command)
    assert json.loads(done.stdout)["accepted"] == 2
    assert f"A new store is made at {own}." in done.stderr
    assert "new store" not in gridgeo(*command).stderr


def test_a_saved_mapping_reads_the_next_file(ask: Ask, tmp_path: Path) -> None:
    odd = tmp_path / "odd.csv"
    odd.write_text("nr,titel,art,o,n\n1,Nord,支行,9.5,47.1\n", encoding="utf-8")
    flags = [f"--map={pair}" for pair in ("id=nr", "name=titel", "kind=art", "lng=o", "lat=n")]
    saved = tmp_path / "orgs.toml"
    ask("import", "orgs", odd, "--datum", "wgs84", *flags, "--save-mapping", saved)
    assert 'name = "titel"' in saved.read_text(encoding="utf-8")
    odd.write_text("nr,titel,art,o,n\n2,Süd,支行,9.5,47.0\n", encoding="utf-8")
    assert ask("import", "orgs", odd, "--datum", "wgs84", "--mapping", saved)["accepted"] == 1


def test_the_same_file_again_writes_nothing_unless_told(ask: Ask, files: dict[str, Path]) -> None:
    command = ["import", "orgs", files["orgs"], "--datum", "gcj02"]
    first, second = ask(*command), ask(*command)
    assert (second["repeated"], second["version"]) == (True, first["version"])
    third = ask(*command, "--again")
    assert (third["repeated"], third["changes"]["unchanged"]) == (False, 2)


def test_zones_are_listed_and_decided(ask: Ask, tmp_path: Path) -> None:
    square = {"type": "Polygon", "coordinates": [[[9.5, 47], [9.6, 47], [9.6, 47.1], [9.5, 47.1], [9.5, 47]]]}
    feature = {"type": "Feature", "properties": {"id": "v1", "name": "Eastfield"}, "geometry": square}
    (tmp_path / "b.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    (tmp_path / "p.csv").write_text("name,population\nEastfeild,12\n")
    ask("import", "boundaries", tmp_path / "b.geojson", "--datum", "wgs84")
    people = ask("import", "denominators", tmp_path / "p.csv", "--map", "zone=name")
    assert people["matches"] == {"review": 1}
    (waiting,) = ask("import", "review", "zones")["zones"]
    assert (waiting["given"], waiting["zone"], waiting["rule"]) == ("Eastfeild", "v1", "fuzzy")
    assert ask("import", "decide", "zones", "Eastfeild", "--into", "v1")["decision"] == "taken"
    assert ask("import", "review", "zones")["zones"] == []


@pytest.mark.parametrize(
    ("arguments", "code", "word"),
    [
        (["orgs", "{orgs}"], 2, "datum"),
        (["orgs", "{orgs}", "--datum", "guess"], 2, "wgs84, gcj02, bd09"),
        (["orgs", "none.csv", "--datum", "wgs84"], 2, "none.csv"),
        (["orgs", "{orgs}", "--datum", "wgs84", "--map", "name"], 2, "FIELD=TEXT"),
        (["orgs", "{orgs}", "--datum", "wgs84", "--map", "name=colour"], 2, "colour"),
        (["orgs", "{orgs}", "--datum", "wgs84", "--gone", "maybe"], 2, "maybe"),
        (["orgs", "{orgs}", "--datum", "wgs84", "--as", "li:rm:2"], 5, "rm"),
        (["rejected", "7", "--out", "x.csv"], 5, "7"),
        (["decide", "zones", "x"], 2, "--into"),
        (["decide", "zones", "x", "--into", "y"], 5, "x"),
        (["review", "cells"], 2, "cells"),
        (["fields", "dogs"], 2, "dogs"),
        (["roads", "{extract}", "--speed", "residential=fast"], 2, "residential=fast"),
        (["roads", "{extract}", "--speed", "moonway=30"], 2, "moonway"),
    ],
)
def test_a_wrong_command_says_what_is_wrong_in_one_line(
    gridgeo: Run, store: str, files: dict[str, Path], arguments: list[str], code: int, word: str
) -> None:
    done = gridgeo(
        "import",
        *(text.format(**files, extract=ground_path("helsinki")) for text in arguments),
        GRIDGEO_STORE_URL=store,
    )
    assert (done.returncode, done.stdout) == (code, ""), done.stderr
    assert word in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_roads_take_the_speeds_that_are_chosen_and_the_version_names_them(ask: Ask) -> None:
    extract = ground_path("helsinki")
    usual = ask("import", "roads", extract)
    slow = ask("import", "roads", extract, "--speed", "residential=5", "--speed", "service = 4")
    assert "speeds_kmh" not in usual["notes"]["graph"]
    assert slow["notes"]["graph"]["speeds_kmh"]["residential"] == 5.0
    assert slow["notes"]["graph"]["speeds_kmh"]["service"] == 4.0
    assert slow["notes"]["rows"] == usual["notes"]["rows"]


def test_fields_are_shown_in_both_languages(gridgeo: Run) -> None:
    body = json.loads(gridgeo("import", "fields", "customers", "--json").stdout)
    by_name = {row["field"]: row for row in body["fields"]}
    assert by_name["phone"]["class"] == "personal"
    assert by_name["tier"]["words"]["高端"] == "high_end"
    assert "个人信息" in gridgeo("import", "fields", "customers", GRIDGEO_LANGUAGE="zh").stdout

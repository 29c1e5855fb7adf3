"""A bank's own files, typed in as documented, become a published map; bad rows are kept with their reasons."""

from __future__ import annotations

import csv
import json
import sqlite3
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., "subprocess.CompletedProcess[str]"]
ROOT = Path(__file__).resolve().parents[2]
EXTRACT = ROOT / "data/boundaries/liechtenstein_2013-08-03.osm.pbf"

ORGS = """id,parent_id,name,kind,lng,lat
HQ,,Head office,head_office,,
A,HQ,North,branch,9.5224,47.2137
B,HQ,South,branch,9.5055,47.0672
"""
STAFF = """id,org_unit_id,name,post,hours_per_week
R1,A,One,rm,40
R2,A,Two,rm,20
R3,B,Three,rm,40
L1,A,Lead,lead,40
"""


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    """Files of a small bank: 120 houses, one street a town, 240 customers and three bad rows."""
    towns = {
        "Vaduz": (9.5215, 47.1410),
        "Schaan": (9.5090, 47.1650),
        "Balzers": (9.5030, 47.0680),
        "Eschen": (9.5230, 47.2110),
    }
    houses = [
        (town, n, lng + 0.0004 * n, lat + 0.0002 * (n % 7)) for town, (lng, lat) in towns.items() for n in range(1, 31)
    ]
    addresses = "id,lng,lat,street,number,locality\n" + "".join(
        f"H{at},{lng:.6f},{lat:.6f},Testgasse,{n},{town}\n" for at, (town, n, lng, lat) in enumerate(houses)
    )
    tiers = ("high_end", "core", "basic")
    customers = "id,branch_id,tier,address,locality,products,balance_fen\n" + "".join(
        f'C{at},{"BA"[at % 2]},{tiers[at % 3]},"Testgasse {n}, {town}",{town},{at % 4},{at * 1000}\n'
        for at, (town, n, _, _) in enumerate(houses * 2)
    )
    bad = (
        "X1,nowhere,core,Testgasse 1,Vaduz,1,1\n"
        "X2,A,platinum,Testgasse 2,Vaduz,1,1\n"
        "X3,A,core,Testgasse 3,Vaduz,many,1\n"
    )
    return {
        "orgs": write(tmp_path / "orgs.csv", ORGS),
        "staff": write(tmp_path / "staff.csv", STAFF),
        "customers": write(tmp_path / "customers.csv", customers + bad),
        "addresses": write(tmp_path / "addresses.csv", addresses),
    }


def bank_arguments(files: dict[str, Path]) -> list[str]:
    return [part for name, path in files.items() for part in (f"--{name}", str(path))]


def test_own_files_become_a_published_map(gridgeo: Run, files: dict[str, Path], tmp_path: Path) -> None:
    store = {"GRIDGEO_STORE_URL": f"sqlite:///{tmp_path}/own.db"}
    population = ROOT / "data/boundaries/population.csv"
    assert gridgeo("db", "upgrade", **store).returncode == 0
    ground = gridgeo(
        "import", "ground", EXTRACT, "--population", population, "--name", "liechtenstein", "--json", **store
    )
    assert ground.returncode == 0, ground.stderr
    rejected = tmp_path / "rejected"
    bank = gridgeo(
        "import", "bank", *bank_arguments(files), "--datum", "wgs84", "--rejected", rejected, "--json", **store
    )
    assert bank.returncode == 0, bank.stderr
    customers = json.loads(bank.stdout)["files"]["customers"]
    assert customers["rows_in"] == customers["accepted"] + sum(customers["rejected"].values()) == 243
    with (rejected / "customers.csv").open(encoding="utf-8-sig") as stream:
        reasons = {row["id"]: (row["field"], row["reason"]) for row in csv.DictReader(stream)}
    assert reasons == {
        "X1": ("branch_id", "unknown branch"),
        "X2": ("tier", "not one of the known words: see gridgeo import fields"),
        "X3": ("products", "not a whole number"),
    }
    done = gridgeo("run", "--json", **store)
    assert done.returncode == 0, done.stderr
    body = json.loads(done.stdout)
    assert (body["synthetic_bank"], body["branches"], body["cells"]) == (False, 2, 1570)
    assert body["customers"]["in"] == 240
    assert body["customers"]["placed"] >= 230


def test_coordinates_without_a_datum_are_refused(gridgeo: Run, files: dict[str, Path], store_copy: Path) -> None:
    store = {"GRIDGEO_STORE_URL": f"sqlite:///{store_copy}"}
    assert gridgeo("import", "bank", *bank_arguments(files), **store).returncode == 2
    wrong = gridgeo("import", "bank", *bank_arguments(files), "--datum", "guess", **store)
    assert wrong.returncode == 2
    assert "wgs84, gcj02, bd09" in wrong.stderr


def test_declared_datum_decides_the_position(gridgeo: Run, files: dict[str, Path], store_copy: Path) -> None:
    """The same numbers in Chengdu are another place in GCJ-02; in Liechtenstein nothing moves."""
    store = {"GRIDGEO_STORE_URL": f"sqlite:///{store_copy}"}
    files["orgs"].write_text(ORGS.replace("9.5055,47.0672", "104.066,30.573"), encoding="utf-8")
    found = {}
    for datum in ("wgs84", "gcj02"):
        done = gridgeo("import", "bank", *bank_arguments(files), "--datum", datum, **store)
        assert done.returncode == 0, done.stderr
        with sqlite3.connect(store_copy) as connection:
            query = "SELECT id, lng FROM org_unit WHERE version_id = (SELECT max(version_id) FROM org_unit) AND lng > 0"
            found[datum] = dict(connection.execute(query).fetchall())
    assert found["wgs84"] == {"A": 9.5224, "B": 104.066}
    assert found["gcj02"]["A"] == 9.5224
    assert 0.001 < found["wgs84"]["B"] - found["gcj02"]["B"] < 0.004


@pytest.mark.parametrize(
    ("name", "text", "word"),
    [
        ("orgs", "id,name\nA,x\n", "kind"),
        ("staff", "id,name,post\nR1,One,lead\n", "org_unit_id"),
        ("customers", "\xff\xfe", "customers.csv"),
    ],
)
def test_a_file_that_does_not_fit_changes_nothing(
    gridgeo: Run, files: dict[str, Path], store_copy: Path, name: str, text: str, word: str
) -> None:
    files[name].write_bytes(text.encode("latin-1"))
    before = store_copy.read_bytes()
    done = gridgeo(
        "import", "bank", *bank_arguments(files), "--datum", "wgs84", GRIDGEO_STORE_URL=f"sqlite:///{store_copy}"
    )
    assert done.returncode == 2
    assert word in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert store_copy.read_bytes() == before

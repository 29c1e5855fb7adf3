"""The county's files, back in with the datum declared: the same cells in every datum, and the truth apart."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from gridgeo.cells import cells_from_points, metres_between
from gridgeo.demo.county.files import Delivery
from gridgeo.domain import local_actor
from gridgeo.errors import InvalidInputError
from gridgeo.pipeline.demo_files import write_demo_files
from gridgeo.pipeline.intake.whole import import_bank
from gridgeo.sources.intake import ImportOptions
from gridgeo.storage import live, open_engine, read_frame

from .conftest import clock

DATUMS = ("wgs84", "gcj02", "bd09")
HOUSEHOLDS, SEED = 3_000, 5
CONVERSION_ERROR_M = 0.05
"""Seven digits of a degree are a centimetre, and a conversion there and back less than a millimetre."""
POSITIONS = {"customers": "customer", "merchants": "merchant", "addresses": "gazetteer", "orgs": "org_unit"}
BANK_FILES = ("orgs", "staff", "customers", "addresses", "merchants")


@pytest.fixture(scope="session")
def delivered(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """A function that returns the folder with the county's files in a datum, written once."""
    root = tmp_path_factory.mktemp("county")

    def folder(datum: str) -> Path:
        path = root / datum
        if not path.exists():
            write_demo_files(path, "county", SEED, HOUSEHOLDS, Delivery(datum))
        return path

    return folder


@pytest.fixture(scope="session")
def taken(
    delivered: Callable[[str], Path], make_store: Callable[[str], str]
) -> Callable[[str, str], dict[str, pl.DataFrame]]:
    """A function that imports the files of one datum, declared as another, and returns the tables with positions."""
    done: dict[tuple[str, str], dict[str, pl.DataFrame]] = {}

    def tables(datum: str, declared: str) -> dict[str, pl.DataFrame]:
        if (datum, declared) not in done:
            done[datum, declared] = take(delivered(datum), declared, make_store("sqlite"))
        return done[datum, declared]

    return tables


def manifest(folder: Path) -> dict[str, Any]:
    body: dict[str, Any] = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    return body


def take(folder: Path, datum: str, url: str) -> dict[str, pl.DataFrame]:
    """Import what has positions, check that every row is accepted, and read the positions back."""
    files, engine = manifest(folder)["files"], open_engine(url)
    paths = {kind: folder / files[kind]["path"] for kind in BANK_FILES}
    with engine.begin() as connection:
        reports = import_bank(connection, local_actor(), paths, ImportOptions("orgs", datum=datum), clock())
    for kind, report in reports.items():
        account = report.as_dict()
        assert (account["rows_in"], account["accepted"]) == (files[kind]["rows"], files[kind]["rows"])
    with engine.connect() as connection:
        bank = live(connection, "bank").id
        found = {
            kind: read_frame(connection, table, version_id=bank, columns=["id", "lng", "lat"]).drop_nulls().sort("id")
            for kind, table in POSITIONS.items()
        }
    engine.dispose()
    return found


def cells(rows: pl.DataFrame) -> np.ndarray:
    return cells_from_points(rows["lng"].to_numpy(), rows["lat"].to_numpy(), 9)


@pytest.mark.parametrize("datum", DATUMS)
@pytest.mark.parametrize("kind", POSITIONS)
def test_a_declared_datum_gives_the_cells_of_the_wgs84_files(
    taken: Callable[[str, str], dict[str, pl.DataFrame]], datum: str, kind: str
) -> None:
    plain, rows = taken("wgs84", "wgs84")[kind], taken(datum, datum)[kind]
    assert rows["id"].equals(plain["id"])
    off_m = metres_between(*(table[name].to_numpy() for table in (plain, rows) for name in ("lng", "lat")))
    assert off_m.max() < CONVERSION_ERROR_M
    same = cells(rows) == cells(plain)
    # A point within the conversion error of a cell's edge may fall on its other side; there is hardly ever one.
    assert same.mean() > 0.999


@pytest.mark.parametrize(("datum", "declared"), [("gcj02", "wgs84"), ("bd09", "gcj02"), ("wgs84", "gcj02")])
def test_a_wrong_datum_puts_nearly_everybody_into_a_wrong_cell(
    taken: Callable[[str, str], dict[str, pl.DataFrame]], datum: str, declared: str
) -> None:
    plain, rows = taken("wgs84", "wgs84")["customers"], taken(datum, declared)["customers"]
    assert (cells(rows) != cells(plain)).mean() > 0.9


def test_files_and_their_truth_say_that_they_are_made_up(delivered: Callable[[str], Path]) -> None:
    folder = delivered("gcj02")
    body = manifest(folder)
    assert (body["synthetic"], body["fictional"], body["datum"], body["truth_datum"]) == (True, True, "gcj02", "wgs84")
    assert "虚构" in (folder / "README.txt").read_text(encoding="utf-8")
    for entry in (*body["files"].values(), *body["truth"].values()):
        path = folder / entry["path"]
        if path.suffix == ".csv":
            table = pl.read_csv(path, infer_schema=False)
            assert table.height == entry["rows"]
            assert {"虚构", "虚构标注", "fictional"} & set(table.columns)
        elif path.suffix == ".geojson":
            assert "虚构" in path.read_text(encoding="utf-8")
            assert len(json.loads(path.read_text(encoding="utf-8"))["features"]) == entry["rows"]


def test_the_truth_is_the_same_whatever_the_datum_of_the_files(delivered: Callable[[str], Path]) -> None:
    truths = [sorted((delivered(datum) / "truth").iterdir()) for datum in DATUMS]
    assert [path.name for path in truths[0]] == ["商户.csv", "客户.csv", "户.csv"]
    for same in zip(*truths, strict=True):
        assert len({path.read_bytes() for path in same}) == 1


def test_the_same_seed_writes_the_same_bytes(delivered: Callable[[str], Path], tmp_path: Path) -> None:
    first, again = delivered("bd09"), tmp_path / "again"
    write_demo_files(again, "county", SEED, HOUSEHOLDS, Delivery("bd09"))
    files = sorted(path.relative_to(first) for path in first.rglob("*") if path.is_file())
    assert files == sorted(path.relative_to(again) for path in again.rglob("*") if path.is_file())
    assert [path for path in files if (first / path).read_bytes() != (again / path).read_bytes()] == []


def test_parquet_holds_what_csv_does(delivered: Callable[[str], Path], tmp_path: Path) -> None:
    write_demo_files(tmp_path / "parquet", "county", SEED, HOUSEHOLDS, Delivery(table_format="parquet"))
    for name in ("客户", "户", "商户", "地址", "truth/客户"):
        columns = pl.read_parquet(tmp_path / "parquet" / f"{name}.parquet")
        text = pl.read_csv(delivered("wgs84") / f"{name}.csv", schema=dict(columns.schema))
        assert columns.equals(text), name


@pytest.mark.parametrize(
    ("ground", "households", "reason"),
    [
        ("helsinki", None, "only ground county has files of its own, not helsinki"),
        ("county", 5, "households must be 2000 to 10000000, got 5"),
    ],
)
def test_a_county_that_does_not_fit_leaves_no_folder(
    tmp_path: Path, ground: str, households: int | None, reason: str
) -> None:
    with pytest.raises(InvalidInputError, match=reason):
        write_demo_files(tmp_path / "x", ground, 1, households, Delivery())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("how", "reason"),
    [
        ({"datum": "cgcs2000"}, "datum must be one of wgs84, gcj02, bd09"),
        ({"table_format": "xls"}, "table format must be one of csv, parquet, got xls"),
    ],
)
def test_an_unknown_datum_or_format_is_refused(how: dict[str, str], reason: str) -> None:
    with pytest.raises(InvalidInputError, match=reason):
        Delivery(**how)


def test_a_folder_with_content_is_never_written_over(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("keep")
    with pytest.raises(InvalidInputError, match="not an empty folder"):
        write_demo_files(tmp_path, "county", SEED, HOUSEHOLDS, Delivery())
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]


def test_a_county_in_several_parts_has_every_id_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from gridgeo.demo.county import part

    monkeypatch.setattr(part, "CHUNK_HOUSEHOLDS", 700)
    done: list[tuple[int, int]] = []
    body = write_demo_files(
        tmp_path / "x", "county", SEED, HOUSEHOLDS, Delivery(), lambda part, of: done.append((part, of))
    )
    assert len(done) == done[-1][1] >= 3
    for kind, count in (("households", HOUSEHOLDS), ("customers", round(0.36 * HOUSEHOLDS))):
        table = pl.read_csv(tmp_path / "x" / body["files"][kind]["path"], infer_schema=False)
        assert table.height == count
        assert table[table.columns[0]].is_unique().all()

"""A file becomes a version that readers see, whole; every row is accounted for."""

from __future__ import annotations

import zlib
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import h3
import numpy as np
import polars as pl
import pytest
import sqlalchemy as sa

from gridgeo.cells.datum import from_wgs84
from gridgeo.domain import Actor
from gridgeo.errors import InvalidInputError, NotAllowedError, NotFoundError
from gridgeo.pipeline.intake import ImportRequest, import_file, preview_file
from gridgeo.pipeline.intake.refused import rejected_rows, write_rejected
from gridgeo.sources.intake import ImportOptions
from gridgeo.storage import live, read_frame, version_record
from gridgeo.storage.imports import file_record, rejected_of

from .conftest import Take, Write

HEAD = "id,branch_id,tier,phone,comment\n"
FIRST = HEAD + "C1,A,core,1001,\nC2,A,basic,1002,\nC3,B,basic,1003,\n"
SECOND = HEAD + "C2,A,high_end,1002,\nC3,B,basic,1003,\nC4,B,core,1004,\n"


def customers(connection: sa.Connection) -> dict[str, str]:
    """Customer -> tier, as every later step reads them."""
    rows = read_frame(connection, "customer", version_id=live(connection, "bank").id)
    return dict(rows.select("id", "tier").iter_rows())


@pytest.mark.usefixtures("bank")
def test_every_row_is_accepted_or_kept_with_its_reason(
    connection: sa.Connection, actor: Actor, take: Take, write: Write, tmp_path: Path
) -> None:
    bad = "X1,nowhere,core,1,=1+1\nX2,A,platinum,2,b\nC1,A,core,3,c\n"
    report = take("customers", write("c.csv", FIRST + bad))
    assert report.account["rows_in"] == 6
    assert report.account["accepted"] + sum(report.account["rejected"].values()) == 6
    assert report.account["rejected"]["unknown branch"] == 1
    record = file_record(connection, report.version_id)
    assert (record.rows_in, record.accepted, record.rejected) == (6, 2, 4)
    rows = rejected_rows(connection, actor, report.version_id, "en")
    assert rows.columns == ["row", "field", "value", "reason", "id", "branch_id", "tier", "phone", "comment"]
    assert rows.filter(pl.col("id") == "X1").select("row", "field", "value", "reason").row(0) == (
        "5",
        "branch_id",
        "nowhere",
        "unknown branch",
    )
    assert rejected_rows(connection, actor, report.version_id, "zh")["reason"].to_list() != rows["reason"].to_list()
    assert write_rejected(rows, tmp_path / "out.csv") == 4
    assert "'=1+1" in (tmp_path / "out.csv").read_text(encoding="utf-8-sig")


@pytest.mark.usefixtures("bank")
def test_rejected_rows_are_stored_compressed_and_absent_when_there_are_none(
    connection: sa.Connection, actor: Actor, take: Take, write: Write
) -> None:
    clean = take("customers", write("a.csv", FIRST))
    assert rejected_of(connection, clean.version_id) is None
    assert rejected_rows(connection, actor, clean.version_id, "en").is_empty()
    dirty = take("customers", write("b.csv", FIRST + "X1,nowhere,core,1,\n"))
    packed = rejected_of(connection, dirty.version_id)
    assert packed is not None
    assert zlib.decompress(packed).count(b"\n") == 2
    with pytest.raises(NotFoundError, match="was not imported from a file"):
        rejected_rows(connection, actor, dirty.composed["bank"], "en")


@pytest.mark.usefixtures("bank")
def test_a_new_file_replaces_the_dataset_and_says_what_changed(
    connection: sa.Connection, take: Take, write: Write
) -> None:
    assert take("customers", write("a.csv", FIRST)).changes == {"new": 3, "changed": 0, "unchanged": 0, "gone": 0}
    assert take("customers", write("b.csv", SECOND)).changes == {"new": 1, "changed": 1, "unchanged": 1, "gone": 1}
    assert customers(connection) == {"C2": "high_end", "C3": "basic", "C4": "core"}


@pytest.mark.usefixtures("bank")
@pytest.mark.parametrize("gone", ["drop", "keep"])
@pytest.mark.parametrize("rows", ["C1,nowhere,core,1001,\nC2,A,core,1,\nC2,A,basic,2,\n", ""])
def test_a_file_of_which_no_row_is_taken_leaves_what_is_live(
    connection: sa.Connection, actor: Actor, take: Take, write: Write, gone: str, rows: str
) -> None:
    take("customers", write("a.csv", FIRST))
    report = take("customers", write("b.csv", HEAD + rows), gone=gone)
    assert (report.live, report.account["rows_out"], report.composed) == (False, 0, {})
    assert report.changes == {"new": 0, "changed": 0, "unchanged": 0, "gone": 0, "kept": 3}
    assert customers(connection) == {"C1": "core", "C2": "basic", "C3": "basic"}
    assert rejected_rows(connection, actor, report.version_id, "en").height == rows.count("\n")


def test_the_layer_of_an_extract_is_what_the_file_is_imported_as(take: Take) -> None:
    extract = Path(__file__).resolve().parents[3] / "data/boundaries/helsinki_centre.osm.pbf"
    assert take("merchants", extract, datum=None).notes["layer"] == "merchants"
    assert take("addresses", extract, datum=None).account["accepted"] > 1_000


@pytest.mark.usefixtures("bank")
def test_branches_may_be_named_by_their_names(connection: sa.Connection, take: Take, write: Write) -> None:
    report = take("customers", write("a.csv", "id,branch_id\nC1,North\nC2,B\nC3,A\nC4,East\nC5,Head\n"))
    assert report.notes["by_name"] == ["branch_id"]
    assert report.account["rejected"] == {"unknown branch": 2}
    rows = read_frame(connection, "customer", version_id=live(connection, "bank").id)
    assert dict(rows.select("id", "branch_id").iter_rows()) == {"C1": "A", "C2": "B", "C3": "A"}


def test_a_name_of_several_branches_names_none(take: Take, write: Write) -> None:
    two = "id,name,kind,lng,lat\nA,North,branch,9.5,47.2\nB,North,branch,9.6,47.2\nC,East,branch,9.7,47.2\n"
    take("orgs", write("orgs.csv", two))
    report = take("customers", write("a.csv", "id,branch_id\nC1,North\nC2,East\n"))
    assert report.account["rejected"] == {"unknown branch": 1}


@pytest.mark.usefixtures("bank")
def test_gone_keep_adds_to_the_dataset_and_leaves_other_columns_alone(
    connection: sa.Connection, take: Take, write: Write
) -> None:
    take("customers", write("a.csv", FIRST))
    report = take("customers", write("b.csv", "id,branch_id,tier\nC2,B,high_end\nC9,B,core\n"), gone="keep")
    assert report.changes == {"new": 1, "changed": 1, "unchanged": 0, "gone": 0, "kept": 2}
    assert customers(connection) == {"C1": "core", "C2": "high_end", "C3": "basic", "C9": "core"}
    rows = read_frame(connection, "customer", version_id=live(connection, "bank").id)
    assert dict(rows.select("id", "phone").iter_rows()) == {"C1": "1001", "C2": "1002", "C3": "1003", "C9": None}


@pytest.mark.usefixtures("bank")
def test_a_declared_key_tells_the_rows_of_two_versions_apart(
    connection: sa.Connection, take: Take, write: Write
) -> None:
    take("customers", write("a.csv", FIRST))
    renumbered = HEAD + "D1,A,core,1001,\nD2,A,basic,1002,\n"
    report = take("customers", write("b.csv", renumbered), key=("phone",), gone="keep")
    assert report.changes == {"new": 0, "changed": 2, "unchanged": 0, "gone": 0, "kept": 1}
    assert set(customers(connection)) == {"D1", "D2", "C3"}
    by_id = take("customers", write("c.csv", HEAD + "E3,B,basic,1003,\n"))
    assert by_id.changes == {"new": 1, "changed": 0, "unchanged": 0, "gone": 3}


@pytest.mark.usefixtures("bank")
def test_the_same_file_is_recognised_until_its_rows_are_no_longer_live(
    connection: sa.Connection, take: Take, write: Write
) -> None:
    path = write("a.csv", FIRST)
    first = take("customers", path)
    again = take("customers", path)
    assert (again.repeated, again.version_id, again.account["accepted"]) == (True, first.version_id, 3)
    assert live(connection, "customers").id == first.version_id
    assert not take("customers", path, duplicates="first").repeated
    forced = take("customers", path, again=True)
    assert not forced.repeated
    assert forced.changes["unchanged"] == 3
    other = take("customers", write("b.csv", SECOND), gone="keep")
    assert take("customers", path).version_id == forced.version_id
    assert other.version_id == live(connection, "customers").id
    take("customers", write("c.csv", SECOND))
    assert not take("customers", path).repeated


def test_datasets_are_parts_of_one_bank_and_the_others_stay(
    connection: sa.Connection, bank: int, take: Take, write: Write
) -> None:
    staff = take("staff", write("s.csv", "id,org_unit_id,name,post\nR1,A,One,rm\nR2,nowhere,Two,rm\n"))
    assert staff.account["rejected"] == {"unknown org unit": 1}
    whole = live(connection, "bank").id
    assert whole == staff.composed["bank"] > bank
    assert read_frame(connection, "org_unit", version_id=whole).height == 3
    assert read_frame(connection, "staff", version_id=whole)["id"].to_list() == ["R1"]
    assert read_frame(connection, "staff", version_id=bank).is_empty()


def test_made_up_rows_make_a_synthetic_bank_and_real_ones_do_not(
    connection: sa.Connection, take: Take, write: Write
) -> None:
    orgs = "id,name,kind,lng,lat\nA,North,branch,9.5,47.1\n"
    take("orgs", write("a.csv", orgs), constants={"synthetic": "yes"})
    assert live(connection, "bank").params["synthetic"] is True
    take("orgs", write("b.csv", orgs.replace("North", "South")))
    assert live(connection, "bank").params["synthetic"] is False


def test_positions_are_kept_as_delivered_when_their_datum_is_not_the_house(
    connection: sa.Connection, take: Take, write: Write
) -> None:
    text = "id,name,kind,lng,lat\nA,North,branch,116.4875,39.9917\n"
    report = take("orgs", write("a.csv", text), datum="gcj02")
    original = read_frame(connection, "original", version_id=report.version_id)
    assert original.select("kind", "id", "x", "y").rows() == [("point", "A", 116.4875, 39.9917)]
    moved = read_frame(connection, "org_unit", version_id=report.version_id)["lng"][0]
    assert 0.004 < 116.4875 - moved < 0.008
    added = take("orgs", write("b.csv", "id,name,kind,lng,lat\nB,South,branch,9.5,47.1\n"), gone="keep")
    assert read_frame(connection, "original", version_id=added.version_id).equals(original)


def test_a_trial_run_writes_nothing(connection: sa.Connection, actor: Actor, bank: int, write: Write) -> None:
    request = ImportRequest(write("a.csv", FIRST + "X1,nowhere,core,1,\n"), ImportOptions("customers"))
    body = preview_file(connection, actor, request)
    assert (body["account"]["accepted"], body["rejected"][0]["reason"]) == (3, "unknown branch")
    assert body["notes"]["mapping"]["phone"] == {"column": "phone", "class": "personal"}
    assert [row["id"] for row in body["rows"]] == ["C1", "C2", "C3"]
    assert live(connection, "bank").id == bank
    with pytest.raises(NotFoundError):
        live(connection, "customers")


def test_only_head_office_and_planners_import(
    connection: sa.Connection, actor: Actor, write: Write, now: datetime
) -> None:
    request = ImportRequest(write("a.csv", FIRST), ImportOptions("customers"))
    for role in ("branch_manager", "rm", "consumer"):
        with pytest.raises(NotAllowedError):
            import_file(connection, replace(actor, role=role), request, now)  # type: ignore[arg-type]


def test_a_table_of_cells_is_a_part_of_the_ground(connection: sa.Connection, take: Take, write: Write) -> None:
    text = "h3,people,jobs\n891f8e0de17ffff,10,2.5\n891f8e0de13ffff,20,\nhello,1,1\n"
    report = take("cells", write("c.csv", text), cell_column="h3")
    assert (report.account["rows_in"], report.account["accepted"]) == (3, 2)
    values = read_frame(connection, "cell_value", version_id=live(connection, "ground").id)
    assert values.filter(pl.col("name") == "people")["value"].sum() == 30
    record = version_record(connection, report.version_id)
    assert record.kind == "cells"


@pytest.mark.parametrize(("declared", "doubted"), [("wgs84", "gcj02"), ("gcj02", None)])
def test_known_places_doubt_a_wrong_datum_and_correct_nothing(
    connection: sa.Connection, take: Take, write: Write, declared: str, doubted: str | None
) -> None:
    at = np.linspace(0, 0.1, 20)
    true_lng, true_lat = 104.0 + at, 30.6 + at
    lng, lat = from_wgs84(true_lng, true_lat, "gcj02")
    head = "id,industry,lng,lat\n"
    rows = [head + "".join(f"M{n},food,{x},{y}\n" for n, (x, y) in enumerate(zip(*xy, strict=True))) for xy in
            ((true_lng, true_lat), (lng, lat))]  # fmt: skip
    assert "datum_doubt" not in take("merchants", write("a.csv", rows[0]), datum="wgs84").notes
    report = take("merchants", write("b.csv", rows[1]), datum=declared)
    doubt = report.notes.get("datum_doubt")
    assert (doubt["fits_better"] if doubt else None) == doubted
    stored = read_frame(connection, "merchant", version_id=report.version_id).filter(pl.col("id") == "M0")["lng"][0]
    assert stored == pytest.approx(lng[0] if declared == "wgs84" else true_lng[0], abs=1e-6)


@pytest.mark.parametrize(("resolution", "cells"), [(8, 1), (9, 2), (10, 14)])
def test_counts_by_cell_come_to_a_resolution_with_their_sums(
    connection: sa.Connection, take: Take, write: Write, resolution: int, cells: int
) -> None:
    pair = h3.cell_to_children("881f8e0de1fffff", 9)[:2]
    path = write("c.csv", f"h3,people\n{pair[0]},10\n{pair[1]},20\n")
    report = take("cells", path, cell_column="h3", resolution=resolution)
    values = read_frame(connection, "cell_value", version_id=report.version_id)
    assert values.height == cells
    assert values["value"].sum() == pytest.approx(30, rel=1e-9)
    assert {h3.get_resolution(cell) for cell in map(h3.int_to_str, values["cell"])} == {resolution}


def test_options_of_cells_are_for_cells(take: Take, write: Write) -> None:
    with pytest.raises(InvalidInputError, match="are for gridgeo import cells, not for orgs"):
        take("orgs", write("o.csv", "id,name,kind\n"), resolution=9)
    with pytest.raises(InvalidInputError, match="resolution"):
        take("cells", write("c.csv", "h3,people\n"), resolution=3)


def test_a_file_that_does_not_fit_names_what_is_missing(take: Take, write: Write) -> None:
    with pytest.raises(InvalidInputError, match="branch_id"):
        take("customers", write("a.csv", "id,colour\n1,red\n"))


def test_an_industry_scheme_stands_by_itself(connection: sa.Connection, take: Take, write: Write) -> None:
    report = take("industries", write("i.csv", "scheme,edition,code,level,name_zh\nx,1,A,1,农业\nx,1,B,1,采矿\n"))
    assert report.composed == {}
    assert read_frame(connection, "industry_code", version_id=live(connection, "industries").id).height == 2

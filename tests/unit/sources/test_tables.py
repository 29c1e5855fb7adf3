"""Files of people and of a bank: every row is taken, or kept with the reason it was not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gridgeo.demo import population_path
from gridgeo.domain.tables import CUSTOMERS, DENOMINATORS, GAZETTEER, MERCHANTS, ORG_UNITS, STAFF, Contract, checked
from gridgeo.errors import InvalidInputError
from gridgeo.sources import (
    TableRead,
    addresses_from_csv,
    customers_from_csv,
    denominators_from_csv,
    merchants_from_csv,
    org_units_from_csv,
    staff_from_csv,
)

Write = Callable[[str], Path]
UNITS = "id,name,kind,lng,lat\nH,Head,head_office,,\nA,North,branch,9.5,47.1\n"
STAFF_TEXT = "id,org_unit_id,name,post,hours_per_week\nR1,A,RM 01,rm,40\n"


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write text to a CSV file."""

    def to_file(text: str) -> Path:
        path = tmp_path / "given.csv"
        path.write_text(text, encoding="utf-8")
        return path

    return to_file


@pytest.fixture
def units(write: Write) -> pl.DataFrame:
    return org_units_from_csv(write(UNITS), "wgs84").accepted


@pytest.fixture
def staff(write: Write, units: pl.DataFrame) -> pl.DataFrame:
    return staff_from_csv(write(STAFF_TEXT), units).accepted


def reasons(read: TableRead) -> list[tuple[int, str]]:
    return [(row, reason) for row, reason in read.rejected.select("row", "reason").iter_rows()]


def assert_accounted(read: TableRead, contract: Contract) -> None:
    assert checked(read.accepted, contract, "table").equals(read.accepted)
    assert read.report.rows_in == read.accepted.height + read.rejected.height
    assert read.report.accepted == read.accepted.height
    assert sum(read.report.rejected.values()) == read.rejected.height


def test_the_people_of_the_demo_grounds_are_read() -> None:
    people = denominators_from_csv(population_path(), "liechtenstein")
    assert checked(people, DENOMINATORS, "d").equals(people)
    assert (people.height, people["people"].sum()) == (11, 37_370)
    assert set(people["dated_on"]) == {date(2014, 12, 31)}
    assert people["source"].n_unique() == 1
    assert not people["assumed"].any()


def test_assumed_people_are_labelled() -> None:
    people = denominators_from_csv(population_path(), "helsinki")
    assert people.select("zone", "people", "assumed").rows() == [("centre", 20_000.0, True)]


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("x,a,-1,,s\n", r"row 2 \(a\): people must be a number of 0 or more"),
        ("x,a,many,,s\n", r"row 2 \(a\): people must be a number"),
        ("x,a,nan,,s\n", r"row 2 \(a\): people must be a number"),
        ("x,a,1,,s\nx,b,,,s\n", r"row 3 \(b\): people must be a number"),
        ("x,a,1,,s\ny,c,1,,s\nx,a,1,,s\n", r"row 4 \(a\): unit stands twice"),
        ("x,a,1,31.12.2014,s\n", r"row 2 \(a\): date must be YYYY-MM-DD"),
        ("x,,1,,s\n", r"row 2 \(-\): unit is empty"),
        ("y,a,1,,s\n", "no people for ground x"),
    ],
)
def test_a_bad_row_of_people_is_named(rows: str, said: str, write: Write) -> None:
    with pytest.raises(InvalidInputError, match=said):
        denominators_from_csv(write(f"ground,unit,people,date,source\n{rows}"), "x")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "not a readable CSV"),
        (b"ground,unit\nx,a\n", "missing columns people, date, source"),
        (b"ground,unit,people,date,source,more\n", "unknown columns more"),
        (b"ground,unit,people,date,source\nx,\xff,1,,s\n", "not UTF-8 near byte"),
        (b"ground,unit,people,date,source\nx,\xc3", "not UTF-8 near byte"),
    ],
)
def test_a_file_that_is_no_such_table_is_refused(content: bytes, said: str, tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_bytes(content)
    with pytest.raises(InvalidInputError, match=said) as caught:
        denominators_from_csv(path, "x")
    assert "\n" not in str(caught.value)


def test_a_byte_order_mark_is_no_part_of_the_header(write: Write) -> None:
    people = denominators_from_csv(write("\ufeffground,unit,people,date,source\nx,a,1,,s\n"), "x")
    assert people["zone"].to_list() == ["a"]


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match=r"no such file: .*nothing\.csv"):
        denominators_from_csv(tmp_path / "nothing.csv", "x")


def test_org_units_are_refused_by_reason(write: Write) -> None:
    bad = (
        "A,Again,branch,9.5,47.1\nB,,branch,9.5,47.1\nC,C,branch,x,47.1\nD,D,shop,9.5,47.1\n"
        "E,E,branch,,\nF,F,branch,200,10\n,G,branch,9.5,47.1\n"
    )
    read = org_units_from_csv(write(UNITS + bad), "wgs84")
    assert_accounted(read, ORG_UNITS)
    assert read.accepted["id"].to_list() == ["H", "A"]
    assert reasons(read) == [
        (4, "id stands twice"), (5, "name is empty"), (6, "lng is not a number"), (7, "unknown kind"),
        (8, "no position"), (9, "position off the globe"), (10, "id is empty"),
    ]  # fmt: skip


def test_an_unknown_parent_is_refused(write: Write) -> None:
    text = "id,parent_id,name,kind,lng,lat\nH,,Head,head_office,,\nA,H,North,branch,9.5,47.1\nB,Z,South,branch,9.5,47\n"
    assert reasons(org_units_from_csv(write(text), "wgs84")) == [(4, "unknown parent")]


@pytest.mark.parametrize("datum", [None, "nad83", "WGS84"])
def test_coordinates_without_a_declared_datum_are_refused(datum: str | None, write: Write) -> None:
    with pytest.raises(InvalidInputError, match="declare their datum as one of wgs84, gcj02, bd09"):
        org_units_from_csv(write(UNITS), datum)


@pytest.mark.parametrize(
    ("datum", "lng", "lat"),
    [("wgs84", 116.481499, 39.990475), ("gcj02", 116.487586, 39.991754), ("bd09", 116.49412, 39.997716)],
)
def test_every_datum_comes_back_as_wgs84(datum: str, lng: float, lat: float, write: Write) -> None:
    text = f"id,name,kind,lng,lat\nH,Head,head_office,,\nA,North,branch,{lng},{lat}\n"
    found = org_units_from_csv(write(text), datum).accepted
    assert found.row(0, named=True)["lng"] is None
    row = found.row(1, named=True)
    assert (row["lng"], row["lat"]) == (pytest.approx(116.481499, abs=2e-6), pytest.approx(39.990475, abs=2e-6))


def test_staff_are_refused_by_reason(write: Write, units: pl.DataFrame) -> None:
    bad = "R2,H,RM,rm,0\nR3,Z,RM,rm,40\nR4,A,RM,boss,40\nR5,A,RM,rm,abc\nR6,A,RM,rm,200\n"
    read = staff_from_csv(write(STAFF_TEXT + bad), units)
    assert_accounted(read, STAFF)
    assert read.accepted["id"].to_list() == ["R1"]
    assert [reason for _, reason in reasons(read)] == [
        "hours out of range", "unknown org unit", "unknown post", "hours_per_week is not a number",
        "hours out of range",
    ]  # fmt: skip


def test_customers_are_refused_by_reason(write: Write, units: pl.DataFrame, staff: pl.DataFrame) -> None:
    header = "id,branch_id,account_rm_id,tier,age_band,balance_fen,last_contact_on,products\n"
    rows = (
        "1,A,R1,basic,18-29,100,2024-01-01,1\n2,H,,basic,,,,\n3,A,,vip,,,,\n4,A,,core,,1.5,,\n5,A,,core,,,2024-13-01,\n"
        "6,A,,core,,,,-1\n1,A,,core,,,,\n7,A,,core,,,,\n8,A,R9,core,,,,\n9,A,,core,old,,,\n"
    )
    read = customers_from_csv(write(header + rows), units, staff)
    assert_accounted(read, CUSTOMERS)
    assert read.accepted["id"].to_list() == ["1", "7"]
    assert not read.accepted["synthetic"].any()
    assert [reason for _, reason in reasons(read)] == [
        "unknown branch", "unknown tier", "balance_fen is not a whole number", "last_contact_on is not YYYY-MM-DD",
        "number below zero", "id stands twice", "unknown account manager", "unknown age band",
    ]  # fmt: skip
    assert read.rejected.filter(pl.col("id") == "4")["balance_fen"].to_list() == ["1.5"]


def test_merchants_and_addresses_are_refused_by_reason(write: Write) -> None:
    merchants = merchants_from_csv(write("id,industry,lng,lat\n1,food,9,47\n2,magic,9,47\n3,food,,47\n"), "wgs84")
    assert_accounted(merchants, MERCHANTS)
    assert [reason for _, reason in reasons(merchants)] == ["unknown industry", "lng is empty"]
    addresses = addresses_from_csv(
        write("id,lng,lat,street,number,kind\n1,9,47,Main,1,\n2,9,47,,,\n3,9,47,,,shed\n4,9,47,Main,,street\n"), "wgs84"
    )
    assert_accounted(addresses, GAZETTEER)
    assert addresses.accepted["kind"].to_list() == ["address", "street"]
    assert [reason for _, reason in reasons(addresses)] == ["neither street nor name", "unknown kind"]


cell_text = st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["C", "Z"]), max_size=6)


@given(rows=st.lists(st.tuples(cell_text, st.sampled_from(["A", "H", "Q", ""]), cell_text, cell_text), max_size=12))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_stands_in_a_file_every_row_is_accounted_for(
    rows: list[tuple[str, str, str, str]], tmp_path: Path, units: pl.DataFrame, staff: pl.DataFrame
) -> None:
    frame = pl.DataFrame(rows, schema=["id", "branch_id", "tier", "products"], orient="row")
    path = tmp_path / "any.csv"
    frame.write_csv(path, quote_style="always")
    read = customers_from_csv(path, units, staff)
    assert_accounted(read, CUSTOMERS)
    assert read.report.rows_in == len(rows)

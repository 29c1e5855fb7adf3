"""The people of a ground's zones: every figure is taken, or named with what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from gridgeo.demo import population_path
from gridgeo.domain.tables import DENOMINATORS, checked
from gridgeo.errors import InvalidInputError
from gridgeo.sources import denominators_from_csv

Write = Callable[[str], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write text to a CSV file."""

    def to_file(text: str) -> Path:
        path = tmp_path / "given.csv"
        path.write_text(text, encoding="utf-8")
        return path

    return to_file


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
        (b"", "people.csv"),
        (b"ground,unit\nx,a\n", "missing columns people, date, source"),
        (b"ground,unit,people,date,source,more\n", "unknown columns more"),
        (b"ground,unit,people,date,source\nx,\xff,1,,s\n", "is not UTF-8"),
        (b"ground,unit,people,date,source\nx,\xc3", "is not UTF-8"),
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

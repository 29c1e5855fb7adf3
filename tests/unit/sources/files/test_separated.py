"""CSV files: what the csv module writes reads back equal; what is broken is named."""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any
from unicodedata import category

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridgeo.errors import InvalidInputError
from gridgeo.sources.files import CLI_LIMITS, FileLimits, RawTable, ReadOptions, open_table

SEPARATORS = [",", ";", "\t", "|"]
OF_ALL_CHARACTERS = ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le"]
ENCODINGS = [*OF_ALL_CHARACTERS, "big5", "shift_jis", "windows-1252"]


@cache
def texts(encoding: str, without: str = "") -> st.SearchStrategy[str]:
    """Texts the encoding can write, line breaks included, without NUL and other control characters.

    hypothesis would try every character of Unicode in turn to find those of an encoding: seconds for each of them.
    """
    left_out = without + "\ufeff¥‾"
    if encoding in OF_ALL_CHARACTERS:
        letters = st.characters(exclude_categories=["Cc", "Cs"], exclude_characters=left_out)
    else:
        known = "".join(map(chr, range(0xD800))).encode(encoding, "ignore").decode(encoding)
        letters = st.sampled_from(sorted({one for one in known if category(one) != "Cc"} - set(left_out)))
    return st.text(letters | st.sampled_from(["\n", "\r", '"', " "]), max_size=12)


@st.composite
def tables(draw: st.DrawFn) -> tuple[str, str, list[list[str]]]:
    """An encoding, a separator and rows of equal width under a header."""
    encoding, separator = draw(st.sampled_from(ENCODINGS)), draw(st.sampled_from([*SEPARATORS, "^"]))
    width = draw(st.integers(1, 5))
    rows = draw(st.lists(st.lists(texts(encoding), min_size=width, max_size=width), max_size=8))
    return encoding, separator, [[f"name {at}" for at in range(width)], *rows]


def read_back(
    rows: list[list[str]], encoding: str, written: str, separator: str | None
) -> tuple[RawTable, pl.DataFrame]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table.csv"
        with path.open("w", encoding=encoding, newline="") as stream:
            csv.writer(stream, delimiter=written).writerows(rows)
        table = open_table(path, ReadOptions(encoding=encoding, separator=separator))
        schema = {"row": pl.UInt32} | dict.fromkeys(table.columns, pl.String)
        return table, pl.concat([pl.DataFrame(schema=schema), *table.batches(rows=3)])


def expected(rows: list[list[str]]) -> list[tuple[Any, ...]]:
    """Number the records as a spreadsheet does, strip the fields, leave out records without any value."""
    stripped = [[field.strip() or None for field in row] for row in rows[1:]]
    return [(at, *row) for at, row in enumerate(stripped, start=2) if any(row)]


@settings(deadline=None)
@given(tables())
def test_every_table_of_texts_reads_back_equal(made: tuple[str, str, list[list[str]]]) -> None:
    encoding, separator, rows = made
    table, frame = read_back(rows, encoding, separator, separator)
    assert frame.rows() == expected(rows)
    assert table.columns == tuple(rows[0])
    assert table.notes.get("empty_rows", 0) == len(rows) - 1 - frame.height


@settings(deadline=None)
@given(st.data(), st.sampled_from(SEPARATORS), st.integers(2, 5))
def test_a_separator_that_stands_nowhere_else_is_found(data: st.DataObject, separator: str, width: int) -> None:
    field = texts("utf-8", without="".join(SEPARATORS))
    rows = data.draw(st.lists(st.lists(field, min_size=width, max_size=width), max_size=6))
    rows = [[f"name{at}" for at in range(width)], *rows]
    table, frame = read_back(rows, "utf-8", separator, None)
    assert table.notes["separator"] == ("tab" if separator == "\t" else separator)
    assert frame.rows() == expected(rows)


def test_long_files_number_their_rows_across_blocks(
    make_file: Callable[..., Path], frame_of: Callable[..., pl.DataFrame]
) -> None:
    lines = "".join(f"{at},{'x' * 100}\n" for at in range(2, 120_002))
    frame = frame_of(make_file("number,text\n" + lines), rows=7_000)
    assert (frame["row"].cast(pl.String) == frame["number"]).all()
    assert frame.height == 120_000


def test_blank_lines_keep_the_numbers_of_later_rows(
    make_file: Callable[..., Path], frame_of: Callable[..., pl.DataFrame]
) -> None:
    frame = frame_of(make_file("a,b\n1,2\n\n,\n3,4\n"))
    assert frame.rows() == [(2, "1", "2"), (5, "3", "4")]


def test_a_title_and_a_unit_above_the_header_are_kept_in_the_notes(
    make_file: Callable[..., Path], opened: Callable[..., RawTable]
) -> None:
    table = opened(make_file("存款报表;;\n单位:万元;;\n网点;姓名;余额\nA;张三;12\n"))
    assert table.columns == ("网点", "姓名", "余额")
    assert table.notes["title"] == "存款报表 单位:万元"
    assert table.notes["unit"] == "万元"
    assert [frame.rows() for frame in table.batches()] == [[(4, "A", "张三", "12")]]


def test_two_header_rows_are_joined_where_the_person_says_so(
    make_file: Callable[..., Path], opened: Callable[..., RawTable]
) -> None:
    table = opened(make_file("编号,存款,,姓名\n,活期,定期,\n1,2,3,张三\n"), header_rows=2)
    assert table.columns == ("编号", "存款/活期", "存款/定期", "姓名")
    assert [frame.rows() for frame in table.batches()] == [[(3, "1", "2", "3", "张三")]]


def test_names_that_come_twice_or_not_at_all_are_told_apart(
    make_file: Callable[..., Path], opened: Callable[..., RawTable]
) -> None:
    table = opened(make_file("a,a,,row\n1,2,3,4\n"))
    assert table.columns == ("a", "a_2", "column_3", "row_2")
    assert table.headers == ("a", "a", "", "row")
    assert table.notes["renamed"] == {"a_2": "a", "column_3": "", "row_2": "row"}


def test_a_header_alone_is_a_table_without_rows(
    make_file: Callable[..., Path], frame_of: Callable[..., pl.DataFrame]
) -> None:
    assert frame_of(make_file("a,b")).rows() == []
    assert frame_of(make_file("a,b\r\n")).columns == ["row", "a", "b"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("a,b\n1,2\n3\n", "row 3 has 1 fields, the header has 2: 3"),
        ("a,b\n1,2,3\n", "row 2 has 3 fields"),
        ('a,b\n1,2\n"3,4\n5,6\n', "row 3 has 1 fields"),
        ("", "has no header"),
        ("\n\n", "has no header"),
        ("a,b\n1,\0\n", "NUL byte near character 6"),
    ],
)
def test_every_broken_file_is_refused_with_its_place(
    content: str, said: str, make_file: Callable[..., Path], frame_of: Callable[..., pl.DataFrame]
) -> None:
    with pytest.raises(InvalidInputError, match=said):
        frame_of(make_file(content))


def test_a_header_of_ten_million_columns_is_refused_before_it_is_read(
    make_file: Callable[..., Path], opened: Callable[..., RawTable], within: Callable[..., FileLimits]
) -> None:
    path = make_file(b"x," * 10_000_000 + b"\n")
    with pytest.raises(InvalidInputError, match="columns, allowed are 1000"):
        opened(path, limits=within(size_bytes=1 << 30))
    few = make_file("x," * 300 + "y\n" + "1," * 300 + "1\n")
    with pytest.raises(InvalidInputError, match="at least 301 columns, allowed are 300"):
        opened(few, limits=within(columns=300))
    assert len(opened(few).columns) == 301


def test_rows_and_cells_over_the_limit_are_refused_on_the_way(
    make_file: Callable[..., Path], frame_of: Callable[..., pl.DataFrame], within: Callable[..., FileLimits]
) -> None:
    path = make_file("a,b\n" + "1,2\n" * 1_000)
    with pytest.raises(InvalidInputError, match="at least 1000 rows, allowed are 999"):
        frame_of(path, limits=within(rows=999))
    with pytest.raises(InvalidInputError, match="2000 table cells, allowed are 1999"):
        frame_of(path, limits=within(cells=1_999))
    with pytest.raises(InvalidInputError, match=r"within -1 seconds"):
        frame_of(path, limits=within(seconds=-1))
    with pytest.raises(InvalidInputError, match="4004 bytes, allowed are 4003"):
        frame_of(path, limits=within(size_bytes=4_003))
    assert frame_of(path, limits=within(rows=1_000, cells=2_000, size_bytes=4_004)).height == 1_000


def test_a_separator_is_one_character(make_file: Callable[..., Path]) -> None:
    with pytest.raises(InvalidInputError, match="one character"):
        open_table(make_file("a,b"), ReadOptions(separator="::"))


def test_memory_stays_bounded_while_a_long_file_streams(make_file: Callable[..., Path]) -> None:
    line = "12345678901,Some Name,Street of things 12,Town,IM1 1AA,54.123456,-4.51234,retail,1000,2024-01-01,A,B\n"
    path = make_file("a,b,c,d,e,f,g,h,i,j,k,l\n" + line * 400_000)
    batches = open_table(path, ReadOptions(limits=CLI_LIMITS)).batches()
    sizes = [frame.estimated_size() for frame in batches]
    assert max(sizes) < 32 << 20 < path.stat().st_size
    assert len(sizes) > 5


def test_a_missing_file_and_a_name_of_the_network_are_no_files() -> None:
    names: Iterator[str] = iter(["/vsicurl/http://127.0.0.1/x.csv", "/vsizip/x.zip", "no.csv"])
    for name in names:
        with pytest.raises(InvalidInputError, match="no such file"):
            open_table(Path(name))

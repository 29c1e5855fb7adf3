"""Excel workbooks and HTML tables called .xls: what a person sees in them is what is read."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import xlsxwriter
import xlwt
from hypothesis import given, settings
from hypothesis import strategies as st

from gridgeo.errors import InvalidInputError
from gridgeo.sources.files import API_LIMITS, FileLimits, RawTable, ReadOptions, open_table
from gridgeo.sources.files.values import number_texts

PAGE = """<html><head><meta http-equiv=Content-Type content="text/html; charset={charset}"></head>
<body>{body}</body></html>"""
TWO_ROWS = """<table><tr><td colspan=4>网点存款 单位:万元</td></tr>
<tr><th rowspan=2>机构</th><th colspan=2>存款</th><th rowspan=2>名称</th></tr><tr><th>活期</th><th>定期</th></tr>
<tr><td rowspan=2>A&nbsp;1</td><td>1</td><td>2</td><td>x<br>y</td></tr><tr><td>3</td><td>4</td><td></td></tr></table>"""


def two_row_header(_book: Any, sheet: Any) -> None:
    sheet.merge_range("A1:D1", "网点存款(单位:亿元)")
    sheet.merge_range("A2:A3", "机构")
    sheet.merge_range("B2:C2", "存款")
    sheet.merge_range("D2:D3", "名称")
    sheet.write_row("B3", ["活期", "定期"])
    sheet.merge_range("A4:A5", "A 1")
    sheet.write_row("B4", [1, 2, "x y"])
    sheet.write_row("B5", [3, 4])


def values(book: Any, sheet: Any) -> None:
    day, moment = book.add_format({"num_format": "yyyy-mm-dd"}), book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
    sheet.write_row(0, 0, ["number", "fraction", "id", "text id", "day", "moment", "yes", "formula"])
    sheet.write_row(1, 0, [100, 0.25, 622202199001010123])
    sheet.write_string(1, 3, "622202199001010123")
    sheet.write_datetime(1, 4, datetime.datetime.fromisoformat("2024-05-01"), day)
    sheet.write_datetime(1, 5, datetime.datetime.fromisoformat("2024-05-01T09:30"), moment)
    sheet.write_boolean(1, 6, True)
    sheet.write_formula(1, 7, "=1+1", None, 2)


def header_and_row(_book: Any, sheet: Any) -> None:
    sheet.write_row(0, 0, ["a", "b"])
    sheet.write_row(1, 0, ["1", "2"])


def test_every_kind_of_cell_comes_as_the_text_a_person_would_write(
    make_workbook: Callable[..., Path], frame_of: Callable[..., pl.DataFrame]
) -> None:
    assert frame_of(make_workbook(S=values)).row(0) == (
        2, "100", "0.25", "6.22E+17", "622202199001010123", "2024-05-01", "2024-05-01T09:30:00", "true", "2",
    )  # fmt: skip


@given(st.integers(-(10**15) + 1, 10**15 - 1))
def test_whole_numbers_of_15_digits_come_exactly(number: int) -> None:
    assert number_texts(pl.Series([float(number)])).to_list() == [str(number)]


@given(st.floats(1e15, 1e300))
def test_larger_numbers_show_that_digits_are_gone(number: float) -> None:
    texts = number_texts(pl.Series([number, -number, 5.0, None])).to_list()
    assert texts == [f"{number:.2E}", f"{-number:.2E}", "5", None]
    assert "E+" in texts[0]


def test_merged_cells_are_filled_and_two_header_rows_joined(
    make_workbook: Callable[..., Path], opened: Callable[..., RawTable]
) -> None:
    table = opened(make_workbook(S=two_row_header))
    assert table.columns == ("机构", "存款/活期", "存款/定期", "名称")
    assert [frame.rows() for frame in table.batches()] == [[(4, "A 1", "1", "2", "x y"), (5, "A 1", "3", "4", None)]]
    assert (table.notes["title"], table.notes["unit"]) == ("网点存款(单位:亿元)", "亿元")


def test_a_name_merged_over_columns_of_numbers_is_one_header_row(
    make_workbook: Callable[..., Path], opened: Callable[..., RawTable]
) -> None:
    def fill(_book: Any, sheet: Any) -> None:
        sheet.write("A1", "id")
        sheet.merge_range("B1:C1", "位置")
        sheet.write_row("A2", ["x", 116.5, 39.5])

    table = opened(make_workbook(S=fill))
    assert table.columns == ("id", "位置", "位置_2")
    assert next(table.batches()).rows() == [(2, "x", "116.5", "39.5")]


@pytest.mark.parametrize(
    ("headers", "unit", "units"),
    [
        (["机构", "余额(万元)"], "万元", {"余额(万元)": "万元"}),
        (["机构", "余额(元)", "贷款【亿元】"], None, {"余额(元)": "元", "贷款【亿元】": "亿元"}),
        (["机构", "余额(美元)"], None, None),
    ],
)
def test_a_unit_is_read_from_the_header_and_never_applied(
    headers: list[str], unit: str | None, units: dict[str, str] | None, make_rows: Callable[..., Path]
) -> None:
    table = open_table(make_rows([headers, ["A", *["12"] * (len(headers) - 1)]]))
    assert (table.notes.get("unit"), table.notes.get("units")) == (unit, units)
    assert next(table.batches()).row(0)[2] == "12"


def test_errors_and_formulas_without_a_result_are_empty_and_counted(
    make_workbook: Callable[..., Path], opened: Callable[..., RawTable]
) -> None:
    def fill(_book: Any, sheet: Any) -> None:
        sheet.write_row(0, 0, ["a", "b", "c"])
        sheet.write_formula(1, 0, "=1/0", None, "#DIV/0!")
        sheet.write_formula(1, 1, "=A1", None, "")
        sheet.write(1, 2, "=text")

    table = opened(make_workbook(S=fill))
    assert (table.notes["error_cells"], table.notes["formulas_without_result"]) == (1, 1)
    assert next(table.batches()).columns == ["row", "a", "b", "c"]
    clean = opened(make_workbook(S=values)).notes
    assert "error_cells" not in clean
    assert "formulas_without_result" not in clean


def test_several_sheets_with_data_must_be_chosen_from_by_name(
    make_workbook: Callable[..., Path], opened: Callable[..., RawTable]
) -> None:
    path = make_workbook(客户=header_and_row, 网点=header_and_row, 空=lambda _book, _sheet: None)
    with pytest.raises(InvalidInputError, match=r"客户 \(2 x 2\), 网点 \(2 x 2\)$"):
        opened(path)
    with pytest.raises(InvalidInputError, match="no sheet x; it has: 客户, 网点, 空"):
        opened(path, sheet="x")
    assert opened(path, sheet="网点").notes["sheet"] == "网点"


def test_a_hidden_sheet_is_no_choice_but_is_noted(
    make_workbook: Callable[..., Path], opened: Callable[..., RawTable]
) -> None:
    def hidden(book: Any, sheet: Any) -> None:
        header_and_row(book, sheet)
        sheet.hide()

    path = make_workbook(S=header_and_row, H=hidden)
    assert opened(path).notes["hidden_sheets"] == ["H"]
    assert opened(path, sheet="H").notes["sheet"] == "H"


def test_a_table_that_begins_lower_keeps_the_row_numbers_of_the_sheet(
    make_workbook: Callable[..., Path], frame_of: Callable[..., pl.DataFrame]
) -> None:
    def fill(_book: Any, sheet: Any) -> None:
        sheet.write_row(9, 3, ["a", "b"])
        sheet.write_row(10, 3, [1, 2])
        sheet.write_row(12, 3, [3, 4])

    assert frame_of(make_workbook(S=fill)).rows() == [(11, "1", "2"), (13, "3", "4")]


def test_old_workbooks_read_as_new_ones(tmp_path: Path, opened: Callable[..., RawTable]) -> None:
    book = xlwt.Workbook()
    sheet = book.add_sheet("S")
    sheet.write_merge(0, 0, 0, 2, "客户 单位:元")
    for at, row in enumerate([["编号", "余额", "日期"], [6.222e18, 12, datetime.date(2024, 1, 2)]], start=1):
        for column, value in enumerate(row):
            sheet.write(
                at, column, value, xlwt.easyxf(num_format_str="yyyy-mm-dd") if column == 2 else xlwt.Style.default_style
            )
    book.save(str(tmp_path / "old.csv"))
    table = opened(tmp_path / "old.csv")
    assert table.notes["format"] == "xls"
    assert table.notes["unit"] == "元"
    assert next(table.batches()).rows() == [(3, "6.22E+18", "12", "2024-01-02")]


@pytest.mark.parametrize("charset", ["utf-8", "gb2312", "gbk"])
def test_an_html_table_named_xls_is_read_in_the_encoding_it_declares(
    charset: str, make_file: Callable[..., Path], opened: Callable[..., RawTable]
) -> None:
    table = opened(make_file(PAGE.format(charset=charset, body=TWO_ROWS).encode(charset), "export.xls"))
    assert table.columns == ("机构", "存款/活期", "存款/定期", "名称")
    assert [frame.rows() for frame in table.batches()] == [[(4, "A 1", "1", "2", "x y"), (5, "A 1", "3", "4", None)]]
    assert (table.notes["format"], table.notes["unit"]) == ("html", "万元")


def test_html_pages_of_several_tables_or_none_say_so(
    make_file: Callable[..., Path], opened: Callable[..., RawTable]
) -> None:
    body = "<table><tr><td>a<tr><td>1</table>"
    path = make_file(PAGE.format(charset="utf-8", body=body * 2), "two.xls")
    with pytest.raises(InvalidInputError, match=r"table 1 \(2 x 1\), table 2 \(2 x 1\)"):
        opened(path)
    assert opened(path, sheet="table 2").columns == ("a",)
    with pytest.raises(InvalidInputError, match="holds no table"):
        opened(make_file("<html><p>no</p></html>", "none.xls"))


cells = st.text(st.characters(exclude_categories=["Cc", "Cs", "Co", "Cn", "Zs"]), max_size=8)


@settings(max_examples=15, deadline=None)
@given(st.lists(st.lists(cells, min_size=3, max_size=3), min_size=1, max_size=5))
def test_every_table_of_texts_reads_back_equal_from_a_workbook(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]]
) -> None:
    path = tmp_path_factory.mktemp("book") / "book.xlsx"
    with xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        sheet = book.add_worksheet()
        for at, row in enumerate([["a", "b", "c"], *rows]):
            for column, text in enumerate(row):
                sheet.write_string(at, column, text)
    table = open_table(path, ReadOptions(limits=API_LIMITS))
    found = [row for frame in table.batches() for row in frame.rows()]
    wanted = [(at, *(text.strip() or None for text in row)) for at, row in enumerate(rows, start=2)]
    assert found == [row for row in wanted if any(row[1:])]


def test_rows_columns_and_cells_of_a_sheet_are_limited(
    make_workbook: Callable[..., Path], opened: Callable[..., RawTable], within: Callable[..., FileLimits]
) -> None:
    path = make_workbook(S=values)
    for limit, given_count in {"columns": 8, "rows": 2, "cells": 16}.items():
        with pytest.raises(InvalidInputError, match=f"at least {given_count} .*allowed are {given_count - 1}"):
            opened(path, limits=within(**{limit: given_count - 1}))
        assert opened(path, limits=within(**{limit: given_count})).notes["sheet"] == "S"

"""Lists that people print and sign: a workbook or CSV that runs nothing."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import xlsxwriter

from gridgeo.errors import InvalidInputError
from gridgeo.maps.csv_files import formula_safe
from gridgeo.maps.files import written
from gridgeo.maps.notes import MARKETING_ONLY

_WIDTH = 14


def write_list(table: pl.DataFrame, headings: dict[str, str], words: tuple[str, str], path: Path) -> Path:
    """Write a table with headings in one language to .xlsx or .csv. words: title, language.

    Raises InvalidInputError for another suffix or a folder that does not exist.
    """
    named = formula_safe(table).rename(headings)
    if path.suffix.lower() == ".csv":
        with written(path) as fresh:
            named.write_csv(fresh, include_bom=True)
        return path
    if path.suffix.lower() != ".xlsx":
        raise InvalidInputError("a list is written as .xlsx or .csv, got {path}", path=path.name)
    title, language = words
    with (
        written(path) as fresh,
        xlsxwriter.Workbook(fresh, {"strings_to_formulas": False}) as book,
    ):
        sheet = book.add_worksheet()
        bold, day = (
            book.add_format({"bold": True, "text_wrap": True, "border": 1}),
            book.add_format({"num_format": "yyyy-mm-dd"}),
        )
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
        sheet.set_header(f"&L{title.replace('&', '&&')}&R&P / &N")
        sheet.set_footer(f"&L{MARKETING_ONLY[language]}")
        sheet.set_column(0, named.width - 1, _WIDTH)
        sheet.freeze_panes(1, 0)
        sheet.write_row(0, 0, named.columns, bold)
        for at, column in enumerate(named.iter_columns()):
            sheet.write_column(1, at, column.to_list(), day if column.dtype == pl.Date else None)
    return path

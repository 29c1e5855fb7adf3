"""Workbooks (.xlsx, .xls) through calamine, in a child process; of a formula the stored result is taken."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path
from typing import Any

from gridgeo.sources.files.archives import checked_archive, opened_archive
from gridgeo.sources.files.limits import check_limit
from gridgeo.sources.files.raw import RawTable, ReadOptions
from gridgeo.sources.files.sheets import table_of_sheet

ERROR_CELL = re.compile(rb'<(?:\w{1,20}:)?c [^<>]{0,200}\bt="e"')
NO_RESULT = re.compile(
    rb"(?:</(?:\w{1,20}:)?f>|<(?:\w{1,20}:)?f(?: [^<>]{0,500})?/>)(?:<v></v>|<v/>)?</(?:\w{1,20}:)?c>"
)
CELL_END = b"c>"
"""Ends `</c>` and `</x:c>` alike."""
PIECE_BYTES = 1 << 22


def table_from_xlsx(path: Path, how: ReadOptions) -> RawTable:
    """Open a sheet of an .xlsx workbook; bombs are refused before it is unpacked.

    Merged cells are filled; numbers of more than 15 digits come as 6.22E+18, dates in ISO form. Errors such as #N/A and
    formulas without a stored result are empty cells, counted in the notes over all sheets.
    Raises InvalidInputError when several sheets hold data and none is named, or the file is broken or over a limit.
    """
    check_limit("whole_bytes", path, path.stat().st_size, how.limits)
    parts = checked_archive(path, how.limits)
    notes: dict[str, Any] = {"format": "xlsx"} | _doubtful_cells(path, parts)
    return table_of_sheet("sheet_worker", path, how, {}, notes)


def table_from_xls(path: Path, how: ReadOptions) -> RawTable:
    """Open a sheet of an .xls workbook, as an .xlsx one; errors in cells are not told apart from empty cells."""
    check_limit("whole_bytes", path, path.stat().st_size, how.limits)
    return table_of_sheet("sheet_worker", path, how, {}, {"format": "xls"})


def _doubtful_cells(path: Path, parts: tuple[zipfile.ZipInfo, ...]) -> dict[str, int]:
    """Count the cells of all sheets that come as empty though they are not: errors, formulas without a result."""
    errors, formulas = 0, 0
    with opened_archive(path) as archive:
        for part in parts:
            if part.filename.startswith("xl/worksheets/"):
                error, formula = _counted(archive, part)
                errors, formulas = errors + error, formulas + formula
    counts = {"error_cells": errors, "formulas_without_result": formulas}
    return {name: count for name, count in counts.items() if count}


def _counted(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> tuple[int, int]:
    errors, formulas, rest = 0, 0, b""
    with archive.open(part) as stream:
        while piece := stream.read(PIECE_BYTES):
            cut = (rest + piece).rpartition(CELL_END)
            whole, rest = cut[0] + cut[1], cut[2][-PIECE_BYTES:]
            errors += len(ERROR_CELL.findall(whole)) if b't="e"' in whole else 0
            formulas += len(NO_RESULT.findall(whole)) if b"f>" in whole or b"<f" in whole else 0
    return errors, formulas

"""Child process that reads one sheet of a workbook: see `child_main`; it imports nothing of gridgeo.

request.json: file, sheet (or null), rows, columns, cells (limits). reply.json: sheets (name -> [rows, columns] of those
that hold anything), hidden, and where one sheet is chosen: sheet, first (row, from 0), merges, sizes. table.arrow: for
column i the numbers n<i> (Float64) and everything else as text t<i>.
"""

from __future__ import annotations

import datetime
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import python_calamine

HEADER_MERGES = 1_000
"""Merged cells that are handed on: those of the first rows, which name columns."""


def main() -> None:
    """Answer the request in this folder."""
    request = json.loads(Path("request.json").read_text(encoding="utf-8"))
    try:
        reply = answer(request)
    except python_calamine.CalamineError as error:
        reply = {"broken": f"{type(error).__name__}: {error}"}
    Path("reply.json").write_text(json.dumps(reply), encoding="utf-8")


def answer(request: dict[str, Any]) -> dict[str, Any]:
    """Find the sheets, read the chosen one into table.arrow and describe it."""
    with Path(request["file"]).open("rb") as stream:
        book = python_calamine.CalamineWorkbook.from_filelike(stream)
        found = sheets_with_data(book, request["sheet"])
    shown = {name: sheet for name, (sheet, hidden) in found.items() if not hidden or request["sheet"] == name}
    reply: dict[str, Any] = {
        "sheets": {name: [sheet.height, sheet.width] for name, sheet in shown.items()},
        "names": book.sheet_names,
        "hidden": [name for name, (_, hidden) in found.items() if hidden and name not in shown],
    }
    if len(shown) == 1:
        name, sheet = next(iter(shown.items()))
        sizes = {"rows": sheet.height, "columns": sheet.width, "cells": sheet.height * sheet.width}
        reply |= {"sheet": name, "sizes": sizes}
        if all(size <= request[limit] for limit, size in sizes.items()):
            reply |= written(sheet)
    return reply


def sheets_with_data(
    book: python_calamine.CalamineWorkbook, wanted: str | None
) -> dict[str, tuple[python_calamine.CalamineSheet, bool]]:
    """Return the sheets that hold anything (only the wanted one where one is named), and whether they are hidden."""
    found = {}
    for entry in book.sheets_metadata:
        if wanted in (None, entry.name) and entry.typ == python_calamine.SheetTypeEnum.WorkSheet:
            sheet = book.get_sheet_by_name(entry.name)
            if sheet.height and sheet.width and sheet.start is not None:
                found[entry.name] = (sheet, entry.visible != python_calamine.SheetVisibleEnum.Visible)
    return found


def written(sheet: python_calamine.CalamineSheet) -> dict[str, Any]:
    """Write the cells to table.arrow, merged ones filled; return first and merges."""
    rows = sheet.to_python()
    start = sheet.start or (0, 0)
    merges = [moved(merge, start, len(rows), len(rows[0])) for merge in sheet.merged_cell_ranges or []]
    kept = [merge for merge in merges if merge is not None]
    for top, left, bottom, right in kept:
        value = rows[top][left]
        for row in rows[top : bottom + 1]:
            row[left : right + 1] = [value] * (right + 1 - left)
    arrays = {}
    for number, column in enumerate(zip(*rows, strict=True)):
        arrays[f"n{number}"] = pa.array([v if type(v) in (float, int) else None for v in column], pa.float64())
        arrays[f"t{number}"] = pa.array([text_of(v) for v in column], pa.large_string())
    table = pa.table(arrays)
    with pa.OSFile("table.arrow", "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table)
    return {"first": start[0], "merges": kept[:HEADER_MERGES]}


def moved(
    merge: tuple[tuple[int, int], tuple[int, int]], start: tuple[int, int], height: int, width: int
) -> tuple[int, int, int, int] | None:
    """Return a merged range in rows and columns of the data, None when it lies outside."""
    (top, left), (bottom, right) = merge
    inside = (top - start[0], left - start[1], min(bottom - start[0], height - 1), min(right - start[1], width - 1))
    outside = inside[0] < 0 or inside[1] < 0 or inside[2] < inside[0] or inside[3] < inside[1]
    return None if outside else inside


def text_of(value: object) -> str | None:
    """Return a cell that is no number as text; an empty one as None."""
    if isinstance(value, str):
        return value or None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float | int):
        return None
    return value.isoformat() if isinstance(value, datetime.date | datetime.time) else str(value)


if __name__ == "__main__":
    main()

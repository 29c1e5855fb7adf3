"""One sheet out of a child process: the choice among several, and its cells as text."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa

from gridgeo.errors import InvalidInputError
from gridgeo.sources.files.children import ask_child
from gridgeo.sources.files.grids import table_from_grid
from gridgeo.sources.files.raw import RawTable, ReadOptions
from gridgeo.sources.files.values import number_texts


def table_of_sheet(
    worker: str, path: Path, how: ReadOptions, request: Mapping[str, Any], notes: dict[str, Any]
) -> RawTable:
    """Open the one visible sheet that holds anything, or the sheet the person names.

    worker: sheet_worker or html_worker. request: what it needs besides the file, the sheet and the limits.
    Raises InvalidInputError when several sheets hold data and none is named, or the file is broken or over a limit.
    """
    limits = {name: getattr(how.limits, name) for name in ("rows", "columns", "cells")}
    wanted = {"file": str(path.resolve()), "sheet": how.sheet} | limits | dict(request)
    reply = ask_child(worker, path, wanted, how.limits)
    if reply.table is None:
        raise _no_choice(path, how, reply.values)
    values = reply.values
    notes |= {"sheet": values["sheet"], "sheets": values["names"]}
    if values["hidden"]:
        notes["hidden_sheets"] = values["hidden"]
    merges = [tuple(merge) for merge in values["merges"]]
    return table_from_grid(path, _texts(reply.table), how, notes, (merges, values["first"]))


def _texts(table: pa.Table) -> pl.DataFrame:
    """Put the numbers of each column (where it has any), as text, where it holds no text."""
    frame = pl.DataFrame(table)
    names = [name for name in frame.columns if name.startswith("t")]
    return frame.select(_filled(frame, name) for name in names)


def _filled(frame: pl.DataFrame, name: str) -> pl.Series:
    texts, numbers = frame.get_column(name), name.replace("t", "n")
    return texts.fill_null(number_texts(frame.get_column(numbers))) if numbers in frame.columns else texts


def _no_choice(path: Path, how: ReadOptions, values: dict[str, Any]) -> InvalidInputError:
    if how.sheet is not None and how.sheet not in values["names"]:
        return InvalidInputError(
            "{path} has no sheet {given}; it has: {sheets}",
            path=path.name,
            given=how.sheet,
            sheets=", ".join(values["names"]),
        )
    if values["sheets"]:
        return InvalidInputError(
            "{path} holds data in several sheets: name one with --sheet. They are: {sheets}",
            path=path.name,
            sheets=", ".join(f"{name} ({height} x {width})" for name, (height, width) in values["sheets"].items()),
        )
    return InvalidInputError("{path} holds no table: every visible sheet is empty", path=path.name)

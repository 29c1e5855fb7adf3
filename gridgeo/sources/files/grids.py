"""A sheet as rows of text becomes a table: shared by workbooks and HTML tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl

from gridgeo.errors import InvalidInputError
from gridgeo.sources.files.headers import HEAD_ROWS, Merge, head_of
from gridgeo.sources.files.limits import check_limit
from gridgeo.sources.files.raw import ROW, RawTable, ReadOptions


def table_from_grid(
    path: Path,
    grid: pl.DataFrame,
    how: ReadOptions,
    notes: dict[str, Any],
    place: tuple[Sequence[Merge], int] = ((), 0),
) -> RawTable:
    """Make the table of a sheet.

    grid: String columns, one row a row of the sheet, merged cells filled, empty ones null. place: the merged cells (in
    rows and columns of the grid), and the row of the sheet where the grid begins, from 0. A column without a name and
    without a value is none.
    Raises InvalidInputError when the sheet is empty or over a limit.
    """
    check_limit("columns", path, grid.width, how.limits)
    check_limit("rows", path, grid.height, how.limits)
    check_limit("cells", path, grid.height * grid.width, how.limits)
    top = [["" if text is None else text for text in row] for row in grid.head(HEAD_ROWS).iter_rows()]
    if not any(any(text.strip() for text in row) for row in top):
        raise InvalidInputError(
            "{path} holds no table: its first {rows} rows are empty", path=path.name, rows=HEAD_ROWS
        )
    merges, first = place
    head = head_of(top, how.header_rows, merges)
    data = grid[head.first_data :]
    used = [at for at, header in enumerate(head.headers) if header or data[:, at].null_count() < data.height]
    head = replace(head, headers=tuple(head.headers[at] for at in used))
    names = head.names()
    renamed = data.select(pl.nth(at).alias(name) for at, name in zip(used, names, strict=True))
    numbered = renamed.with_row_index(ROW, offset=first + head.first_data + 1)

    def frames(rows: int) -> Iterator[pl.DataFrame]:
        return numbered.iter_slices(rows)

    return RawTable(path, names, head.headers, notes | head.notes, how.limits, frames)

"""A table out of a child process whose columns have types, and perhaps shapes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl

from gridgeo.errors import InvalidInputError
from gridgeo.sources.files.children import Reply
from gridgeo.sources.files.limits import check_limit
from gridgeo.sources.files.raw import GEOMETRY, ROW, RawTable, ReadOptions, unique_names
from gridgeo.sources.files.values import text_column


def table_of_reply(
    path: Path, how: ReadOptions, reply: Reply, notes: dict[str, Any], shapes: tuple[str | None, str | None]
) -> RawTable:
    """Make the table of a reply.

    shapes: the column of WKB, None where there is none, and the CRS as the file says.
    Raises InvalidInputError when the child sent no table, or it is over a limit.
    """
    if reply.table is None:
        raise InvalidInputError("{path} cannot be read, it is broken: {detail}", path=path.name, detail="no table")
    geometry, crs = shapes
    table = reply.table
    given = geometry if geometry in table.column_names else None
    headers = tuple(name for name in table.column_names if name != given)
    check_limit("rows", path, table.num_rows, how.limits)
    check_limit("columns", path, len(headers), how.limits)
    names = unique_names(headers, reserved=(ROW, GEOMETRY) if given else (ROW,))

    def frames(rows: int) -> Iterator[pl.DataFrame]:
        for at in range(0, table.num_rows, rows):
            piece = pl.DataFrame(table.slice(at, rows))
            columns = [text_column(name, piece.get_column(head)) for name, head in zip(names, headers, strict=True)]
            if given is not None:
                columns.append(piece.get_column(given).alias(GEOMETRY))
            yield pl.DataFrame(columns).with_row_index(ROW, offset=at + 1)

    return RawTable(
        path, names, headers, notes | {"crs": crs}, how.limits, frames, crs=crs, has_geometry=given is not None
    )

"""Rows in PostgreSQL's binary COPY format, all at once: no loop over rows.

Format: PostgreSQL's documentation of COPY, "Binary Format": a header, for each row the number of its fields and for
each field its length (-1 for null) and its bytes, big-endian; a trailer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
import sqlalchemy as sa

HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
TRAILER = b"\xff\xff"
FIXED = {pl.Int64: ">i8", pl.Int32: ">i4", pl.Float64: ">f8", pl.Boolean: "u1"}
"""Types of columns whose fields have one width, and how they travel; texts travel as their UTF-8."""
COUNT_BYTES, LENGTH_BYTES = 2, 4

Bytes = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class _Field:
    """A column: bytes of each field (0 for null), which are null, and all the bytes one after the other."""

    widths: npt.NDArray[np.int64]
    null: npt.NDArray[np.bool_]
    body: Bytes


def fits_binary(frame: pl.DataFrame, table: sa.Table) -> bool:
    """Tell whether each column of a frame is of the very type of the store's: the binary format does not convert."""
    return all(kind == _travels_as(table.columns[name].type) for name, kind in frame.schema.items())


def _travels_as(kind: sa.types.TypeEngine[Any]) -> type[pl.DataType] | None:
    """Return the type of a frame whose columns go into a column of the store; None for those that go as text."""
    if isinstance(kind, sa.BigInteger):
        return pl.Int64
    for stored, carried in (
        (sa.Integer, pl.Int32),
        (sa.Double, pl.Float64),
        (sa.Boolean, pl.Boolean),
        (sa.Text, pl.String),
    ):
        if isinstance(kind, stored):
            return carried
    return None


def binary_rows(frame: pl.DataFrame) -> memoryview:
    """Return the rows of a frame in the binary format, without header and trailer."""
    fields = [_field(column) for column in frame.iter_columns()]
    widths = sum((field.widths + LENGTH_BYTES for field in fields), np.full(frame.height, COUNT_BYTES, dtype=np.int64))
    starts = np.cumsum(widths) - widths
    out = np.empty(int(widths.sum()), dtype=np.uint8)
    _scatter(out, starts, np.full(frame.height, len(fields), dtype=">i2"))
    at = starts + COUNT_BYTES
    for field in fields:
        _scatter(out, at, np.where(field.null, -1, field.widths).astype(">i4"))
        at += LENGTH_BYTES
        _place(out, at, field)
        at += field.widths
    return out.data


def _field(column: pl.Series) -> _Field:
    null = column.is_null().to_numpy()
    if column.dtype == pl.String:
        widths = column.str.len_bytes().fill_null(0).to_numpy().astype(np.int64)
        joined = column.fill_null("").str.join("")[0] if len(column) else ""
        return _Field(widths, null, np.frombuffer(joined.encode(), dtype=np.uint8))
    kind = np.dtype(FIXED[type(column.dtype)])
    values = column.fill_null(0).to_numpy().astype(kind)
    kept = values if not null.any() else values[~null]
    return _Field(np.where(null, 0, kind.itemsize).astype(np.int64), null, kept.view(np.uint8))


def _scatter(out: Bytes, at: npt.NDArray[np.int64], values: npt.NDArray[Any]) -> None:
    """Write one value of the same width for every row."""
    width = values.dtype.itemsize
    parts = values.view(np.uint8).reshape(-1, width)
    for byte in range(width):
        out[at + byte] = parts[:, byte]


def _place(out: Bytes, at: npt.NDArray[np.int64], field: _Field) -> None:
    """Write the bytes of a column's fields where each begins."""
    if not field.body.size:
        return
    ends = np.cumsum(field.widths)
    # Where a byte of the joined ones goes: as far from its field's beginning as there.
    shift = np.repeat(at - (ends - field.widths), field.widths)
    out[shift + np.arange(field.body.size)] = field.body

"""Tables as CSV or Parquet piece by piece, so that a large answer is never whole in memory."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import polars as pl
import pyarrow.parquet as pq

from gridgeo.maps.csv_files import formula_safe, marked
from gridgeo.maps.notes import ExportNotes

ROWS_A_PIECE = 20_000


def csv_pieces(table: pl.DataFrame, notes: ExportNotes, rows: int = ROWS_A_PIECE) -> Iterator[bytes]:
    """Yield the table as CSV, the header first: UTF-8 with a byte order mark, every row naming version and purpose.

    rows: of one piece.
    """
    for start in range(0, max(table.height, 1), rows):
        piece = formula_safe(marked(table.slice(start, rows), notes))
        yield piece.write_csv(include_header=start == 0, include_bom=start == 0).encode()


def parquet_pieces(table: pl.DataFrame, notes: ExportNotes, rows: int = ROWS_A_PIECE) -> Iterator[bytes]:
    """Yield the table as Parquet, a row group a piece; the notes stand in the metadata under ``gridgeo:<name>``."""
    facts = {f"gridgeo:{name}": value for name, value in notes.rows().items()}
    whole = table.to_arrow(compat_level=pl.CompatLevel.oldest())
    written = _Pieces()
    with pq.ParquetWriter(written, whole.schema.with_metadata(facts), compression="zstd") as writer:
        for start in range(0, max(table.height, 1), rows):
            writer.write_table(whole.slice(start, rows).replace_schema_metadata(facts))
            yield written.taken()
    yield written.taken()


class _Pieces(io.RawIOBase):
    """A file that is only written on; what was written can be taken away."""

    def __init__(self) -> None:
        super().__init__()
        self._kept = bytearray()
        self._before = 0

    def writable(self) -> bool:
        """Tell that it is there to be written."""
        return True

    def write(self, data: Any, /) -> int:  # noqa: ANN401 - anything with bytes
        """Keep the bytes until they are taken."""
        piece = bytes(data)
        self._kept += piece
        return len(piece)

    def tell(self) -> int:
        """Return how many bytes were written so far."""
        return self._before + len(self._kept)

    def taken(self) -> bytes:
        """Return what was written since the last time."""
        piece = bytes(self._kept)
        self._before += len(piece)
        self._kept.clear()
        return piece

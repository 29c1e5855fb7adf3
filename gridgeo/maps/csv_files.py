"""CSV that spreadsheets open without running anything out of it."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from gridgeo.maps.files import written
from gridgeo.maps.notes import ExportNotes
from gridgeo.maps.tables import ExportTables, plain_tables

_FORMULA_START = "^[=+\\-@\t\r\n＝＋－＠]"
"""What a spreadsheet may take for the start of a formula, full-width forms included."""


def formula_safe(table: pl.DataFrame) -> pl.DataFrame:
    """Put ``'`` before every text that a spreadsheet could run as a formula; numbers stay numbers."""
    texts = [name for name, dtype in table.schema.items() if dtype == pl.String]
    return table.with_columns(
        pl.when(pl.col(name).str.contains(_FORMULA_START)).then("'" + pl.col(name)).otherwise(name).alias(name)
        for name in texts
    )


def export_csv(tables: ExportTables, notes: ExportNotes, path: Path) -> Path:
    """Write CSV: the cells alone when the path ends in ``.csv``, else a folder with a file a table and ``about.csv``.

    UTF-8 with a byte order mark, so that spreadsheets read Chinese; every row names data version, purpose, source and
    whether it is synthetic. Returns the path.
    Raises InvalidInputError when the folder does not exist.
    """
    plain = plain_tables(tables)
    with written(path) as fresh:
        if path.suffix == ".csv":
            _write(plain["cells"], notes, fresh)
        else:
            fresh.mkdir()
            for name, table in plain.items():
                _write(table, notes, fresh / f"{name}.csv")
            facts = notes.rows()
            about = pl.DataFrame({"name": list(facts), "value": list(facts.values())})
            formula_safe(about).write_csv(fresh / "about.csv", include_bom=True)
    return path


def marked(table: pl.DataFrame, notes: ExportNotes) -> pl.DataFrame:
    """Add data version, synthetic, purpose and source to every row."""
    return table.with_columns(
        data_version=pl.lit(str(notes.version)),
        synthetic=pl.lit(notes.synthetic),
        notice=pl.lit(notes.notice),
        attribution=pl.lit(notes.attribution),
    )


def _write(table: pl.DataFrame, notes: ExportNotes, path: Path) -> None:
    formula_safe(marked(table, notes)).write_csv(path, include_bom=True)

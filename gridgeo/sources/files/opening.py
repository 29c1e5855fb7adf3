"""One door for every file from outside: its content says what it is, never its name."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from gridgeo.errors import InvalidInputError
from gridgeo.sources.files.detect import format_of
from gridgeo.sources.files.excel import table_from_xls, table_from_xlsx
from gridgeo.sources.files.gdal_formats import table_from_geopackage, table_from_shapefile
from gridgeo.sources.files.geojson import table_from_geojson
from gridgeo.sources.files.html_tables import table_from_html
from gridgeo.sources.files.limits import check_limit
from gridgeo.sources.files.osm import table_from_osm
from gridgeo.sources.files.parquet import table_from_parquet
from gridgeo.sources.files.raw import RawTable, ReadOptions
from gridgeo.sources.files.separated import table_from_separated

READERS: dict[str, Callable[[Path, ReadOptions], RawTable]] = {
    "csv": table_from_separated,
    "geojson": table_from_geojson,
    "gpkg": table_from_geopackage,
    "html": table_from_html,
    "osm": table_from_osm,
    "parquet": table_from_parquet,
    "shapefile": table_from_shapefile,
    "xls": table_from_xls,
    "xlsx": table_from_xlsx,
}


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
    return READERS[format_of(path)](path, how)

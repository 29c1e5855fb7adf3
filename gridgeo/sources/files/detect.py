"""What a file is, by its first bytes; the name of a file says nothing."""

from __future__ import annotations

import mmap
import re
from collections.abc import Callable
from pathlib import Path

from gridgeo.errors import InvalidInputError
from gridgeo.sources.files.archives import opened_archive

START_BYTES = 4_096
SQLITE, OLE, ZIP = b"SQLite format 3\0", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"PK\x03\x04"
GEOPACKAGE_IDS = (b"GPKG", b"GP10", b"GP11")
APPLICATION_ID = slice(68, 72)
PBF = b"\x0a\x09OSMHeader"
REMEDIES = {
    b"\x1f\x8b": "gzip",
    b"BZh": "bzip2",
    b"\xfd7zXZ": "xz",
    b"\x28\xb5\x2f\xfd": "zstd",
    b"7z\xbc\xaf": "7z",
    b"Rar!": "rar",
    b"%PDF": "PDF",
    b"\x89PNG": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"GIF8": "GIF",
}
"""First bytes -> the name of a format that is refused by name."""
HTML = re.compile(rb"<(?:!doctype\s{1,9}html|html|head|body|meta|table|style|div)\b", re.IGNORECASE)
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
"""The stream of a workbook that needs a password."""


def format_of(path: Path) -> str:
    """Return csv, xlsx, xls, html, geojson, gpkg, shapefile, parquet or osm.

    Raises InvalidInputError for formats that are known and not read, with the remedy.
    """
    with path.open("rb") as stream:
        start = stream.read(START_BYTES)
    for magic, name in REMEDIES.items():
        if start.startswith(magic):
            raise InvalidInputError(
                "{path} is a {given} file: unpack or save it as CSV first", path=path.name, given=name
            )
    return _binary_format(path, start) or _text_format(path, start)


def _binary_format(path: Path, start: bytes) -> str | None:
    known: tuple[tuple[bool, Callable[[], str]], ...] = (
        (start.startswith(ZIP), lambda: _zip_format(path)),
        (start.startswith(OLE), lambda: _ole_format(path)),
        (start.startswith(SQLITE), lambda: _sqlite_format(path, start)),
        (start.startswith(b"PAR1"), lambda: "parquet"),
        (start[4 : 4 + len(PBF)] == PBF, lambda: "osm"),
    )
    return next((name() for matches, name in known if matches), None)


def _zip_format(path: Path) -> str:
    with opened_archive(path) as archive:
        names = {name.lower() for name in archive.namelist()}
    if "xl/workbook.xml" in names:
        return "xlsx"
    if any(name.endswith(".shp") for name in names):
        return "shapefile"
    if any(name.endswith((".zip", ".kmz", ".7z", ".gz", ".rar")) for name in names):
        raise InvalidInputError("{path} holds another archive: unpack it first", path=path.name)
    raise InvalidInputError(
        "{path} is a zip file without a shapefile or an Excel workbook: unpack it first", path=path.name
    )


def _ole_format(path: Path) -> str:
    with path.open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as content:
        encrypted = content.find(ENCRYPTED) >= 0
    if encrypted:
        raise InvalidInputError("{path} is protected by a password: save it without one", path=path.name)
    return "xls"


def _sqlite_format(path: Path, start: bytes) -> str:
    if start[APPLICATION_ID] in GEOPACKAGE_IDS:
        return "gpkg"
    raise InvalidInputError("{path} is an SQLite database, no GeoPackage: export the table as CSV", path=path.name)


def _text_format(path: Path, start: bytes) -> str:
    text = start.removeprefix(b"\xef\xbb\xbf").lstrip()
    if text.startswith((b"{", b"[")):
        return "geojson"
    if not text.startswith(b"<"):
        return "csv"
    if re.match(rb"<(?:OGRVRT|VRTDataset|GDALTile)", text, re.IGNORECASE):
        raise InvalidInputError(
            "{path} is a virtual dataset that points to other files; only the data itself can be imported",
            path=path.name,
        )
    if HTML.search(text):
        return "html"
    raise InvalidInputError("{path} is XML: save it as .xlsx, GeoJSON or CSV", path=path.name)

"""Files made to hurt are refused with a reason; with the guard off, the same file gets through."""

from __future__ import annotations

import re
import struct
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import polars as pl
import pyogrio
import pytest
from lxml import etree

from gridgeo.errors import InvalidInputError
from gridgeo.i18n import catalogue
from gridgeo.sources.files import API_LIMITS, CLI_LIMITS, FileLimits, RawTable
from gridgeo.sources.files.children import ask_child
from gridgeo.sources.files.detect import format_of
from gridgeo.sources.files.gdal_formats import NO_NETWORK, other_drivers
from gridgeo.sources.files.limits import TOO_MUCH

MIB = 1 << 20
SHEET = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{rows}</sheetData></worksheet>'


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    path = tmp_path / "secret.csv"
    path.write_text("name,x,y\nhidden,1,2\n", encoding="utf-8")
    return path


@pytest.fixture
def vrt(secret: Path) -> bytes:
    """A virtual dataset that shows a local CSV file."""
    return (
        f'<OGRVRTDataSource><OGRVRTLayer name="secret"><SrcDataSource>{secret}</SrcDataSource>'
        '<GeometryType>wkbPoint</GeometryType><GeometryField encoding="PointFromColumns" x="x" y="y"/>'
        "</OGRVRTLayer></OGRVRTDataSource>"
    ).encode()


@pytest.fixture
def hostile_sheet(make_workbook: Callable[..., Path], tmp_path: Path) -> Callable[[bytes], Path]:
    """Put another sheet1.xml into a workbook."""

    def make(sheet: bytes) -> Path:
        good = make_workbook(S=lambda _book, sheet: sheet.write_row(0, 0, ["a", "b"]))
        path = tmp_path / "hostile.xlsx"
        with zipfile.ZipFile(good) as source, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
            for part in source.infolist():
                content = sheet if part.filename.endswith("sheet1.xml") else source.read(part)
                target.writestr(part.filename, content)
        return path

    return make


def cell(place: str, text: str = "1") -> str:
    return f'<row r="{re.sub("[A-Z]", "", place)}"><c r="{place}" t="str"><v>{text}</v></c></row>'


@pytest.mark.parametrize("name", ["a.geojson", "a.csv", "a.xls", "a.gpkg", "a.shp"])
def test_a_virtual_dataset_is_refused_under_any_name(
    name: str, vrt: bytes, make_file: Callable[..., Path], opened: Callable[..., RawTable]
) -> None:
    path = make_file(vrt, name)
    with pytest.raises(InvalidInputError, match="virtual dataset that points to other files"):
        opened(path)
    if not name.endswith((".shp", ".csv", ".gpkg")):
        assert pyogrio.read_dataframe(path)["name"].to_list() == ["hidden"]


def test_gdal_itself_cannot_open_a_virtual_dataset_in_the_child_process(vrt: bytes, tmp_path: Path) -> None:
    path = tmp_path / "data.vrt"
    path.write_bytes(vrt)
    request = {"file": str(path), "layer": None, "encoding": None, "rows": 10}
    off = other_drivers().split(",")
    with pytest.raises(InvalidInputError, match="not recognized as being in a supported file format"):
        ask_child("gdal_worker", path, request, CLI_LIMITS, NO_NETWORK | {"GDAL_SKIP": ",".join(off)})
    without_vrt = ",".join(driver for driver in off if driver != "OGR_VRT")
    with pytest.raises(InvalidInputError, match="drivers loaded that are not allowed"):
        ask_child("gdal_worker", path, request, CLI_LIMITS, NO_NETWORK | {"GDAL_SKIP": without_vrt})
    assert pyogrio.read_dataframe(path)["name"].to_list() == ["hidden"]


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ({"a.shp": b"<OGRVRTDataSource/>", "a.shx": b"x", "a.dbf": b"x"}, "its .shp file is no shapefile"),
        ({"../a.shp": b"x"}, "a path that leads out of it: ../a.shp"),
        ({"/vsicurl/a.shp": b"x"}, "a path that leads out of it: /vsicurl"),
        ({"c:\\a.shp": b"x"}, "a path that leads out of it: c:"),
        ({"a.shp": b"x", "b.zip": b"x"}, "holds another archive"),
        ({"b.zip": b"x"}, "holds another archive"),
        ({"a.txt": b"x"}, "without a shapefile or an Excel workbook"),
        ({f"{at}.shp": b"x" for at in range(1_001)}, "holds 1001 packed files, allowed are 1000"),
    ],
)
def test_archives_that_are_no_plain_shapefile_are_refused(
    parts: dict[str, bytes], said: str, make_zip: Callable[..., Path], opened: Callable[..., RawTable]
) -> None:
    with pytest.raises(InvalidInputError, match=re.escape(said)):
        opened(make_zip(parts))


def test_an_archive_packed_in_an_unusual_way_is_refused(tmp_path: Path, opened: Callable[..., RawTable]) -> None:
    with zipfile.ZipFile(tmp_path / "lzma.zip", "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("a.shp", b"x" * 100)
    with pytest.raises(InvalidInputError, match="packed in an unusual way"):
        opened(tmp_path / "lzma.zip")


def test_a_link_in_an_archive_is_refused(tmp_path: Path, opened: Callable[..., RawTable]) -> None:
    entry = zipfile.ZipInfo("a.shp")
    entry.external_attr = 0o120777 << 16
    with zipfile.ZipFile(tmp_path / "link.zip", "w") as archive:
        archive.writestr(entry, "/etc/passwd")
    with pytest.raises(InvalidInputError, match="holds a link"):
        opened(tmp_path / "link.zip")


@pytest.mark.parametrize("name", ["a.shp", "xl/workbook.xml"])
def test_a_zip_bomb_is_refused_by_its_list_of_parts(
    name: str, make_zip: Callable[..., Path], opened: Callable[..., RawTable], within: Callable[..., FileLimits]
) -> None:
    path = make_zip({name: b"\0" * (64 * MIB)})
    assert path.stat().st_size < MIB
    with pytest.raises(InvalidInputError, match="times its size, allowed is 200 times"):
        opened(path)
    with pytest.raises(InvalidInputError, match="unpacks to 67108864 bytes, allowed are 1048576"):
        opened(path, limits=within(ratio=10_000, unpacked_bytes=MIB))
    with pytest.raises(InvalidInputError, match=r"lacks \.shx|cannot be read"):
        opened(path, limits=within(ratio=10_000))


def test_an_archive_that_lies_about_its_sizes_is_refused(
    hostile_sheet: Callable[[bytes], Path], opened: Callable[..., RawTable]
) -> None:
    path = hostile_sheet(SHEET.format(rows=cell("A1", "x" * 32 * MIB)).encode())
    content = path.read_bytes()
    size = next(part.file_size for part in zipfile.ZipFile(path).infolist() if part.file_size > 32 * MIB)
    path.write_bytes(content.replace(struct.pack("<I", size), struct.pack("<I", 1_000)))
    assert sum(part.file_size for part in zipfile.ZipFile(path).infolist()) < MIB
    with pytest.raises(InvalidInputError, match="broken zip file"):
        opened(path)


def test_two_cells_at_the_ends_of_a_sheet_do_not_take_the_memory(
    hostile_sheet: Callable[[bytes], Path], opened: Callable[..., RawTable], within: Callable[..., FileLimits]
) -> None:
    ends = hostile_sheet(SHEET.format(rows=cell("A1") + cell("XFD1048576")).encode())
    with pytest.raises(InvalidInputError, match="more than 2147483648 bytes of memory"):
        opened(ends)
    smaller = hostile_sheet(SHEET.format(rows=cell("A1") + cell("ALL30000")).encode())
    tight = within(memory_bytes=600 * MIB)
    with pytest.raises(InvalidInputError, match="more than 629145600 bytes of memory"):
        opened(smaller, limits=tight)
    with pytest.raises(InvalidInputError, match="table cells, allowed are 20000000"):
        opened(smaller, limits=replace(tight, memory_bytes=CLI_LIMITS.memory_bytes))


def test_reading_in_a_child_process_ends_with_its_time(
    make_workbook: Callable[..., Path], opened: Callable[..., RawTable], within: Callable[..., FileLimits]
) -> None:
    path = make_workbook(S=lambda _book, sheet: sheet.write_row(0, 0, ["a", "b"]))
    with pytest.raises(InvalidInputError, match="not read within 0 seconds"):
        opened(path, limits=within(seconds=0))
    assert opened(path, limits=within(seconds=60)).columns == ("a", "b")


def test_a_child_process_writes_no_more_than_is_allowed(
    make_file: Callable[..., Path], opened: Callable[..., RawTable], within: Callable[..., FileLimits]
) -> None:
    path = make_file("<table><tr><td>a<tr><td>" + "x" * 100_000 + "</table>", "a.xls")
    with pytest.raises(InvalidInputError, match=r"allowed are 50000$"):
        opened(path, limits=within(unpacked_bytes=50_000))
    assert opened(path, limits=within(unpacked_bytes=200_000)).columns == ("a",)


def test_an_entity_of_an_html_page_reads_no_file(
    secret: Path, make_file: Callable[..., Path], frame_of: Callable[..., pl.DataFrame]
) -> None:
    body = "<table><tr><td>a</td></tr><tr><td>&spy;</td></tr></table>"
    page = f'<!DOCTYPE html [<!ENTITY spy SYSTEM "{secret}">]>{body}'
    frame = frame_of(make_file(page, "a.xls"))
    assert "hidden" not in str(frame.rows())
    document = page.replace("DOCTYPE html", "DOCTYPE table").encode()
    careless = etree.fromstring(document, etree.XMLParser(resolve_entities=True, load_dtd=True))
    assert "hidden" in "".join(map(str, careless.itertext()))


def test_merged_cells_of_an_html_page_do_not_take_the_memory(
    make_file: Callable[..., Path], opened: Callable[..., RawTable], within: Callable[..., FileLimits]
) -> None:
    rows = "<tr><td colspan=1000 rowspan=999999>x" + "<tr><td>1" * 4_000
    path = make_file(f"<table>{rows}</table>", "a.xls")
    with pytest.raises(InvalidInputError, match="4001000 table cells, allowed are 1000000"):
        opened(path, limits=within(cells=1_000_000, columns=10_000))
    with pytest.raises(InvalidInputError, match="at least 1001 columns"):
        opened(path)
    assert len(opened(path, limits=within(columns=10_000)).columns) > 1_000


@pytest.mark.parametrize("bracket", [b"[", b'{"a":'])
def test_depth_is_counted_before_parsing(
    bracket: bytes, make_file: Callable[..., Path], opened: Callable[..., RawTable], within: Callable[..., FileLimits]
) -> None:
    start, end = b'{"type":"Feature","geometry":null,"properties":{"x":', b"}}"
    deep = make_file(start + bracket * 2_000_000)
    with pytest.raises(InvalidInputError, match="nested 2000002 levels deep, allowed are 16"):
        opened(deep)
    closing = b"]" if bracket == b"[" else b"}"
    inner = b"" if bracket == b"[" else b"1"
    deep = make_file(start + bracket * 200 + inner + closing * 200 + end)
    with pytest.raises(InvalidInputError, match="nested 202 levels deep"):
        opened(deep)
    assert opened(deep, limits=within(depth=202)).columns == ("x",)


def test_a_geojson_of_new_names_in_every_feature_is_refused(
    make_file: Callable[..., Path], opened: Callable[..., RawTable], within: Callable[..., FileLimits]
) -> None:
    features = [{"type": "Feature", "geometry": None, "properties": {str(at): 1}} for at in range(1_001)]
    path = make_file(orjson.dumps({"type": "FeatureCollection", "features": features}))
    with pytest.raises(InvalidInputError, match="at least 1001 columns, allowed are 1000"):
        opened(path)
    with pytest.raises(InvalidInputError, match="1002001 table cells, allowed are 1000000"):
        opened(path, limits=within(columns=2_000, cells=1_000_000))
    assert len(opened(path, limits=within(columns=1_001)).columns) == 1_001


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\x1f\x8b\x08\0", "gzip file: unpack"),
        (b"BZh9", "bzip2"),
        (b"%PDF-1.7", "PDF"),
        (b"SQLite format 3\0" + b"\0" * 100, "no GeoPackage"),
        (b"<?xml version='1.0'?><kml/>", "is XML"),
        (b"PK\x03\x04 no zip", "broken zip"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "protected by a password"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\xff" * 4_096, "broken"),
        (b"SQLite format 3\0" + b"\0" * 52 + b"GPKG" + b"\0" * 4_096, "broken"),
        (b"\0\0\0\x0d\x0a\x09OSMHeader\x18\xff\xff\xff\x0f", "cannot be read as an OpenStreetMap"),
    ],
)
def test_other_formats_are_refused_by_name(
    content: bytes, said: str, make_file: Callable[..., Path], opened: Callable[..., RawTable]
) -> None:
    with pytest.raises(InvalidInputError, match=said):
        opened(make_file(content), layer="roads")


def test_a_formula_in_a_text_stays_text(make_rows: Callable[..., Path], frame_of: Callable[..., pl.DataFrame]) -> None:
    formula = "=cmd|' /C calc'!A0"
    assert frame_of(make_rows([["a", "b"], [formula, "+1"]])).rows() == [(2, formula, "+1")]


def test_files_larger_than_their_format_allows_are_refused_before_they_are_read(
    make_file: Callable[..., Path], opened: Callable[..., RawTable], within: Callable[..., FileLimits]
) -> None:
    path = make_file('{"type":"FeatureCollection","features":[]}')
    with pytest.raises(InvalidInputError, match="has 42 bytes, allowed are 41 for this format"):
        opened(path, limits=within(whole_bytes=41))
    assert opened(path, limits=within(whole_bytes=42)).columns == ()


@pytest.mark.parametrize("limit", TOO_MUCH)
def test_every_limit_has_its_message_in_both_languages(limit: str) -> None:
    assert TOO_MUCH[limit] in catalogue()
    assert "{allowed}" in TOO_MUCH[limit]


def test_no_upload_is_allowed_more_than_the_command_line() -> None:
    pairs: list[tuple[Any, Any]] = [(getattr(API_LIMITS, name), getattr(CLI_LIMITS, name)) for name in TOO_MUCH]
    assert all(upload <= command for upload, command in pairs)
    assert set(TOO_MUCH) == set(vars(API_LIMITS))


def test_a_name_says_nothing_about_the_format(make_file: Callable[..., Path]) -> None:
    assert format_of(make_file("a,b\n1,2\n", "x.xlsx")) == "csv"
    assert format_of(make_file('{"type":"Point","coordinates":[1,2]}', "x.csv")) == "geojson"
    assert format_of(make_file("<table></table>", "x.parquet")) == "html"

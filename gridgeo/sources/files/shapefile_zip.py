"""A shapefile out of a zip: unpacked by us under names of our own, its texts decoded by a declared encoding only."""

from __future__ import annotations

import re
import shutil
import stat
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from gridgeo.errors import InvalidInputError
from gridgeo.sources.files.archives import checked_archive, opened_archive
from gridgeo.sources.files.encodings import check_decodes, encoding_named
from gridgeo.sources.files.raw import ReadOptions

NEEDED, TAKEN = (".shp", ".shx", ".dbf"), (".shp", ".shx", ".dbf", ".prj", ".cpg")
ARCHIVES = (".zip", ".kmz", ".gz", ".7z", ".rar", ".tar")
SHAPE_MAGIC = b"\x00\x00\x27\x0a"
LANGUAGE_BYTE, HEADER_BYTES, RECORD_BYTES = 29, slice(8, 10), slice(10, 12)
LANGUAGES = {
    0x03: "cp1252", 0x13: "cp932", 0x4D: "gbk", 0x4E: "cp949", 0x4F: "cp950", 0x57: "cp1252", 0x58: "cp1252",
    0x59: "cp1252", 0x78: "cp950", 0x79: "cp949", 0x7A: "gbk", 0x7B: "cp932", 0xC8: "cp1250", 0xC9: "cp1251",
    0xCA: "cp1254", 0xCB: "cp1253",
}  # fmt: skip
"""Language driver of a .dbf -> encoding (dBASE's table)."""


@dataclass(frozen=True)
class Shapefile:
    """A shapefile that lies unpacked in a folder of ours."""

    file: Path
    name: str
    encoding: str
    ignored: tuple[str, ...]


def unpacked_shapefile(path: Path, how: ReadOptions, folder: Path) -> Shapefile:
    """Unpack the one shapefile of the archive, or the one named by ``how.layer``, as layer.shp and its companions.

    Raises InvalidInputError when the archive is over a limit, holds paths that lead out, links or archives, or the
    shapefile lacks a part, is none, or its texts do not decode.
    """
    parts = [part for part in checked_archive(path, how.limits) if not part.is_dir()]
    _check_names(path, parts)
    stem = _chosen_stem(path, parts, how.layer)
    mine = {PurePosixPath(part.filename).suffix.lower(): part for part in parts if _stem(part) == stem}
    missing = [suffix for suffix in NEEDED if suffix not in mine]
    if missing:
        raise InvalidInputError(
            "{path}: the shapefile {name} lacks {missing}", path=path.name, name=stem, missing=", ".join(missing)
        )
    taken = {suffix: part for suffix, part in mine.items() if suffix in TAKEN}
    _unpack(path, taken, folder)
    _check_shape(path, folder / "layer.shp")
    ignored = [part.filename for part in parts if part not in taken.values()]
    return Shapefile(folder / "layer.shp", PurePosixPath(stem).name, _encoding(path, how, folder), tuple(ignored[:10]))


def _stem(part: zipfile.ZipInfo) -> str:
    return str(PurePosixPath(part.filename).with_suffix(""))


def _check_names(path: Path, parts: Sequence[zipfile.ZipInfo]) -> None:
    for part in parts:
        name = part.filename.replace("\\", "/")
        if name.startswith("/") or ":" in name or ".." in PurePosixPath(name).parts:
            raise InvalidInputError("{path} holds a path that leads out of it: {name}", path=path.name, name=name[:80])
        if stat.S_ISLNK(part.external_attr >> 16):
            raise InvalidInputError("{path} holds a link, not a file: {name}", path=path.name, name=name[:80])
        if name.lower().endswith(ARCHIVES):
            raise InvalidInputError("{path} holds another archive: unpack it first", path=path.name)


def _chosen_stem(path: Path, parts: Sequence[zipfile.ZipInfo], wanted: str | None) -> str:
    stems = [_stem(part) for part in parts if part.filename.lower().endswith(".shp")]
    chosen = [stem for stem in stems if wanted in (None, stem, PurePosixPath(stem).name)]
    if len(chosen) == 1:
        return chosen[0]
    raise InvalidInputError(
        "{path} has several layers or not the one you name: name one with --layer. They are: {layers}",
        path=path.name,
        layers=", ".join(stems),
    )


def _unpack(path: Path, taken: dict[str, zipfile.ZipInfo], folder: Path) -> None:
    with opened_archive(path) as archive:
        for suffix, part in taken.items():
            with archive.open(part) as source, (folder / f"layer{suffix}").open("wb") as target:
                shutil.copyfileobj(source, target)


def _check_shape(path: Path, file: Path) -> None:
    with file.open("rb") as stream:
        if stream.read(len(SHAPE_MAGIC)) != SHAPE_MAGIC:
            raise InvalidInputError("{path}: its .shp file is no shapefile", path=path.name)


def _encoding(path: Path, how: ReadOptions, folder: Path) -> str:
    """Return the encoding of the texts; all of them are decoded once, strictly."""
    table, page = folder / "layer.dbf", folder / "layer.cpg"
    with table.open("rb") as stream:
        header = stream.read(32)
    if len(header) < RECORD_BYTES.stop:
        raise InvalidInputError("{path} cannot be read, it is broken: {detail}", path=path.name, detail=".dbf")
    said = _code_page(page) if page.is_file() else LANGUAGES.get(header[LANGUAGE_BYTE])
    encoding = encoding_named(how.encoding or said or "utf-8").removesuffix("-sig")
    start, record = (int.from_bytes(header[place], "little") for place in (HEADER_BYTES, RECORD_BYTES))
    check_decodes(table, encoding, declared=how.encoding or said, start=start, line_bytes=max(record, 1), shown=path)
    return encoding


def _code_page(file: Path) -> str | None:
    """Return the encoding a .cpg file names: UTF-8, GBK, 936, ANSI 1252, and the like."""
    with file.open("rb") as stream:
        text = stream.read(64).decode("ascii", errors="ignore").strip().lower()
    number = re.fullmatch(r"(?:ansi|oem|cp|windows)?[ _-]?(\d{3,5})", text)
    if number is None:
        return text or None
    return {"65001": "utf-8", "54936": "gb18030", "936": "gbk"}.get(number[1], f"cp{number[1]}")

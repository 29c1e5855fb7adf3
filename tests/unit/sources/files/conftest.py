"""Small helpers: files of bytes or rows, tables read back as rows, and tight limits."""

from __future__ import annotations

import csv
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import xlsxwriter

from gridgeo.sources.files import API_LIMITS, FileLimits, RawTable, ReadOptions, open_table

Rows = list[tuple[Any, ...]]
MakeFile = Callable[..., Path]


@pytest.fixture
def make_file(tmp_path: Path) -> MakeFile:
    """Write bytes (or text as UTF-8) to a file of this name."""

    def make(content: bytes | str, name: str = "made.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return make


@pytest.fixture
def make_rows(tmp_path: Path) -> MakeFile:
    """Write rows with the csv module."""

    def make(rows: Sequence[Sequence[str]], encoding: str = "utf-8", **dialect: Any) -> Path:
        path = tmp_path / "rows.csv"
        with path.open("w", encoding=encoding, newline="") as stream:
            csv.writer(stream, **dialect).writerows(rows)
        return path

    return make


@pytest.fixture
def make_workbook(tmp_path: Path) -> MakeFile:
    """Write an .xlsx file: sheet name -> function that fills the worksheet (given workbook and worksheet)."""

    def make(name: str = "made.xlsx", **sheets: Callable[[Any, Any], None]) -> Path:
        path = tmp_path / name
        with xlsxwriter.Workbook(str(path)) as book:
            for title, fill in sheets.items():
                fill(book, book.add_worksheet(title))
        return path

    return make


@pytest.fixture
def make_zip(tmp_path: Path) -> MakeFile:
    """Write a zip file: name -> content."""

    def make(parts: dict[str, bytes], name: str = "made.zip") -> Path:
        path = tmp_path / name
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for part, content in parts.items():
                archive.writestr(part, content)
        return path

    return make


@pytest.fixture(scope="session")
def opened() -> Callable[..., RawTable]:
    """Open a file with the limits of an upload; other options by name."""

    def read(path: Path, limits: FileLimits = API_LIMITS, **options: Any) -> RawTable:
        return open_table(path, ReadOptions(limits=limits, **options))

    return read


@pytest.fixture(scope="session")
def frame_of() -> Callable[..., pl.DataFrame]:
    """All batches of a file as one frame, its `row` included."""

    def read(path: Path, limits: FileLimits = API_LIMITS, rows: int = 50_000, **options: Any) -> pl.DataFrame:
        table = open_table(path, ReadOptions(limits=limits, **options))
        schema = {"row": pl.UInt32} | dict.fromkeys(table.columns, pl.String)
        schema |= {"geometry": pl.Binary} if table.has_geometry else {}
        return pl.concat([pl.DataFrame(schema=schema), *table.batches(rows)])

    return read


@pytest.fixture(scope="session")
def within() -> Callable[..., FileLimits]:
    """The limits of an upload with some of them changed."""
    return lambda **changed: replace(API_LIMITS, **changed)

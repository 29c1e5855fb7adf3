"""What every reader hands on: the columns of a file as text, in batches, with notes for the person who imports it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from gridgeo.sources.files.limits import CLI_LIMITS, FileLimits, check_limit, over_limit

BATCH_ROWS = 50_000
ROW, GEOMETRY = "row", "geometry"


@dataclass(frozen=True)
class ReadOptions:
    """What the person declares about a file; None leaves it to the reader, which says in the notes what it took.

    encoding: of text files; without it UTF-8, strictly. separator: one character of a CSV file. sheet: of a workbook.
    header_rows: rows of names above the data, 1 or 2. layer: of a file with several (GeoPackage), or the kind of
    object of an OpenStreetMap extract: boundaries, roads, merchants, addresses, buildings. meant_as: what the file is
    imported as, which names the layer of an extract where nobody does.
    """

    encoding: str | None = None
    separator: str | None = None
    sheet: str | None = None
    header_rows: int | None = None
    layer: str | None = None
    meant_as: str | None = None
    limits: FileLimits = CLI_LIMITS


@dataclass(frozen=True)
class RawTable:
    """A file as columns of text.

    columns: unique names, in the order of the file. headers: the same columns as the file itself writes them (differs
    from `columns` where a name is empty, comes twice, or is `row`). crs: as the file itself says ("EPSG:4326" or WKT),
    None where it says nothing. notes: what was found and taken, plain JSON values: format, and where they apply
    encoding, separator, sheet, sheets, header_rows, title, unit, layer, crs, empty_rows and others.
    """

    path: Path
    columns: tuple[str, ...]
    headers: tuple[str, ...]
    notes: dict[str, Any]
    limits: FileLimits
    frames: Callable[[int], Iterator[pl.DataFrame]] = field(repr=False)
    crs: str | None = None
    has_geometry: bool = False

    def batches(self, rows: int = BATCH_ROWS) -> Iterator[pl.DataFrame]:
        """Return the records in pieces of at most `rows`: `row`, the columns, and `geometry` where there are shapes.

        row: UInt32, the number of the record as a spreadsheet counts it (the first line is 1) or, in formats without
        lines, from 1. The columns are String, stripped, empty ones null. geometry: Binary, WKB in the file's own CRS.
        Records of a table without shapes that hold no value at all are left out and counted in ``notes["empty_rows"]``.
        Raises InvalidInputError when the file turns out to be broken or over a limit on the way.
        """
        empty, seen, spent_s = 0, 0, 0.0
        source = iter(self.frames(rows))
        while True:
            start = time.monotonic()
            frame = next(source, None)
            spent_s += time.monotonic() - start
            if frame is None:
                break
            seen += frame.height
            self._check(seen, spent_s)
            kept = self._cleaned(frame)
            empty += frame.height - kept.height
            if kept.height:
                yield kept
        if empty:
            self.notes["empty_rows"] = empty

    def _check(self, seen: int, spent_s: float) -> None:
        check_limit("rows", self.path, seen, self.limits)
        check_limit("cells", self.path, seen * len(self.columns), self.limits)
        if spent_s > self.limits.seconds:
            raise over_limit("seconds", self.path, spent_s, self.limits)

    def _cleaned(self, frame: pl.DataFrame) -> pl.DataFrame:
        texts = [pl.col(name).str.strip_chars().replace("", None) for name in self.columns]
        shapes = [pl.col(GEOMETRY)] if self.has_geometry else []
        clean = frame.select(pl.col(ROW).cast(pl.UInt32), *texts, *shapes)
        return clean if self.has_geometry else clean.filter(pl.any_horizontal(pl.exclude(ROW).is_not_null()))


def unique_names(headers: Sequence[str], *, reserved: Sequence[str] = (ROW,)) -> tuple[str, ...]:
    """Return names for the columns: stripped, never empty (column_3), never twice (name_2), never a reserved one."""
    taken = set(reserved)
    names = []
    for number, header in enumerate(headers, start=1):
        base = header.strip() or f"column_{number}"
        name, again = base, 1
        while name in taken:
            again += 1
            name = f"{base}_{again}"
        taken.add(name)
        names.append(name)
    return tuple(names)

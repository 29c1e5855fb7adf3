"""CSV and its relatives: the separator is found and shown, records stream through Arrow's parser."""

from __future__ import annotations

import csv
import io
import itertools
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl
import pyarrow as pa
from pyarrow import csv as arrow_csv

from gridgeo.errors import InvalidInputError
from gridgeo.sources.files.encodings import checked_encoding, encoding_named
from gridgeo.sources.files.headers import HEAD_ROWS, head_of
from gridgeo.sources.files.limits import check_limit
from gridgeo.sources.files.raw import ROW, RawTable, ReadOptions

SEPARATORS = (",", ";", "\t", "|")
SHOWN = {"\t": "tab"}
HEAD_CHARS = 1 << 20
BLOCK_BYTES = 4 << 20
SNIFFED_RECORDS = 50


@dataclass(frozen=True)
class _Layout:
    """How the records of one file are taken: skipped counts the records above the data."""

    path: Path
    encoding: str
    separator: str
    names: tuple[str, ...]
    skipped: int


def table_from_separated(path: Path, how: ReadOptions) -> RawTable:
    """Open a CSV file.

    Raises InvalidInputError when the encoding is another, the text holds a NUL, the header is empty or too wide, or
    (while batches are read) a record has another number of fields than the header.
    """
    text, whole = _head_text(path, how.encoding)
    separator, records = _records(path, text, how, whole=whole)
    encoding = checked_encoding(path, how.encoding)
    width = max(map(len, records))
    head = head_of([record + [""] * (width - len(record)) for record in records], how.header_rows)
    own_width = len(records[min(head.first_data, len(records)) - 1])
    head = replace(head, headers=head.headers[:own_width])
    layout = _Layout(path, encoding, separator, head.names(), head.first_data)
    only_header = whole and len(records) <= head.first_data
    notes = {"format": "csv", "encoding": encoding.removesuffix("-sig"), "separator": SHOWN.get(separator, separator)}

    def frames(rows: int) -> Iterator[pl.DataFrame]:
        return iter(()) if only_header else _frames(layout, rows)

    return RawTable(path, layout.names, head.headers, notes | head.notes, how.limits, frames)


def _head_text(path: Path, declared: str | None) -> tuple[str, bool]:
    """Return the start of the file as text, and whether that is all of it; the strict decoding comes later."""
    encoding = encoding_named(declared) if declared else "utf-8-sig"
    with path.open("rb") as stream:
        raw = stream.read(HEAD_CHARS)
        return raw.decode(encoding, errors="replace").replace("\0", "�"), not stream.read(1)


def _records(path: Path, text: str, how: ReadOptions, *, whole: bool) -> tuple[str, list[list[str]]]:
    """Return the separator and the first records, none of them cut by the end of the text."""
    if how.separator is not None and (len(how.separator) != 1 or how.separator in '"\r\n'):
        raise InvalidInputError("a separator is one character other than a quote, got {given}", given=how.separator)
    choices = SEPARATORS if how.separator is None else (how.separator,)
    parsed = {separator: _parsed(text, separator, whole=whole) for separator in choices}
    separator = max(choices, key=lambda one: _regularity(parsed[one][0]))
    records, cut = parsed[separator]
    check_limit("columns", path, max(map(len, [*records, cut]), default=0), how.limits)
    if not any(any(field.strip() for field in record) for record in records):
        raise InvalidInputError(
            "{path} has no header: it is empty, or its first line is longer than {allowed} characters",
            path=path.name,
            allowed=HEAD_CHARS,
        )
    return separator, records[:HEAD_ROWS]


def _parsed(text: str, separator: str, *, whole: bool) -> tuple[list[list[str]], list[str]]:
    """Return the first records and the one that the end of the text cut (empty when there is none)."""
    records: list[list[str]] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        records.extend(itertools.islice(reader, SNIFFED_RECORDS))
    except csv.Error:
        # A field longer than the csv module takes, such as a shape as text: Arrow's parser will see to it.
        return records, []
    if whole or len(records) == SNIFFED_RECORDS:
        return records, []
    return records[:-1], records[-1] if records else []


def _regularity(records: Sequence[Sequence[str]]) -> tuple[bool, float, int]:
    """Return how well a separator explains the records: any fields at all, the share of the usual width, the width."""
    widths = Counter(len(record) for record in records if record)
    if not widths:
        return False, 0.0, 0
    width, count = max(widths.items(), key=lambda item: (item[1], item[0]))
    return width > 1, count / widths.total(), width


def _frames(layout: _Layout, rows: int) -> Iterator[pl.DataFrame]:
    """Stream the records; those of one batch fit a block."""
    wrong: list[arrow_csv.InvalidRow] = []

    def refuse(row: arrow_csv.InvalidRow) -> str:
        wrong.append(row)
        return "error"

    at = layout.skipped + 1
    try:
        for batch in _arrow_batches(layout, refuse):
            frame = pl.DataFrame(pa.Table.from_batches([batch]))
            for piece in frame.iter_slices(rows):
                yield piece.with_columns(pl.int_range(at, at + piece.height, dtype=pl.UInt32).alias(ROW))
                at += piece.height
    except (pa.ArrowInvalid, pa.ArrowCapacityError) as error:
        raise _broken(layout, wrong, str(error)) from error


def _arrow_batches(layout: _Layout, refuse: object) -> Iterator[pa.RecordBatch]:
    reading = arrow_csv.ReadOptions(
        block_size=BLOCK_BYTES,
        use_threads=False,  # the number of a wrong record is known to one thread only
        column_names=layout.names,
        skip_rows_after_names=layout.skipped,
        encoding="utf8" if layout.encoding == "utf-8-sig" else layout.encoding,
    )
    parsing = arrow_csv.ParseOptions(
        delimiter=layout.separator,
        newlines_in_values=True,
        ignore_empty_lines=False,
        invalid_row_handler=refuse,
    )
    texts = dict.fromkeys(layout.names, pa.large_string())
    converting = arrow_csv.ConvertOptions(column_types=texts, strings_can_be_null=False)
    yield from arrow_csv.open_csv(layout.path, reading, parsing, converting)


def _broken(layout: _Layout, wrong: Sequence[arrow_csv.InvalidRow], detail: str) -> InvalidInputError:
    if not wrong and "straddling" in detail:
        return InvalidInputError(
            "{path} has a quote that is never closed, or a record longer than {allowed} bytes",
            path=layout.path.name,
            allowed=BLOCK_BYTES,
        )
    if not wrong:
        return InvalidInputError(
            "{path} is not a readable CSV file: {detail}", path=layout.path.name, detail=detail.splitlines()[0]
        )
    row = wrong[0]
    return InvalidInputError(
        "{path} row {row} has {given} fields, the header has {allowed}: {text}. Put quotes around fields that hold the "
        "separator {separator}, close every quote, or name another --separator",
        path=layout.path.name,
        row=row.number,
        given=row.actual_columns,
        allowed=row.expected_columns,
        text=row.text[:80],
        separator=SHOWN.get(layout.separator, layout.separator),
    )

"""CSV files as columns of text: decoded whole and strictly before a row is taken."""

from __future__ import annotations

import codecs
from collections.abc import Sequence
from pathlib import Path

import polars as pl

from gridgeo.errors import InvalidInputError

CHUNK_BYTES = 1 << 20


def text_columns(path: Path, required: Sequence[str], optional: Sequence[str] = ()) -> pl.DataFrame:
    """Return the columns as String, empty fields as null, and `row`: the line of the record (the header is row 1).

    A row number counts records; a field with a line break inside makes later lines of the file larger than it.
    Raises InvalidInputError when the file is missing, not UTF-8, not CSV, or its header lacks or adds columns.
    """
    _check_utf8(path)
    try:
        scan = pl.scan_csv(path, infer_schema=False, encoding="utf8")
        names = scan.collect_schema().names()
        frame = scan.collect(engine="streaming")
    except pl.exceptions.PolarsError as error:
        raise InvalidInputError(
            "{path} is not a readable CSV file: {detail}", path=path, detail=str(error).splitlines()[0]
        ) from error
    missing = [name for name in required if name not in names]
    unknown = [name for name in names if name not in (*required, *optional)]
    if missing or unknown:
        raise InvalidInputError(
            "{path}: missing columns {missing}, unknown columns {unknown}",
            path=path,
            missing=", ".join(missing) or "-",
            unknown=", ".join(unknown) or "-",
        )
    absent = [pl.lit(None, pl.String).alias(name) for name in optional if name not in names]
    stripped = frame.with_columns(absent).select(
        pl.col(name).str.strip_chars().replace("", None) for name in (*required, *optional)
    )
    return stripped.with_row_index("row", offset=2)


def _check_utf8(path: Path) -> None:
    """Decode the whole file; a byte order mark is fine."""
    if not path.is_file():
        raise InvalidInputError("no such file: {path}", path=path)
    decoder = codecs.getincrementaldecoder("utf-8")("strict")
    done = 0
    with path.open("rb") as stream:
        while chunk := stream.read(CHUNK_BYTES):
            try:
                decoder.decode(chunk)
            except UnicodeDecodeError as error:
                raise InvalidInputError(
                    "{path} is not UTF-8 near byte {position}", path=path, position=done + error.start
                ) from error
            done += len(chunk)
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        raise InvalidInputError("{path} is not UTF-8 near byte {position}", path=path, position=done) from error

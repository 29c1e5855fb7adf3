"""Text files are decoded whole and strictly before a row is taken; no encoding is ever guessed, one may be proposed."""

from __future__ import annotations

import codecs
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

from gridgeo.errors import InvalidInputError

CHUNK_BYTES = 1 << 20
PROPOSED = "gb18030"
SHOWN_LINES, SHOWN_CHARS = 3, 60
KNOWN = frozenset(
    codecs.lookup(name).name
    for name in (
        "utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "ascii", "gb18030", "gbk", "gb2312", "big5",
        "big5hkscs", "cp950", "shift_jis", "cp932", "euc_jp", "euc_kr", "cp949", "latin-1", "koi8_r", "koi8_u",
        *(f"cp{page}" for page in (437, 850, 852, 866, 874, *range(1250, 1259))),
        *(f"iso8859_{part}" for part in (2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 14, 15, 16)),
    )
)  # fmt: skip
"""Encodings of text; codecs that unpack or run anything else are not among them."""


def encoding_named(name: str) -> str:
    """Return Python's name of an encoding the person declared.

    Raises InvalidInputError when it is none of the known text encodings.
    """
    try:
        found = codecs.lookup(name).name
    except (LookupError, ValueError):
        found = ""
    if found not in KNOWN:
        raise InvalidInputError(
            "no encoding {given}: try utf-8, gb18030, big5, utf-16 or windows-1252 (--encoding)", given=name[:40]
        )
    return "utf-8-sig" if found == "utf-8" else found


def checked_encoding(path: Path, declared: str | None) -> str:
    """Decode the whole file in pieces and return its encoding: the declared one, else UTF-8.

    Raises InvalidInputError when a byte does not decode (with three lines as GB 18030 would read them, for the person
    to judge) or the text holds a NUL.
    """
    encoding = encoding_named(declared) if declared else "utf-8-sig"
    position = 0
    try:
        for text in decoded_pieces(path, encoding):
            if "\0" in text:
                raise InvalidInputError(
                    "{path} holds a NUL byte near character {position}: it is no text file, or its encoding is another",
                    path=path.name,
                    position=position + text.index("\0"),
                )
            position += len(text)
    except UnicodeDecodeError as error:
        if not declared:
            _check_mark(path)
        raise _undecodable(path, declared, _proposal(path)) from error
    return encoding


def check_decodes(path: Path, encoding: str, *, declared: str | None, start: int, line_bytes: int, shown: Path) -> None:
    """Decode a binary table from byte `start` on; `line_bytes` is the length of its records, `shown` the file to name.

    Raises InvalidInputError when a byte does not decode, as `checked_encoding` does.
    """
    try:
        for _ in decoded_pieces(path, encoding, start):
            pass
    except UnicodeDecodeError as error:
        raise _undecodable(shown, declared, _proposal(path, start, line_bytes)) from error


def decoded_pieces(path: Path, encoding: str, start: int = 0) -> Iterator[str]:
    """Return the text of the file in pieces of about one MiB; raises UnicodeDecodeError at the first wrong byte."""
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    with path.open("rb") as stream:
        stream.seek(start)
        while chunk := stream.read(CHUNK_BYTES):
            yield decoder.decode(chunk)
    yield decoder.decode(b"", final=True)


def _undecodable(path: Path, declared: str | None, lines: Sequence[str]) -> InvalidInputError:
    if declared:
        return InvalidInputError(
            "{path} does not decode as {encoding}: name its true encoding with --encoding",
            path=path.name,
            encoding=declared,
        )
    if not lines:
        return InvalidInputError("{path} is not UTF-8: name its encoding with --encoding", path=path.name)
    return InvalidInputError(
        "{path} is not UTF-8. If these lines read well, add --encoding {proposed}: {lines}",
        path=path.name,
        proposed=PROPOSED,
        lines=" / ".join(lines),
    )


def _check_mark(path: Path) -> None:
    """Name UTF-16 where the byte order mark says so."""
    with path.open("rb") as stream:
        if stream.read(2) in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
            raise InvalidInputError("{path} is UTF-16, not UTF-8: add --encoding utf-16", path=path.name)


def _proposal(path: Path, start: int = 0, line_bytes: int | None = None) -> list[str]:
    """Return the first lines with other than ASCII as GB 18030 reads them; none when they do not decode."""
    shown: list[str] = []
    with path.open("rb") as stream:
        stream.seek(start)
        while len(shown) < SHOWN_LINES and (line := _line(stream, line_bytes)):
            try:
                text = line.decode(PROPOSED)
            except UnicodeDecodeError:
                return []
            if not text.isascii():
                shown.append(" ".join(text.split())[:SHOWN_CHARS])
    return shown


def _line(stream: BinaryIO, length: int | None) -> bytes:
    return stream.readline(CHUNK_BYTES) if length is None else stream.read(length)

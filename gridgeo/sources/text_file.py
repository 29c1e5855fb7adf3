"""A small text file that a user names, read whole."""

from __future__ import annotations

from pathlib import Path

from gridgeo.errors import InvalidInputError


def text_of_file(path: Path, most_bytes: int) -> str:
    """Return the text of a UTF-8 file, without a byte order mark.

    Raises InvalidInputError when there is no such file, it is larger than most_bytes, or it is not UTF-8.
    """
    if not path.is_file():
        raise InvalidInputError("no such file: {path}", path=path)
    if path.stat().st_size > most_bytes:
        raise InvalidInputError("{path} is larger than {allowed} MiB", path=path, allowed=most_bytes // 2**20)
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidInputError("{path} is not UTF-8 text: save it as UTF-8", path=path) from error

"""Archives are judged by their list of parts before anything is unpacked."""

from __future__ import annotations

import contextlib
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from gridgeo.errors import InvalidInputError
from gridgeo.sources.files.limits import FileLimits, check_limit

SMALL_BYTES = 1 << 20
"""Up to here the ratio does not matter: a short text of blanks packs a thousand times."""
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    ValueError,
    NotImplementedError,
    RuntimeError,
    OSError,
    EOFError,
)


@contextlib.contextmanager
def opened_archive(path: Path) -> Iterator[zipfile.ZipFile]:
    """Open a zip file for reading; whatever is broken in it, while it is open, becomes an InvalidInputError."""
    try:
        with zipfile.ZipFile(path) as archive:
            yield archive
    except BROKEN as error:
        raise InvalidInputError("{path} is a broken zip file: {detail}", path=path.name, detail=str(error)) from error


def checked_archive(path: Path, limits: FileLimits) -> tuple[zipfile.ZipInfo, ...]:
    """Return the list of parts of a zip file.

    Raises InvalidInputError when it is broken, encrypted, or its parts are too many, too large, or grow too much.
    """
    with opened_archive(path) as archive:
        parts = tuple(archive.infolist())
    check_limit("entries", path, len(parts), limits)
    check_limit("unpacked_bytes", path, sum(part.file_size for part in parts), limits)
    for part in parts:
        if part.flag_bits & 1:
            raise InvalidInputError("{path} is protected by a password: save it without one", path=path.name)
        if part.compress_type not in METHODS:
            raise InvalidInputError("{path} is packed in an unusual way: pack it again as a plain zip", path=path.name)
        if part.file_size > SMALL_BYTES:
            check_limit("ratio", path, round(part.file_size / max(part.compress_size, 1)), limits)
    return parts

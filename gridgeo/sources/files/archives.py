"""Archives are judged by their list of parts before anything is unpacked."""

from __future__ import annotations

import zipfile
from pathlib import Path

from gridgeo.errors import InvalidInputError
from gridgeo.sources.files.limits import FileLimits, check_limit

SMALL_BYTES = 1 << 20
"""Up to here the ratio does not matter: a short text of blanks packs a thousand times."""


def checked_archive(path: Path, limits: FileLimits) -> tuple[zipfile.ZipInfo, ...]:
    """Return the list of parts of a zip file.

    Raises InvalidInputError when it is broken, encrypted, or its parts are too many, too large, or grow too much.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            parts = tuple(archive.infolist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError) as error:
        raise InvalidInputError("{path} is a broken zip file: {detail}", path=path.name, detail=str(error)) from error
    check_limit("entries", path, len(parts), limits)
    check_limit("unpacked_bytes", path, sum(part.file_size for part in parts), limits)
    for part in parts:
        if part.flag_bits & 1:
            raise InvalidInputError("{path} is protected by a password: save it without one", path=path.name)
        if part.file_size > SMALL_BYTES:
            check_limit("ratio", path, round(part.file_size / max(part.compress_size, 1)), limits)
    return parts

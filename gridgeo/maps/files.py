"""Files and folders that appear whole or not at all."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gridgeo.errors import InvalidInputError


@contextmanager
def written(path: Path) -> Iterator[Path]:
    """Yield a place to write a file or make a folder; on leaving without an error it takes the name of `path`.

    The place has the same last name, in a temporary folder beside the target, so that the last step is a rename within
    one file system. An older file or folder of that name is replaced by one of its own kind; after an error it is still
    there, and nothing else.
    Raises InvalidInputError when the folder does not exist or a file and a folder would replace each other.
    """
    if not path.parent.is_dir():
        raise InvalidInputError("folder {folder} does not exist", folder=path.parent)
    beside = Path(tempfile.mkdtemp(prefix=".gridgeo-", dir=path.parent))
    try:
        fresh = beside / path.name
        yield fresh
        _replace(path, fresh, beside / "older")
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _replace(path: Path, fresh: Path, older: Path) -> None:
    if path.exists() and path.is_dir() != fresh.is_dir():
        raise InvalidInputError("{path} is in the way: a file and a folder do not replace each other", path=path)
    if fresh.is_dir() and path.exists():
        path.replace(older)  # a folder with content cannot be renamed over
    fresh.replace(path)

"""How large a file from outside may be; every limit names itself, what came and what is allowed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from gridgeo.errors import InvalidInputError

MIB = 1 << 20


@dataclass(frozen=True)
class FileLimits:
    """The bounds of one file.

    size_bytes: the file itself. whole_bytes: a file of a format that is read whole (GeoJSON, HTML tables, Excel).
    unpacked_bytes, ratio, entries: what an archive or compressed column may grow to, its growth, and its parts.
    rows, columns, cells: the table. depth: nesting of JSON. memory_bytes, seconds: what reading may take.
    """

    size_bytes: int
    whole_bytes: int
    unpacked_bytes: int
    ratio: int
    entries: int
    rows: int
    columns: int
    cells: int
    depth: int
    memory_bytes: int
    seconds: float


CLI_LIMITS = FileLimits(
    size_bytes=64 << 30,
    whole_bytes=512 * MIB,
    unpacked_bytes=4 << 30,
    ratio=1_000,
    entries=10_000,
    rows=200_000_000,
    columns=4_000,
    cells=10_000_000_000,
    depth=32,
    memory_bytes=8 << 30,
    seconds=3_600.0,
)
API_LIMITS = FileLimits(
    size_bytes=16 * MIB,
    whole_bytes=16 * MIB,
    unpacked_bytes=256 * MIB,
    ratio=200,
    entries=1_000,
    rows=1_000_000,
    columns=1_000,
    cells=20_000_000,
    depth=16,
    memory_bytes=2 << 30,
    seconds=60.0,
)

TOO_MUCH = {
    "size_bytes": "{path} has {given} bytes, allowed are {allowed}: split it or import it on the command line",
    "whole_bytes": "{path} has {given} bytes, allowed are {allowed} for this format: save it as CSV or Parquet",
    "unpacked_bytes": "{path} unpacks to {given} bytes, allowed are {allowed}",
    "ratio": "{path} unpacks to {given} times its size, allowed is {allowed} times",
    "entries": "{path} holds {given} packed files, allowed are {allowed}",
    "rows": "{path} has at least {given} rows, allowed are {allowed}: split it",
    "columns": "{path} has at least {given} columns, allowed are {allowed}",
    "cells": "{path} has at least {given} table cells, allowed are {allowed}: split it",
    "depth": "{path} is nested {given} levels deep, allowed are {allowed}",
    "memory_bytes": "{path} needs more than {allowed} bytes of memory to read: split it or save it as CSV",
    "seconds": "{path} was not read within {allowed} seconds: split it or save it as CSV",
}
"""Limit -> message; the key is the name of the limit in FileLimits."""


def over_limit(limit: str, path: Path, given: float, limits: FileLimits) -> InvalidInputError:
    """Return the error that names the limit of this name, what came and what is allowed."""
    return InvalidInputError(TOO_MUCH[limit], path=path.name, given=given, allowed=getattr(limits, limit))


def check_limit(limit: str, path: Path, given: float, limits: FileLimits) -> None:
    """Raise InvalidInputError when what came is over the limit of this name."""
    if given > getattr(limits, limit):
        raise over_limit(limit, path, given, limits)

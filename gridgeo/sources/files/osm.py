"""OpenStreetMap extracts (PBF): one layer at a time, in a child process."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from gridgeo.errors import InvalidInputError
from gridgeo.sources.files.children import ask_child
from gridgeo.sources.files.limits import check_limit
from gridgeo.sources.files.osm_layers import LAYERS
from gridgeo.sources.files.raw import RawTable, ReadOptions
from gridgeo.sources.files.shaped import table_of_reply

LARGEST_HEADER, LARGEST_BLOB = 64 << 10, 32 << 20
"""Bytes of a block's header and of a block, by the format's own rule."""
DATA_SIZE, RAW, RAW_SIZE, BYTES = 3, 1, 2, 2
CRS = "EPSG:4326"


def table_from_osm(path: Path, how: ReadOptions) -> RawTable:
    """Open a layer of an extract: boundaries, roads, merchants, addresses or buildings; positions are WGS 84.

    Objects of the layer that make no row (an outline with missing parts) are counted by reason in the notes.
    Raises InvalidInputError when no layer is named or meant, the file is broken, or a limit is reached.
    """
    layer = how.layer or how.meant_as
    if layer not in LAYERS:
        raise InvalidInputError(
            "{path} is an OpenStreetMap extract: name a layer, one of {known}; got {given}",
            path=path.name,
            known=", ".join(LAYERS),
            given=layer or "-",
        )
    check_limit("unpacked_bytes", path, unpacked_bytes(path), how.limits)
    reply = ask_child("osm_worker", path, {"file": str(path.resolve()), "layer": layer}, how.limits)
    notes: dict[str, Any] = {"format": "osm", "layer": layer, "objects": reply.values["objects"]}
    if reply.values["left_out"]:
        notes["left_out"] = reply.values["left_out"]
    return table_of_reply(path, how, reply, notes, ("geometry", CRS))


def unpacked_bytes(path: Path) -> int:
    """Add up what the blocks of the extract say they unpack to; osmium holds each to its word.

    Raises InvalidInputError when the file is cut or a block breaks the format's own bounds.
    """
    try:
        with path.open("rb") as stream:
            return sum(_block_sizes(stream))
    except (ValueError, IndexError, struct.error) as error:
        raise InvalidInputError(
            "{path} cannot be read as an OpenStreetMap PBF file: {detail}", path=path.name, detail=str(error)
        ) from error


def _block_sizes(stream: BinaryIO) -> Iterator[int]:
    while prefix := stream.read(4):
        (length,) = struct.unpack(">I", prefix)
        header = _bounded(stream, length, LARGEST_HEADER)
        size = _numbers(header)[DATA_SIZE]
        start = stream.tell()
        yield _unpacked(_bounded(stream, min(size, 64), LARGEST_BLOB), size)
        if size > LARGEST_BLOB or stream.seek(0, 2) < start + size:
            raise ValueError("a block is cut or too large")
        stream.seek(start + size)


def _bounded(stream: BinaryIO, length: int, largest: int) -> bytes:
    if length > largest:
        raise ValueError("a block is too large")
    data = stream.read(length)
    if len(data) < length:
        raise ValueError("the file is cut")
    return data


def _unpacked(start: bytes, size: int) -> int:
    """Return the unpacked size of a block: every writer puts raw_size before the data; others meet the memory limit."""
    return max(_numbers(start).get(RAW_SIZE, size), size)


def _numbers(message: bytes) -> dict[int, int]:
    """Return the number fields of the start of a protocol buffer; fields of bytes are skipped."""
    found: dict[int, int] = {}
    at = 0
    while at < len(message):
        key, at = _varint(message, at)
        value, at = _varint(message, at)
        if key & 7 == BYTES:
            at += value
        else:
            found[key >> 3] = value
    return found


def _varint(message: bytes, at: int) -> tuple[int, int]:
    value, shift = 0, 0
    while message[at] & 0x80:
        value |= (message[at] & 0x7F) << shift
        at, shift = at + 1, shift + 7
    return value | message[at] << shift, at + 1

"""Hexagons as Mapbox vector tiles, version 2.1 of the specification, in one pass over arrays.

A hexagon is one convex ring, so the general encoder's loop over features, rings and points is not needed: everything
between two length fields is a varint, and all of a layer's varints are laid out and written together.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gridgeo.domain.arrays import CellArray, FloatArray, IntArray
from gridgeo.maps._rings import IntRings, offsets, previous_vertex, ranges
from gridgeo.maps._varint import TokenArray, message, number, varint_bytes, varint_lengths, zigzag
from gridgeo.maps.mercator import EXTENT

MEDIA_TYPE = "application/vnd.mapbox-vector-tile"

_MOVE_ONE, _CLOSE = 9, 15
_RING_TOKENS = 3
"""A ring of m vertices takes 2 m + 3 numbers: move, line to, close, and two a vertex."""
_HEX_DIGITS = np.frombuffer(b"0123456789abcdef", dtype=np.uint8)
_NAME_LENGTH = 15
_DOUBLE_TAG, _STRING_TAG = 0x19, 0x0A
_VALUE_FIELD = 0x22


@dataclass(frozen=True)
class HexFeatures:
    """What a layer of hexagons holds.

    cells: uint64, shape (n,). ids: dense integers, shape (n,). rings: clipped tile units, clockwise on the screen, none
    of them empty. columns: name -> float64, shape (n,); NaN leaves the property out, for MVT knows no null.
    """

    cells: CellArray
    ids: IntArray
    rings: IntRings
    columns: Mapping[str, FloatArray]


def hexagon_layer(name: str, features: HexFeatures) -> bytes:
    """Encode one layer; no features give no bytes.

    Each feature has its id, the property ``cell`` (15 hexadecimal digits) and the columns as doubles.
    """
    if len(features.cells) == 0:
        return b""
    keys = b"".join(message(3, key.encode()) for key in ("cell", *features.columns))
    tags, tag_counts, numbers = _tags(features)
    tokens = _feature_tokens(features, tags, tag_counts)
    written = varint_bytes(tokens, varint_lengths(tokens)).tobytes()
    values = _name_values(features.cells) + _number_values(numbers)
    body = (
        message(1, name.encode())
        + written
        + keys
        + values
        + number(5 << 3)
        + number(EXTENT)
        + number(15 << 3)
        + b"\x02"
    )
    return message(3, body)


def _tags(features: HexFeatures) -> tuple[TokenArray, IntArray, FloatArray]:
    """Return the key and value numbers of all features in a row, how many each has, and the distinct numbers.

    Values are the cells' names first, one each, then the distinct numbers.
    """
    n = len(features.cells)
    figures = np.column_stack([np.zeros(n), *features.columns.values()])[:, 1:]
    known = ~np.isnan(figures)
    numbers, place = np.unique(figures[known], return_inverse=True)
    pairs = np.zeros((n, 1 + figures.shape[1], 2), dtype=np.uint64)
    pairs[:, :, 0] = np.arange(1 + figures.shape[1], dtype=np.uint64)
    pairs[:, 0, 1] = np.arange(n, dtype=np.uint64)
    pairs[:, 1:, 1][known] = (n + place).astype(np.uint64)
    present = np.column_stack([np.ones(n, dtype=np.bool_), known])
    return pairs[present].ravel(), 2 * present.sum(axis=1), numbers


def _geometry_tokens(rings: IntRings) -> tuple[TokenArray, IntArray]:
    """Return the drawing commands of all rings in a row, and how many numbers each ring takes."""
    xy, starts = rings
    sizes = np.diff(starts)
    counts = 2 * sizes + _RING_TOKENS
    at = offsets(counts)[:-1]
    steps = xy - xy[previous_vertex(starts)]
    steps[starts[:-1]] = xy[starts[:-1]]
    tokens = np.empty(int(counts.sum()), dtype=np.uint64)
    tokens[at] = _MOVE_ONE
    tokens[at + 3] = ((sizes - 1) << 3 | 2).astype(np.uint64)
    tokens[at + counts - 1] = _CLOSE
    # the first vertex stands behind the move, the others behind the line command: one number further
    first = np.zeros(len(xy), dtype=np.int64)
    first[starts[:-1]] = 1
    place = ranges(at + 2, 2 * sizes)[::2] - first
    tokens[place], tokens[place + 1] = zigzag(steps[:, 0]), zigzag(steps[:, 1])
    return tokens, counts


def _feature_tokens(features: HexFeatures, tags: TokenArray, tag_counts: IntArray) -> TokenArray:
    """Lay out every number of every feature, lengths included."""
    drawing, drawing_counts = _geometry_tokens(features.rings)
    tag_bytes = _sums(varint_lengths(tags), tag_counts)
    drawing_bytes = _sums(varint_lengths(drawing), drawing_counts)
    ids = features.ids.astype(np.uint64)
    head_bytes = varint_lengths(ids) + _size_bytes(tag_bytes) + _size_bytes(drawing_bytes)
    fixed = 5
    """Field marks of id, tags, type, geometry, and the type itself: one byte each."""
    body_bytes = fixed + head_bytes + tag_bytes + drawing_bytes
    head = _rows([0x12, body_bytes, 0x08, ids, 0x12, tag_bytes])
    middle = _rows([0x18, 3, 0x22, drawing_bytes])
    parts = [(head.ravel(), np.full(len(ids), head.shape[1])), (tags, tag_counts)]
    parts += [(middle.ravel(), np.full(len(ids), middle.shape[1])), (drawing, drawing_counts)]
    return _interleaved(parts)


def _rows(columns: list[int | npt.NDArray[np.int64] | TokenArray]) -> TokenArray:
    """Stand numbers and arrays side by side as one row a feature."""
    broadcast = np.broadcast_arrays(*(np.asarray(column, dtype=np.uint64) for column in columns))
    return np.column_stack(broadcast)


def _interleaved(parts: list[tuple[TokenArray, IntArray]]) -> TokenArray:
    """Merge parts so that each feature's piece of every part stands together, in the order of the parts."""
    counts = np.column_stack([count for _, count in parts])
    ends = np.cumsum(counts.ravel()).reshape(counts.shape)
    out = np.empty(int(counts.sum()), dtype=np.uint64)
    for column, (tokens, count) in enumerate(parts):
        out[ranges(ends[:, column] - count, count)] = tokens
    return out


def _sums(lengths: IntArray, counts: IntArray) -> IntArray:
    """Sum lengths group by group."""
    total = offsets(lengths)
    ends = offsets(counts)
    return total[ends[1:]] - total[ends[:-1]]


def _size_bytes(sizes: IntArray) -> IntArray:
    return varint_lengths(sizes.astype(np.uint64))


def _name_values(cells: CellArray) -> bytes:
    """Write the cells' names as string values, each the same 19 bytes long."""
    out = np.empty((len(cells), _NAME_LENGTH + 4), dtype=np.uint8)
    out[:, :4] = (_VALUE_FIELD, _NAME_LENGTH + 2, _STRING_TAG, _NAME_LENGTH)
    shifts = np.arange(4 * (_NAME_LENGTH - 1), -1, -4, dtype=np.uint64)
    out[:, 4:] = _HEX_DIGITS[((cells[:, None] >> shifts) & np.uint64(0xF)).astype(np.int64)]
    return out.tobytes()


def _number_values(numbers: FloatArray) -> bytes:
    """Write numbers as double values, each the same 11 bytes long."""
    out = np.empty((len(numbers), 11), dtype=np.uint8)
    out[:, :3] = (_VALUE_FIELD, 9, _DOUBLE_TAG)
    out[:, 3:] = np.ascontiguousarray(numbers, dtype="<f8").view(np.uint8).reshape(-1, 8)
    return out.tobytes()

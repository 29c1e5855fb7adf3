"""Protocol buffer numbers for whole arrays at once."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from gridgeo.domain.arrays import IntArray

ByteArray = npt.NDArray[np.uint8]
TokenArray = npt.NDArray[np.uint64]

_BITS = np.uint64(7)
_LOW = np.uint64(0x7F)
_MORE = np.uint64(0x80)
_ONE_BYTE = 0x7F


def zigzag(numbers: IntArray) -> TokenArray:
    """Map signed to unsigned numbers so that small ones stay small: 0, -1, 1, -2 become 0, 1, 2, 3."""
    answer: TokenArray = ((numbers << 1) ^ (numbers >> 63)).astype(np.uint64)
    return answer


def varint_lengths(tokens: TokenArray) -> IntArray:
    """Return how many bytes each number takes, 1 to 10."""
    lengths = np.ones(len(tokens), dtype=np.int64)
    rest = tokens >> _BITS
    while rest.any():
        lengths += rest > 0
        rest = rest >> _BITS
    return lengths


def varint_bytes(tokens: TokenArray, lengths: IntArray) -> ByteArray:
    """Write numbers as varints one after the other; lengths from `varint_lengths`."""
    ends = np.cumsum(lengths)
    out = np.empty(int(ends[-1]) if len(ends) else 0, dtype=np.uint8)
    starts = ends - lengths
    rest, more = tokens, lengths > 1
    out[starts] = (rest & _LOW) | np.where(more, _MORE, np.uint64(0))
    while more.any():
        # only numbers that are longer than what is written so far go round again
        rest, starts, lengths = rest[more] >> _BITS, starts[more] + 1, lengths[more] - 1
        more = lengths > 1
        out[starts] = (rest & _LOW) | np.where(more, _MORE, np.uint64(0))
    return out


def message(field: int, body: bytes) -> bytes:
    """Wrap a body as a length-delimited field (wire type 2)."""
    return number(field << 3 | 2) + number(len(body)) + body


def number(value: int) -> bytes:
    """Write one number as a varint."""
    out = bytearray()
    while value > _ONE_BYTE:
        out.append(value & _ONE_BYTE | _ONE_BYTE + 1)
        value >>= 7
    out.append(value)
    return bytes(out)

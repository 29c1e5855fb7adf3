"""Protocol buffer numbers and messages."""

from __future__ import annotations

_ONE_BYTE = 0x7F


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

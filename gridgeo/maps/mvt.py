"""A layer of hexagons as a Mapbox vector tile, version 2.1 of the specification.

A hexagon is one convex ring, so the general encoder's loop over features, rings and points is not needed: compiled
loops choose, cut and write.
"""

from __future__ import annotations

from functools import lru_cache

from gridgeo.maps._varint import message, number
from gridgeo.maps.mercator import EXTENT

MEDIA_TYPE = "application/vnd.mapbox-vector-tile"
_TAIL = number(5 << 3) + number(EXTENT) + number(15 << 3) + b"\x02"
"""Extent and version."""


def hexagon_layer(name: str, columns: tuple[str, ...], features: bytes, values: bytes) -> bytes:
    """Frame a layer's features and values; no features give no bytes.

    Each feature has its id, the property ``cell`` (15 hexadecimal digits) and the columns as numbers.
    """
    if not features:
        return b""
    head, keys = _frame(name, columns)
    return message(3, b"".join((head, features, keys, values, _TAIL)))


@lru_cache(maxsize=256)
def _frame(name: str, columns: tuple[str, ...]) -> tuple[bytes, bytes]:
    """Return what stands before the features of a layer, and its keys."""
    return message(1, name.encode()), b"".join(message(3, key.encode()) for key in ("cell", *columns))

"""Hexagons as Mapbox vector tiles, version 2.1 of the specification: chosen, cut and written by compiled loops.

A hexagon is one convex ring, so the general encoder's loop over features, rings and points is not needed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from gridgeo.domain.arrays import CellArray, FloatArray, IntArray
from gridgeo.maps._varint import message, number
from gridgeo.maps.kernels import Corners, number_places, write_features, write_values
from gridgeo.maps.mercator import EXTENT

MEDIA_TYPE = "application/vnd.mapbox-vector-tile"
_TAIL = number(5 << 3) + number(EXTENT) + number(15 << 3) + b"\x02"
"""Extent and version."""
_NOT_A_NUMBER = np.array([np.nan, -np.nan]).view(np.uint64)


@dataclass(frozen=True)
class HexFeatures:
    """What a layer of hexagons holds.

    cells: uint64, shape (n,). ids: dense integers, shape (n,). rings: clipped tile units, clockwise on the screen, none
    of them empty. columns: name -> float64, shape (n,); NaN leaves the property out, for MVT knows no null.
    """

    cells: CellArray
    ids: IntArray
    rings: tuple[Corners, IntArray]
    columns: Mapping[str, FloatArray]


def hexagon_layer(name: str, features: HexFeatures) -> bytes:
    """Encode one layer; no features give no bytes.

    Each feature has its id, the property ``cell`` (15 hexadecimal digits) and the columns as numbers.
    """
    n = len(features.cells)
    if n == 0:
        return b""
    figures = np.empty((n, len(features.columns)))
    for at, values in enumerate(features.columns.values()):
        figures[:, at] = values
    # one zero and one not-a-number, whatever bits they came with
    figures += 0.0
    places, distinct = number_places(figures.view(np.uint64).ravel(), _NOT_A_NUMBER)
    written = write_features(features.ids, *features.rings, places.reshape(figures.shape))
    named = write_values(features.cells, distinct.view(np.float64))
    head, keys = _frame(name, tuple(features.columns))
    return message(3, b"".join((head, written.tobytes(), keys, named.tobytes(), _TAIL)))


@lru_cache(maxsize=256)
def _frame(name: str, columns: tuple[str, ...]) -> tuple[bytes, bytes]:
    """Return what stands before the features of a layer, and its keys."""
    return message(1, name.encode()), b"".join(message(3, key.encode()) for key in ("cell", *columns))

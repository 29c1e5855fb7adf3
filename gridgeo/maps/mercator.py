"""Web Mercator in units of the whole world: x from 0 (180 W) to 1 (180 E), y from 0 (85.05 N) to 1 (85.05 S)."""

from __future__ import annotations

import numpy as np
import shapely

from gridgeo.domain.arrays import FloatArray
from gridgeo.errors import InvalidInputError

EXTENT = 4096
"""Tile units a side."""
MAX_LAT_DEG = 85.0511287798066
MAX_ZOOM = 22


def world_xy(lng: FloatArray, lat: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Project degrees to world units; latitudes beyond 85.05 are held there."""
    sine = np.sin(np.radians(np.clip(lat, -MAX_LAT_DEG, MAX_LAT_DEG)))
    return lng / 360.0 + 0.5, 0.5 - np.arctanh(sine) / (2.0 * np.pi)


def projected(corners: FloatArray) -> FloatArray:
    """Project coordinates (n, 2) of degrees to world units, as `shapely.transform` wants it."""
    return np.column_stack(world_xy(corners[:, 0], corners[:, 1]))


def check_tile(z: int, x: int, y: int) -> None:
    """Raise InvalidInputError unless the tile exists."""
    if not 0 <= z <= MAX_ZOOM:
        raise InvalidInputError("zoom must be 0 to {highest}, got {given}", highest=MAX_ZOOM, given=z)
    if not (0 <= x < 1 << z and 0 <= y < 1 << z):
        raise InvalidInputError(
            "tile {z}/{x}/{y} does not exist: x and y go to {highest}", z=z, x=x, y=y, highest=(1 << z) - 1
        )


def in_tile_units(corners: FloatArray, z: int, x: int, y: int) -> FloatArray:
    """Turn world units (n, 2) into tile units of the tile: 0 to 4096 from its upper left corner, y down."""
    answer: FloatArray = (corners * float(1 << z) - np.array([x, y], dtype=np.float64)) * EXTENT
    return answer


def tile_box(z: int, x: int, y: int, buffer: float) -> shapely.Polygon:
    """Return the tile's square in world units, wider by buffer tile units on each side."""
    side, edge = 1.0 / (1 << z), buffer / EXTENT / (1 << z)
    return shapely.box(x * side - edge, y * side - edge, (x + 1) * side + edge, (y + 1) * side + edge)

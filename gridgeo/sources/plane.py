"""Metres around one point: flat enough for a small country, the same numbers on every platform after rounding."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from gridgeo.domain import FloatArray
from gridgeo.sources.osm_objects import Shapes, metres_per_degree

POSITION_DECIMALS = 7
"""About a centimetre: positions are rounded to it, so that last bits of a platform do not show."""


@dataclass(frozen=True)
class Plane:
    """Metres east and north of (lng0, lat0)."""

    lng0: float
    lat0: float
    east_m: float
    north_m: float

    def to_metres(self, lng: FloatArray, lat: FloatArray) -> FloatArray:
        """Return x, y in metres, shape (n, 2), rounded to a centimetre."""
        x, y = (np.asarray(lng) - self.lng0) * self.east_m, (np.asarray(lat) - self.lat0) * self.north_m
        return np.asarray(np.round(np.column_stack([x, y]), 2), dtype=np.float64)

    def to_degrees(self, xy: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return lng, lat of points in metres, rounded."""
        lng, lat = xy[:, 0] / self.east_m + self.lng0, xy[:, 1] / self.north_m + self.lat0
        return np.round(lng, POSITION_DECIMALS), np.round(lat, POSITION_DECIMALS)

    def flattened(self, shapes: Shapes) -> Shapes:
        """Return shapes in degrees as shapes in metres."""
        flat = shapely.transform(shapes, lambda corners: self.to_metres(corners[:, 0], corners[:, 1]))
        return np.asarray(flat, dtype=np.object_)


def plane_around(shapes: Shapes) -> Plane:
    """Return the plane around the middle of the shapes' extent."""
    west, south, east, north = (float(edge) for edge in np.round(shapely.total_bounds(shapes), 4))
    lng0, lat0 = round((west + east) / 2, 4), round((south + north) / 2, 4)
    east_m, north_m = metres_per_degree(np.array([lat0]))
    return Plane(lng0, lat0, round(float(east_m[0]), 3), round(float(north_m[0]), 3))

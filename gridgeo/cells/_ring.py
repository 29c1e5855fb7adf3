"""Longitudes around the antimeridian, and areas of rings with edges that are straight in lng and lat."""

from __future__ import annotations

import numpy as np
import shapely

from gridgeo.cells.distance import EARTH_RADIUS_M
from gridgeo.domain.arrays import FloatArray

_HALF_TURN_DEG = 180.0
_FULL_TURN_DEG = 360.0
_QUARTER_TURN_DEG = 90.0
_LEVEL_RAD = 1e-9
"""An edge that rises by less is integrated as a parallel."""


def _edges(geometry: shapely.Geometry) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return (start, end, area sign) of all ring edges; holes count negative."""
    parts = shapely.get_parts(geometry)
    rings, part = shapely.get_rings(parts, return_index=True)
    corners, ring = shapely.get_coordinates(rings, return_index=True)
    inner = np.concatenate([[False], part[1:] == part[:-1]])
    outward = np.where(shapely.is_ccw(rings), 1.0, -1.0) * np.where(inner, -1.0, 1.0)
    same = ring[1:] == ring[:-1]
    return corners[:-1][same], corners[1:][same], outward[ring[1:][same]]


def crosses_antimeridian(geometry: shapely.Geometry) -> bool:
    """Tell whether an edge is longer than half a turn, so that the short way round must be meant.

    An edge of exactly one turn runs around the whole earth and crosses nothing.
    """
    start, end, _ = _edges(geometry)
    turn = np.abs(end[:, 0] - start[:, 0])
    return bool(((turn > _HALF_TURN_DEG) & (turn < _FULL_TURN_DEG)).any())


def lies_on_both_ends(geometry: shapely.Geometry) -> bool:
    """Tell whether a geometry in several parts lies partly near 180 and partly near -180, with nothing between."""
    boxes = shapely.bounds(shapely.get_parts(geometry))
    west, east = boxes[:, 0], boxes[:, 2]
    far_east, far_west = west > _QUARTER_TURN_DEG, east < -_QUARTER_TURN_DEG
    return bool((far_east | far_west).all() and far_east.any() and far_west.any())


def eastern(corners: FloatArray) -> FloatArray:
    """Return coordinates with longitudes from 0 to 360."""
    lng = np.where(corners[:, 0] < 0.0, corners[:, 0] + _FULL_TURN_DEG, corners[:, 0])
    return np.column_stack([lng, corners[:, 1]])


def back_west(corners: FloatArray) -> FloatArray:
    """Return coordinates one turn further west."""
    return np.column_stack([corners[:, 0] - _FULL_TURN_DEG, corners[:, 1]])


def wrapped(lng: FloatArray) -> FloatArray:
    """Return longitudes brought back into -180 to 180."""
    answer: FloatArray = np.where(np.abs(lng) <= _HALF_TURN_DEG, lng, (lng + _HALF_TURN_DEG) % _FULL_TURN_DEG - 180.0)
    return answer


def area_and_perimeter(geometry: shapely.Geometry) -> tuple[float, float]:
    """Return area in m2 and perimeter in m on the sphere, of edges that are straight in lng and lat.

    Area is the line integral of sin(lat) d lng, exact edge by edge; a projection would need a centre.
    """
    start, end, sign = _edges(geometry)
    (lng1, lat1), (lng2, lat2) = np.radians(start).T, np.radians(end).T
    rise, turn = lat2 - lat1, lng2 - lng1
    level = np.abs(rise) < _LEVEL_RAD
    slope = np.where(level, 1.0, rise)
    height = np.where(level, np.sin((lat1 + lat2) / 2.0), (np.cos(lat1) - np.cos(lat2)) / slope)
    area = -float(np.sum(sign * turn * height)) * EARTH_RADIUS_M**2
    lengths = np.hypot(rise, turn * np.cos((lat1 + lat2) / 2.0)) * EARTH_RADIUS_M
    return area, float(lengths.sum())

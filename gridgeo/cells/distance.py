"""Distances and local metres; good over the tens of kilometres that a branch covers."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from gridgeo.domain.arrays import FloatArray

EARTH_RADIUS_M = 6_371_008.8
"""Mean radius of the WGS 84 ellipsoid (IUGG)."""


def metres_between(lng1: npt.ArrayLike, lat1: npt.ArrayLike, lng2: npt.ArrayLike, lat2: npt.ArrayLike) -> FloatArray:
    """Return the great-circle distance of point pairs in metres (haversine).

    Arguments: degrees; arrays broadcast against each other. Returns float64, at least one-dimensional.
    The sphere is off the ellipsoid by up to 0.6 %.
    """
    phi1, phi2 = np.radians(np.asarray(lat1, dtype=np.float64)), np.radians(np.asarray(lat2, dtype=np.float64))
    turn = np.radians(np.asarray(lng2, dtype=np.float64) - np.asarray(lng1, dtype=np.float64))
    chord = np.sin((phi2 - phi1) / 2) ** 2 + np.cos(phi1) * np.cos(phi2) * np.sin(turn / 2) ** 2
    answer: FloatArray = np.atleast_1d(2 * EARTH_RADIUS_M * np.arcsin(np.sqrt(np.clip(chord, 0.0, 1.0))))
    return answer


def local_xy_m(lng: npt.ArrayLike, lat: npt.ArrayLike, lng0: float, lat0: float) -> tuple[FloatArray, FloatArray]:
    """Project to metres east and north of (lng0, lat0), equirectangular.

    lng, lat: degrees, shape (n,). Differences across the antimeridian take the short way.
    Distances are within 0.1 % up to about 30 km from the origin at 60 degrees north, closer nearer the equator.
    """
    turn = (np.asarray(lng, dtype=np.float64) - lng0 + 180.0) % 360.0 - 180.0
    x_m = np.atleast_1d(np.radians(turn) * EARTH_RADIUS_M * np.cos(np.radians(lat0)))
    y_m = np.atleast_1d(np.radians(np.asarray(lat, dtype=np.float64) - lat0) * EARTH_RADIUS_M)
    return x_m, y_m

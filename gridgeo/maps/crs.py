"""The three reference systems that features are given in: longitude first, latitude first, Web Mercator metres."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import shapely

from gridgeo.domain.arrays import FloatArray
from gridgeo.errors import InvalidInputError
from gridgeo.maps.mercator import world_xy

CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
EPSG4326 = "http://www.opengis.net/def/crs/EPSG/0/4326"
EPSG3857 = "http://www.opengis.net/def/crs/EPSG/0/3857"
KNOWN = (CRS84, EPSG4326, EPSG3857)
_EARTH_M = 2.0 * np.pi * 6_378_137.0
_DECIMALS = {CRS84: 7, EPSG4326: 7, EPSG3857: 2}
"""A centimetre."""


def check_crs(crs: str) -> str:
    """Return the reference system; InvalidInputError for one that is not among KNOWN."""
    if crs not in KNOWN:
        raise InvalidInputError("crs must be one of {known}, got {given}", known=", ".join(KNOWN), given=crs)
    return crs


def in_crs(shapes: npt.NDArray[np.object_], crs: str) -> npt.NDArray[np.object_]:
    """Return shapes of lng, lat degrees in a reference system, rounded to a centimetre."""

    def moved(corners: FloatArray) -> FloatArray:
        answer: FloatArray = np.round(_moved(corners, crs), _DECIMALS[crs])
        return answer

    return np.asarray(shapely.transform(shapes, moved), dtype=np.object_)


def _moved(corners: FloatArray, crs: str) -> FloatArray:
    if crs == EPSG4326:
        return corners[:, ::-1]
    if crs == EPSG3857:
        x, y = world_xy(corners[:, 0], corners[:, 1])
        return np.column_stack([(x - 0.5) * _EARTH_M, (0.5 - y) * _EARTH_M])
    return corners


def boxes_from_numbers(
    numbers: tuple[float, float, float, float], crs: str
) -> tuple[tuple[float, float, float, float], ...]:
    """Return a box of a reference system as west, south, east, north degrees; two where it crosses the antimeridian.

    Raises InvalidInputError where it lies outside the earth, or its south is north of its north.
    """
    first, second, third, fourth = numbers
    west, south, east, north = (second, first, fourth, third) if crs == EPSG4326 else numbers
    if crs == EPSG3857:
        west, east = (360.0 * x / _EARTH_M for x in (first, third))
        south, north = (float(np.degrees(np.arcsin(np.tanh(2.0 * np.pi * y / _EARTH_M)))) for y in (second, fourth))
    if not (-180.0 <= west <= 180.0 and -180.0 <= east <= 180.0 and -90.0 <= south <= north <= 90.0):
        raise InvalidInputError(
            "bbox must be west, south, east, north within -180 to 180 and -90 to 90, south before north, got {given}",
            given=", ".join(f"{number:g}" for number in numbers),
        )
    if west <= east:
        return ((west, south, east, north),)
    return ((west, south, 180.0, north), (-180.0, south, east, north))

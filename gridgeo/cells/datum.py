"""WGS 84, GCJ-02 and BD-09: declared per source, never guessed.

Public maps of mainland China are shifted by 50 to 700 m (GCJ-02); Baidu shifts once more (BD-09). The formulas are
the ones published with every open converter; there is no official text. Reading one datum as another puts practically
every point into a wrong cell, and nothing would fail.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from gridgeo.cells._regions import REGIONS, region_codes
from gridgeo.cells.points import check_positions
from gridgeo.domain.arrays import FloatArray
from gridgeo.errors import InvalidInputError

Datum = Literal["wgs84", "gcj02", "bd09"]
DATUMS: tuple[Datum, ...] = get_args(Datum)
MAINLAND_ONLY = frozenset({"mainland"})

Points = tuple[FloatArray, FloatArray]
_Step = Callable[[FloatArray, FloatArray, npt.NDArray[np.bool_]], Points]

_CHUNK = 65_536
"""Points at a time: the working arrays stay in the second-level cache."""
_AXIS_M = 6_378_245.0
_ECCENTRICITY_2 = 0.00669342162296594323
"""Krasovsky 1940, as the formulas have it."""
_LNG0_DEG, _LAT0_DEG = 105.0, 35.0
_BD_TURN = np.pi * 3000.0 / 180.0
_BD_LNG_DEG, _BD_LAT_DEG = 0.0065, 0.006
_BD_RADIUS_DEG, _BD_ANGLE_RAD = 2e-5, 3e-6


def check_datum(datum: str) -> Datum:
    """Return the datum when it is one of DATUMS.

    Raises InvalidInputError otherwise: an undeclared datum is refused, not guessed.
    """
    for known in DATUMS:
        if datum == known:
            return known
    raise InvalidInputError("datum must be one of {known}, got {given}", known=", ".join(DATUMS), given=repr(datum))


def from_wgs84(
    lng: npt.ArrayLike, lat: npt.ArrayLike, datum: str, *, shifted: Collection[str] = MAINLAND_ONLY
) -> Points:
    """Convert WGS 84 positions to the datum.

    lng, lat: degrees, shape (n,). shifted: regions out of REGIONS whose maps carry the shift; Hong Kong, Macau and
    Taiwan are the caller's choice, everything outside of the named regions stays as it is.
    Raises InvalidInputError for an unknown datum or region, or a position that is not on the globe.
    """
    return _converted(lng, lat, {"gcj02": _gcj02_from_wgs84, "bd09": _bd09_from_wgs84}, datum, shifted)


def to_wgs84(lng: npt.ArrayLike, lat: npt.ArrayLike, datum: str, *, shifted: Collection[str] = MAINLAND_ONLY) -> Points:
    """Convert positions of the datum to WGS 84, by fixed point with two corrections (error below 1 mm).

    Arguments, answer and errors as for `from_wgs84`. Whether a point is shifted is decided by where its WGS 84 position
    lies, so that what was converted inside a region converts back.
    """
    return _converted(lng, lat, {"gcj02": _wgs84_from_gcj02, "bd09": _wgs84_from_bd09}, datum, shifted)


def _converted(
    lng: npt.ArrayLike, lat: npt.ArrayLike, steps: dict[str, _Step], datum: str, shifted: Collection[str]
) -> Points:
    unknown = sorted(set(shifted) - set(REGIONS))
    if unknown:
        raise InvalidInputError(
            "regions must be out of {known}, got {given}", known=", ".join(REGIONS), given=", ".join(unknown)
        )
    known = check_datum(datum)
    lng_deg, lat_deg = (part.copy() for part in check_positions(lng, lat))
    if known == "wgs84":
        return lng_deg, lat_deg
    applies = np.array([False, *(region in shifted for region in REGIONS)])
    for start in range(0, len(lng_deg), _CHUNK):
        part = slice(start, start + _CHUNK)
        lng_deg[part], lat_deg[part] = steps[known](lng_deg[part], lat_deg[part], applies)
    return lng_deg, lat_deg


def _gcj02_from_wgs84(lng: FloatArray, lat: FloatArray, applies: npt.NDArray[np.bool_]) -> Points:
    inside = applies[region_codes(lng, lat)]
    if not inside.any():
        return lng, lat
    d_lng, d_lat = _shift(lng, lat)
    return lng + np.where(inside, d_lng, 0.0), lat + np.where(inside, d_lat, 0.0)


def _bd09_from_wgs84(lng: FloatArray, lat: FloatArray, applies: npt.NDArray[np.bool_]) -> Points:
    inside = applies[region_codes(lng, lat)]
    d_lng, d_lat = _shift(lng, lat)
    bd_lng, bd_lat = _bd09_from_gcj02(lng + d_lng, lat + d_lat)
    return np.where(inside, bd_lng, lng), np.where(inside, bd_lat, lat)


def _wgs84_from_gcj02(lng: FloatArray, lat: FloatArray, applies: npt.NDArray[np.bool_]) -> Points:
    return _where_inside(lng, lat, _unshifted(lng, lat), applies)


def _wgs84_from_bd09(lng: FloatArray, lat: FloatArray, applies: npt.NDArray[np.bool_]) -> Points:
    return _where_inside(lng, lat, _unshifted(*_gcj02_from_bd09(lng, lat)), applies)


def _where_inside(lng: FloatArray, lat: FloatArray, found: Points, applies: npt.NDArray[np.bool_]) -> Points:
    inside = applies[region_codes(*found)]
    return np.where(inside, found[0], lng), np.where(inside, found[1], lat)


def _unshifted(lng: FloatArray, lat: FloatArray) -> Points:
    """Invert `_shift`; the shift changes so slowly that each correction gains two to three digits."""
    d_lng, d_lat = _shift(lng, lat)
    for _ in range(2):
        d_lng, d_lat = _shift(lng - d_lng, lat - d_lat)
    return lng - d_lng, lat - d_lat


def _thirds(sine: FloatArray) -> FloatArray:
    """Return sin 3a from sin a: a multiplication is ten times cheaper than another sine."""
    answer: FloatArray = sine * (3.0 - 4.0 * sine * sine)
    return answer


def _waves(turns: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return (sin pi t, sin pi t/3, sin pi t/12) and let the doublings share one sine and one cosine."""
    angle = turns * (np.pi / 12.0)
    s12, c12 = np.sin(angle), np.cos(angle)
    s6, c6 = 2.0 * s12 * c12, 1.0 - 2.0 * s12 * s12
    s3 = 2.0 * s6 * c6
    return _thirds(s3), s3, s12


def _ripple(turns: FloatArray) -> FloatArray:
    """Return 20 sin 6 pi t + 20 sin 2 pi t."""
    s2 = np.sin(turns * (2.0 * np.pi))
    answer: FloatArray = 20.0 * (s2 + _thirds(s2))
    return answer


def _shift(lng: FloatArray, lat: FloatArray) -> Points:
    """Return the GCJ-02 shift in degrees at WGS 84 positions."""
    x, y = lng - _LNG0_DEG, lat - _LAT0_DEG
    ripple, root = _ripple(x), np.sqrt(np.abs(x))
    y1, y3, y12 = _waves(y)
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root
    north += (2.0 / 3.0) * (ripple + 20.0 * y1 + 40.0 * y3 + 160.0 * y12 + 320.0 * np.sin(y * (np.pi / 30.0)))
    x1, x3, x12 = _waves(x)
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root
    east += (2.0 / 3.0) * (ripple + 20.0 * x1 + 40.0 * x3 + 150.0 * x12 + 300.0 * np.sin(x * (np.pi / 30.0)))
    phi = np.radians(lat)
    sine, cosine = np.sin(phi), np.cos(phi)
    flat = 1.0 - _ECCENTRICITY_2 * sine * sine
    prime_vertical_m = _AXIS_M / np.sqrt(flat)
    meridian_m = prime_vertical_m * (1.0 - _ECCENTRICITY_2) / flat
    return np.degrees(east / (prime_vertical_m * cosine)), np.degrees(north / meridian_m)


def _bd09_from_gcj02(lng: FloatArray, lat: FloatArray) -> Points:
    radius = np.hypot(lng, lat) + _BD_RADIUS_DEG * np.sin(lat * _BD_TURN)
    angle = np.arctan2(lat, lng) + _BD_ANGLE_RAD * np.cos(lng * _BD_TURN)
    return radius * np.cos(angle) + _BD_LNG_DEG, radius * np.sin(angle) + _BD_LAT_DEG


def _gcj02_from_bd09(lng: FloatArray, lat: FloatArray) -> Points:
    """Invert `_bd09_from_gcj02`: the published backward step, then two corrections."""
    x, y = lng - _BD_LNG_DEG, lat - _BD_LAT_DEG
    radius = np.hypot(x, y) - _BD_RADIUS_DEG * np.sin(y * _BD_TURN)
    angle = np.arctan2(y, x) - _BD_ANGLE_RAD * np.cos(x * _BD_TURN)
    x, y = radius * np.cos(angle), radius * np.sin(angle)
    for _ in range(2):
        back_lng, back_lat = _bd09_from_gcj02(x, y)
        x, y = x - (back_lng - lng), y - (back_lat - lat)
    return x, y

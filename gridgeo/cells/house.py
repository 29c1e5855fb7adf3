"""The store's house datum: what it may be, and how positions of any datum get there."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import shapely

from gridgeo.cells.datum import Points, check_datum, from_wgs84, to_wgs84
from gridgeo.domain.arrays import FloatArray
from gridgeo.domain.words import HOUSE_DATUMS
from gridgeo.errors import InvalidInputError

GEODETIC = {"wgs84": "wgs84", "cgcs2000": "wgs84", "gcj02": "gcj02"}
"""House datum -> datum of the shift formulas. CGCS2000 and WGS 84 differ by less than the accuracy of any address."""


def to_house(lng: npt.ArrayLike, lat: npt.ArrayLike, datum: str, house: str) -> Points:
    """Convert positions of a datum to the house datum.

    lng, lat: degrees, shape (n,). datum: wgs84, gcj02 or bd09 (cgcs2000 is taken as wgs84). house: one of
    HOUSE_DATUMS. A position in the house datum already is left as it is, so a gcj02 store is never de-shifted.
    Raises InvalidInputError for an unknown datum, or a position that is not on the globe.
    """
    if house not in HOUSE_DATUMS:
        raise InvalidInputError(
            "house datum must be one of {known}, got {given}", known=", ".join(HOUSE_DATUMS), given=house
        )
    source, target = GEODETIC.get(datum, datum), GEODETIC[house]
    if source == target:
        return to_wgs84(lng, lat, "wgs84")
    if target == "wgs84":
        return to_wgs84(lng, lat, source)
    return from_wgs84(*to_wgs84(lng, lat, source), target)


def shape_to_house(shapes: npt.NDArray[np.object_], datum: str, house: str) -> npt.NDArray[np.object_]:
    """Convert geometries of a datum to the house datum; arguments and errors as for `to_house`."""

    def moved(corners: FloatArray) -> FloatArray:
        return np.column_stack(to_house(corners[:, 0], corners[:, 1], datum, house))

    if GEODETIC.get(datum, datum) == GEODETIC.get(house):
        return shapes
    answer: npt.NDArray[np.object_] = shapely.transform(shapely.force_2d(shapes), moved)
    return answer


def shape_from_house(shapes: npt.NDArray[np.object_], house: str, datum: str) -> npt.NDArray[np.object_]:
    """Convert geometries of the house datum to a datum: wgs84, gcj02 or bd09.

    Raises InvalidInputError for wgs84 out of a gcj02 store, which is never de-shifted, and for an unknown datum.
    """

    def moved(corners: FloatArray) -> FloatArray:
        lng, lat = corners[:, 0], corners[:, 1]
        return np.column_stack(from_wgs84(*to_wgs84(lng, lat, source), check_datum(datum)))

    source = GEODETIC[house]
    if source == datum:
        return shapes
    if datum == "wgs84":
        raise InvalidInputError(
            "this store is in {house} and is never converted to {datum}: take gcj02 or bd09", house=house, datum=datum
        )
    answer: npt.NDArray[np.object_] = shapely.transform(shapely.force_2d(shapes), moved)
    return answer

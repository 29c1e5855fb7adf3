"""A store's positions are in one datum, and one in gcj02 is never de-shifted."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from gridgeo.cells import from_wgs84, metres_between, shape_to_house, to_house
from gridgeo.domain.words import HOUSE_DATUMS
from gridgeo.errors import InvalidInputError

BEIJING = (np.array([116.481499]), np.array([39.990475]))


@pytest.mark.parametrize(("datum", "house"), [("wgs84", "wgs84"), ("cgcs2000", "wgs84"), ("gcj02", "gcj02")])
def test_a_position_in_the_house_datum_is_left_bit_by_bit(datum: str, house: str) -> None:
    lng, lat = to_house(*BEIJING, datum, house)
    assert (lng == BEIJING[0]).all()
    assert (lat == BEIJING[1]).all()


@pytest.mark.parametrize("house", HOUSE_DATUMS)
@pytest.mark.parametrize("datum", ["wgs84", "gcj02", "bd09"])
def test_every_datum_leads_to_the_same_place_of_a_house(datum: str, house: str) -> None:
    given = BEIJING if datum == "wgs84" else from_wgs84(*BEIJING, datum)
    wanted = to_house(*BEIJING, "wgs84", house)
    assert metres_between(*to_house(*given, datum, house), *wanted)[0] < 0.01
    assert (metres_between(*wanted, *BEIJING)[0] > 300) == (house == "gcj02")


def test_shapes_move_with_their_points() -> None:
    shapes = np.array([shapely.Point(116.481499, 39.990475), shapely.box(116.4, 39.9, 116.5, 40.0)], dtype=object)
    moved = shape_to_house(shapes, "wgs84", "gcj02")
    assert shapely.get_coordinates(moved[0]) == pytest.approx(np.array([[116.487586, 39.991754]]), abs=1e-6)
    assert shape_to_house(shapes, "wgs84", "cgcs2000") is shapes


def test_an_unknown_house_datum_is_named() -> None:
    with pytest.raises(InvalidInputError, match="wgs84, cgcs2000, gcj02, got bd09"):
        to_house(*BEIJING, "wgs84", "bd09")

"""Distances against the geodesic on the ellipsoid."""

from __future__ import annotations

import numpy as np
import pyproj
from hypothesis import given, settings
from hypothesis import strategies as st

from gridgeo.cells import local_xy_m, metres_between

GEOD = pyproj.Geod(ellps="WGS84")


@settings(deadline=None)
@given(st.floats(-180, 180), st.floats(-89, 89), st.floats(-180, 180), st.floats(-89, 89))
def test_distances_are_within_six_per_mille_of_the_geodesic(lng1: float, lat1: float, lng2: float, lat2: float) -> None:
    _, _, geodesic_m = GEOD.inv(lng1, lat1, lng2, lat2)
    found_m = metres_between(lng1, lat1, lng2, lat2)
    assert abs(found_m[0] - geodesic_m) <= 0.006 * geodesic_m + 1e-3


def test_distance_is_the_same_both_ways_and_nothing_to_oneself() -> None:
    rng = np.random.default_rng(5)
    lng, lat = rng.uniform(-180, 180, 100), rng.uniform(-90, 90, 100)
    np.testing.assert_allclose(metres_between(lng, lat, 9.5, 47.1), metres_between(9.5, 47.1, lng, lat), rtol=1e-12)
    assert (metres_between(lng, lat, lng, lat) == 0.0).all()


def test_distances_broadcast_to_a_matrix() -> None:
    assert metres_between(np.zeros((3, 1)), np.zeros((3, 1)), np.ones(4), np.ones(4)).shape == (3, 4)


def test_local_metres_agree_with_distances_nearby() -> None:
    rng = np.random.default_rng(6)
    lng, lat = 9.5 + rng.uniform(-0.2, 0.2, 500), 47.1 + rng.uniform(-0.2, 0.2, 500)
    x_m, y_m = local_xy_m(lng, lat, 9.5, 47.1)
    np.testing.assert_allclose(np.hypot(x_m, y_m), metres_between(9.5, 47.1, lng, lat), rtol=3e-3)


def test_local_metres_go_the_short_way_over_the_antimeridian() -> None:
    x_m, _ = local_xy_m([-179.99], [0.0], 179.99, 0.0)
    assert 0 < x_m[0] < 2_500

"""Datums of Chinese maps: known points, round trips, and the places that must not be shifted."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridgeo.cells import DATUMS, cells_from_points, from_wgs84, metres_between, to_wgs84
from gridgeo.errors import InvalidInputError

ELSEWHERE = {
    "Hong Kong": (114.17, 22.30),
    "Sheung Shui": (114.128, 22.501),
    "Macau": (113.543, 22.19),
    "Taipa": (113.56, 22.155),
    "Taipei": (121.56, 25.03),
    "Kaohsiung": (120.30, 22.62),
    "Kinmen": (118.32, 24.44),
    "Seoul": (126.98, 37.57),
    "Pyongyang": (125.75, 39.03),
    "Hanoi": (105.85, 21.03),
    "Bangkok": (100.50, 13.75),
    "Ulaanbaatar": (106.90, 47.90),
    "Vladivostok": (131.90, 43.10),
    "Almaty": (76.90, 43.25),
    "Kathmandu": (85.32, 27.71),
    "Vaduz": (9.52, 47.14),
    "the other side of the world": (-64.0, -35.0),
}
MAINLAND = {
    "Beijing": (116.40, 39.90),
    "Shanghai": (121.47, 31.23),
    "Shenzhen, beside Hong Kong": (114.12, 22.545),
    "Zhuhai, beside Macau": (113.55, 22.225),
    "Xiamen, beside Kinmen": (118.09, 24.48),
    "Sanya": (109.51, 18.25),
    "Dandong": (124.385, 40.13),
    "Heihe": (127.52, 50.245),
    "Mohe": (122.54, 52.97),
    "Kashgar": (75.99, 39.47),
    "Lhasa": (91.10, 29.65),
    "Zhoushan": (122.20, 30.00),
}
# wgs84, gcj02, bd09; made with geocoordinates-rs 0.14.2
ORACLE = np.array(
    [
        [116.534735, 24.451991, 116.53921547590718, 24.44905231133812, 116.54565667479287, 24.455235305117846],
        [105.449527, 31.433216, 105.45325757219051, 31.431160577489653, 105.45973300915325, 31.43721172579898],
        [111.459815, 32.244054, 111.46582229710685, 32.24198197571141, 111.47223347674371, 32.24822331399246],
        [114.773148, 25.107621, 114.77797514090719, 25.104783823636218, 114.78456884578264, 25.110445538047436],
        [113.605418, 24.095643, 113.61055645389922, 24.092711147840635, 113.61703498020067, 24.098716969577605],
        [117.392222, 38.120564, 117.3986545378525, 38.12145517992407, 117.4051874565496, 38.12729541953127],
        [116.347479, 40.716138, 116.35376069823315, 40.717726072815566, 116.36036984622338, 40.7234698363834],
        [117.446515, 37.338367, 117.45281115285435, 37.33921388662894, 117.45931082458503, 37.345270682194595],
        [87.6168, 43.8256, 87.61964994946926, 43.82680539311119, 87.62609977081571, 43.83294979479328],
        [126.6425, 45.757, 126.64847010061834, 45.75895117880271, 126.65509989335166, 45.76464445622638],
        [109.51, 18.25, 109.51408958706702, 18.24830141848723, 109.52063840543791, 18.25405968210675],
        [91.1, 29.65, 91.10156828347536, 29.647300329055074, 91.10803737407012, 29.653419415608894],
    ]
)


def _inside_mainland(n: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(2)
    return rng.uniform(102, 117, n), rng.uniform(25, 39, n)


def test_the_known_point_comes_out_to_a_millionth_of_a_degree() -> None:
    gcj = from_wgs84([116.481499], [39.990475], "gcj02")
    bd = from_wgs84([116.481499], [39.990475], "bd09")
    np.testing.assert_allclose(np.ravel(gcj), [116.487586, 39.991754], rtol=0, atol=1e-6)
    np.testing.assert_allclose(np.ravel(bd), [116.49412, 39.997716], rtol=0, atol=1e-6)


@pytest.mark.parametrize(("datum", "first"), [("gcj02", 2), ("bd09", 4)])
def test_positions_equal_those_of_an_independent_converter(datum: str, first: int) -> None:
    found = from_wgs84(ORACLE[:, 0], ORACLE[:, 1], datum)
    np.testing.assert_allclose(np.column_stack(found), ORACLE[:, first : first + 2], rtol=0, atol=1e-10)


@pytest.mark.parametrize("datum", ["gcj02", "bd09"])
def test_a_round_trip_is_exact_to_a_millimetre_over_several_chunks(datum: str) -> None:
    lng, lat = _inside_mainland(150_000)
    there = from_wgs84(lng, lat, datum)
    assert (metres_between(lng, lat, *there) > 10.0).all()
    back = to_wgs84(*there, datum)
    assert metres_between(lng, lat, *back).max() < 1e-3


@settings(deadline=None)
@given(st.floats(102, 117), st.floats(25, 39), st.sampled_from(["gcj02", "bd09"]))
def test_any_mainland_position_comes_back(lng: float, lat: float, datum: str) -> None:
    back = to_wgs84(*from_wgs84([lng], [lat], datum), datum)
    assert metres_between(lng, lat, *back)[0] < 1e-3


@pytest.mark.parametrize("datum", ["gcj02", "bd09"])
@pytest.mark.parametrize("place", ELSEWHERE)
def test_positions_outside_of_the_mainland_are_not_shifted(place: str, datum: str) -> None:
    lng, lat = ELSEWHERE[place]
    np.testing.assert_array_equal(np.ravel(from_wgs84([lng], [lat], datum)), [lng, lat])
    np.testing.assert_array_equal(np.ravel(to_wgs84([lng], [lat], datum)), [lng, lat])


@pytest.mark.parametrize("place", MAINLAND)
def test_positions_on_the_mainland_are_shifted(place: str) -> None:
    lng, lat = MAINLAND[place]
    assert 10.0 < metres_between(lng, lat, *from_wgs84([lng], [lat], "gcj02"))[0] < 800.0


@pytest.mark.parametrize(
    ("region", "place"), [("hong_kong", "Hong Kong"), ("macau", "Macau"), ("taiwan", "Taipei"), ("taiwan", "Kinmen")]
)
def test_the_caller_may_have_a_region_shifted(region: str, place: str) -> None:
    lng, lat = ELSEWHERE[place]
    there = from_wgs84([lng], [lat], "gcj02", shifted={"mainland", region})
    assert metres_between(lng, lat, *there)[0] > 10.0
    back = to_wgs84(*there, "gcj02", shifted={"mainland", region})
    assert metres_between(lng, lat, *back)[0] < 1e-3


def test_reading_gcj02_as_wgs84_puts_most_points_into_a_wrong_cell() -> None:
    lng, lat = 116.3 + np.linspace(0, 0.2, 500), 39.8 + np.linspace(0, 0.2, 500)
    wrong = cells_from_points(*from_wgs84(lng, lat, "gcj02"), 9) != cells_from_points(lng, lat, 9)
    assert wrong.mean() > 0.8


def test_wgs84_stays_wgs84_and_the_callers_arrays_stay_his() -> None:
    lng, lat = _inside_mainland(10)
    before = lng.copy()
    np.testing.assert_array_equal(to_wgs84(lng, lat, "wgs84")[0], lng)
    from_wgs84(lng, lat, "bd09")
    np.testing.assert_array_equal(lng, before)


@pytest.mark.parametrize("datum", ["", "cgcs", "WGS84", None])
def test_an_undeclared_datum_is_refused(datum: str | None) -> None:
    assert DATUMS == ("wgs84", "gcj02", "bd09")
    with pytest.raises(InvalidInputError, match="datum must be one of wgs84, gcj02, bd09"):
        to_wgs84([116.4], [39.9], datum)  # type: ignore[arg-type]


def test_an_unknown_region_is_refused() -> None:
    with pytest.raises(InvalidInputError, match=r"regions must be out of .* got atlantis"):
        to_wgs84([116.4], [39.9], "gcj02", shifted={"atlantis"})


def test_a_position_off_the_globe_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="row 0"):
        to_wgs84([np.nan], [39.9], "gcj02")

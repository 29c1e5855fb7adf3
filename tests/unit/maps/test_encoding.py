"""The array arithmetic under the encoder, against plain loops."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gridgeo.maps._rings import offsets, ranges
from gridgeo.maps._varint import message, number
from gridgeo.maps.kernels import MOST_CORNERS, cut, number_places, put_varint, round_off, varint_length, zigzag


def _varint(value: int) -> bytes:
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


@settings(deadline=None)
@given(st.integers(0, 2**64 - 1))
def test_varints_are_those_of_a_plain_loop(value: int) -> None:
    out = np.zeros(12, dtype=np.uint8)
    end = put_varint(out, 1, np.uint64(value))
    assert out[1:end].tobytes() == _varint(value)
    assert varint_length(np.uint64(value)) == end - 1


@settings(deadline=None)
@given(st.integers(-(2**40), 2**40))
def test_zigzag_maps_signed_numbers_to_unsigned_ones_and_back(value: int) -> None:
    token = int(zigzag(np.int64(value)))
    assert (token >> 1) ^ -(token & 1) == value


@settings(deadline=None)
@given(st.lists(st.sampled_from([0.0, -0.0, 1.5, -2.0, float("nan"), 1e300]), max_size=40))
def test_every_number_has_one_place_and_what_is_none_has_no_place(values: list[float]) -> None:
    figures = np.array([[0.25, value] for value in values]).reshape(-1, 2)
    places, numbers = number_places(figures, np.arange(len(values)), np.array([1]))
    assert len(set(numbers.tolist())) == len(numbers)
    for value, place in zip(values, places.ravel().tolist(), strict=True):
        assert place == -1 if np.isnan(value) else numbers[place] == value


def test_messages_carry_their_field_and_length() -> None:
    assert number(300) == b"\xac\x02"
    assert message(1, b"abc") == b"\x0a\x03abc"


def test_ranges_run_from_each_start() -> None:
    assert ranges(np.array([5, 0, 9]), np.array([2, 0, 3])).tolist() == [5, 6, 9, 10, 11]
    assert ranges(np.array([], dtype=np.int64), np.array([], dtype=np.int64)).tolist() == []
    assert offsets(np.array([2, 0, 3])).tolist() == [0, 2, 2, 5]


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 1_000_000))
def test_cut_rings_cover_what_shapely_leaves(seed: int) -> None:
    rng = np.random.default_rng(seed)
    angle = np.sort(rng.uniform(0, 2 * np.pi, rng.integers(3, 11)))
    middle, radius = rng.uniform(-150, 150, 2), rng.uniform(1, 200)
    corners = np.column_stack([middle[0] + radius * np.cos(angle), middle[1] + radius * np.sin(angle)])
    ring, spare = np.zeros((MOST_CORNERS, 2)), np.zeros((MOST_CORNERS, 2))
    ring[: len(corners)] = corners
    left = cut(ring, len(corners), np.array([-50.0, -40.0, 80.0, 70.0]), spare)
    expected = shapely.Polygon(corners) & shapely.box(-50, -40, 80, 70)
    found = shapely.Polygon(ring[:left]) if left >= 3 else shapely.Polygon()
    assert found.symmetric_difference(expected).area == pytest.approx(0.0, abs=1e-6)


@pytest.mark.parametrize(
    ("corners", "expected"),
    [
        ([[0.1, 0.1], [0.2, 0.1], [0.2, 0.2]], []),
        ([[0.0, 0.0], [5.0, 0.0], [9.0, 0.1]], []),
        ([[0.0, 0.0], [0.2, 0.1], [4.0, 0.0], [4.0, 4.0], [0.1, 0.2]], [(0, 0), (4, 0), (4, 4)]),
    ],
)
def test_rings_that_round_to_nothing_become_empty_and_others_lose_repeated_points(
    corners: list[list[float]], expected: list[tuple[int, int]]
) -> None:
    whole = np.zeros((MOST_CORNERS, 2), dtype=np.int32)
    left = round_off(np.array(corners), len(corners), whole, 0)
    assert list(map(tuple, whole[:left].tolist())) == expected

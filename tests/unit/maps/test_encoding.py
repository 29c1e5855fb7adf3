"""The array arithmetic under the encoder, against plain loops."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gridgeo.maps._rings import clip_to_box, offsets, ranges, to_integers, twice_areas
from gridgeo.maps._varint import message, number, varint_bytes, varint_lengths, zigzag


def _varint(value: int) -> bytes:
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


@settings(deadline=None)
@given(st.lists(st.integers(0, 2**64 - 1), max_size=60))
def test_varints_are_those_of_a_plain_loop(values: list[int]) -> None:
    tokens = np.array(values, dtype=np.uint64)
    lengths = varint_lengths(tokens)
    assert lengths.tolist() == [len(_varint(value)) for value in values]
    assert varint_bytes(tokens, lengths).tobytes() == b"".join(_varint(value) for value in values)


@settings(deadline=None)
@given(st.lists(st.integers(-(2**40), 2**40), max_size=60))
def test_zigzag_maps_signed_numbers_to_unsigned_ones_and_back(values: list[int]) -> None:
    tokens = zigzag(np.array(values, dtype=np.int64))
    assert [(int(token) >> 1) ^ -(int(token) & 1) for token in tokens] == values


def test_messages_carry_their_field_and_length() -> None:
    assert number(300) == b"\xac\x02"
    assert message(1, b"abc") == b"\x0a\x03abc"


def test_ranges_run_from_each_start() -> None:
    assert ranges(np.array([5, 0, 9]), np.array([2, 0, 3])).tolist() == [5, 6, 9, 10, 11]
    assert ranges(np.array([], dtype=np.int64), np.array([], dtype=np.int64)).tolist() == []
    assert offsets(np.array([2, 0, 3])).tolist() == [0, 2, 2, 5]


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 1_000_000), st.integers(1, 30))
def test_clipped_rings_cover_what_shapely_leaves(seed: int, n_rings: int) -> None:
    rng = np.random.default_rng(seed)
    rings = []
    for _ in range(n_rings):
        angle = np.sort(rng.uniform(0, 2 * np.pi, rng.integers(3, 9)))
        middle, radius = rng.uniform(-150, 150, 2), rng.uniform(1, 200)
        rings.append(np.column_stack([middle[0] + radius * np.cos(angle), middle[1] + radius * np.sin(angle)]))
    starts = offsets(np.array([len(ring) for ring in rings]))
    xy, cut = clip_to_box((np.concatenate(rings), starts), -50.0, 80.0)
    frame = shapely.box(-50, -50, 80, 80)
    for ring, start, end in zip(rings, cut[:-1], cut[1:], strict=True):
        left = shapely.Polygon(ring) & frame
        found = shapely.Polygon(xy[start:end]) if end - start >= 3 else shapely.Polygon()
        assert found.symmetric_difference(left).area == pytest.approx(0.0, abs=1e-6)


def test_rings_that_round_to_nothing_become_empty_and_others_lose_repeated_points() -> None:
    tiny = [[0.1, 0.1], [0.2, 0.1], [0.2, 0.2]]
    flat = [[0.0, 0.0], [5.0, 0.0], [9.0, 0.1]]
    good = [[0.0, 0.0], [0.2, 0.1], [4.0, 0.0], [4.0, 4.0], [0.1, 0.2]]
    xy, starts = to_integers((np.array([*tiny, *flat, *good]), np.array([0, 3, 6, 11])))
    assert starts.tolist() == [0, 0, 0, 3]
    assert sorted(map(tuple, xy.tolist())) == [(0, 0), (4, 0), (4, 4)]
    assert twice_areas((xy, starts)).tolist() == [0, 0, 16]

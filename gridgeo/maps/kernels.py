"""The inner loops of the tile encoder, compiled by numba: hexagons chosen, cut, rounded and written in one pass.

Version 2.1 of the Mapbox Vector Tile specification. Import this module only where cells are cut into tiles: numba alone
costs about a second to import.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from gridgeo.domain.arrays import CellArray, FloatArray, IntArray

ByteArray = NDArray[np.uint8]
Corners = NDArray[np.int32]
Drawn = tuple[FloatArray, IntArray, FloatArray, IntArray, IntArray, CellArray, FloatArray]
U64 = np.uint64
LOW, MORE, SEVEN = U64(0x7F), U64(0x80), U64(7)
MOVE_ONE, CLOSE = 9, 15
SPREAD = U64(11400714819323198485)
"""Multiplied with it, numbers that are alike fall far apart (Knuth, Fibonacci hashing)."""
MOST_CORNERS = 32
"""Corners of a cell (10 at most) and those that cutting adds."""
CORNERS = 3
LONGEST_VARINT = 10
NAME_BYTES = 19
"""A cell's name as a string value: field, length, tag, length, 15 digits."""
WHOLE_BELOW = 2.0**53


@njit(cache=True, nogil=True)
def put_varint(out: ByteArray, at: int, value: np.uint64) -> int:
    """Write a number as a varint; return where the next one goes."""
    while value > LOW:
        out[at] = np.uint8((value & LOW) | MORE)
        value >>= SEVEN
        at += 1
    out[at] = np.uint8(value)
    return at + 1


@njit(cache=True, nogil=True)
def varint_length(value: np.uint64) -> int:
    """Return how many bytes a number takes as a varint, 1 to 10."""
    length = 1
    while value > LOW:
        value >>= SEVEN
        length += 1
    return length


@njit(cache=True, nogil=True)
def close_message(out: ByteArray, start: int, at: int) -> int:
    """Write the length of what stands from start to at into the byte before it; return where the next byte goes.

    One byte is kept free for the length; what takes more is moved along.
    """
    length = U64(at - start)
    more = varint_length(length) - 1
    if more:
        for i in range(at - 1, start - 1, -1):
            out[i + more] = out[i]
    put_varint(out, start - 1, length)
    return at + more


@njit(cache=True, nogil=True)
def zigzag(number: np.int64) -> np.uint64:
    """Map a signed number to an unsigned one so that small ones stay small: 0, -1, 1, -2 become 0, 1, 2, 3."""
    return U64((number << np.int64(1)) ^ (number >> np.int64(63)))


@njit(cache=True, nogil=True)
def cut(ring: FloatArray, count: int, box: FloatArray, spare: FloatArray) -> int:
    """Cut a convex ring to a box (west, north, east, south) in place (Sutherland and Hodgman 1974).

    ring, spare: shape (MOST_CORNERS, 2), the first `count` rows of ring are its corners. Returns the corners left.
    """
    for side in range(4):
        axis, bound = side & 1, box[side]
        sign = -1.0 if side < 2 else 1.0
        beyond = False
        for i in range(count):
            beyond |= sign * (ring[i, axis] - bound) > 0.0
        if not beyond:
            continue
        left = 0
        for i in range(count):
            j = i + 1 if i + 1 < count else 0
            here, there = sign * (ring[i, axis] - bound), sign * (ring[j, axis] - bound)
            if here <= 0.0:
                spare[left, 0], spare[left, 1] = ring[i, 0], ring[i, 1]
                left += 1
            if (here <= 0.0) != (there <= 0.0):
                share = here / (here - there)
                spare[left, 1 - axis] = ring[i, 1 - axis] + share * (ring[j, 1 - axis] - ring[i, 1 - axis])
                spare[left, axis] = bound
                left += 1
        count = left
        for i in range(count):
            ring[i, 0], ring[i, 1] = spare[i, 0], spare[i, 1]
    return count


@njit(cache=True, nogil=True)
def round_off(ring: FloatArray, count: int, whole: Corners, first: int) -> int:
    """Round corners to whole numbers, from row `first` of whole on, and drop those that fall together.

    Returns how many are left, 0 without an area.
    """
    left = first
    for i in range(count):
        x, y = int(np.floor(ring[i, 0] + 0.5)), int(np.floor(ring[i, 1] + 0.5))
        if left > first and whole[left - 1, 0] == x and whole[left - 1, 1] == y:
            continue
        whole[left, 0], whole[left, 1] = x, y
        left += 1
    while left > first + 1 and whole[first, 0] == whole[left - 1, 0] and whole[first, 1] == whole[left - 1, 1]:
        left -= 1
    twice_area = 0
    for i in range(first, left):
        j = i + 1 if i + 1 < left else first
        twice_area += np.int64(whole[i, 0]) * whole[j, 1] - np.int64(whole[j, 0]) * whole[i, 1]
    return left - first if left - first >= CORNERS and twice_area != 0 else 0


@njit(cache=True, nogil=True)
def rows_near(bucket: IntArray, boxes: FloatArray, window: IntArray, frame: FloatArray) -> tuple[IntArray, int]:
    """Return the rows whose box meets a frame (west, north, east, south), and how many of them reach beyond it.

    bucket: of each row, ascending. window: buckets a side, first and last column and row that are looked through.
    """
    lines = window[4] - window[3] + 1
    begin, end, most = np.empty(lines, np.int64), np.empty(lines, np.int64), 0
    for line in range(lines):
        first = (window[3] + line) * window[0]
        begin[line] = np.searchsorted(bucket, first + window[1], side="left")
        end[line] = np.searchsorted(bucket, first + window[2], side="right")
        most += end[line] - begin[line]
    kept, used, beyond = np.empty(most, np.int64), 0, 0
    for line in range(lines):
        for at in range(begin[line], end[line]):
            west, north, east, south = boxes[at, 0], boxes[at, 1], boxes[at, 2], boxes[at, 3]
            if west > frame[2] or east < frame[0] or north > frame[3] or south < frame[1]:
                continue
            kept[used] = at
            used += 1
            if west < frame[0] or east > frame[2] or north < frame[1] or south > frame[3]:
                beyond += 1
    return kept[:used], beyond


@njit(cache=True, nogil=True)
def draw(
    xy: FloatArray, starts: IntArray, rows: IntArray, place: FloatArray, beyond: int
) -> tuple[IntArray, Corners, IntArray]:
    """Return the rows that a tile holds, and their rings in whole tile units as (corners, starts).

    xy, starts: corners of all cells in world units. rows: candidates, so many of them beyond the frame. place: tiles a
    side, column, row, units a side, units drawn beyond the edge.
    """
    scale, left, top = place[0] * place[3], place[1] * place[3], place[2] * place[3]
    low, high = -place[4], place[3] + place[4]
    frame = np.array([low, low, high, high])
    most = 8 * beyond
    for at in rows:
        most += starts[at + 1] - starts[at]
    corners, ends, kept = np.empty((most, 2), np.int32), np.zeros(len(rows) + 1, np.int64), np.empty_like(rows)
    used, written = 0, 0
    ring, spare = np.empty((MOST_CORNERS, 2)), np.empty((MOST_CORNERS, 2))
    for at in rows:
        first, count, outside = starts[at], starts[at + 1] - starts[at], False
        for i in range(count):
            x, y = xy[first + i, 0] * scale - left, xy[first + i, 1] * scale - top
            ring[i, 0], ring[i, 1] = x, y
            outside |= (x < low) | (x > high) | (y < low) | (y > high)
        if outside:
            count = cut(ring, count, frame, spare)
        solid = round_off(ring, count, corners, written)
        if solid:
            kept[used], written = at, written + solid
            used += 1
            ends[used] = written
    return kept[:used], corners[:written], ends[: used + 1]


@njit(cache=True, nogil=True)
def number_places(figures: FloatArray, rows: IntArray, wanted: IntArray) -> tuple[IntArray, FloatArray]:
    """Return the place of each figure among the distinct ones, shape (rows, wanted), and those in their order.

    figures: of all cells, one column a measure. wanted: columns. What is no number has place -1; there is one zero.
    """
    size = 16
    while size < 2 * len(rows) * len(wanted):
        size *= 2
    slots, mask = np.full(size, -1, np.int64), U64(size - 1)
    places = np.empty((len(rows), len(wanted)), np.int64)
    distinct, found = np.empty(len(rows) * len(wanted)), 0
    bits = distinct.view(np.uint64)
    for i in range(len(rows)):
        for column in range(len(wanted)):
            value = figures[rows[i], wanted[column]] + 0.0
            if np.isnan(value):
                places[i, column] = -1
                continue
            distinct[found] = value
            slot = np.int64(((bits[found] * SPREAD) >> U64(40)) & mask)
            while slots[slot] >= 0 and distinct[slots[slot]] != value:
                slot = np.int64((slot + 1) & (size - 1))
            if slots[slot] < 0:
                slots[slot] = found
                found += 1
            places[i, column] = slots[slot]
    return places, distinct[:found]


@njit(cache=True, nogil=True)
def put_ring(out: ByteArray, at: int, corners: Corners, start: int, end: int) -> int:
    """Write the drawing commands of one ring; return where the next byte goes."""
    out[at] = MOVE_ONE
    at += 1
    x, y = np.int64(0), np.int64(0)
    for i in range(start, end):
        next_x, next_y = np.int64(corners[i, 0]), np.int64(corners[i, 1])
        at = put_varint(out, put_varint(out, at, zigzag(next_x - x)), zigzag(next_y - y))
        x, y = next_x, next_y
        if i == start:
            at = put_varint(out, at, U64(((end - start - 1) << 3) | 2))
    out[at] = CLOSE
    return at + 1


@njit(cache=True, nogil=True)
def write_features(ids: IntArray, rows: IntArray, corners: Corners, starts: IntArray, places: IntArray) -> ByteArray:
    """Write every feature with id, tags, type and geometry.

    ids: of all cells. places: shape (n, k), place of each column's number among the distinct ones, -1 where it has
    none. The values of the layer are the n names first, then the numbers.
    """
    n, k = places.shape
    longest = (2 * (MOST_CORNERS + 2 + k) + 12) * LONGEST_VARINT
    out, at = np.empty(n * (40 + 6 * k) + longest, np.uint8), 0
    for i in range(n):
        if at + longest > len(out):
            more = np.empty(2 * len(out), np.uint8)
            more[:at] = out[:at]
            out = more
        feature = at + 2
        out[at], out[feature] = 0x12, 0x08
        at = put_varint(out, feature + 1, U64(ids[rows[i]]))
        out[at], out[at + 2] = 0x12, 0
        tags = at + 2
        at = put_varint(out, tags + 1, U64(i))
        for column in range(k):
            if places[i, column] >= 0:
                at = put_varint(out, put_varint(out, at, U64(column + 1)), U64(n + places[i, column]))
        at = close_message(out, tags, at)
        out[at], out[at + 1], out[at + 2] = 0x18, 3, 0x22
        at = close_message(out, at + 4, put_ring(out, at + 4, corners, starts[i], starts[i + 1]))
        at = close_message(out, feature, at)
    return out[:at]


@njit(cache=True, nogil=True)
def write_values(cells: CellArray, rows: IntArray, numbers: FloatArray) -> ByteArray:
    """Write the names of the cells of some rows as strings, then numbers: whole ones as varints, else doubles."""
    out, at = np.empty(NAME_BYTES * len(rows) + 14 * len(numbers), np.uint8), 0
    bits = numbers.view(np.uint64)
    for row in rows:
        cell = cells[row]
        out[at], out[at + 1], out[at + 2], out[at + 3] = 0x22, 17, 0x0A, 15
        for digit in range(15):
            figure = int((cell >> U64(4 * (14 - digit))) & U64(0xF))
            out[at + 4 + digit] = figure + (48 if figure < 10 else 87)
        at += NAME_BYTES
    for i in range(len(numbers)):
        out[at] = 0x22
        number = numbers[i]
        if 0.0 <= number < WHOLE_BELOW and number == np.floor(number):
            out[at + 1], out[at + 2] = 1 + varint_length(U64(number)), 0x28
            at = put_varint(out, at + 3, U64(number))
            continue
        out[at + 1], out[at + 2] = 9, 0x19
        for byte in range(8):
            out[at + 3 + byte] = (bits[i] >> U64(8 * byte)) & U64(0xFF)
        at += 11
    return out[:at]


@njit(cache=True, nogil=True)
def encode(level: Drawn, wanted: IntArray, window: IntArray, place: FloatArray) -> tuple[ByteArray, ByteArray]:
    """Return the features and the values of the layer that a tile holds of a level; both empty where it holds nothing.

    level: corners and their starts, boxes, buckets, ids, cells, figures (one column a measure). wanted: columns of the
    figures. window: as `rows_near` takes it. place: as `draw` takes it.
    """
    xy, starts, boxes, bucket, ids, cells, figures = level
    left, top = place[1] * place[3] - place[4], place[2] * place[3] - place[4]
    side = place[3] + 2.0 * place[4]
    world = np.array([left, top, left + side, top + side]) / (place[0] * place[3])
    near, beyond = rows_near(bucket, boxes, window, world)
    rows, corners, ends = draw(xy, starts, near, place, beyond)
    places, numbers = number_places(figures, rows, wanted)
    return write_features(ids, rows, corners, ends, places), write_values(cells, rows, numbers)

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
U64 = np.uint64
LOW, MORE, SEVEN = U64(0x7F), U64(0x80), U64(7)
MOVE_ONE, CLOSE = U64(9), U64(15)
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
def length_of(numbers: CellArray, count: int) -> int:
    """Return how many bytes the first numbers take as varints."""
    length = 0
    for i in range(count):
        length += varint_length(numbers[i])
    return length


@njit(cache=True, nogil=True)
def put_all(out: ByteArray, at: int, numbers: CellArray, count: int) -> int:
    """Write the first numbers as varints; return where the next one goes."""
    for i in range(count):
        at = put_varint(out, at, numbers[i])
    return at


@njit(cache=True, nogil=True)
def zigzag(number: int) -> np.uint64:
    """Map a signed number to an unsigned one so that small ones stay small: 0, -1, 1, -2 become 0, 1, 2, 3."""
    return U64((number << 1) ^ (number >> 63))


@njit(cache=True, nogil=True)
def cut(ring: FloatArray, count: int, box: FloatArray, spare: FloatArray) -> int:
    """Cut a convex ring to a box (west, north, east, south) in place (Sutherland and Hodgman 1974).

    ring, spare: shape (MOST_CORNERS, 2), the first `count` rows of ring are its corners. Returns the corners left.
    """
    for side in range(4):
        axis, bound = side & 1, box[side]
        sign = -1.0 if side < 2 else 1.0
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
        ring[:count] = spare[:count]
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
def near_frame(boxes: FloatArray, rows: IntArray, frame: FloatArray) -> tuple[IntArray, int]:
    """Return the rows whose box meets a frame (west, north, east, south), and how many of them reach beyond it."""
    kept, used, beyond = np.empty(len(rows), np.int64), 0, 0
    for at in rows:
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
    xy: FloatArray, starts: IntArray, boxes: FloatArray, rows: IntArray, place: FloatArray
) -> tuple[IntArray, Corners, IntArray]:
    """Return the rows that a tile holds, and their rings in whole tile units as (corners, starts).

    xy, starts, boxes: corners and boxes of all cells in world units. rows: candidates. place: tiles a side, column,
    row, units a side, units drawn beyond the edge.
    """
    scale, left, top, margin = place[0] * place[3], place[1] * place[3], place[2] * place[3], place[4]
    frame = np.array([-margin, -margin, place[3] + margin, place[3] + margin])
    world = np.array([left - margin, top - margin, left + frame[2], top + frame[3]]) / scale
    rows, beyond = near_frame(boxes, rows, world)
    most = 8 * beyond
    for at in rows:
        most += starts[at + 1] - starts[at]
    corners, ends = np.empty((most, 2), np.int32), np.zeros(len(rows) + 1, np.int64)
    used, written = 0, 0
    ring, spare = np.empty((MOST_CORNERS, 2)), np.empty((MOST_CORNERS, 2))
    for at in rows:
        first, count, outside = starts[at], starts[at + 1] - starts[at], False
        for i in range(count):
            ring[i, 0], ring[i, 1] = xy[first + i, 0] * scale - left, xy[first + i, 1] * scale - top
            outside |= not (frame[0] <= ring[i, 0] <= frame[2] and frame[1] <= ring[i, 1] <= frame[3])
        if outside:
            count = cut(ring, count, frame, spare)
        solid = round_off(ring, count, corners, written)
        if solid:
            rows[used], written = at, written + solid
            used += 1
            ends[used] = written
    return rows[:used], corners[:written], ends[: used + 1]


@njit(cache=True, nogil=True)
def number_places(bits: CellArray, none: CellArray) -> tuple[IntArray, CellArray]:
    """Return for each number, given by its bits, its place among the distinct ones, and those in their order.

    none: bit patterns of what is no number, whose place is -1; here not-a-number in its usual form.
    """
    size = 16
    while size < 2 * len(bits):
        size *= 2
    slots, mask = np.full(size, -1, np.int64), U64(size - 1)
    places, distinct, found = np.empty(len(bits), np.int64), np.empty(len(bits), np.uint64), 0
    for i in range(len(bits)):
        value = bits[i]
        if value == none[0] or value == none[1]:
            places[i] = -1
            continue
        slot = np.int64(((value * SPREAD) >> U64(40)) & mask)
        while slots[slot] >= 0 and distinct[slots[slot]] != value:
            slot = np.int64((slot + 1) & (size - 1))
        if slots[slot] < 0:
            slots[slot], distinct[found] = found, value
            found += 1
        places[i] = slots[slot]
    return places, distinct[:found]


@njit(cache=True, nogil=True)
def ring_tokens(corners: Corners, start: int, end: int, tokens: CellArray) -> int:
    """Lay out the drawing commands of one ring; return how many numbers there are."""
    tokens[0], used = MOVE_ONE, 1
    x, y = 0, 0
    for i in range(start, end):
        tokens[used], tokens[used + 1] = zigzag(int(corners[i, 0]) - x), zigzag(int(corners[i, 1]) - y)
        x, y = int(corners[i, 0]), int(corners[i, 1])
        used += 2
        if i == start:
            tokens[used] = U64(((end - start - 1) << 3) | 2)
            used += 1
    tokens[used] = CLOSE
    return used + 1


@njit(cache=True, nogil=True)
def write_features(ids: IntArray, corners: Corners, starts: IntArray, places: IntArray) -> ByteArray:
    """Write every feature with id, tags, type and geometry.

    places: shape (n, k), place of each column's number among the distinct ones, -1 where it has none. The values of the
    layer are the n names first, then the numbers.
    """
    n, k = places.shape
    longest = (2 * (MOST_CORNERS + 2 + k) + 12) * LONGEST_VARINT
    out, at = np.empty(n * (40 + 6 * k) + longest, np.uint8), 0
    tokens, tags = np.empty(2 * MOST_CORNERS + 3, np.uint64), np.empty(2 * (k + 1), np.uint64)
    for i in range(n):
        tags[0], tags[1], tagged = U64(0), U64(i), 2
        for column in range(k):
            if places[i, column] >= 0:
                tags[tagged], tags[tagged + 1] = U64(column + 1), U64(n + places[i, column])
                tagged += 2
        drawn = ring_tokens(corners, starts[i], starts[i + 1], tokens)
        tag_bytes, drawing_bytes = length_of(tags, tagged), length_of(tokens, drawn)
        head = varint_length(U64(ids[i])) + varint_length(U64(tag_bytes)) + varint_length(U64(drawing_bytes))
        if at + longest > len(out):
            more = np.empty(2 * len(out), np.uint8)
            more[:at] = out[:at]
            out = more
        out[at] = 0x12
        at = put_varint(out, at + 1, U64(5 + head + tag_bytes + drawing_bytes))
        out[at] = 0x08
        at = put_varint(out, at + 1, U64(ids[i]))
        out[at] = 0x12
        at = put_varint(out, at + 1, U64(tag_bytes))
        at = put_all(out, at, tags, tagged)
        out[at], out[at + 1], out[at + 2] = 0x18, 3, 0x22
        at = put_varint(out, at + 3, U64(drawing_bytes))
        at = put_all(out, at, tokens, drawn)
    return out[:at]


@njit(cache=True, nogil=True)
def write_values(cells: CellArray, numbers: FloatArray) -> ByteArray:
    """Write the cells' names as strings, then numbers: whole ones from 0 as varints, others as doubles."""
    out, at = np.empty(NAME_BYTES * len(cells) + 14 * len(numbers), np.uint8), 0
    bits = numbers.view(np.uint64)
    for cell in cells:
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

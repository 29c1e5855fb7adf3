"""Many convex rings in flat arrays: clipped, rounded and cleaned without a loop over rings.

A set of rings is (xy, starts): xy has shape (n_vertices, 2), starts has shape (n_rings + 1,); ring i is
xy[starts[i]:starts[i + 1]], not closed. A ring may be empty.
"""

from __future__ import annotations

import numpy as np

from gridgeo.domain.arrays import BoolArray, FloatArray, IntArray

Rings = tuple[FloatArray, IntArray]
IntRings = tuple[IntArray, IntArray]

_CORNERS = 3


def ring_of_vertex(starts: IntArray) -> IntArray:
    """Return the ring number of each vertex."""
    return np.repeat(np.arange(len(starts) - 1, dtype=np.int64), np.diff(starts))


def next_vertex(starts: IntArray) -> IntArray:
    """Return the position of the vertex that follows each vertex around its ring."""
    following = np.arange(1, int(starts[-1]) + 1, dtype=np.int64)
    filled = starts[1:] > starts[:-1]
    following[starts[1:][filled] - 1] = starts[:-1][filled]
    return following


def previous_vertex(starts: IntArray) -> IntArray:
    """Return the position of the vertex that comes before each vertex around its ring."""
    before = np.arange(-1, int(starts[-1]) - 1, dtype=np.int64)
    filled = starts[1:] > starts[:-1]
    before[starts[:-1][filled]] = starts[1:][filled] - 1
    return before


def take_rings(rings: Rings, chosen: IntArray) -> Rings:
    """Return the chosen rings in their order."""
    xy, starts = rings
    counts = starts[chosen + 1] - starts[chosen]
    return xy[ranges(starts[chosen], counts)], offsets(counts)


def ranges(first: IntArray, counts: IntArray) -> IntArray:
    """Return first[0], first[0] + 1, ... counts[0] numbers, then the same for the next pair."""
    ends = np.cumsum(counts)
    total = int(ends[-1]) if len(ends) else 0
    answer: IntArray = np.arange(total, dtype=np.int64) + np.repeat(first - (ends - counts), counts)
    return answer


def offsets(counts: IntArray) -> IntArray:
    """Return where each of the counted groups starts, and the total at the end."""
    starts = np.zeros(len(counts) + 1, dtype=np.int64)
    np.cumsum(counts, out=starts[1:])
    return starts


def clip_to_box(rings: Rings, low: float, high: float) -> Rings:
    """Cut convex rings to the square from low to high on both axes (Sutherland and Hodgman 1974, all rings at once).

    A ring wholly outside becomes empty; the order of rings stays.
    """
    for axis in (0, 1):
        rings = _clip(rings, axis, -1.0, -low)
        rings = _clip(rings, axis, 1.0, high)
    return rings


def _clip(rings: Rings, axis: int, sign: float, bound: float) -> Rings:
    """Keep what has sign * coordinate <= bound on the axis."""
    xy, starts = rings
    beyond = sign * xy[:, axis] - bound
    inside: BoolArray = beyond <= 0.0
    if inside.all():
        return rings
    after = next_vertex(starts)
    crossing: BoolArray = inside != inside[after]
    written = inside.astype(np.int64) + crossing
    places = np.cumsum(written) - written
    clipped = np.empty((int(written.sum()), 2))
    clipped[places[inside]] = xy[inside]
    clipped[places[crossing] + inside[crossing]] = _cuts(xy, after, crossing, beyond, (axis, sign * bound))
    counts = np.bincount(ring_of_vertex(starts), weights=written, minlength=len(starts) - 1)
    return clipped, offsets(counts.astype(np.int64))


def _cuts(
    xy: FloatArray, after: IntArray, crossing: BoolArray, beyond: FloatArray, line: tuple[int, float]
) -> FloatArray:
    """Return where the crossing edges meet the line."""
    start, end = beyond[crossing], beyond[after[crossing]]
    share = start / (start - end)
    cuts = xy[crossing] + share[:, None] * (xy[after[crossing]] - xy[crossing])
    cuts[:, line[0]] = line[1]
    return cuts


def to_integers(rings: Rings) -> IntRings:
    """Round to whole numbers, drop vertices that fall together, and empty rings that have no area left."""
    xy, starts = rings
    whole = np.rint(xy).astype(np.int64)
    distinct = (whole != whole[previous_vertex(starts)]).any(axis=1)
    owner = ring_of_vertex(starts)
    whole, owner = whole[distinct], owner[distinct]
    starts = offsets(np.bincount(owner, minlength=len(starts) - 1))
    solid = (np.diff(starts) >= _CORNERS) & (twice_areas((whole, starts)) != 0)
    keep = solid[owner]
    return whole[keep], offsets(np.where(solid, np.diff(starts), 0))


def twice_areas(rings: IntRings) -> IntArray:
    """Return twice the signed area of each ring by the surveyor's formula."""
    xy, starts = rings
    after = next_vertex(starts)
    terms = xy[:, 0] * xy[after, 1] - xy[after, 0] * xy[:, 1]
    sums = np.bincount(ring_of_vertex(starts), weights=terms, minlength=len(starts) - 1)
    return sums.astype(np.int64)

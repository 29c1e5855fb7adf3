"""Which polygon holds each point, exactly, and which area grid a party then belongs to.

Squares of longitude and latitude answer most points at once: where no outline passes through a square, all points in it
lie in the same polygon. Only points in squares on an outline meet geometry.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from gridgeo.cells.points import check_positions
from gridgeo.domain.arrays import BoolArray, FloatArray, IntArray
from gridgeo.errors import InvalidInputError

Shapes = Sequence[shapely.Geometry] | npt.NDArray[np.object_]

RULES = ("code", "boundary", "cell", "none")
"""In order: the register's code, the exact boundary, the cell, nothing known."""

_SQUARES_ACROSS = (2.0, 48.0)
"""Fewest and most squares across a polygon of usual size; between them, about four points share a square."""
_MOST_SQUARES = 1 << 24
_CORNERS_A_POINT = 2
_BOTH_SIDES_DEG = 1e-9
"""An outline along the edge of two squares belongs to both (about 0.1 mm)."""


@dataclass(frozen=True)
class Squares:
    """A raster of squares over the polygons; square = row * columns + column."""

    west: float
    south: float
    step_deg: float
    columns: int
    rows: int

    def numbers(self, lng: FloatArray, lat: FloatArray) -> IntArray:
        """Return the square of each point, -1 outside the raster."""
        column = np.floor((lng - self.west) / self.step_deg)
        row = np.floor((lat - self.south) / self.step_deg)
        inside = (column >= 0) & (column < self.columns) & (row >= 0) & (row < self.rows)
        return np.where(inside, row * self.columns + column, -1).astype(np.int64)

    def boxes(self, squares: IntArray) -> npt.NDArray[np.object_]:
        """Return the squares as shapely boxes."""
        row, column = np.divmod(squares, self.columns)
        west, south = self.west + column * self.step_deg, self.south + row * self.step_deg
        return np.asarray(shapely.box(west, south, west + self.step_deg, south + self.step_deg), dtype=np.object_)


def holding_polygon(lng: npt.ArrayLike, lat: npt.ArrayLike, polygons: Shapes) -> IntArray:
    """Find the polygon that holds each point.

    lng, lat: degrees, shape (n,). polygons: valid Polygons or MultiPolygons of the same datum; missing and empty ones
    hold nothing. Returns int64, shape (n,): position in `polygons`, the first one where several hold the point (a
    shared border belongs to both), -1 where none does.
    Raises InvalidInputError naming a row off the globe, or a polygon that is none or not valid.
    """
    x, y = check_positions(lng, lat)
    shapes = _checked_shapes(polygons)
    real = np.flatnonzero(~(shapely.is_missing(shapes) | shapely.is_empty(shapes)))
    holder = np.full(len(x), -1, dtype=np.int64)
    if len(real) == 0 or len(x) == 0:
        return holder
    outlines = shapes[real].copy()
    tree = shapely.STRtree(outlines)
    shapely.prepare(outlines)
    # tracing the outlines costs by the corner: for few points it is not worth while
    few = len(x) * _CORNERS_A_POINT < int(shapely.get_num_coordinates(outlines).sum())
    found = _held(x, y, tree, *tree.query(shapely.points(x, y))) if few else _by_squares(x, y, tree, outlines)
    inside = found >= 0
    holder[inside] = real[found[inside]]
    return holder


def smallest_holding(lng: npt.ArrayLike, lat: npt.ArrayLike, polygons: Shapes) -> IntArray:
    """Find the smallest polygon by area that holds each point.

    Villages lie in towns, towns in counties: the finest is found without knowing which kinds there are. Takes, returns
    and raises what `holding_polygon` does.
    """
    shapes = np.asarray(polygons, dtype=np.object_)
    smallest_first = np.argsort(shapely.area(shapes), kind="stable")
    found = holding_polygon(lng, lat, shapes[smallest_first])
    # one more at the end: what -1 stands for
    return np.append(smallest_first, -1)[found]


def _by_squares(x: FloatArray, y: FloatArray, tree: shapely.STRtree, outlines: npt.NDArray[np.object_]) -> IntArray:
    """Answer square by square away from the outlines, and point by point along them."""
    squares = _squares_over(outlines, len(x))
    number = squares.numbers(x, y)
    near = np.flatnonzero(number >= 0)
    on_outline = np.zeros(squares.rows * squares.columns, dtype=np.bool_)
    on_outline[_outline_squares(outlines, squares)] = True
    hard = on_outline[number[near]]
    easy, exact = near[~hard], near[hard]
    holder = np.full(len(x), -1, dtype=np.int64)
    holder[easy] = _by_square(x[easy], y[easy], number[easy], tree)
    holder[exact] = _by_geometry(x[exact], y[exact], number[exact], squares, tree)
    return holder


def _checked_shapes(polygons: Shapes) -> npt.NDArray[np.object_]:
    shapes = np.empty(len(polygons), dtype=np.object_)
    shapes[:] = polygons
    wrong = ~shapely.is_missing(shapes) & ((shapely.get_dimensions(shapes) != 2) | ~shapely.is_valid(shapes))
    wrong &= ~shapely.is_empty(shapes)
    if wrong.any():
        row = int(np.argmax(wrong))
        raise InvalidInputError(
            "polygon {row} cannot hold points: {detail}", row=row, detail=shapely.is_valid_reason(shapes[row])
        )
    return shapes


def _squares_over(shapes: npt.NDArray[np.object_], n_points: int) -> Squares:
    """Choose squares by the usual size of a polygon and the points it holds, within a budget for the whole raster."""
    boxes = shapely.bounds(shapes)
    west, south = boxes[:, 0].min(), boxes[:, 1].min()
    width, height = boxes[:, 2].max() - west, boxes[:, 3].max() - south
    usual = float(np.median(np.sqrt((boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1]))))
    across = float(np.clip(np.sqrt(n_points / len(shapes)) / 2.0, *_SQUARES_ACROSS))
    step = max(usual / across, float(np.sqrt(width * height / _MOST_SQUARES)), 1e-7)
    # A margin of one square, so that no outline lies on the raster's own edge.
    columns, rows = int(width / step) + 3, int(height / step) + 3
    return Squares(float(west) - step, float(south) - step, step, columns, rows)


def _outline_squares(shapes: npt.NDArray[np.object_], squares: Squares) -> IntArray:
    """Return every square that an outline touches, some of them several times."""
    corners, ring = shapely.get_coordinates(shapely.get_rings(shapely.get_parts(shapes)), return_index=True)
    same = ring[1:] == ring[:-1]
    start, end = corners[:-1][same], corners[1:][same]
    cuts = [_crossings(start, end, squares, axis) for axis in (0, 1)]
    # Between two cuts a segment stays in one square, so the middles of the stretches name all squares it passes.
    ends = np.arange(len(start), dtype=np.int64)
    segment = np.concatenate([ends, ends, cuts[0][0], cuts[1][0]])
    along = np.concatenate([np.zeros(len(start)), np.ones(len(start)), cuts[0][1], cuts[1][1]])
    order = np.lexsort((along, segment))
    segment, along = segment[order], along[order]
    stretch = segment[1:] == segment[:-1]
    middle = ((along[1:] + along[:-1]) / 2.0)[stretch]
    where = segment[1:][stretch]
    spots = start[where] + (end[where] - start[where]) * middle[:, None]
    return _beside(np.concatenate([spots, start]), squares)


def _crossings(start: FloatArray, end: FloatArray, squares: Squares, axis: int) -> tuple[IntArray, FloatArray]:
    """Return (segment, place along it) wherever a segment crosses a line of the raster of one axis."""
    origin = squares.west if axis == 0 else squares.south
    first, last = (start[:, axis] - origin) / squares.step_deg, (end[:, axis] - origin) / squares.step_deg
    low, high = np.ceil(np.minimum(first, last)), np.floor(np.maximum(first, last))
    count = np.maximum(high - low + 1, 0).astype(np.int64)
    segment = np.repeat(np.arange(len(start), dtype=np.int64), count)
    step = np.arange(len(segment)) - np.repeat(np.cumsum(count) - count, count)
    line = low[segment] + step
    span = (last - first)[segment]
    flat = span == 0
    place = np.where(flat, 0.0, (line - first[segment]) / np.where(flat, 1.0, span))
    return segment, np.clip(place, 0.0, 1.0)


def _beside(spots: FloatArray, squares: Squares) -> IntArray:
    """Return the squares at the spots and a hair to every side of them."""
    hair = _BOTH_SIDES_DEG
    moves = [(-hair, -hair), (-hair, hair), (hair, -hair), (hair, hair)]
    return np.concatenate([squares.numbers(spots[:, 0] + east, spots[:, 1] + north) for east, north in moves])


def _by_square(x: FloatArray, y: FloatArray, number: IntArray, tree: shapely.STRtree) -> IntArray:
    """Ask once for each square, with the first point in it."""
    _, first, place = np.unique(number, return_index=True, return_inverse=True)
    spots = tree.query(shapely.points(x[first], y[first]))
    return _held(x[first], y[first], tree, *spots)[place]


def _by_geometry(x: FloatArray, y: FloatArray, number: IntArray, squares: Squares, tree: shapely.STRtree) -> IntArray:
    """Test each point against the polygons whose box meets its square."""
    found, place = np.unique(number, return_inverse=True)
    square, shape = tree.query(squares.boxes(found))
    order = np.lexsort((shape, square))
    square, shape = square[order], shape[order]
    starts = np.searchsorted(square, np.arange(len(found) + 1))
    count = np.diff(starts)[place]
    point = np.repeat(np.arange(len(x), dtype=np.int64), count)
    step = np.arange(len(point)) - np.repeat(np.cumsum(count) - count, count)
    candidate = shape[starts[:-1][place][point] + step]
    return _held(x, y, tree, point, candidate)


def _held(
    x: FloatArray, y: FloatArray, tree: shapely.STRtree, point: npt.NDArray[np.int64], shape: npt.NDArray[np.int64]
) -> IntArray:
    """Return the first of its candidate polygons that holds each point, -1 for none."""
    # Polygon by polygon, so that its prepared form stays in the processor's cache.
    order = np.argsort(shape, kind="stable")
    point, shape = point[order], shape[order]
    inside = shapely.intersects_xy(tree.geometries[shape], x[point], y[point])
    return _first_of(point[inside], shape[inside], len(x))


def _first_of(item: npt.NDArray[np.int64], value: npt.NDArray[np.int64], count: int) -> IntArray:
    """Return the smallest value of each item, -1 where it has none."""
    best = np.full(count, np.iinfo(np.int64).max, dtype=np.int64)
    np.minimum.at(best, item, value)
    return np.where(best == np.iinfo(np.int64).max, -1, best)


@dataclass(frozen=True)
class Memberships:
    """Where each party belongs, shape (n_parties,): grid is -1 where no rule says; rule: position in RULES."""

    grid: IntArray
    rule: IntArray

    @property
    def rule_names(self) -> list[str]:
        """Return the rule of each party by its name."""
        names: list[str] = np.array(RULES)[self.rule].tolist()
        return names


def settle_membership(by_code: IntArray, by_boundary: IntArray, by_cell: IntArray) -> Memberships:
    """Take the first of code, boundary and cell that names a grid.

    by_code, by_boundary, by_cell: position of the grid that each rule alone names, -1 for none, shape (n_parties,).
    """
    votes = np.column_stack([by_code, by_boundary, by_cell, np.full(len(by_code), -1)]).astype(np.int64)
    named = votes >= 0
    rule = np.where(named.any(axis=1), named.argmax(axis=1), len(RULES) - 1).astype(np.int64)
    return Memberships(votes[np.arange(len(votes)), rule], rule)


def disagree(by_code: IntArray, by_boundary: IntArray, by_cell: IntArray) -> BoolArray:
    """Tell for which parties two rules name different grids; a rule that names none contradicts nobody."""
    votes = np.column_stack([by_code, by_boundary, by_cell]).astype(np.int64)
    high = votes.max(axis=1)
    low = np.where(votes < 0, np.iinfo(np.int64).max, votes).min(axis=1)
    answer: BoolArray = (high >= 0) & (low != high)
    return answer

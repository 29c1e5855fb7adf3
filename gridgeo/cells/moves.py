"""Figures of cells moved to coarser or finer cells, or to any other set of cells, with nothing lost on the way.

H3 cells nest exactly by number and only nearly by area: a child reaches over its parent's border by up to a seventh of
itself. Counts therefore move by the tree, where sums are exact; what is spread evenly over ground may be moved by the
true overlap of the hexagons instead.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from gridgeo.cells.overlay import overlay_areas
from gridgeo.cells.points import areas_m2, check_cells, common_resolution, parents, resolutions
from gridgeo.cells.polygons import cell_polygons
from gridgeo.domain.arrays import BoolArray, CellArray, FloatArray, IntArray
from gridgeo.errors import InvalidInputError

ScoreKind = Literal["count", "intensity"]
SCORE_KINDS: tuple[ScoreKind, ...] = get_args(ScoreKind)
MAX_CHILDREN = 50_000_000
"""Above, the request is a slip of the resolution and not a table anybody reads."""

_FINEST = 15
_DIGITS = np.arange(7, dtype=np.uint64)
_RESOLUTION_SHIFT, _RESOLUTION_BITS = np.uint64(52), np.uint64(0xF)
_BASE_SHIFT, _BASE_BITS = np.uint64(45), np.uint64(0x7F)
_PENTAGON_BASES = np.array([4, 14, 24, 38, 49, 58, 63, 72, 83, 97, 107, 117], dtype=np.uint64)
_MISSING_DIGIT = 1
"""The child that a pentagon does not have."""

Pieces = tuple[IntArray, IntArray, FloatArray]
"""(position among the sources, position among the targets, share of the source), one entry a pair."""


@dataclass(frozen=True)
class Moved:
    """Figures on the target cells, and what of each source no target covers.

    values: shape (n_targets,). outside: shape (n_sources,), in counts, or in intensity times m2.
    """

    values: FloatArray
    outside: FloatArray


def children(cells: npt.ArrayLike, resolution: int) -> tuple[CellArray, IntArray]:
    """Return all descendants of the cells at a finer resolution, whether or not anything lies in them.

    cells: uint64, one resolution. resolution: not coarser than theirs, at most 15.
    Returns (children, parent_index): uint64 in the order of their parents, and the position of each one's parent.
    Raises InvalidInputError when the resolution is coarser, or the answer would have more than 50 million cells.
    """
    numbers = check_cells(cells)
    index = np.arange(len(numbers), dtype=np.int64)
    if len(numbers) == 0:
        return numbers, index
    start = common_resolution(numbers)
    if not start <= resolution <= _FINEST:
        raise InvalidInputError(
            "children must have resolution {low} to {high}, got {given}", low=start, high=_FINEST, given=resolution
        )
    _check_size(len(numbers) * 7 ** (resolution - start))
    pentagon = _pentagons(numbers)
    for level in range(start + 1, resolution + 1):
        numbers, index, pentagon = _next_level(numbers, index, pentagon, level)
    return numbers, index


def _check_size(count: int) -> None:
    if count > MAX_CHILDREN:
        raise InvalidInputError(
            "the cells have {count} children at that resolution, allowed are {allowed}: take a coarser one",
            count=count,
            allowed=MAX_CHILDREN,
        )


def _pentagons(cells: CellArray) -> BoolArray:
    """Tell which cells are pentagons: the base cell is one and every digit after it is 0."""
    base = (cells >> _BASE_SHIFT) & _BASE_BITS
    used = np.uint64(3) * (np.uint64(_FINEST) - resolutions(cells).astype(np.uint64))
    digits = (cells & np.uint64((1 << 45) - 1)) >> used
    answer: BoolArray = np.isin(base, _PENTAGON_BASES) & (digits == 0)
    return answer


def _next_level(
    cells: CellArray, index: IntArray, pentagon: BoolArray, level: int
) -> tuple[CellArray, IntArray, BoolArray]:
    shift = np.uint64(3 * (_FINEST - level))
    without = cells & ~(_RESOLUTION_BITS << _RESOLUTION_SHIFT) & ~(np.uint64(7) << shift)
    stem = without | (np.uint64(level) << _RESOLUTION_SHIFT)
    finer = stem[:, None] | (_DIGITS << shift)[None, :]
    there = ~(pentagon[:, None] & (_DIGITS == _MISSING_DIGIT)[None, :])
    still = pentagon[:, None] & (_DIGITS == 0)[None, :]
    return finer[there], np.broadcast_to(index[:, None], finer.shape)[there], still[there]


def rolled_up(cells: npt.ArrayLike, values: npt.ArrayLike, resolution: int) -> tuple[CellArray, FloatArray]:
    """Add the values of each parent's cells.

    cells: uint64, may repeat. values: shape (n,), counts. resolution: of the parents, not finer than any cell.
    Returns (parents, sums), parents ascending; whole numbers add up exactly.
    Raises InvalidInputError when a value is not finite.
    """
    numbers = check_cells(cells)
    counts = _checked_values(values, numbers)
    found, place = np.unique(parents(numbers, resolution), return_inverse=True)
    return found, np.bincount(place, weights=counts, minlength=len(found)).astype(np.float64)


def move_counts(cells: npt.ArrayLike, values: npt.ArrayLike, resolution: int) -> tuple[CellArray, FloatArray]:
    """Move counts to another resolution: coarser by exact sums, finer by the children's areas.

    cells: uint64, one resolution, may repeat. values: shape (n,). Returns (cells, values), cells ascending and every
    descendant present; the total stays the same (to 1e-9 of it where it is divided).
    """
    numbers = check_cells(cells)
    once, sums = rolled_up(numbers, values, common_resolution(numbers))
    if resolution <= common_resolution(once):
        return rolled_up(once, sums, resolution)
    finer, index = children(once, resolution)
    share = _shares(index, areas_m2(finer), len(once))
    order = np.argsort(finer)
    return finer[order], (sums[index] * share)[order]


def move_scores(
    cells: npt.ArrayLike,
    values: npt.ArrayLike,
    targets: npt.ArrayLike,
    *,
    kind: ScoreKind = "intensity",
    exact_area: bool = False,
) -> Moved:
    """Move a score from one set of cells to another by area weights, its mass kept.

    cells, targets: uint64, unique, each of one resolution, which may differ. values: shape (n,). kind: the mass of a
    ``count`` is its sum; that of an ``intensity`` (something per m2, or a rate) is its sum over area, and a target that
    the sources cover only in part is diluted. exact_area: weigh by the true overlap of the hexagons in an equal-area
    projection; by default by the tree, where a finer cell belongs to its parent as a whole.
    What no target covers is reported, so that mass on the targets plus outside is the mass before, to 1e-9.
    Raises InvalidInputError when a cell repeats, a value is not finite or the kind is unknown.
    """
    if kind not in SCORE_KINDS:
        raise InvalidInputError(
            "score kind must be one of {known}, got {given}", known=", ".join(SCORE_KINDS), given=kind
        )
    sources, goals = _unique_cells(cells), _unique_cells(targets)
    given = _checked_values(values, sources)
    mass = given * areas_m2(sources) if kind == "intensity" else given
    source, target, share = (_overlap_pieces if exact_area else _tree_pieces)(sources, goals)
    moved = np.bincount(target, weights=mass[source] * share, minlength=len(goals)).astype(np.float64)
    covered = np.bincount(source, weights=share, minlength=len(sources))
    outside = np.where(covered >= 1.0 - 1e-12, 0.0, mass * (1.0 - covered))
    return Moved(moved / areas_m2(goals) if kind == "intensity" else moved, outside)


def _tree_pieces(sources: CellArray, targets: CellArray) -> Pieces:
    if len(sources) == 0 or len(targets) == 0:
        return _no_pieces()
    finer = common_resolution(targets) >= common_resolution(sources)
    if finer:
        reached, source = children(sources, common_resolution(targets))
        share = _shares(source, areas_m2(reached), len(sources))
    else:
        reached, source = parents(sources, common_resolution(targets)), np.arange(len(sources), dtype=np.int64)
        share = np.ones(len(sources))
    order = np.argsort(targets)
    place = order[np.minimum(np.searchsorted(targets[order], reached), len(targets) - 1)].astype(np.int64)
    hit = targets[place] == reached
    return source[hit], place[hit], share[hit]


def _overlap_pieces(sources: CellArray, targets: CellArray) -> Pieces:
    if len(sources) == 0 or len(targets) == 0:
        return _no_pieces()
    shapes = cell_polygons(sources)
    source, target, piece_m2 = overlay_areas(shapes, targets)
    own, other, whole_m2 = overlay_areas(shapes, sources)
    area_m2 = np.bincount(own, weights=np.where(own == other, whole_m2, 0.0), minlength=len(sources))
    covered = np.bincount(source, weights=piece_m2, minlength=len(sources))
    # Overlays round: a source may come out a hair larger than itself, and then nothing of it is outside.
    whole = np.where(covered >= area_m2 * (1.0 - 1e-9), covered, area_m2)
    return source, target, piece_m2 / whole[source]


def _no_pieces() -> Pieces:
    return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64), np.empty(0)


def _shares(index: IntArray, size: FloatArray, count: int) -> FloatArray:
    """Return each piece's share of what its source has in all."""
    shares: FloatArray = size / np.bincount(index, weights=size, minlength=count)[index]
    return shares


def _unique_cells(cells: npt.ArrayLike) -> CellArray:
    numbers = check_cells(cells)
    ascending = np.sort(numbers)
    again = np.flatnonzero(ascending[1:] == ascending[:-1])
    if len(again):
        raise InvalidInputError("cell {cell} is given twice", cell=hex(int(ascending[again[0]]))[2:])
    return numbers


def _checked_values(values: npt.ArrayLike, cells: CellArray) -> FloatArray:
    figures = np.atleast_1d(np.asarray(values, dtype=np.float64))
    if figures.shape != cells.shape:
        raise InvalidInputError(
            "each cell needs one value: {cells} cells, {values} values", cells=len(cells), values=figures.size
        )
    bad = ~np.isfinite(figures)
    if bad.any():
        row = int(np.argmax(bad))
        raise InvalidInputError(
            "row {row}: value {given} is not a finite number; leave the cell out or give a number",
            row=row,
            given=float(figures[row]),
        )
    return figures

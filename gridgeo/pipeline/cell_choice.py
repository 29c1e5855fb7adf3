"""Choose cells of a publication: by branch, place, list, parent and figures; in an order."""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce
from typing import Literal, get_args

import numpy as np
import shapely

from gridgeo.cells import centres, check_cells, common_resolution, parents
from gridgeo.cells.points import resolutions
from gridgeo.domain import BoolArray, CellArray, FloatArray, IntArray
from gridgeo.errors import InvalidInputError
from gridgeo.pipeline.browse import CellScores

Comparison = Literal["ge", "le", "gt", "lt", "eq"]
COMPARISONS: tuple[str, ...] = get_args(Comparison)
BY_CELL = "cell"
"""The order by branch, then cell."""
_COMPARE: dict[str, Callable[[FloatArray, float], BoolArray]] = {name: getattr(operator, name) for name in COMPARISONS}
Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Condition:
    """A figure of a cell held against a number; a figure that is undefined or hidden holds against none."""

    measure: str
    comparison: Comparison
    value: float


@dataclass(frozen=True)
class CellChoice:
    """Which cells are wanted; what is None is not asked for, and everything asked for must hold.

    box: west, south, east, north in degrees; west above east goes over the antimeridian. polygon: in the datum of the
    cells. A cell lies where its centre lies. parent: a cell of any coarser resolution. cells: uint64. sort: ``cell``,
    or a measure, with ``-`` before it for the largest first; cells without the figure come last.
    """

    branch_id: str | None = None
    box: Box | None = None
    polygon: shapely.Geometry | None = None
    parent: int | None = None
    cells: CellArray | None = None
    conditions: tuple[Condition, ...] = ()
    sort: str = BY_CELL

    @property
    def measures(self) -> tuple[str, ...]:
        """The measures that the choice reads."""
        by = self.sort.removeprefix("-")
        named = (*(one.measure for one in self.conditions), *(() if by == BY_CELL else (by,)))
        return tuple(dict.fromkeys(named))


@dataclass(frozen=True, eq=False)
class Places:
    """Where the centres of cells lie: degrees, shape (n_cells,)."""

    lng: FloatArray
    lat: FloatArray

    @property
    def size_bytes(self) -> int:
        """Memory of the arrays."""
        return self.lng.nbytes + self.lat.nbytes


def places_of(cells: CellArray) -> Places:
    """Return the centres of cells."""
    lng, lat = centres(cells)
    return Places(lng, lat)


def chosen_rows(scores: CellScores, places: Places, choice: CellChoice) -> IntArray:
    """Return the positions in ``scores`` of the cells that are wanted, in the order that is wanted.

    places: of the cells of ``scores``. The choice's measures must be among those of ``scores``.
    Raises InvalidInputError for a box that is none or whose axes look exchanged, a parent that is finer than the cells,
    cells of another resolution.
    """
    holds = [test(scores, places, choice) for test in (_in_branch, _below_parent, _listed, _by_figures)]
    holds.append(_in_box(scores, places, choice))
    holds.append(_in_polygon(places, choice))
    kept = reduce(operator.and_, holds)
    return _ordered(scores, np.flatnonzero(kept), choice.sort)


def check_box(box: Box) -> Box:
    """Return the box; InvalidInputError when it is not on the globe or upside down."""
    west, south, east, north = box
    if not np.isfinite(box).all():
        raise InvalidInputError("bbox must be four finite numbers, got {given}", given=_text(box))
    if max(abs(south), abs(north)) > 90.0 or max(abs(west), abs(east)) > 180.0:
        raise InvalidInputError(
            "bbox {given} is not on the globe: give west,south,east,north with longitude -180 to 180 and latitude"
            " -90 to 90; do longitude and latitude stand exchanged?",
            given=_text(box),
        )
    if south > north:
        raise InvalidInputError("bbox {given} is upside down: give west,south,east,north", given=_text(box))
    return box


def _text(box: Box) -> str:
    return ",".join(f"{each:g}" for each in box)


def _everything(scores: CellScores) -> BoolArray:
    return np.ones(len(scores.cells), dtype=bool)


def _in_branch(scores: CellScores, _: Places, choice: CellChoice) -> BoolArray:
    if choice.branch_id is None:
        return _everything(scores)
    if choice.branch_id not in scores.branch_ids:
        return ~_everything(scores)
    inside: BoolArray = scores.branch_index == scores.branch_ids.index(choice.branch_id)
    return inside


def _below_parent(scores: CellScores, _: Places, choice: CellChoice) -> BoolArray:
    if choice.parent is None:
        return _everything(scores)
    wanted = check_cells([choice.parent])
    resolution = int(resolutions(wanted)[0])
    if resolution > scores.resolution:
        raise InvalidInputError(
            "parent {cell} has resolution {given}, finer than the cells' {resolution}",
            cell=f"{choice.parent:x}",
            given=resolution,
            resolution=scores.resolution,
        )
    below: BoolArray = parents(scores.cells, resolution) == wanted[0]
    return below


def _listed(scores: CellScores, _: Places, choice: CellChoice) -> BoolArray:
    if choice.cells is None:
        return _everything(scores)
    wanted = check_cells(choice.cells)
    if len(wanted) and common_resolution(wanted) != scores.resolution:
        raise InvalidInputError(
            "cell {cell} has resolution {given}, what is published has {resolution}",
            cell=f"{int(wanted[0]):x}",
            given=common_resolution(wanted),
            resolution=scores.resolution,
        )
    return np.isin(scores.cells, wanted)


def _by_figures(scores: CellScores, _: Places, choice: CellChoice) -> BoolArray:
    with np.errstate(invalid="ignore"):
        holds = (_COMPARE[one.comparison](scores.measures[one.measure].values, one.value) for one in choice.conditions)
        return reduce(operator.and_, holds, _everything(scores))


def _in_box(scores: CellScores, places: Places, choice: CellChoice) -> BoolArray:
    if choice.box is None:
        return _everything(scores)
    west, south, east, north = check_box(choice.box)
    inside = _between(places, (west, south, east, north))
    if not inside.any() and max(abs(west), abs(east)) <= 90.0 and west <= east:
        exchanged = _between(places, (south, west, north, east))
        if exchanged.any():
            raise InvalidInputError(
                "bbox {given} holds none of the cells, but would with longitude and latitude exchanged: give"
                " west,south,east,north",
                given=_text(choice.box),
            )
    return inside


def _between(places: Places, box: Box) -> BoolArray:
    west, south, east, north = box
    after, before = places.lng >= west, places.lng <= east
    across = after & before if west <= east else after | before
    inside: BoolArray = across & (places.lat >= south) & (places.lat <= north)
    return inside


def _in_polygon(places: Places, choice: CellChoice) -> BoolArray:
    if choice.polygon is None:
        return np.ones(len(places.lng), dtype=bool)
    shapely.prepare(choice.polygon)
    inside: BoolArray = shapely.intersects_xy(choice.polygon, places.lng, places.lat)
    return inside


def _ordered(scores: CellScores, rows: IntArray, sort: str) -> IntArray:
    by = sort.removeprefix("-")
    if by == BY_CELL:
        return rows if sort == BY_CELL else rows[::-1]
    values = scores.measures[by].values[rows]
    # Not-a-number is the largest to a sort: those cells come last either way; ties stay in order of cell.
    order: IntArray = rows[np.argsort(-values if sort.startswith("-") else values, kind="stable")]
    return order

"""Outlines as delivered, judged row by row as the gate for polygons would, and brought into the house datum."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl
import shapely

from gridgeo.cells import CLI_LIMITS, GateLimits, admission
from gridgeo.domain import BoolArray, FloatArray
from gridgeo.domain.words import MIN_RESOLUTION
from gridgeo.errors import InvalidInputError
from gridgeo.sources.intake.positions import OFF_GLOBE, SWAPPED, Place

NO_SHAPE = "no shape"
NOT_AREA = "not an area: a polygon is needed"
NOT_FINITE = "a corner of the outline is not a number"
TOO_LONG = "the outline has more than 100000 corners: simplify it"
CROSSED = "the outline crosses itself and is too long to repair"
NO_AREA = "the outline holds no area"
TOO_WIDE = "the outline spans more than 20 degrees"

POINT, AREAS = 0, (3, 6)
WIDE = GateLimits(max_vertices=CLI_LIMITS.max_vertices, max_cells=10**12)
"""Areas are filled with cells later, one catchment at a time; here only their outline is judged."""

Shapes = npt.NDArray[np.object_]
Texts = npt.NDArray[np.object_]


@dataclass(frozen=True)
class Outlines:
    """Shapes of the rows of a batch, each array of shape (n,).

    given: flat and valid, in the coordinates of the file. shapes: the same in the house datum. reason: why a row is
    refused, "" for a good one. where: place of the fault, "" where none is known. repaired, flattened: how many good
    ones crossed themselves, had heights.
    """

    given: Shapes
    shapes: Shapes
    reason: Texts
    where: Texts
    repaired: int
    flattened: int


def judged_shapes(wkb: pl.Series, place: Place, *, points: bool = False) -> Outlines:
    """Judge the shapes of a batch; what the gate for polygons refuses, or answers only after a repair, is said.

    wkb: in the coordinates that `place` names. points: whether points, and rows without a shape, are fine too.
    Heights fall away. A self-crossing of few corners is repaired (structure method), longer ones are refused.
    """
    flat = shapely.force_2d(_read(wkb))
    reason = _structure(flat, points=points)
    if place.geographic:
        reason = np.where(reason == "", _range(flat), reason)
    crossed = (reason == "") & ~shapely.is_valid(flat) & ~shapely.is_missing(flat)
    fixable = crossed & (shapely.get_num_coordinates(flat) <= WIDE.max_repair_vertices)
    where = np.where(crossed, shapely.is_valid_reason(_only(flat, crossed)), "")
    flat[fixable] = shapely.make_valid(flat[fixable], method="structure", keep_collapsed=False)
    empty = fixable & (~np.isin(shapely.get_type_id(flat), AREAS) | ~(shapely.area(flat) > 0))
    reason = np.select([crossed & ~fixable, empty], [CROSSED, NO_AREA], reason)
    moved, reason = _moved(flat, reason, place)
    good = reason == ""
    bounds_said = np.isin(reason, (SWAPPED, OFF_GLOBE, TOO_WIDE))
    where = np.where(bounds_said, _bounds_text(flat), where)
    heights = shapely.has_z(_read(wkb)) & good
    return Outlines(flat, moved, reason, where, int((fixable & good).sum()), int(heights.sum()))


def points_of(wkb: pl.Series) -> tuple[FloatArray, FloatArray]:
    """Return x and y of a point on each shape, shape (n,); NaN where there is none."""
    shapes = shapely.force_2d(_read(wkb))
    sound = ~shapely.is_missing(shapes) & _finite(shapes)
    spots = shapely.point_on_surface(_only(shapes, np.asarray(sound, dtype=np.bool_)))
    return np.asarray(shapely.get_x(spots), np.float64), np.asarray(shapely.get_y(spots), np.float64)


def _only(shapes: Shapes, which: BoolArray) -> Shapes:
    """Return the shapes with None in place of those that are not meant."""
    kept = shapes.copy()
    kept[~which] = None
    return kept


def _read(wkb: pl.Series) -> Shapes:
    with np.errstate(invalid="ignore"):
        return np.asarray(shapely.from_wkb(wkb.to_numpy()), dtype=np.object_)


def _finite(shapes: Shapes) -> BoolArray:
    corners, owner = shapely.get_coordinates(shapes, return_index=True)
    finite = np.ones(len(shapes), dtype=np.bool_)
    finite[owner[~np.isfinite(corners).all(axis=1)]] = False
    return finite


def _structure(flat: Shapes, *, points: bool) -> Texts:
    """Return the reasons that hold in any coordinates."""
    kinds, missing = shapely.get_type_id(flat), shapely.is_missing(flat)
    area = np.isin(kinds, AREAS) & ~shapely.is_empty(flat)
    fine = area | (missing | ((kinds == POINT) & ~shapely.is_empty(flat)) if points else False)
    reasons = [
        (missing & ~fine, NO_SHAPE),
        (~fine, NOT_AREA),
        (~_finite(flat), NOT_FINITE),
        (shapely.get_num_coordinates(flat) > WIDE.max_vertices, TOO_LONG),
    ]
    return np.select([bad for bad, _ in reasons], [text for _, text in reasons], "").astype(np.object_)


def _range(flat: Shapes) -> Texts:
    """Return the reasons that hold for degrees."""
    west, south, east, north = np.abs(shapely.bounds(flat)).T
    x, y = np.fmax(west, east), np.fmax(south, north)
    off = (x > 180.0) | (y > 90.0)
    return np.select([off & (x <= 90.0) & (y <= 180.0), off], [SWAPPED, OFF_GLOBE], "").astype(np.object_)


def _moved(flat: Shapes, reason: Texts, place: Place) -> tuple[Shapes, Texts]:
    """Return the good shapes in the house datum and the reasons, with those that only show there."""
    moved, found = flat.copy(), reason.copy()
    good = np.flatnonzero(reason == "")
    moved[good] = moved_shapes(flat[good], place)
    lost = good[~_finite(moved[good])]
    found[lost] = OFF_GLOBE
    bounds = shapely.bounds(moved)
    span = np.fmax(bounds[:, 2] - bounds[:, 0], bounds[:, 3] - bounds[:, 1])
    # A handful at most: outlines across the antimeridian, which the gate cuts there, and those that are too wide.
    for at in np.flatnonzero((found == "") & (span > WIDE.max_span_deg)):
        try:
            moved[at] = admission(moved[at], limits=WIDE, resolution=MIN_RESOLUTION).polygon
        except InvalidInputError:
            found[at] = TOO_WIDE
    return moved, found


def moved_shapes(shapes: Shapes, place: Place) -> Shapes:
    """Return shapes in the house datum."""
    if not place.moves:
        return shapes

    def moved(corners: FloatArray) -> FloatArray:
        return np.column_stack(place.to_house(corners[:, 0], corners[:, 1]))

    return np.asarray(shapely.transform(shapes, moved), dtype=np.object_)


def _bounds_text(shapes: Shapes) -> Texts:
    """Return the corners of the boxes around shapes as text."""
    table = pl.DataFrame(shapely.bounds(shapes), schema=["west", "south", "east", "north"])
    text = table.select(pl.concat_str(pl.all().round(5).cast(pl.String), separator=" ")).to_series()
    return text.to_numpy().astype(np.object_)

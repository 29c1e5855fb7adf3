"""Where the figures of areas, points and cells lie among the cells of a ground, and what lies outside it.

A unit is whatever a source counts by. Its shares of the cells and what is outside add up to one, so that sums are kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely

from gridgeo.cells import areas_m2, cells_from_points, centres, children, common_resolution, holding_polygon, parents
from gridgeo.domain import BoolArray, CellArray, FloatArray, IntArray
from gridgeo.errors import InvalidInputError
from gridgeo.sources.osm_objects import Shapes, shapes_of, small_areas_m2
from gridgeo.sources.settlement import Settled, area_unit_weights, built_on, nearest_cells

WEIGHTS = ("area", "buildings", "streets")
"""What the figure of an area may be spread by."""
DEFAULT_WEIGHTS = "buildings,streets"
WHOLE = 1e-9
"""A unit with less than this share of it outside is inside: borders drawn twice differ by rounding."""


@dataclass(frozen=True, eq=False)
class UnitShares:
    """unit, cell: positions, no pair twice; share: of the unit in the cell. outside: share of each unit in no cell."""

    unit: IntArray
    cell: IntArray
    share: FloatArray
    outside: FloatArray


def weights_from_text(text: str) -> tuple[str, ...]:
    """Return what areas are weighed by, out of words with commas; InvalidInputError for an unknown word."""
    words = tuple(dict.fromkeys(word.strip() for word in text.split(",") if word.strip()))
    if not words or not set(words) <= set(WEIGHTS):
        raise InvalidInputError(
            "weights must be among {known}, joined by commas, got {given}", known=", ".join(WEIGHTS), given=text
        )
    return words


def shares_of_areas(units: Shapes, ground: Settled, cells: CellArray, by: Sequence[str]) -> UnitShares:
    """Spread areas of their own over the cells of a ground.

    units: valid polygons, shape (n,), which need not be the ground's zones. by: as in `area_unit_weights`. The part of
    a unit beyond the zones of the ground is outside, by its area; the rest stays in the ground's cells, even where the
    centre of the cell that holds it is abroad.
    """
    unit, _, piece, area = zone_pieces(units, shapes_of(ground.boundaries.get_column("geometry")))
    covered = np.bincount(unit, weights=area, minlength=len(units)) / shapely.area(units)
    whole = covered >= 1.0 - WHOLE
    cut = ~whole[unit]
    rows, owner = np.flatnonzero(whole), unit[cut]
    parts = np.concatenate([units[rows], piece[cut]])
    whose = np.concatenate([rows, owner]).astype(np.int64)
    held, cell, weight = area_unit_weights(parts, ground, cells, by, whose)
    inside = np.where(whole, 1.0, _true_shares(units, piece[cut], owner))
    return _shares(held, cell, weight, inside)


def zone_pieces(units: Shapes, zones: Shapes) -> tuple[IntArray, IntArray, Shapes, FloatArray]:
    """Cut units along the borders of zones: (unit, zone, polygon, area in square degrees), one entry a piece.

    Shares of one unit are right to about 1 % even where it spans a degree of latitude.
    """
    shapely.prepare(zones)
    zone, unit = shapely.STRtree(units).query(zones, predicate="intersects")
    swallowed: BoolArray = shapely.contains_properly(zones[zone], units[unit])
    pieces = units[unit].copy()
    pieces[~swallowed] = shapely.intersection(units[unit[~swallowed]], zones[zone[~swallowed]])
    parts, at = shapely.get_parts(pieces, return_index=True)
    # Units and zones that only touch meet in lines and points.
    keep = (shapely.get_dimensions(parts) == 2) & (shapely.area(parts) > 0)
    parts, at = parts[keep], at[keep]
    return unit[at].astype(np.int64), zone[at].astype(np.int64), parts, shapely.area(parts)


def shares_of_points(lng: FloatArray, lat: FloatArray, ground: Settled, cells: CellArray) -> UnitShares:
    """Give each point as a whole to the cell that holds it.

    A point of the ground whose cell has its centre abroad goes to the nearest cell of the ground; any other is outside.
    """
    at, inside = positions(cells, cells_from_points(lng, lat, common_resolution(cells)))
    return _placed(at, inside, (lng, lat), ground, cells)


def shares_of_cells(units: CellArray, ground: Settled, cells: CellArray, by: Sequence[str]) -> UnitShares:
    """Bring figures of cells of any one resolution to the cells of a ground, along the tree of cells.

    Finer cells go to their parent as a whole; coarser ones are divided among their children by residential buildings,
    streets, or area, as `area_unit_weights` does. Children that are not of the ground are outside.
    """
    own, wanted = common_resolution(units), common_resolution(cells)
    if own >= wanted:
        at, inside = positions(cells, parents(units, wanted))
        return _placed(at, inside, centres(units), ground, cells)
    below, owner = children(units, wanted)
    weight = _child_weights(below, owner, ground, by)
    share = weight / np.bincount(owner, weights=weight)[owner]
    at, inside = positions(cells, below)
    lost = np.bincount(owner[~inside], weights=share[~inside], minlength=len(units)).astype(np.float64)
    return UnitShares(owner[inside], at[inside], share[inside], lost)


def positions(cells: CellArray, wanted: CellArray) -> tuple[IntArray, BoolArray]:
    """Return the position of each wanted cell among the ascending ones, and whether it is one of them."""
    at = np.minimum(np.searchsorted(cells, wanted), len(cells) - 1).astype(np.int64)
    return at, cells[at] == wanted


def _placed(
    at: IntArray, inside: BoolArray, spots: tuple[FloatArray, FloatArray], ground: Settled, cells: CellArray
) -> UnitShares:
    away = np.flatnonzero(~inside)
    lng, lat = spots[0][away], spots[1][away]
    ours = holding_polygon(lng, lat, shapes_of(ground.boundaries.get_column("geometry"))) >= 0
    cell = at.copy()
    cell[away[ours]] = nearest_cells(lng[ours], lat[ours], cells)
    outside = np.zeros(len(at))
    outside[away[~ours]] = 1.0
    unit = np.flatnonzero(outside == 0.0)
    return UnitShares(unit, cell[unit], np.ones(len(unit)), outside)


def _child_weights(below: CellArray, owner: IntArray, ground: Settled, by: Sequence[str]) -> FloatArray:
    """Return the weight of each child: what is built there, or its area where nothing is built in the whole parent."""
    area = areas_m2(below)
    if tuple(by) == ("area",):
        return area
    order = np.argsort(below)
    built = np.zeros(len(below))
    built[order] = built_on(ground, below[order], by)
    sums = np.bincount(owner, weights=built)
    weights: FloatArray = np.where(sums[owner] > 0, built, area)
    return weights


def _shares(unit: IntArray, cell: IntArray, weight: FloatArray, inside: FloatArray) -> UnitShares:
    total = np.bincount(unit, weights=weight, minlength=len(inside))
    lost = (inside > 0) & ~(total > 0)
    if lost.any():
        raise InvalidInputError("unit {unit} has no weights in any cell", unit=int(np.argmax(lost)))
    return UnitShares(unit, cell, weight / total[unit] * inside[unit], 1.0 - inside)


def _true_shares(units: Shapes, pieces: Shapes, owner: IntArray) -> FloatArray:
    """Return the share of each unit that its pieces make up, by area in m2."""
    whole = small_areas_m2(units, shapely.get_y(shapely.centroid(units)))
    part = small_areas_m2(pieces, shapely.get_y(shapely.centroid(pieces))) if len(pieces) else np.empty(0)
    return np.minimum(np.bincount(owner, weights=part, minlength=len(units)) / whole, 1.0)

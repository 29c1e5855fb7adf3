"""Where people live, as weights for spreading the people of a zone over cells.

An assumption, not a measurement: buildings are mapped unevenly (one demo municipality has 96 for 5,425 people), so
residential streets stand for the houses nobody has drawn.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import polars as pl
import shapely
from scipy.spatial import cKDTree

from gridgeo.cells import (
    areas_m2,
    cells_from_points,
    cells_from_polygon,
    centres,
    common_resolution,
    overlay_areas,
    overlay_lengths,
)
from gridgeo.domain import CellArray, FloatArray, IntArray
from gridgeo.sources.osm_objects import Shapes, metres_per_degree, points_of, shapes_of

STREET_M2_PER_M = 8.0
"""Floor area that a metre of residential street stands for."""
BUILDING_CAP_M2 = 400.0
"""A larger footprint is a block or a hall and does not house people in proportion."""
RESIDENTIAL_STREETS = ("residential", "living_street")

Weights = tuple[IntArray, IntArray, FloatArray]
"""(zone_index, cell_index, weight): sorted, each pair once."""


class Settled(Protocol):
    """The frames people and streets are worked out from: a `Ground`, or frames read back from a store."""

    @property
    def boundaries(self) -> pl.DataFrame:
        """BOUNDARIES; their row numbers are the zones."""

    @property
    def streets(self) -> pl.DataFrame:
        """STREETS."""

    @property
    def buildings(self) -> pl.DataFrame:
        """BUILDINGS."""


@dataclass(frozen=True)
class Settlement:
    """The three frames by themselves; every: boundaries of all kinds, where there are others besides the zones."""

    boundaries: pl.DataFrame
    streets: pl.DataFrame
    buildings: pl.DataFrame
    every: pl.DataFrame | None = None


def people_weights(ground: Settled, cells: CellArray) -> Weights:
    """Weigh each zone's part of each cell by residential buildings and residential streets.

    A residential building counts its footprint up to BUILDING_CAP_M2, a metre of residential street STREET_M2_PER_M. A
    zone with neither is weighed by its area.
    cells: the cells of the ground, unique, one resolution. Returns zone_index (row of `ground.boundaries`), cell_index
    (position in `cells`) and weight in m2. What lies in a zone but in a cell that is not among `cells` (its centre is
    abroad) moves to the nearest of them, so that each zone keeps its sum.
    Source: dasymetric mapping, Eicher and Brewer 2001, Cartography and Geographic Information Science 28(2).
    """
    return area_unit_weights(
        shapes_of(ground.boundaries.get_column("geometry")), ground, cells, ("buildings", "streets")
    )


def area_unit_weights(
    units: Shapes, ground: Settled, cells: CellArray, by: Sequence[str], owner: IntArray | None = None
) -> Weights:
    """Weigh the part of each cell that areas of any kind have in it, as `people_weights` does for the zones.

    units: valid polygons inside the ground, shape (n,). by: ``buildings``, ``streets``, both, or ``area`` alone; what
    has none of them is weighed by its area. owner: the unit that each polygon is a piece of; each is one by default.
    Returns owner, cell_index and weight in m2.
    """
    whose = np.arange(len(units), dtype=np.int64) if owner is None else owner
    around = cells_around(shapes_of(ground.boundaries.get_column("geometry")), common_resolution(cells))
    parts = [_building_pieces(units, ground.buildings, cells)] if "buildings" in by else []
    parts += [_street_pieces(units, ground.streets, (cells, around))] if "streets" in by else []
    weighed = np.concatenate([np.empty(0, np.int64), *(whose[piece[weight > 0]] for piece, _, weight in parts)])
    parts.append(_area_pieces(units, np.flatnonzero(~np.isin(whose, weighed)), (cells, around)))
    piece, cell, weight = (np.concatenate(columns) for columns in zip(*parts, strict=True))
    key, place = np.unique(whose[piece] * len(cells) + cell, return_inverse=True)
    total = np.bincount(place, weights=weight, minlength=len(key)).astype(np.float64)
    return key // len(cells), key % len(cells), total


def built_on(ground: Settled, cells: CellArray, by: Sequence[str]) -> FloatArray:
    """Return what is built on each cell in m2, shape (n_cells,), weighed as `area_unit_weights` does.

    cells: ascending. What lies in none of them is not counted.
    """
    built = np.zeros(len(cells))
    if "buildings" in by:
        homes = ground.buildings.filter(pl.col("residential"))
        held = cells_from_points(homes["lng"].to_numpy(), homes["lat"].to_numpy(), common_resolution(cells))
        at = np.minimum(np.searchsorted(cells, held), len(cells) - 1)
        here = cells[at] == held
        built += np.bincount(at[here], weights=_footprints(homes)[here], minlength=len(cells))
    if "streets" in by:
        homely = ground.streets.filter(pl.col("highway").is_in(RESIDENTIAL_STREETS))
        _, at, length_m = overlay_lengths(shapes_of(homely.get_column("geometry")), cells)
        built += np.bincount(at, weights=length_m * STREET_M2_PER_M, minlength=len(cells))
    return built


def zone_of_points(boundaries: pl.DataFrame, points: Shapes) -> IntArray:
    """Return the row of the boundary that holds each point, -1 outside all; the first row wins a shared edge."""
    return holders(shapes_of(boundaries.get_column("geometry")), points)


def holders(units: Shapes, points: Shapes) -> IntArray:
    """Return the position of the shape that holds each point, -1 outside all; the first one wins a shared edge."""
    zone = np.full(len(points), -1, dtype=np.int64)
    point, shape = shapely.STRtree(units).query(points, predicate="intersects")
    backwards = np.lexsort((-shape, point))
    zone[point[backwards]] = shape[backwards]
    return zone


def nearest_cells(lng: FloatArray, lat: FloatArray, cells: CellArray) -> IntArray:
    """Return the position in `cells` of the cell that holds each point, or of the nearest one where none does."""
    order = np.argsort(cells, kind="stable")
    held = cells_from_points(lng, lat, common_resolution(cells))
    place = np.minimum(np.searchsorted(cells[order], held), len(cells) - 1)
    index = order[place].astype(np.int64)
    away = cells[index] != held
    if away.any():
        index[away] = _nearest_centres(lng[away], lat[away], cells)
    return index


def _nearest_centres(lng: FloatArray, lat: FloatArray, cells: CellArray) -> IntArray:
    centre_lng, centre_lat = centres(cells)
    east_m, north_m = metres_per_degree(np.atleast_1d(centre_lat.mean()))
    spots = np.column_stack([centre_lng * east_m, centre_lat * north_m])
    return np.asarray(cKDTree(spots).query(np.column_stack([lng * east_m, lat * north_m]))[1], dtype=np.int64)


def _building_pieces(units: Shapes, buildings: pl.DataFrame, cells: CellArray) -> Weights:
    homes = buildings.filter(pl.col("residential"))
    unit = holders(units, points_of(homes))
    cell = nearest_cells(homes["lng"].to_numpy(), homes["lat"].to_numpy(), cells)
    inside = unit >= 0
    return unit[inside], cell[inside], _footprints(homes)[inside]


def _footprints(homes: pl.DataFrame) -> FloatArray:
    """Return the footprint that each building counts with; one known as a point has the usual one of the others."""
    usual_m2 = homes["area_m2"].median()
    known = homes["area_m2"].fill_null(BUILDING_CAP_M2 if usual_m2 is None else usual_m2)
    footprint_m2: FloatArray = np.minimum(known.to_numpy(), BUILDING_CAP_M2)
    return footprint_m2


def _street_pieces(units: Shapes, streets: pl.DataFrame, cells: tuple[CellArray, CellArray]) -> Weights:
    homely = streets.filter(pl.col("highway").is_in(RESIDENTIAL_STREETS))
    lines = shapes_of(homely.get_column("geometry"))
    line, unit = shapely.STRtree(units).query(lines, predicate="intersects")
    parts, owner = _line_parts(np.asarray(shapely.intersection(lines[line], units[unit]), dtype=np.object_))
    inside, around = cells
    piece, cell, length_m = overlay_lengths(parts, around)
    near = nearest_cells(*centres(around), inside)
    return unit[owner[piece]].astype(np.int64), near[cell], length_m * STREET_M2_PER_M


def _area_pieces(units: Shapes, which: IntArray, cells: tuple[CellArray, CellArray]) -> Weights:
    """Return some units' parts of each cell in m2; what lies in no cell moves to the nearest."""
    if len(which) == 0:
        return np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.float64)
    inside, around = cells
    unit, cell, area_m2 = overlay_areas(units[which], around)
    return which[unit], nearest_cells(*centres(around), inside)[cell], area_m2


def _line_parts(shapes: Shapes) -> tuple[Shapes, IntArray]:
    """Return the plain lines the shapes are made of, and whose they are; touching points fall away."""
    parts, owner = shapely.get_parts(shapes, return_index=True)
    keep = shapely.get_dimensions(parts) == 1
    return np.asarray(parts[keep], dtype=np.object_), np.asarray(owner[keep], dtype=np.int64)


def cells_around(shapes: Shapes, resolution: int) -> CellArray:
    """Return the cells of shapes and of a rim three cells wide, so that nothing in a shape lies outside them."""
    area = shapely.union_all(shapes)
    lng, lat = np.atleast_1d(area.centroid.x), np.atleast_1d(area.centroid.y)
    edge_m = float(np.sqrt(areas_m2(cells_from_points(lng, lat, resolution))[0]))
    east_m = float(metres_per_degree(lat)[0][0])
    return cells_from_polygon(area.buffer(3.0 * edge_m / east_m).simplify(0.1 * edge_m / east_m), resolution)

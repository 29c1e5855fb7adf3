"""Where people live, as weights for spreading the people of a zone over cells.

An assumption, not a measurement: buildings are mapped unevenly (one demo municipality has 96 for 5,425 people), so
residential streets stand for the houses nobody has drawn.
"""

from __future__ import annotations

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
    """The three frames by themselves."""

    boundaries: pl.DataFrame
    streets: pl.DataFrame
    buildings: pl.DataFrame


def people_weights(ground: Settled, cells: CellArray) -> Weights:
    """Weigh each zone's part of each cell by residential buildings and residential streets.

    A residential building counts its footprint up to BUILDING_CAP_M2, a metre of residential street STREET_M2_PER_M. A
    zone with neither is weighed by its area.
    cells: the cells of the ground, unique, one resolution. Returns zone_index (row of `ground.boundaries`), cell_index
    (position in `cells`) and weight in m2. What lies in a zone but in a cell that is not among `cells` (its centre is
    abroad) moves to the nearest of them, so that each zone keeps its sum.
    Source: dasymetric mapping, Eicher and Brewer 2001, Cartography and Geographic Information Science 28(2).
    """
    houses = _building_pieces(ground, cells)
    streets = _street_pieces(ground, cells)
    bare = np.setdiff1d(np.arange(ground.boundaries.height), np.concatenate([houses[0], streets[0]]))
    areas = _area_pieces(ground, cells, bare)
    zone, cell, weight = (np.concatenate(parts) for parts in zip(houses, streets, areas, strict=True))
    key, place = np.unique(zone * len(cells) + cell, return_inverse=True)
    total = np.bincount(place, weights=weight, minlength=len(key)).astype(np.float64)
    return key // len(cells), key % len(cells), total


def zone_of_points(boundaries: pl.DataFrame, points: Shapes) -> IntArray:
    """Return the row of the boundary that holds each point, -1 outside all; the first row wins a shared edge."""
    zone = np.full(len(points), -1, dtype=np.int64)
    point, shape = shapely.STRtree(shapes_of(boundaries.get_column("geometry"))).query(points, predicate="intersects")
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


def _building_pieces(ground: Settled, cells: CellArray) -> Weights:
    homes = ground.buildings.filter(pl.col("residential"))
    zone = zone_of_points(ground.boundaries, points_of(homes))
    cell = nearest_cells(homes["lng"].to_numpy(), homes["lat"].to_numpy(), cells)
    weight = np.minimum(homes["area_m2"].to_numpy(), BUILDING_CAP_M2)
    inside = zone >= 0
    return zone[inside], cell[inside], weight[inside]


def _street_pieces(ground: Settled, cells: CellArray) -> Weights:
    streets = ground.streets.filter(pl.col("highway").is_in(RESIDENTIAL_STREETS))
    shapes = shapes_of(ground.boundaries.get_column("geometry"))
    lines = shapes_of(streets.get_column("geometry"))
    line, zone = shapely.STRtree(shapes).query(lines, predicate="intersects")
    parts, owner = _line_parts(np.asarray(shapely.intersection(lines[line], shapes[zone]), dtype=np.object_))
    around = _cells_around(shapes, cells)
    piece, cell, length_m = overlay_lengths(parts, around)
    middle_lng, middle_lat = centres(around)
    inside = nearest_cells(middle_lng, middle_lat, cells)
    return zone[owner[piece]].astype(np.int64), inside[cell], length_m * STREET_M2_PER_M


def _area_pieces(ground: Settled, cells: CellArray, zones: IntArray) -> Weights:
    """Return each zone's part of each cell in m2; what lies in no cell moves to the nearest."""
    if len(zones) == 0:
        return np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.float64)
    shapes = shapes_of(ground.boundaries.get_column("geometry"))[zones]
    around = _cells_around(shapes, cells)
    zone, cell, area_m2 = overlay_areas(shapes, around)
    return zones[zone], nearest_cells(*centres(around), cells)[cell], area_m2


def _line_parts(shapes: Shapes) -> tuple[Shapes, IntArray]:
    """Return the plain lines the shapes are made of, and whose they are; touching points fall away."""
    parts, owner = shapely.get_parts(shapes, return_index=True)
    keep = shapely.get_dimensions(parts) == 1
    return np.asarray(parts[keep], dtype=np.object_), np.asarray(owner[keep], dtype=np.int64)


def _cells_around(shapes: Shapes, cells: CellArray) -> CellArray:
    """Return the cells of the zones and of a rim three cells wide, so that nothing in a zone lies outside them."""
    area = shapely.union_all(shapes)
    cell_m2 = float(areas_m2(cells[:1])[0])
    east_m = float(metres_per_degree(np.array([area.centroid.y]))[0][0])
    rim = area.buffer(3.0 * np.sqrt(cell_m2) / east_m)
    return cells_from_polygon(rim.simplify(0.1 * np.sqrt(cell_m2) / east_m), common_resolution(cells))

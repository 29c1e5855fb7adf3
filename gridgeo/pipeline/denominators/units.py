"""The figures of one source among the cells and the zones of a ground."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
import shapely
import sqlalchemy as sa

from gridgeo.cells import cell_polygons, cell_strings, holding_polygon
from gridgeo.domain import CellArray, FloatArray, IntArray
from gridgeo.pipeline.denominators.sources import SAID, Source, zone_figures
from gridgeo.sources import Settlement
from gridgeo.sources.kept_weights import zone_weights
from gridgeo.sources.osm_objects import Shapes, shapes_of
from gridgeo.sources.settlement import RESIDENTIAL_STREETS
from gridgeo.sources.units import (
    UnitShares,
    shares_of_areas,
    shares_of_cells,
    shares_of_points,
    weights_from_text,
    zone_pieces,
)
from gridgeo.storage import read_frame


@dataclass(frozen=True, eq=False)
class Units:
    """What a source counts by, and its figures.

    ids: how each unit is called, shape (n_units,). figures: one column a name, null where a unit has none. zone: of
    zones, the row of the ground's boundary, -1 where there is none. shapes: of areas and points. cells: of cells.
    said: of zones, dated_on, source and assumed of each.
    """

    ids: pl.Series
    figures: pl.DataFrame
    zone: IntArray | None = None
    shapes: Shapes | None = None
    cells: CellArray | None = None
    said: pl.DataFrame | None = None


def units_of(connection: sa.Connection, source: Source, settled: Settlement) -> Units:
    """Read the units of a source and all its figures."""
    names = list(source.names)
    if source.form == "zones":
        return _zones(connection, source, settled)
    if source.form == "cells":
        wide = _wide(read_frame(connection, "cell_value", version_id=source.version_id).drop_nulls("value"), "cell")
        cells = wide["cell"].to_numpy()
        return Units(pl.Series(cell_strings(cells)), wide.select(names), cells=cells)
    units = read_frame(connection, "denominator_unit", version_id=source.version_id)
    wide = _wide(read_frame(connection, "denominator_figure", version_id=source.version_id), "unit")
    rows = units.join(wide, left_on="id", right_on="unit", how="left", maintain_order="left")
    return Units(rows["id"], rows.select(names), shapes=shapes_of(rows["geometry"]))


def _zones(connection: sa.Connection, source: Source, settled: Settlement) -> Units:
    """Return zones by the ground's boundaries, or as areas where all of them are boundaries of another kind."""
    rows = zone_figures(connection, source, settled.boundaries)
    at = rows["at"].cast(pl.Int64).fill_null(-1).to_numpy()
    units = Units(rows["zone"], rows.select(source.names), zone=at, said=rows.select(SAID))
    if (at >= 0).any() or settled.every is None:
        return units
    elsewhere = zone_figures(connection, source, settled.every).drop_nulls("at")
    if elsewhere.is_empty():
        return units
    shapes = shapes_of(settled.every["geometry"].gather(elsewhere["at"]))
    return Units(elsewhere["zone"], elsewhere.select(source.names), shapes=shapes)


def _wide(figures: pl.DataFrame, unit: str) -> pl.DataFrame:
    return figures.pivot(on="name", index=unit, values="value").sort(unit)


def cell_shares(source: Source, units: Units, settled: Settlement, cells: CellArray) -> UnitShares:
    """Return the share of each unit in each cell of the ground, and outside.

    cells: all cells of the ground at one resolution, ascending.
    """
    by = weights_from_text(source.weights)
    if units.zone is not None:
        return _of_zones(units.zone, settled, cells, by)
    if units.cells is not None:
        return shares_of_cells(units.cells, settled, cells, by)
    shapes = np.asarray(units.shapes)
    if are_points(shapes):
        return shares_of_points(shapely.get_x(shapes), shapely.get_y(shapes), settled, cells)
    return shares_of_areas(shapes, settled, cells, by)


def weights_used(source: Source, settled: Settlement) -> str:
    """Return what areas are spread by on this ground, with commas: what is asked for and there is, else area."""
    there = {
        "area": True,
        "buildings": bool(settled.buildings["residential"].any()),
        "streets": bool(settled.streets["highway"].is_in(RESIDENTIAL_STREETS).any()),
    }
    used = [word for word in weights_from_text(source.weights) if there[word]]
    return ",".join(used) or "area"


def zone_shares(units: Units, settled: Settlement) -> tuple[IntArray, IntArray, FloatArray]:
    """Return the share of each unit in each zone of the ground: (unit, zone, share).

    Points lie in one zone; areas, and cells as areas, are shared by area.
    """
    zones = shapes_of(settled.boundaries["geometry"])
    if units.zone is not None:
        own = np.flatnonzero(units.zone >= 0)
        return own, units.zone[own], np.ones(len(own))
    if units.cells is not None:
        return area_shares(cell_polygons(units.cells), zones)
    shapes = np.asarray(units.shapes)
    if are_points(shapes):
        zone = holding_polygon(shapely.get_x(shapes), shapely.get_y(shapes), zones)
        own = np.flatnonzero(zone >= 0)
        return own, zone[own], np.ones(len(own))
    return area_shares(shapes, zones)


def are_points(shapes: Shapes) -> bool:
    """Tell whether units are points; those of one source are of one kind."""
    return len(shapes) > 0 and bool(shapely.get_dimensions(shapes[0]) == 0)


def area_shares(shapes: Shapes, zones: Shapes) -> tuple[IntArray, IntArray, FloatArray]:
    """Return the share of each area's own area in each zone: (shape, zone, share)."""
    unit, zone, _, area = zone_pieces(shapes, zones)
    return unit, zone, area / shapely.area(shapes)[unit]


def _of_zones(zone: IntArray, settled: Settlement, cells: CellArray, by: tuple[str, ...]) -> UnitShares:
    """Spread zones of the ground; a zone without a boundary is outside."""
    own, cell, weight = zone_weights(settled, cells, by)
    known = np.flatnonzero(zone >= 0)
    unit_of = np.full(settled.boundaries.height, -1, dtype=np.int64)
    unit_of[zone[known]] = known
    unit = unit_of[own]
    kept = unit >= 0
    share = weight / np.bincount(own, weights=weight)[own]
    return UnitShares(unit[kept], cell[kept], share[kept], np.where(zone >= 0, 0.0, 1.0))

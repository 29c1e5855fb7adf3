"""What of a source's sums lies in the ground and what outside; taken when it is imported and kept with it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import polars as pl
import shapely
import sqlalchemy as sa

from gridgeo.cells import cells_from_points, children, common_resolution, parents
from gridgeo.domain import CellArray
from gridgeo.domain.tables import BOUNDARIES, BUILDINGS, STREETS, empty
from gridgeo.errors import NotFoundError
from gridgeo.pipeline.denominators.on_cells import account_of
from gridgeo.pipeline.denominators.sources import source_of_version
from gridgeo.pipeline.denominators.units import Units, are_points, cell_shares, units_of
from gridgeo.pipeline.ground_cells import ground_cells, settlement_of
from gridgeo.scoring import spread_units
from gridgeo.sources import Settlement
from gridgeo.sources.osm_objects import wkb_of
from gridgeo.sources.settlement import cells_around
from gridgeo.storage import live

RESOLUTION = 9
"""Of the cells that an import's sums are checked on; scores do it again on their own."""


def mass_of(connection: sa.Connection, version_id: int, said: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return count -> in, out, outside, relative_error and the largest units outside, of a source's rows.

    said: what `described` says of the source. Zones are accounted for by themselves: one without a boundary is outside.
    Anything else is spread over the cells of the ground; where the store has no boundaries yet, over its own.
    Raises ArithmeticError when a sum was not kept.
    """
    source = source_of_version(connection, said["key"], version_id, said)
    settled = live_settlement(connection)
    units = units_of(connection, source, settled or bare_settlement())
    if not len(units.ids):
        return {}
    found = {}
    if units.zone is None:
        settled, cells = (settled, _live_cells(connection)) if settled else own_ground(units, RESOLUTION)
        shares = cell_shares(source, units, settled, cells)
    for name in source.names:
        figures = units.figures[name].fill_null(0.0).to_numpy()
        if units.zone is not None:
            inside, outside = figures[units.zone >= 0], np.where(units.zone >= 0, 0.0, figures)
        else:
            inside = spread_units(figures, (shares.unit, shares.cell, shares.share), len(cells))
            outside = figures * shares.outside
        found[name] = account_of(figures, inside, outside, units)
    return found


def live_settlement(connection: sa.Connection) -> Settlement | None:
    """Return zones, streets and buildings of the live ground; None without a boundary."""
    try:
        settled = settlement_of(connection, live(connection, "ground").id)
    except NotFoundError:
        return None
    return settled if settled.boundaries.height else None


def bare_settlement(boundaries: pl.DataFrame | None = None) -> Settlement:
    """Return a ground of which nothing but boundaries is known, or nothing at all."""
    zones = empty(BOUNDARIES) if boundaries is None else boundaries
    return Settlement(zones, empty(STREETS), empty(BUILDINGS))


def own_ground(units: Units, resolution: int) -> tuple[Settlement, CellArray]:
    """Return the ground that units themselves make up, and its cells: all that they reach into."""
    if units.cells is not None:
        finer = common_resolution(units.cells) < resolution
        cells = children(units.cells, resolution)[0] if finer else parents(units.cells, resolution)
        return bare_settlement(), np.unique(cells)
    shapes = np.asarray(units.shapes)
    if are_points(shapes):
        return bare_settlement(), np.unique(cells_from_points(shapely.get_x(shapes), shapely.get_y(shapes), resolution))
    zones = pl.DataFrame({"id": units.ids, "name": units.ids, "kind": "zone", "geometry": wkb_of(shapes)})
    return bare_settlement(zones), cells_around(shapes, resolution)


def _live_cells(connection: sa.Connection) -> CellArray:
    return ground_cells(connection, live(connection, "ground").id, RESOLUTION)[0]

"""Columns of cells that users' formulas may name besides the measures: make-up, denominators, imported tables."""

from __future__ import annotations

import numpy as np
import polars as pl
import sqlalchemy as sa

from gridgeo.cells import common_resolution, parents
from gridgeo.cells.moves import move_counts
from gridgeo.domain import CellArray, FloatArray
from gridgeo.errors import NotFoundError
from gridgeo.pipeline.cell_inputs import CellInputs, of_cells
from gridgeo.pipeline.denominators.on_cells import denominators_on_cells
from gridgeo.pipeline.denominators.sources import COUNTED, ground_sources
from gridgeo.pipeline.ground_cells import ground_cells, settlement_of
from gridgeo.scoring.makeup import MERCHANT_GROUPS
from gridgeo.storage import live, read_frame

MAKE_UP = frozenset({"building_area_m2", "street_m", "travel_s", *MERCHANT_GROUPS})


def known_columns(connection: sa.Connection) -> frozenset[str]:
    """Return the names of columns that the working ground has or may have of its cells."""
    try:
        ground = live(connection, "ground").id
    except NotFoundError:
        return MAKE_UP.union(COUNTED)
    return MAKE_UP.union(COUNTED, {name for source in ground_sources(connection, ground) for name in source.names})


def stored_columns(connection: sa.Connection, ground_id: int, given: CellInputs) -> dict[str, FloatArray]:
    """Return every such column over the cells, shape (n_cells,), not-a-number where a cell has none.

    A figure that was imported by cells is a count: at another resolution than its own it is moved there, its sum kept.
    """
    features = {name: given.features[name].to_numpy().astype(np.float64) for name in given.features.columns}
    return (
        imported_columns(connection, ground_id, given.cells)
        | features
        | {"travel_s": given.travel_s}
        | dict(given.denominators)
    )


def counts_of(connection: sa.Connection, ground_id: int, cells: CellArray, resolution: int) -> dict[str, FloatArray]:
    """Return every count that a ground's sources have of these cells, as the scores took it: name -> shape (n_cells,).

    cells: of one resolution. resolution: at which the catchments were settled.
    """
    ground, _ = ground_cells(connection, ground_id, resolution)
    settled = settlement_of(connection, ground_id)
    every = denominators_on_cells(connection, ground_id, ground, settled).values
    home = np.searchsorted(ground, parents(cells, resolution)).astype(np.int64)
    spread = of_cells(connection, ground_id, (ground, cells, home), settled, every)
    return imported_columns(connection, ground_id, cells) | spread


def imported_columns(connection: sa.Connection, ground_id: int, cells: CellArray) -> dict[str, FloatArray]:
    """Return the figures that came to a ground by cells, moved to these: name -> shape (n_cells,)."""
    rows = read_frame(connection, "cell_value", version_id=ground_id).drop_nulls("value")
    wanted = pl.DataFrame({"cell": cells})
    found = {}
    for (name,), part in rows.partition_by("name", as_dict=True, maintain_order=True).items():
        at, values = move_counts(part["cell"].to_numpy(), part["value"].to_numpy(), common_resolution(cells))
        moved = wanted.join(pl.DataFrame({"cell": at, "value": values}), on="cell", how="left", maintain_order="left")
        found[str(name)] = moved["value"].fill_null(np.nan).to_numpy()
    return found

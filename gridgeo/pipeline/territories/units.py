"""Area grids as indivisible units of a plan."""

from __future__ import annotations

import numpy as np
import polars as pl
import sqlalchemy as sa

from gridgeo.domain import CellArray, IntArray
from gridgeo.storage.models import GridCell, GridSet


def units_of(connection: sa.Connection, cells: CellArray, branches: tuple[str, ...]) -> IntArray:
    """Return the unit of every cell, numbered by first cell: its area grid, or the cell itself where it has none."""
    query = (
        sa.select(GridCell.cell, GridCell.grid_id, GridSet.branch_id)
        .join(GridSet, GridSet.id == GridCell.set_id)
        .where(GridSet.branch_id.in_(branches))
    )
    result = connection.execute(query)
    # The driver's own tuples: SQLAlchemy's rows take several times longer.
    rows = result.cursor.fetchall() if result.cursor is not None else []
    result.close()
    schema = {"cell": pl.Int64, "grid": pl.String, "branch_id": pl.String}
    grids = pl.DataFrame(rows, schema=schema, orient="row").select(
        pl.col("cell").cast(pl.UInt64), unit=pl.format("{}/{}", "branch_id", "grid")
    )
    joined = pl.DataFrame({"cell": cells}).join(grids, on="cell", how="left", maintain_order="left")
    named = joined["unit"].fill_null(joined["cell"].cast(pl.String)).to_numpy()
    _, first, number = np.unique(named, return_index=True, return_inverse=True)
    rank = np.empty(len(first), np.int64)
    rank[np.argsort(first)] = np.arange(len(first))
    units: IntArray = rank[number]
    return units

"""Area grids as indivisible units of a plan."""

from __future__ import annotations

import numpy as np
import polars as pl
import sqlalchemy as sa

from gridgeo.domain import CellArray, IntArray
from gridgeo.storage.models import Grid, GridCell, GridSet


def units_of(connection: sa.Connection, cells: CellArray, branches: tuple[str, ...]) -> IntArray:
    """Return the unit of every cell, numbered by first cell: its area grid, or the cell itself where it has none."""
    grids = _cells_in_grids(connection, branches).select("cell", unit=pl.format("{}/{}", "branch_id", "grid"))
    joined = pl.DataFrame({"cell": cells}).join(grids, on="cell", how="left", maintain_order="left")
    named = joined["unit"].fill_null(joined["cell"].cast(pl.String)).to_numpy()
    _, first, number = np.unique(named, return_index=True, return_inverse=True)
    rank = np.empty(len(first), np.int64)
    rank[np.argsort(first)] = np.arange(len(first))
    units: IntArray = rank[number]
    return units


def grids_of(
    connection: sa.Connection, cells: CellArray, branches: tuple[str, ...]
) -> tuple[list[dict[str, str]], IntArray]:
    """Return the area grids that hold any of the cells (id, name, branch_id), and each cell's position there, -1."""
    held = _cells_in_grids(connection, branches)
    joined = pl.DataFrame({"cell": cells}).join(held, on="cell", how="left", maintain_order="left")
    known = joined.drop_nulls("grid").unique(("branch_id", "grid")).sort("branch_id", "grid").with_row_index("at")
    at = joined.join(
        known.select("branch_id", "grid", "at"), on=["branch_id", "grid"], how="left", maintain_order="left"
    )
    grids = known.select("branch_id", "name", id="grid").to_dicts()
    return grids, at["at"].cast(pl.Int64).fill_null(-1).to_numpy()


def _cells_in_grids(connection: sa.Connection, branches: tuple[str, ...]) -> pl.DataFrame:
    """Return cell, grid (id), name and branch_id of every cell in an area grid of the branches."""
    query = (
        sa.select(GridCell.cell, GridCell.grid_id, Grid.name, GridSet.branch_id)
        .join(GridSet, GridSet.id == GridCell.set_id)
        .join(Grid, sa.and_(Grid.set_id == GridCell.set_id, Grid.id == GridCell.grid_id))
        .where(GridSet.branch_id.in_(branches))
    )
    result = connection.execute(query)
    # The driver's own tuples: SQLAlchemy's rows take several times longer.
    rows = result.cursor.fetchall() if result.cursor is not None else []
    result.close()
    schema = {"cell": pl.Int64, "grid": pl.String, "name": pl.String, "branch_id": pl.String}
    return pl.DataFrame(rows, schema=schema, orient="row").with_columns(pl.col("cell").cast(pl.UInt64))

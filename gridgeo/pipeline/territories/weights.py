"""The demand of every cell that a scenario is planned on: scores, grown as the what-if says."""

from __future__ import annotations

import polars as pl
import sqlalchemy as sa

from gridgeo.cells import cells_from_strings
from gridgeo.pipeline.steps import Inputs
from gridgeo.pipeline.territories.cadence import cadence_of, cell_workload
from gridgeo.pipeline.territories.spec import Aim
from gridgeo.storage import read_frame


def cell_weights(connection: sa.Connection, inputs: Inputs, aim: Aim, branches: tuple[str, ...]) -> pl.DataFrame:
    """Return one row a cell of the branches, ascending: cell, branch_id, and a column a measure of `aim.weighed`."""
    where = {"branch_id": list(branches), "measure": list(aim.weighed)}
    long = read_frame(
        connection,
        "cell_score",
        version_id=inputs.score,
        where=where,
        columns=["branch_id", "measure", "cell", "value"],
    )
    if long.is_empty():
        return long.select("cell", "branch_id")
    wide = long.pivot("measure", index=["branch_id", "cell"], values="value").sort("cell")
    names = aim.weighed
    wide = wide.with_columns(pl.lit(0.0).alias(name) for name in names if name not in wide.columns)
    wide = wide.with_columns(pl.col(*names).fill_null(0.0))
    if aim.cadence is not None:
        hours = cell_workload(connection, inputs, cadence_of(connection, aim.cadence), wide["cell"].to_numpy())
        wide = wide.with_columns(workload=pl.Series(hours))
    return _grown(wide, aim).select("cell", "branch_id", *names)


def _grown(wide: pl.DataFrame, aim: Aim) -> pl.DataFrame:
    """Multiply each measure by its growth, and every measure of a cell by the cell's own."""
    every = 1.0 + aim.growth.get("all", 0.0)
    grown = wide.with_columns(pl.col(name) * (every * (1.0 + aim.growth.get(name, 0.0))) for name in aim.weighed)
    if not aim.cell_growth:
        return grown
    by_cell = pl.DataFrame(
        {
            "cell": cells_from_strings(list(aim.cell_growth)),
            "factor": [1.0 + share for share in aim.cell_growth.values()],
        },
        schema={"cell": pl.UInt64, "factor": pl.Float64},
    )
    joined = grown.join(by_cell, on="cell", how="left", maintain_order="left")
    return joined.with_columns(pl.col(name) * pl.col("factor").fill_null(1.0) for name in aim.weighed)

"""Published cells as one wide table: a row a cell, a column a measure, with the territory it lies in."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import sqlalchemy as sa

from gridgeo.domain import Actor
from gridgeo.domain.measures import WHOLE_MEASURES
from gridgeo.pipeline import browse


def wide(connection: sa.Connection, actor: Actor, published: browse.Publication) -> pl.DataFrame:
    """Return one row a cell in scope: cell (uint64), branch_id, a column a measure, its band and evidence beside it.

    Where something is hidden from the actor, a column ``<measure>_hidden`` holds the reason.
    """
    scores = browse.cells(connection, actor, published)
    columns: dict[str, Any] = {
        "cell": scores.cells,
        "branch_id": np.array(scores.branch_ids, dtype=object)[scores.branch_index].astype(str),
    }
    for name, column in scores.measures.items():
        columns[name] = column.values
        if np.isfinite(column.low).any():
            columns |= {f"{name}_low": column.low, f"{name}_high": column.high}
        if column.evidence.null_count() < len(column.evidence):
            columns[f"{name}_evidence"] = column.evidence
        if column.reasons.null_count() < len(column.reasons):
            columns[f"{name}_hidden"] = column.reasons
    table = pl.DataFrame(columns).with_columns(pl.col(pl.Float64).fill_nan(None))
    return table.with_columns(pl.col(name).cast(pl.Int64) for name in sorted(WHOLE_MEASURES & set(table.columns)))


def with_territories(cells: pl.DataFrame, plan: browse.Territories) -> pl.DataFrame:
    """Return the cells with territory (name), territory_id and rm_id, in their order."""
    held = plan.table.with_row_index("position").select(
        pl.col("position").cast(pl.Int64), territory="name", territory_id="id", rm_id="rm_id"
    )
    members = plan.cells.join(held, on="position", how="left").drop("position")
    return cells.join(members, on="cell", how="left", maintain_order="left")

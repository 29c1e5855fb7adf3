"""People, households and businesses of an area grid: its share of each unit's figure, and where that figure is from."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import sqlalchemy as sa

from gridgeo.cells import common_resolution
from gridgeo.domain import CellArray
from gridgeo.pipeline.denominators.on_cells import choices_of, unit_parts
from gridgeo.pipeline.ground_cells import ground_cells, settlement_of
from gridgeo.pipeline.steps import Inputs

FIGURES = ("people", "households", "businesses")


def denominators_of(connection: sa.Connection, inputs: Inputs, cells: CellArray) -> dict[str, dict[str, Any]]:
    """Return, for each of FIGURES, its value over cells (one grid's), or null and the reason.

    A unit's figure (a zone's, an area's, a point's, a cell's) is spread over its cells as the scores' is; the grid has
    the part of its cells. Unknown where a zone of the grid has no such figure. evidence: one row a unit: zone (how the
    unit is called), figure, share of it that lies in the grid, dated_on, source, assumed.
    """
    settled = settlement_of(connection, inputs.ground)
    choices = choices_of(connection, inputs.ground, settled)
    if not choices:
        return {name: _unknown("no denominators were imported") for name in FIGURES}
    ground = ground_cells(connection, inputs.ground, common_resolution(cells))[0]
    mine, parts = np.isin(ground, cells), dict[str, pl.DataFrame]()
    for choice in choices.values():
        if choice.source.key not in parts:
            parts[choice.source.key] = unit_parts(choice, settled, ground, mine)
    return {
        name: _figure(parts[choices[name].source.key], name)
        if name in choices
        else _unknown("no source gives this figure for all of the grid")
        for name in FIGURES
    }


def _figure(units: pl.DataFrame, name: str) -> dict[str, Any]:
    if units.is_empty():
        return _unknown("no zone with a figure reaches into the grid")
    rows = units.select("zone", "share", "dated_on", "source", "assumed", figure=name)
    evidence = [
        row | {"dated_on": row["dated_on"].isoformat() if row["dated_on"] else None, "share": round(row["share"], 6)}
        for row in rows.filter(pl.col("figure").is_not_null()).to_dicts()
    ]
    if rows["figure"].null_count():
        return _unknown("no source gives this figure for all of the grid") | {"evidence": evidence}
    value = float((rows["figure"] * rows["share"]).sum())
    return {"value": round(value, 3), "reason": None, "evidence": evidence}


def _unknown(reason: str) -> dict[str, Any]:
    return {"value": None, "reason": reason, "evidence": []}

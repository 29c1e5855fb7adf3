"""People, households and businesses of an area grid: its share of each zone's figure, and where that figure is from."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import sqlalchemy as sa

from gridgeo.cells import common_resolution
from gridgeo.domain import CellArray, FloatArray
from gridgeo.pipeline.ground_cells import ground_cells, settlement_of
from gridgeo.pipeline.steps import Inputs
from gridgeo.sources import people_weights
from gridgeo.storage import read_frame

FIGURES = ("people", "households", "businesses")
LEAST_SHARE = 1e-9


def denominators_of(connection: sa.Connection, inputs: Inputs, cells: CellArray) -> dict[str, dict[str, Any]]:
    """Return, for each of FIGURES, its value over cells (one grid's), or null and the reason.

    A zone's figure is spread over its cells by where its people live (METHODS 4), as the scores' is; the grid has the
    part of its cells. Unknown where a zone of the grid has no such figure. evidence: one row a zone: figure, share of
    it that lies in the grid, dated_on, source, assumed.
    """
    given = read_frame(connection, "denominator", version_id=inputs.ground)
    if given.is_empty():
        return {name: _unknown("no denominators were imported") for name in FIGURES}
    zones = _shares(connection, inputs, cells)
    found = zones.join(given, on="zone", how="left", maintain_order="left")
    return {name: _figure(found, name) for name in FIGURES}


def _shares(connection: sa.Connection, inputs: Inputs, cells: CellArray) -> pl.DataFrame:
    """Return the zones that the cells have a part of: zone (as denominators name it), share 0 to 1."""
    settled = settlement_of(connection, inputs.ground)
    ground = ground_cells(connection, inputs.ground, common_resolution(cells))[0]
    zone, cell, weight = people_weights(settled, ground)
    count = settled.boundaries.height
    mine = np.isin(ground[cell], cells)
    weight = _weighed(zone, weight, count)
    whole = np.bincount(zone, weights=weight, minlength=count)
    part = np.bincount(zone[mine], weights=weight[mine], minlength=count)
    share = np.divide(part, whole, out=np.zeros(count), where=whole > 0)
    names = settled.boundaries.select(zone=pl.when(pl.col("name").is_unique()).then("name").otherwise("id"))
    return names.with_columns(share=share).filter(pl.col("share") > LEAST_SHARE)


def _weighed(zone: np.ndarray, weight: FloatArray, count: int) -> FloatArray:
    """Return the weights, every piece the same in a zone where all of them are zero."""
    total = np.bincount(zone, weights=weight, minlength=count)
    even: FloatArray = np.where(total[zone] > 0, weight, 1.0)
    return even


def _figure(zones: pl.DataFrame, name: str) -> dict[str, Any]:
    if zones.is_empty():
        return _unknown("no zone with a figure reaches into the grid")
    rows = zones.select("zone", "share", "dated_on", "source", "assumed", figure=name)
    evidence = [
        row | {"dated_on": row["dated_on"].isoformat() if row["dated_on"] else None, "share": round(row["share"], 6)}
        for row in rows.filter(pl.col("figure").is_not_null()).to_dicts()
    ]
    if rows["figure"].null_count():
        return _unknown("a zone of the grid has no such figure") | {"evidence": evidence}
    value = float((rows["figure"] * rows["share"]).sum())
    return {"value": round(value, 3), "reason": None, "evidence": evidence}


def _unknown(reason: str) -> dict[str, Any]:
    return {"value": None, "reason": reason, "evidence": []}

"""Customers by the stage of their life, and how long the second product took."""

from __future__ import annotations

import numpy as np
import polars as pl

from gridgeo.domain.measures import MEASURE_BY_ID, Measure
from gridgeo.pipeline.columns.column import Basis, Column, Found
from gridgeo.scoring.checks import sums_by
from gridgeo.scoring.groups import mean_by_cell
from gridgeo.scoring.notes import note

NOTHING_DATED = note("no customer has a date or a number of products: import customers with opened_on or products")
NO_DAYS = note("no customer has both days: import customers with opened_on and second_product_on")


def staged(basis: Basis) -> Found:
    """Return the customers of each stage of life."""
    facts, n_cells = basis.given.facts, len(basis.given.cells)
    names = [f"lifecycle_{stage.id}" for stage in facts.stages]
    rows = facts.customers
    if not rows["stage"].count():
        return Found({}, absent=dict.fromkeys(names, NOTHING_DATED))
    columns = {}
    for stage, name in zip(facts.stages, names, strict=True):
        mine = rows.filter(pl.col("stage") == stage.id)
        columns[name] = Column(sums_by(mine["at"].to_numpy(), mine["share"].to_numpy(), n_cells))
    said = {
        "rule": "example" if facts.stages_example else "own",
        "stages": [stage.id for stage in facts.stages],
        "as_of": facts.as_of.isoformat() if facts.as_of else None,
        "customers_without_a_stage": float(rows.filter(pl.col("stage").is_null())["share"].sum()),
    }
    own = tuple(
        Measure(
            name, f"生命周期：{stage.name_zh}", f"Life cycle, {stage.name_en}", "customers", "count", "none", "stages-1"
        )
        for stage, name in zip(facts.stages, names, strict=True)
        if name not in MEASURE_BY_ID or not facts.stages_example
    )
    return Found(columns, {"lifecycle": said}, measures=own)


def second_sale(basis: Basis) -> Found:
    """Return the mean days from a customer's first product to the second, of those who have both days."""
    rows = basis.given.facts.customers
    if not rows["days_to_second"].count():
        return Found({}, absent={"days_to_second_sale": NO_DAYS})
    days = rows["days_to_second"].fill_null(np.nan).to_numpy()
    mean = mean_by_cell(rows["at"].to_numpy(), rows["share"].to_numpy(), days, len(basis.given.cells))
    return Found({"days_to_second_sale": Column(mean.value, evidence=mean.evidence)})

"""Score every cell: customers, people, penetration with its band, potential, gap, workload."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import numpy as np
import polars as pl
import sqlalchemy as sa

from gridgeo.domain import Actor, FloatArray
from gridgeo.domain.tables import CELL_SCORES, checked
from gridgeo.domain.words import TIERS
from gridgeo.pipeline.cell_inputs import CellInputs, cell_inputs
from gridgeo.pipeline.steps import Inputs, RunParams, StepResult, require_planner
from gridgeo.scoring import (
    EXAMPLE_POLICY,
    Validation,
    customer_gap,
    fit_potential,
    makeup_clusters,
    model_bytes,
    placed_correction,
    predict_potential,
    shrink_penetration,
    validate_potential,
    with_ring_sums,
    workload_hours,
)
from gridgeo.storage import finish_version, new_version, sync_measures, write_frame

RING_FEATURES = ("people", "merchants_trade", "merchants_services")


@dataclass(frozen=True)
class Column:
    """One measure over all cells; low, high and evidence are None where the measure has none."""

    value: FloatArray
    low: FloatArray | None = None
    high: FloatArray | None = None
    evidence: np.ndarray | None = None


def refresh(connection: sa.Connection, actor: Actor, inputs: Inputs, params: RunParams, now: datetime) -> StepResult:
    """Write one score version: a row a cell and measure, zero-filled, and the model that potential rests on."""
    require_planner(actor)
    given = cell_inputs(connection, inputs, params.resolution)
    columns, model_report = _columns(given)
    version_id = new_version(
        connection, actor, "score", params=params.as_dict() | {"inputs": inputs.as_dict()}, now=now
    )
    sync_measures(connection)
    rows = pl.concat([_rows(given, name, column) for name, column in columns.items()])
    rows = checked(rows, CELL_SCORES, "cell_score").sort("branch_id", "measure", "cell")
    write_frame(connection, "cell_score", rows, version_id=version_id)
    report = {
        "people": {
            "in": given.people_in,
            "spread": float(given.people.sum()),
            "outside_catchments": given.people_uncovered,
        },
        "cells": len(given.cells),
        "rows": rows.height,
    } | model_report
    finish_version(connection, version_id, report=report)
    return StepResult(version_id, report)


def _columns(given: CellInputs) -> tuple[dict[str, Column], dict[str, Any]]:
    """Compute every measure of `gridgeo.domain.measures`, and what is to be said about the models."""
    corrected = placed_correction(
        given.customers, given.people, given.zone, given.unplaced_by_zone, unplaced_elsewhere=given.unplaced_elsewhere
    )
    shrunk = shrink_penetration(given.customers, corrected.people, given.pairs)
    features = with_ring_sums(given.features, given.pairs, RING_FEATURES)
    validation = _validation(given, features, corrected.customers)
    model = fit_potential(features, corrected.customers, given.people, groups=given.branch_index)
    proven = validation is not None and validation.verdict == "predictive"
    potential = predict_potential(model, features, given.people, proven=proven)
    clusters = makeup_clusters(given.features, among=given.people > 0)
    gap = customer_gap(corrected.customers, given.people, shrunk, clusters, given.branch_index)
    columns = {
        "people": Column(given.people),
        "customers": Column(given.customers),
        "customers_hard": Column(given.customers_hard),
        "merchants": Column(given.merchants),
        "penetration": Column(shrunk.value, shrunk.low, shrunk.high, shrunk.evidence),
        "potential": Column(potential.value, potential.low, potential.high, potential.evidence),
        "gap": Column(gap.value, gap.low, gap.high, gap.evidence),
        "workload": Column(workload_hours(given.by_tier, given.travel_s)),
    }
    report = {
        "penetration": {
            "of": "all customers, corrected by the placed share of each zone",
            "placed_share": round(float(given.customers.sum() / max(given.customers_in, 1)), 4),
            "cells_over": int(shrunk.over.sum()),
        },
        "potential": {
            "model": json.loads(model_bytes(model)),
            "validation": asdict(validation) if validation else None,
        },
        "workload": {"policy": "example", "rows": [asdict(row) for row in EXAMPLE_POLICY.rows], "tiers": list(TIERS)},
    }
    return columns, report


def _validation(given: CellInputs, features: pl.DataFrame, customers: FloatArray) -> Validation | None:
    """Leave one catchment out at a time; None with a single branch, where there is no other area to learn from."""
    if len(given.branch_ids) < 2:
        return None
    areas = np.array(given.branch_ids)[given.branch_index]
    return validate_potential(features, customers, given.people, areas, given.pairs)


def _rows(given: CellInputs, measure: str, column: Column) -> pl.DataFrame:
    unknown = np.full(len(given.cells), np.nan)
    return pl.DataFrame(
        {
            "branch_id": np.array(given.branch_ids)[given.branch_index],
            "measure": np.full(len(given.cells), measure),
            "cell": given.cells,
            "value": column.value,
            "low": unknown if column.low is None else column.low,
            "high": unknown if column.high is None else column.high,
            "evidence": pl.Series(
                column.evidence if column.evidence is not None else [None] * len(unknown), dtype=pl.String
            ),
        }
    ).with_columns(pl.col("value", "low", "high").fill_nan(None))

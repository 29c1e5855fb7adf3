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
from gridgeo.pipeline.cell_groups import groups
from gridgeo.pipeline.cell_inputs import CellInputs, cell_inputs
from gridgeo.pipeline.score_basis import fit, keep_basis
from gridgeo.pipeline.score_measures import note_measures
from gridgeo.pipeline.steps import Inputs, RunParams, StepResult, require_planner
from gridgeo.scoring import EXAMPLE_POLICY, model_bytes, workload_hours
from gridgeo.scoring.basis import Fits
from gridgeo.storage import finish_version, new_version, read_frame, sync_measures, write_frame


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
    cells = read_frame(connection, "catchment_cell", version_id=inputs.catchment, columns=["cell"])["cell"].to_numpy()
    parts = [cell_inputs(connection, inputs, params.resolution, each) for each, _ in groups(cells)]
    scored = [_columns(given) for given in parts]
    fits = [fitted for _, _, fitted in scored]
    version_id = new_version(
        connection, actor, "score", params=params.as_dict() | {"inputs": inputs.as_dict()}, now=now
    )
    sync_measures(connection)
    note_measures(connection, version_id, [name for columns, _, _ in scored for name in columns])
    rows = pl.concat(
        [
            _rows(given, *column)
            for given, (columns, _, _) in zip(parts, scored, strict=True)
            for column in columns.items()
        ]
    )
    rows = checked(rows, CELL_SCORES, "cell_score").sort("branch_id", "measure", "cell")
    write_frame(connection, "cell_score", rows, version_id=version_id)
    keep_basis(connection, version_id, inputs, parts, fits)
    report = _report(parts, [model_report for _, model_report, _ in scored]) | {"rows": rows.height}
    finish_version(connection, version_id, report=report)
    return StepResult(version_id, report)


def _report(parts: list[CellInputs], models: list[dict[str, Any]]) -> dict[str, Any]:
    """Return people in and out, the cells, and the models; by resolution too where there are several."""
    people_in, spread = parts[0].people_in, sum(float(given.people.sum()) for given in parts)
    several = {"by_resolution": {str(given.resolution): model for given, model in zip(parts, models, strict=True)}}
    return {
        # All people but those of this group's cells lie elsewhere; with one group that is outside the catchments.
        "people": {
            "in": people_in,
            "spread": spread,
            "outside_catchments": sum(given.people_elsewhere for given in parts) - people_in * (len(parts) - 1),
        },
        "cells": sum(len(given.cells) for given in parts),
        **models[0],
        **(several if len(parts) > 1 else {}),
    }


def _columns(given: CellInputs) -> tuple[dict[str, Column], dict[str, Any], Fits]:
    """Compute every measure of `gridgeo.domain.measures`, what is to be said about the models, and the models."""
    fits, validation = fit(given)
    shrunk, potential, gap = fits.shrunk, fits.potential, fits.gap
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
            "model": json.loads(model_bytes(fits.model)),
            "validation": asdict(validation) if validation else None,
        },
        "workload": {"policy": "example", "rows": [asdict(row) for row in EXAMPLE_POLICY.rows], "tiers": list(TIERS)},
    }
    return columns, report, fits


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

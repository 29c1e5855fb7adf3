"""Score every cell by every measure that the bank's data supports."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import numpy as np
import polars as pl
import sqlalchemy as sa

from gridgeo.domain import Actor
from gridgeo.domain.measures import Measure
from gridgeo.domain.tables import CELL_SCORES, checked
from gridgeo.features.life_cycle import stages_from_dict
from gridgeo.i18n import LANGUAGES, translate
from gridgeo.maps.notes import MARKETING_ONLY
from gridgeo.pipeline.cell_groups import groups
from gridgeo.pipeline.cell_inputs import CellInputs, cell_inputs
from gridgeo.pipeline.columns.column import Column
from gridgeo.pipeline.columns.registry import Computed, measure_columns
from gridgeo.pipeline.denominators.conflicts import worst_conflicts
from gridgeo.pipeline.facts.read import Asked, with_facts
from gridgeo.pipeline.score_basis import keep_basis
from gridgeo.pipeline.score_measures import note_measures, user_columns
from gridgeo.pipeline.steps import Inputs, RunParams, StepResult, require_planner
from gridgeo.storage import finish_version, list_versions, new_version, read_frame, sync_measures, write_frame


def refresh(connection: sa.Connection, actor: Actor, inputs: Inputs, params: RunParams, now: datetime) -> StepResult:
    """Write one score version: a row a cell and measure, zero-filled, and the model that potential rests on."""
    require_planner(actor)
    cells = read_frame(connection, "catchment_cell", version_id=inputs.catchment, columns=["cell"])["cell"].to_numpy()
    parts = [cell_inputs(connection, inputs, params.resolution, each) for each, _ in groups(cells)]
    rule = params.lifecycle if params.lifecycle is not None else _rule_before(connection)
    stages = None if rule is None else stages_from_dict(rule)
    parts = with_facts(connection, inputs, parts, Asked(now.date(), params.day, stages))
    scored = [measure_columns(given, boosting=params.potential == "auto") for given in parts]
    users = user_columns(connection, inputs.ground, parts, scored)
    columns = [made.columns | own for made, own in zip(scored, users.columns, strict=True)]
    version_id = new_version(
        connection, actor, "score", params=params.as_dict() | {"lifecycle": rule, "inputs": inputs.as_dict()}, now=now
    )
    sync_measures(connection)
    note_measures(connection, version_id, [name for each in columns for name in each], users, _more(scored))
    rows = pl.concat(
        [_rows(given, *column) for given, each in zip(parts, columns, strict=True) for column in each.items()]
    )
    rows = checked(rows, CELL_SCORES, "cell_score").sort("branch_id", "measure", "cell")
    write_frame(connection, "cell_score", rows, version_id=version_id)
    keep_basis(connection, version_id, inputs, parts, [(made.fits, made.rates) for made in scored])
    report = _report(parts, scored) | {"rows": rows.height, "user_measures": users.report()}
    report |= {"denominator_conflicts": worst_conflicts(connection, inputs.ground, parts[0].accounts)}
    finish_version(connection, version_id, report=report)
    return StepResult(version_id, report)


def _report(parts: list[CellInputs], scored: list[Computed]) -> dict[str, Any]:
    """Return people in and out, cells, what is absent, and the models; by resolution too where there are several."""
    people_in, spread = parts[0].people_in, sum(float(given.people.sum()) for given in parts)
    models = [made.report for made in scored]
    several = {"by_resolution": {str(given.resolution): model for given, model in zip(parts, models, strict=True)}}
    return {
        # All people but those of this group's cells lie elsewhere; with one group that is outside the catchments.
        "people": {
            "in": people_in,
            "spread": spread,
            "outside_catchments": sum(given.people_elsewhere for given in parts) - people_in * (len(parts) - 1),
        },
        "cells": sum(len(given.cells) for given in parts),
        "absent": _absent(scored),
        "notice": MARKETING_ONLY,
        "denominators": parts[0].accounts,
        **models[0],
        **(several if len(parts) > 1 else {}),
    }


def _more(scored: list[Computed]) -> list[Measure]:
    return [measure for made in scored for measure in made.measures]


def _rule_before(connection: sa.Connection) -> dict[str, Any] | None:
    """Return the rule of life-cycle stages that the newest scores were made by; None for the example."""
    before = list_versions(connection, "score")
    rule: dict[str, Any] | None = max(before, key=lambda each: each.id).params.get("lifecycle") if before else None
    return rule


def _absent(scored: list[Computed]) -> dict[str, dict[str, str]]:
    """Return by measure, in both languages, what the data lacks for it; the measure is not in the version."""
    every = {measure: why for made in scored for measure, why in made.absent.items()}
    return {
        measure: {language: translate(why.template, language, **dict(why.values)) for language in LANGUAGES}
        for measure, why in sorted(every.items())
    }


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
                column.evidence.tolist() if column.evidence is not None else [None] * len(unknown), dtype=pl.String
            ),
        }
    ).with_columns(pl.col("value", "low", "high").fill_nan(None))

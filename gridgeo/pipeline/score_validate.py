"""How far a model of cells can be trusted in areas it has not seen: the store's own potential, or any table."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import sqlalchemy as sa

from gridgeo.cells import cell_strings, common_resolution
from gridgeo.domain import Actor, CellArray, FloatArray
from gridgeo.errors import InvalidInputError, NotFoundError
from gridgeo.maps import MARKETING_ONLY
from gridgeo.pipeline.cell_groups import groups
from gridgeo.pipeline.cell_inputs import CellInputs, cell_inputs
from gridgeo.pipeline.score_remarks import checked_table, leak_notes, scheme_notes, table_notes
from gridgeo.pipeline.steps import Inputs, require_planner
from gridgeo.pipeline.versions import newest_inputs
from gridgeo.scoring import placed_correction, with_ring_sums
from gridgeo.scoring.checks import NOBODY
from gridgeo.scoring.folds import Folds, group_folds, parent_folds
from gridgeo.scoring.judged import BASELINES, SchemeFigures, judge
from gridgeo.scoring.makeup import RING_FEATURES
from gridgeo.scoring.notes import Note, note
from gridgeo.scoring.out_of_area import CellTable, Forecasts, forecast_areas, with_rings
from gridgeo.scoring.potential import DEFAULT_OPTIONS
from gridgeo.scoring.validate import held_out_forecasts
from gridgeo.sources.cell_features import TableColumns, cell_features
from gridgeo.sources.files import ReadOptions
from gridgeo.storage import read_frame, version_record

DIGITS = 6
SCHEME_NAMES = {
    "group": "leave one group of {column} out",
    "h3_parent": "leave one H3 parent of resolution {resolution} out",
}


@dataclass(frozen=True)
class Validated:
    """A validation with what its files are made of: body is the JSON, notes are remarks in words.

    forecasts: of the leading way to leave areas out, by name, shape (n_cells,); area: of each cell there.
    """

    body: dict[str, Any]
    notes: tuple[Note, ...]
    cells: CellArray
    truth: FloatArray
    area: np.ndarray
    forecasts: dict[str, FloatArray]


def validate_table(path: Path, columns: TableColumns, how: ReadOptions | None = None) -> Validated:
    """Validate a model of any table of cells on areas left out.

    Raises InvalidInputError when the table does not fit, when its target never varies or is known of too few cells,
    when a feature tells the target, and when all cells lie in one area.
    """
    given = cell_features(path, columns, how)
    table = CellTable(given.cells, given.names, given.matrix, given.target, given.people)
    leaks = checked_table(table, columns.target)
    schemes = _schemes(given.cells, given.groups)
    _require_areas(schemes)
    found = [forecast_areas(table, folds) for folds in schemes]
    notes = (*table_notes(given), *leak_notes(leaks, columns.target), *scheme_notes(schemes, columns.group))
    judged = [(folds, _named(one)) for folds, one in zip(schemes, found, strict=True)]
    lead = found[0]
    model = {
        "kind": lead.choice.model,
        "family": lead.family,
        "penalty": lead.choice.penalty,
        "boosting_gain_inside": lead.choice.gain,
    }
    body = {
        "target": columns.target,
        "features": list(given.names),
        "model_features": len(with_rings(table)[0]) + 1,
        "people_column": given.people,
        "model": model,
    }
    return _validated((given.cells, given.target), judged, body, (*notes, *lead.notes), columns.group)


def validate_store(connection: sa.Connection, actor: Actor) -> Validated:
    """Validate the potential of the store's newest scores: one fold a catchment, and blocks of cells beside it.

    Raises NotFoundError when nothing is scored, InvalidInputError when there is only one catchment, NotAllowedError for
    a role that may not see every branch's customers.
    """
    require_planner(actor)
    given, inputs, others = _scored(connection)
    customers, features = _potential_inputs(given)
    truth = np.where(given.people >= NOBODY, customers, np.nan)
    branch = np.array(given.branch_ids)[given.branch_index]
    schemes = _schemes(given.cells, branch)
    _require_areas(schemes)
    judged = []
    for folds in schemes:
        areas = folds.fold_of_cells if folds.scheme == "h3_parent" else branch
        one = held_out_forecasts(features, (customers, given.people), areas, given.pairs, DEFAULT_OPTIONS)
        names = {"model": one.model, "people_only": one.people_only, "ring_mean": one.ring_mean}
        judged.append((folds, {name: np.where(np.isfinite(truth), each, np.nan) for name, each in names.items()}))
    empty = int(np.isnan(truth).sum())
    notes = [note("{cells} cells without people are not judged", cells=empty)] if empty else []
    notes += (
        [note("branches of other resolutions are not judged: {branches}", branches=", ".join(others))] if others else []
    )
    body = {
        "target": "customers",
        "features": list(features.columns),
        "people_column": "people",
        "model": {"kind": "regression", "family": "negative binomial"},
        "versions": inputs.as_dict(),
    }
    return _validated((given.cells, truth), judged, body, (*notes, *scheme_notes(schemes, "catchment")), "catchment")


def forecasts_table(found: Validated) -> dict[str, Any]:
    """Return the held-out forecasts by cell, ready for a file: cell, area, target and each forecast."""
    judged = np.flatnonzero(np.isfinite(found.truth) & np.isfinite(found.forecasts["model"]))
    columns: dict[str, Any] = {"cell": cell_strings(found.cells[judged]), "area": found.area[judged].tolist()}
    columns["target"] = found.truth[judged]
    return columns | {
        name: np.array([float(f"{value:.{DIGITS}g}") for value in values[judged].tolist()])
        for name, values in found.forecasts.items()
        if np.isfinite(values[judged]).any()
    }


def _validated(
    data: tuple[CellArray, FloatArray],
    judged: list[tuple[Folds, dict[str, FloatArray]]],
    body: dict[str, Any],
    notes: tuple[Note, ...],
    group: str | None,
) -> Validated:
    cells, truth = data
    figures = [judge(folds, forecasts, truth) for folds, forecasts in judged]
    lead, folds = figures[0], judged[0][0]
    small = [area.area for area in lead.areas if area.spearman["model"] is None]
    if small:
        shown = ", ".join(small[:10]) + (" ..." if len(small) > 10 else "")
        notes = (*notes, note("no rank correlation for {areas}: too few cells, or all alike", areas=shown))
    record = {
        "folds": [_scheme_record(each, group) for each in figures],
        "groups": [{"group": area.area, "cells": area.cells, "spearman": area.spearman} for area in lead.areas],
        "spearman": _spearman(lead.spearman),
        "lift_top_decile": lead.lift_top_decile,
        "calibration": [asdict(each) for each in lead.calibration],
        "n": lead.n,
        "verdict": lead.verdict,
        "evidence": lead.evidence,
        "interval_90": lead.interval_90,
        **body,
        "resolution": common_resolution(cells),
        "notes": [each.text() for each in notes],
        "notice": MARKETING_ONLY,
    }
    names = np.array([*folds.areas, ""])
    return Validated(rounded(record), notes, cells, truth, names[folds.area_of], judged[0][1])


def _scheme_record(figures: SchemeFigures, group: str | None) -> dict[str, Any]:
    name = SCHEME_NAMES[figures.scheme].format(column=group, resolution=figures.resolution)
    return {
        "name": name,
        "scheme": figures.scheme,
        "column": group if figures.scheme == "group" else None,
        "resolution": figures.resolution,
        "areas": len(figures.areas),
        "folds": figures.folds,
        "n": figures.n,
        "spearman": _spearman(figures.spearman),
        "spearman_within_areas": _spearman(figures.within_areas),
        "interval_90": figures.interval_90,
        "wins": figures.wins,
        "r2": figures.r2,
        "lift_top_decile": figures.lift_top_decile,
        "calibration": [asdict(each) for each in figures.calibration],
        "verdict": figures.verdict,
        "evidence": figures.evidence,
    }


def _spearman(figures: dict[str, float | None]) -> dict[str, Any]:
    others = {name: value for name, value in figures.items() if name not in ("model", *BASELINES)}
    return {"model": figures["model"], "baselines": {name: figures[name] for name in BASELINES}, **others}


def _named(one: Forecasts) -> dict[str, FloatArray]:
    return {
        name: getattr(one, name)
        for name in ("model", "people_only", "ring_mean", "regression", "boosting", "best_feature")
    }


def _schemes(cells: CellArray, group: np.ndarray | None) -> list[Folds]:
    """Return the ways to leave areas out, the leading one first: groups where there are several, then blocks."""
    found = (None if group is None else group_folds(group), parent_folds(cells))
    return [folds for folds in found if folds is not None]


def _require_areas(schemes: list[Folds]) -> None:
    if not schemes:
        raise InvalidInputError(
            "all cells lie in one area: two or more groups (--group-column), or cells of two or more H3 parents two "
            "levels up, are needed to leave one out"
        )


def _scored(connection: sa.Connection) -> tuple[CellInputs, Inputs, list[str]]:
    """Return what the newest scores were made from, of the resolution that most branches have, and other branches."""
    newest = newest_inputs(connection)
    if not newest.score:
        raise NotFoundError("nothing is scored yet: gridgeo score refresh")
    params = version_record(connection, newest.score).params
    inputs = replace(Inputs(**params["inputs"]), score=newest.score)
    cells = read_frame(connection, "catchment_cell", version_id=inputs.catchment, columns=["cell"])["cell"].to_numpy()
    parts = [cell_inputs(connection, inputs, params["resolution"], each) for each, _ in groups(cells)]
    most = max(parts, key=lambda part: len(part.branch_ids))
    return most, inputs, [name for part in parts if part is not most for name in part.branch_ids]


def _potential_inputs(given: CellInputs) -> tuple[FloatArray, Any]:
    corrected = placed_correction(
        given.customers, given.people, given.zone, given.unplaced_by_zone, unplaced_elsewhere=given.unplaced_elsewhere
    )
    return corrected.customers, with_ring_sums(given.features, given.pairs, RING_FEATURES)


def rounded(value: object) -> Any:  # noqa: ANN401 - JSON values
    """Return the value with its numbers rounded, not-a-number as None: the same inputs give the same bytes."""
    if isinstance(value, float):
        return float(f"{value:.{DIGITS}g}") if np.isfinite(value) else None
    if isinstance(value, dict):
        return {key: rounded(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [rounded(item) for item in value]
    return value

"""Draw the branches' catchments: a cell of the ground goes to at most one branch, by a stated method and rule."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import numpy as np
import polars as pl
import shapely
import sqlalchemy as sa

from gridgeo.cells import merged_polygons
from gridgeo.domain import Actor
from gridgeo.errors import InvalidInputError
from gridgeo.pipeline.catchments.areas import Areas, areas_of
from gridgeo.pipeline.catchments.borders import settled_borders
from gridgeo.pipeline.catchments.report import settlement_report
from gridgeo.pipeline.catchments.specs import CatchmentPlan, CatchmentSpec, rules_from_dict, spec_from_dict
from gridgeo.pipeline.catchments.terrain import Terrain
from gridgeo.pipeline.catchments.words import label_of
from gridgeo.pipeline.cell_groups import refined
from gridgeo.pipeline.steps import Inputs, RunParams, StepResult, require_planner
from gridgeo.storage import finish_version, list_versions, new_version, read_frame, version_record, write_frame

UNSTATED = CatchmentSpec("drive_time")
"""Method of a branch that came into the bank after the catchments were drawn."""


def draw(connection: sa.Connection, actor: Actor, inputs: Inputs, params: RunParams, now: datetime) -> StepResult:
    """Write one catchment version: a polygon a branch and one row a cell.

    Every branch gets the method of the parameters; with method `as_drawn` each gets that of the newest version, drawn
    again on the working ground and bank.
    Raises InvalidInputError when a boundary does not pass the polygon gate, or nothing was drawn before.
    """
    require_planner(actor)
    terrain = Terrain(connection, inputs, params.resolution)
    if params.method == "as_drawn":
        newest = newest_catchments(connection)
        if not newest:
            raise InvalidInputError("no catchments were drawn before: choose a method")
        plan = plan_of(connection, newest, terrain.ids)
    else:
        plan = CatchmentPlan(dict.fromkeys(terrain.ids, CatchmentSpec(params.method)))
    return write_catchments(connection, actor, inputs, params, (terrain, plan), now)


def write_catchments(
    connection: sa.Connection,
    actor: Actor,
    inputs: Inputs,
    params: RunParams,
    drawn: tuple[Terrain, CatchmentPlan],
    now: datetime,
) -> StepResult:
    """Draw a plan on a terrain and write it as one version."""
    terrain, plan = drawn
    areas = areas_of(plan, terrain)
    stored = params.as_dict() | {
        "inputs": inputs.as_dict(),
        "mode": terrain.mode,
        "settle": plan.rules.as_dict(),
        "drawn_order": list(plan.drawn_order),
    }
    version_id = new_version(connection, actor, "catchment", params=stored, now=now)
    for branch_id in params.branch_resolutions:
        terrain.position(branch_id)
    cells = refined(cell_table(areas, terrain), params.branch_resolutions)
    write_frame(connection, "catchment_cell", cells, version_id=version_id)
    write_frame(connection, "catchment", _outlines(areas, plan, terrain), version_id=version_id)
    report = _report(areas, plan, terrain) | _sizes(cells, terrain)
    finish_version(connection, version_id, report=report)
    return StepResult(version_id, report)


def cell_table(areas: Areas, terrain: Terrain) -> pl.DataFrame:
    """Return the rows of catchment_cell at the resolution of the terrain, sorted; cells nobody has are not in it."""
    covered = areas.owner >= 0
    travel_s = pl.Series(areas.travel_s[covered])
    return pl.DataFrame(
        {
            "branch_id": np.array(terrain.ids, dtype=object)[areas.owner[covered]],
            "cell": terrain.cells[covered],
            "travel_s": travel_s.set(~travel_s.is_finite(), None),
        },
        schema_overrides={"branch_id": pl.String},
    )


def newest_catchments(connection: sa.Connection) -> int:
    """Return the newest finished version of catchments, 0 when there is none."""
    versions = (entry.id for entry in list_versions(connection, "catchment") if entry.report is not None)
    return max(versions, default=0)


def plan_of(connection: sa.Connection, version_id: int, branch_ids: list[str]) -> CatchmentPlan:
    """Return what a version was drawn from, for the branches of today.

    A branch that is gone is left out; one that came later takes the cells it is reached from first.
    """
    params = version_record(connection, version_id).params
    rows = read_frame(connection, "catchment", version_id=version_id, columns=["branch_id", "method", "params"])
    stated = {row["branch_id"]: _stored_spec(row) for row in rows.iter_rows(named=True)}
    specs = {branch_id: stated.get(branch_id, UNSTATED) for branch_id in branch_ids}
    order = tuple(branch_id for branch_id in params.get("drawn_order", ()) if branch_id in specs)
    return CatchmentPlan(specs, rules_from_dict(params.get("settle", {})), order)


def _stored_spec(row: dict[str, Any]) -> CatchmentSpec:
    given = json.loads(row["params"]) if row["params"] else {}
    return spec_from_dict({"method": row["method"]} | given)


def _outlines(areas: Areas, plan: CatchmentPlan, terrain: Terrain) -> pl.DataFrame:
    shapes = merged_polygons(terrain.cells, areas.owner, len(terrain.ids))
    borders = settled_borders(areas, plan, terrain)
    specs = [plan.specs[branch_id] for branch_id in terrain.ids]
    return pl.DataFrame(
        {
            "branch_id": terrain.ids,
            "method": [spec.method for spec in specs],
            "label": [label_of(spec, terrain.mode) for spec in specs],
            "params": [json.dumps(spec.as_dict(), sort_keys=True) for spec in specs],
            "geometry": shapely.to_wkb(shapes),
            "border": [None if border is None else shapely.to_wkb(border) for border in borders],
        },
        schema_overrides={"border": pl.Binary},
    )


def _report(areas: Areas, plan: CatchmentPlan, terrain: Terrain) -> dict[str, Any]:
    covered = areas.owner >= 0
    return {
        "unreached": int((covered & ~np.isfinite(areas.travel_s)).sum()),
        "settled": settlement_report(areas, plan.rules, terrain),
    }


def _sizes(cells: pl.DataFrame, terrain: Terrain) -> dict[str, Any]:
    sizes = dict.fromkeys(terrain.ids, 0) | dict(cells.group_by("branch_id").len().iter_rows())
    return {
        "cells": cells.height,
        "cells_by_branch": sizes,
        "without_cells": [branch_id for branch_id, size in sizes.items() if not size],
    }

"""What a drawing would give its branches: the cells each claims, those it would get, and what lies in them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import numpy as np
import orjson
import polars as pl
import shapely
import sqlalchemy as sa

from gridgeo.cells import cell_strings
from gridgeo.domain import Actor
from gridgeo.i18n import Language
from gridgeo.pipeline.catchments.areas import areas_of
from gridgeo.pipeline.catchments.borders import stated_border
from gridgeo.pipeline.catchments.edit import draw_branches, newest_plan, require_drawer
from gridgeo.pipeline.catchments.specs import CatchmentSpec
from gridgeo.pipeline.grids.counts import counts_on
from gridgeo.pipeline.steps import StepResult
from gridgeo.pipeline.versions import newest_inputs
from gridgeo.sources.trade_areas import straight_line_m
from gridgeo.storage import read_frame, whole_bank

MOST_AROUND = 20_000
"""Cells around a branch that are counted while a catchment is drawn; what is drawn further out is counted when it is
closed."""


def draw_with_claims(
    connection: sa.Connection,
    actor: Actor,
    drawn: dict[str, CatchmentSpec],
    now: datetime,
    rules: Mapping[str, Any] | None = None,
    language: Language = "en",
) -> tuple[StepResult, list[dict[str, Any]]]:
    """Draw branches as `draw_branches` does, and say of each what it claims and gets.

    One record a branch: branch_id, claimed (cells that its method gives it), cells (those left to it where others
    claim the same), counts (sum over what it claims, null beside the reason), geometry (the line around the cells left
    to it, as it is stored), border (the line that it is stated by, null where there is none; see `stated_border`).
    """
    result = draw_branches(connection, actor, drawn, now, rules)
    with whole_bank(connection):
        terrain, plan = newest_plan(connection)
        claims = areas_of(plan, terrain).claims
        inputs = newest_inputs(connection)
        where = {"branch_id": list(drawn)}
        settled = read_frame(connection, "catchment_cell", version_id=result.version_id, where=where)
        outlines = read_frame(connection, "catchment", version_id=result.version_id, where=where)
        found = []
        for branch_id in drawn:
            own = claims.filter(pl.col("branch") == terrain.position(branch_id))["at"].to_numpy()
            cells = terrain.cells[np.sort(own)]
            counts = counts_on(connection, inputs, cells, language)
            outline = outlines.filter(pl.col("branch_id") == branch_id)["geometry"]
            stated = stated_border(plan.specs[branch_id], terrain.position(branch_id), terrain)
            found.append(
                {
                    "branch_id": branch_id,
                    "claimed": cell_strings(cells),
                    "cells": cell_strings(settled.filter(pl.col("branch_id") == branch_id)["cell"].sort().to_numpy()),
                    "counts": {name: _summed(counted) for name, counted in counts.items()},
                    "geometry": orjson.Fragment(shapely.to_geojson(shapely.from_wkb(outline[0]))),
                    "border": None if stated is None else orjson.Fragment(shapely.to_geojson(stated)),
                }
            )
    return result, found


def counts_around(connection: sa.Connection, actor: Actor, branch_id: str, language: Language = "en") -> dict[str, Any]:
    """Return what each cell of the ground around a branch holds, for counting while its catchment is drawn.

    cells: the MOST_AROUND of the newest catchments' ground that are nearest to the branch, ascending. counts: as in
    `counts_on`. Raises NotFoundError, NotAllowedError for who may not draw the branch's catchment.
    """
    require_drawer(actor, [branch_id], None)
    with whole_bank(connection):
        terrain = newest_plan(connection)[0]
        away_m = straight_line_m(*terrain.point(terrain.position(branch_id)), terrain.cells)
        nearest = np.argsort(away_m, kind="stable")[:MOST_AROUND]
        cells = terrain.cells[np.sort(nearest)]
        return {
            "branch_id": branch_id,
            "resolution": terrain.resolution,
            "cells": cell_strings(cells),
            "counts": counts_on(connection, newest_inputs(connection), cells, language),
        }


def _summed(counted: dict[str, Any]) -> dict[str, Any]:
    values = counted["values"]
    return {"value": None if values is None else round(sum(values), 6), "reason": counted["reason"]}

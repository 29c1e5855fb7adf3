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
from gridgeo.pipeline.catchments.edit import draw_branches, newest_plan
from gridgeo.pipeline.catchments.specs import CatchmentSpec
from gridgeo.pipeline.grids.counts import counts_on
from gridgeo.pipeline.steps import StepResult
from gridgeo.pipeline.versions import newest_inputs
from gridgeo.storage import read_frame, whole_bank


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
    claim the same), counts (sum over what it claims, null beside the reason), geometry (its border as it is stored).
    """
    result = draw_branches(connection, actor, drawn, now, rules)
    with whole_bank(connection):
        terrain, plan = newest_plan(connection)
        claims = areas_of(plan, terrain).claims
        inputs = newest_inputs(connection)
        where = {"branch_id": list(drawn)}
        settled = read_frame(connection, "catchment_cell", version_id=result.version_id, where=where)
        borders = read_frame(connection, "catchment", version_id=result.version_id, where=where)
        found = []
        for branch_id in drawn:
            own = claims.filter(pl.col("branch") == terrain.position(branch_id))["at"].to_numpy()
            cells = terrain.cells[np.sort(own)]
            counts = counts_on(connection, inputs, cells, language)
            border = borders.filter(pl.col("branch_id") == branch_id)["geometry"]
            found.append(
                {
                    "branch_id": branch_id,
                    "claimed": cell_strings(cells),
                    "cells": cell_strings(settled.filter(pl.col("branch_id") == branch_id)["cell"].sort().to_numpy()),
                    "counts": {name: _summed(counted) for name, counted in counts.items()},
                    "geometry": orjson.Fragment(shapely.to_geojson(shapely.from_wkb(border[0]))),
                }
            )
    return result, found


def _summed(counted: dict[str, Any]) -> dict[str, Any]:
    values = counted["values"]
    return {"value": None if values is None else round(sum(values), 6), "reason": counted["reason"]}

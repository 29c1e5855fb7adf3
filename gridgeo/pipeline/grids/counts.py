"""What each cell of a branch's area grids holds, and who may own one: what is counted while grids are drawn."""

from __future__ import annotations

from typing import Any

import polars as pl
import sqlalchemy as sa

from gridgeo.domain import Actor, CellArray
from gridgeo.errors import InvalidInputError
from gridgeo.i18n import Language, error_text
from gridgeo.pipeline.grids.sets import grid_state
from gridgeo.pipeline.grids.weights import weights_on
from gridgeo.pipeline.steps import Inputs
from gridgeo.pipeline.versions import newest_inputs
from gridgeo.storage import live, read_frame

COUNTED = ("people", "households", "customers", "merchants")


def grid_counts(connection: sa.Connection, actor: Actor, branch_id: str, language: Language = "en") -> dict[str, Any]:
    """Return what the cells of a branch's grids hold, in the order of `grid_state`, and the branch's staff.

    counts: measure of COUNTED -> values (one a cell) or null, and the reason in the language. staff: id, name, post.
    Raises NotFoundError when there are no grids in the actor's scope, NotAllowedError.
    """
    state = grid_state(connection, actor, branch_id)
    return {
        "branch_id": branch_id,
        "revision": state.revision,
        "counts": counts_on(connection, newest_inputs(connection), state.cells, language),
        "staff": _staff(connection, branch_id),
    }


def counts_on(connection: sa.Connection, inputs: Inputs, cells: CellArray, language: Language) -> dict[str, Any]:
    """Return how much of each of COUNTED lies in each cell; null beside its reason where it is not known."""
    return {name: _counted(connection, inputs, cells, name, language) for name in COUNTED}


def _counted(
    connection: sa.Connection, inputs: Inputs, cells: CellArray, name: str, language: Language
) -> dict[str, Any]:
    try:
        values = weights_on(connection, inputs, cells, name)
    except InvalidInputError as error:
        return {"values": None, "reason": error_text(error, language)}
    return {"values": values.round(6).tolist(), "reason": None}


def _staff(connection: sa.Connection, branch_id: str) -> list[dict[str, Any]]:
    bank = live(connection, "bank").id
    rows = read_frame(connection, "staff", version_id=bank, where={"org_unit_id": branch_id})
    return rows.select("id", "name", "post").sort(pl.col("name"), "id").to_dicts()

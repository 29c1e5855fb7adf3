"""What cannot work in a plan's question, said with names in place of ids."""

from __future__ import annotations

from typing import Any

import polars as pl
import sqlalchemy as sa

from gridgeo.cells import cells_from_strings
from gridgeo.domain import Actor
from gridgeo.i18n import Language, translate
from gridgeo.pipeline.published import measures_shown
from gridgeo.pipeline.territories.drafts import live_inputs
from gridgeo.pipeline.territories.seats import names_known
from gridgeo.storage.grids import grid_cell_frame, grid_frame


def findings_said(
    connection: sa.Connection, actor: Actor, findings: list[dict[str, Any]], language: Language
) -> list[dict[str, Any]]:
    """Return findings with their messages in a language: measures, managers and places by name, where it may be known.

    findings: as `check_draft` gives them; what they are about stays in their values by id. A node is told by its cell
    and, where there are area grids, by the one that has the cell.
    """
    measures = {one.id: one.name_zh if language == "zh" else one.name_en for one in measures_shown(connection, actor)}
    names = {"measure": measures, "territory": names_known(connection, actor, live_inputs(connection))}
    grids = _grids_of(connection, actor, findings)
    said = []
    for one in findings:
        values = {key: names[key].get(value, value) if key in names else value for key, value in one["values"].items()}
        if "cell" in values:
            grid = grids.get(values["cell"])
            values["node"] = f"{values['cell']} ({grid})" if grid else values["cell"]
        said.append(one | {"message": translate(one["template"], language, **values)})
    return said


def _grids_of(connection: sa.Connection, actor: Actor, findings: list[dict[str, Any]]) -> dict[str, str]:
    """Return the names of the area grids in scope that have the cells that findings speak of."""
    spoken = [one["values"]["cell"] for one in findings if "cell" in one["values"]]
    if not spoken:
        return {}
    asked = pl.DataFrame({"text": spoken, "cell": cells_from_strings(spoken)}).unique("text")
    named = grid_frame(connection, actor.branch_ids).select(grid_id="id", name="name")
    held = (
        grid_cell_frame(connection, actor.branch_ids)
        .join(named, on="grid_id")
        .select(pl.col("cell").cast(pl.UInt64), "name")
    )
    return dict(asked.join(held, on="cell").select("text", "name").iter_rows())

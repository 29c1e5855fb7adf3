"""Territories of relationship managers."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Annotated, Any

import numpy as np
import polars as pl
from fastapi import APIRouter, Query
from starlette.responses import Response

from gridgeo.cells import cell_strings
from gridgeo.pipeline import browse
from gridgeo_api.deps import ReadingNow, json_bytes
from gridgeo_api.openapi import problems
from gridgeo_api.paging import fixed_cursor, fixed_place
from gridgeo_api.schemas import Territories, TerritoriesAsked

router = APIRouter(tags=["territories"])
PLAIN = ("id", "name", "branch_id", "rm_id", "rm_name", "colour", "cells")


@router.get(
    "/territories",
    summary="List territories with their cells, loads and certificates",
    response_model=Territories,
    responses=problems(304, 401, 404, 412, 422, 503),
)
def list_territories(reading: ReadingNow, asked: Annotated[TerritoriesAsked, Query()]) -> Response:
    """Who holds which cells, how heavy each territory is against its target, and how good the plan is.

    A page ends early where its territories would hold more cells than an answer may.
    """
    question = ("territories", asked.branch_id)
    most_cells = reading.request.app.state.settings.max_cells_per_answer

    def body() -> bytes:
        start = fixed_place(asked.cursor, reading.published.id, question)
        found = browse.territories(reading.connection, reading.actor, reading.published, branch_id=asked.branch_id)
        return json_bytes(_page(found, question, (start, asked.limit, most_cells)))

    return reading.answer((*question, asked.limit, asked.cursor), body, again=True)


def _page(found: browse.Territories, question: Hashable, asked: tuple[int, int, int]) -> dict[str, Any]:
    """Return one page. asked: where it begins, the most territories, the most cells."""
    start, end = asked[0], _end(found.table["cells"], asked)
    shown = found.rows()[start:end]
    cells = found.cells.filter(pl.col("position").is_between(start, end, closed="left"))
    branches = {row["branch_id"] for row in shown}
    return {
        "version": found.version,
        "territories": [
            {name: row[name] for name in PLAIN}
            | {name: row[name] for name in ("loads", "targets", "imbalance_percent")}
            for row in shown
        ],
        "cells": cell_strings(cells["cell"].to_numpy()),
        "territory_index": cells["position"].to_numpy() - start,
        "certificates": {name: each for name, each in found.certificates.items() if name in branches},
        "total": found.table.height,
        "next": fixed_cursor(found.version, question, end) if end < found.table.height else None,
    }


def _end(counts: pl.Series, asked: tuple[int, int, int]) -> int:
    """Return where a page ends: behind one territory at least."""
    start, limit, most_cells = asked
    sums = counts.slice(start, limit).fill_null(0).cum_sum().to_numpy()
    fitting = int(np.searchsorted(sums, most_cells, side="right"))
    return min(start, len(counts)) + max(fitting, min(1, len(sums)))

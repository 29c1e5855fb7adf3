"""Territories of relationship managers."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from gridgeo.cells import cell_strings
from gridgeo.pipeline import browse
from gridgeo_api.deps import ReadingNow, json_bytes
from gridgeo_api.openapi import problems
from gridgeo_api.params import BranchId
from gridgeo_api.schemas import Territories

router = APIRouter(tags=["territories"])
PLAIN = ("id", "name", "branch_id", "rm_id", "rm_name", "colour", "cells")


@router.get(
    "/territories",
    summary="List territories with their cells, loads and certificates",
    response_model=Territories,
    responses=problems(304, 401, 404, 422, 503),
)
def list_territories(reading: ReadingNow, branch_id: BranchId = None) -> Response:
    """Who holds which cells, how heavy each territory is against its target, and how good the plan is."""

    def body() -> bytes:
        found = browse.territories(reading.connection, reading.actor, reading.published, branch_id=branch_id)
        return json_bytes(_territories(found))

    return reading.answer(("territories", branch_id), body, again=True)


def _territories(found: browse.Territories) -> dict[str, Any]:
    return {
        "version": found.version,
        "territories": [
            {name: row[name] for name in PLAIN}
            | {name: row[name] for name in ("loads", "targets", "imbalance_percent")}
            for row in found.rows()
        ],
        "cells": cell_strings(found.cells["cell"].to_numpy()),
        "territory_index": found.cells["position"].to_numpy(),
        "certificates": found.certificates,
    }

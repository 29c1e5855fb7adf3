"""Where to work next, and a score taken apart."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from gridgeo.pipeline.explain import explain_measure
from gridgeo.pipeline.where_next import MOST
from gridgeo.pipeline.where_next import where_next as listed
from gridgeo_api.deps import ActorKnown, Connected, ReadingNow, json_bytes, moment, plain_answer
from gridgeo_api.limits import MAX_TEXT
from gridgeo_api.openapi import problems
from gridgeo_api.params import NO_CONTROL, BranchId, CellId
from gridgeo_api.schemas import MeasureExplained, WhereNext

router = APIRouter(tags=["cells"])
OneMeasure = Annotated[
    str,
    Query(
        max_length=MAX_TEXT,
        min_length=1,
        pattern=NO_CONTROL,
        description="The measure whose score is taken apart.",
        examples=["penetration"],
    ),
]
GridId = Annotated[
    str | None,
    Query(
        max_length=MAX_TEXT,
        min_length=1,
        pattern=NO_CONTROL,
        description="Only the cells of this area grid, its id or name.",
        examples=["g1-1"],
    ),
]
Limit = Annotated[int, Query(ge=1, le=MOST, description="The most cells of a list.", examples=[20])]


@router.get(
    "/where-next",
    summary="List where to work next",
    response_model=WhereNext,
    responses=problems(401, 403, 404, 422, 503),
)
def list_where_next(
    actor: ActorKnown,
    connection: Connected,
    branch_id: BranchId = None,
    grid_id: GridId = None,
    limit: Limit = 20,
) -> Response:
    """Cells of each branch in scope, or of one grid, in the order of their gap, each with its reasons in words."""
    return plain_answer(listed(connection, actor, branch_id, grid_id, limit, today=moment().date()))


@router.get(
    "/cells/{cell}/explain",
    summary="Take a score of a cell apart",
    response_model=MeasureExplained,
    responses=problems(304, 401, 404, 422, 503),
)
def explain_score(reading: ReadingNow, cell: CellId, measure: OneMeasure) -> Response:
    """Every number that went into the score, with data version and method; to consumers published numbers only."""
    return reading.answer(
        ("explain", cell.lower(), measure),
        lambda: json_bytes(
            explain_measure(reading.connection, reading.actor, cell, measure, published=reading.published)
        ),
    )

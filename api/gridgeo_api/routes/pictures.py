"""A picture of the map for reports: one measure of the cells with the outlines of the territories, as PNG."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from gridgeo.errors import InvalidInputError
from gridgeo.pipeline import browse
from gridgeo_api.deps import Reading, ReadingNow
from gridgeo_api.limits import MAX_TEXT
from gridgeo_api.openapi import Responses, problems
from gridgeo_api.params import NO_CONTROL, BranchId

router = APIRouter(tags=["pictures"])
PNG = "image/png"
MAX_CELLS = 60_000
"""Cells that are drawn within the time of a request."""
PICTURE: Responses = {
    200: {
        "description": "The picture, with its legend, purpose, source, version and whether data is synthetic.",
        "content": {PNG: {"schema": {"type": "string", "format": "binary"}, "example": "a picture"}},
    }
}
Drawn = Annotated[
    str,
    Query(
        max_length=MAX_TEXT,
        min_length=1,
        pattern=NO_CONTROL,
        description="The measure that is drawn, see /api/v1/measures.",
        examples=["penetration"],
    ),
]
Width = Annotated[int, Query(ge=300, le=2400, description="Width in pixels.", examples=[1350])]
Height = Annotated[int, Query(ge=300, le=2400, description="Height in pixels.", examples=[1200])]


@router.get(
    "/map.png",
    summary="Draw the map as a picture",
    response_class=Response,
    responses=PICTURE | problems(304, 401, 404, 422, 503),
)
def read_map_picture(
    reading: ReadingNow,
    measure: Drawn = "penetration",
    branch_id: BranchId = None,
    width: Width = 1350,
    height: Height = 1200,
) -> Response:
    """One measure of the live publication, of one branch or of every branch in scope, with the territories' outlines.

    The picture says what the scores are for, where the map comes from, and that data is synthetic where it is.
    """
    browse.check_measures((measure,), reading.published)
    if branch_id is not None:
        browse.check_branch(reading.connection, reading.actor, branch_id, reading.published)
    return reading.answer(
        ("picture", measure, branch_id, width, height),
        lambda: _drawn(reading, measure, branch_id, (width, height)),
        media_type=PNG,
    )


def _drawn(reading: Reading, measure: str, branch_id: str | None, size_px: tuple[int, int]) -> bytes:
    # a service that draws no picture does not wait for the libraries that draw
    from gridgeo.maps.picture import picture_png
    from gridgeo.pipeline.export import export_tables
    from gridgeo.pipeline.freshness import notes_of

    tables = export_tables(reading.connection, reading.actor, reading.published)
    if branch_id is not None:
        tables = tables.of_branch(branch_id)
    if tables.cells.height > MAX_CELLS:
        raise InvalidInputError(
            "the picture would hold {count} cells, at most {limit} are drawn: name a branch",
            count=tables.cells.height,
            limit=MAX_CELLS,
        )
    if tables.cells.is_empty():
        raise InvalidInputError("there are no cells to draw")
    return picture_png(tables, notes_of(reading.published), measure, size_px)

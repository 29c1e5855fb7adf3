"""Finding a place on the map by its name, and the publications that a map can show."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from gridgeo.pipeline.publications import publications
from gridgeo.pipeline.search import MOST, named_places, search
from gridgeo_api.deps import ReadingNow, plain_answer
from gridgeo_api.limits import MAX_TEXT
from gridgeo_api.openapi import problems
from gridgeo_api.params import NO_CONTROL, Most
from gridgeo_api.schemas import FoundList, Publications

router = APIRouter(tags=["session"])
SoughtText = Annotated[
    str,
    Query(
        max_length=MAX_TEXT,
        min_length=1,
        pattern=NO_CONTROL,
        description="A cell's id, a part of a name, or the beginning of a customer's id.",
        examples=["Vaduz"],
    ),
]
Limit = Annotated[int, Query(ge=1, le=MOST, description="The most that is found.", examples=[12])]


@router.get(
    "/search",
    summary="Find a place on the map",
    response_model=FoundList,
    responses=problems(401, 404, 422, 503),
)
def find_on_map(reading: ReadingNow, q: SoughtText, limit: Limit = 12) -> Response:
    """Cells, branches, places, streets that a text may mean; customers for those who work with them, names masked."""
    found = search(
        reading.connection,
        reading.actor,
        reading.published,
        lambda: reading.layer("named places", lambda: named_places(reading.connection, reading.published)),
        (q, limit),
    )
    return plain_answer({"found": found})


@router.get(
    "/publications",
    summary="List the publications",
    response_model=Publications,
    responses=problems(401, 404, 422, 503),
)
def list_publications(reading: ReadingNow, limit: Most = 50) -> Response:
    """Publications that can be read, newest first; /api/v1/cells shows the cells of each."""
    return plain_answer({"publications": publications(reading.connection, limit)})

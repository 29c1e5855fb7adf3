"""Sources of people, households and businesses side by side, and where they contradict each other."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from gridgeo.pipeline.denominators.overview import list_conflicts, list_sources
from gridgeo_api.deps import ActorKnown, Connected, plain_answer
from gridgeo_api.limits import MAX_TEXT
from gridgeo_api.openapi import problems
from gridgeo_api.params import Most
from gridgeo_api.schemas import DenominatorConflicts, Denominators

router = APIRouter(tags=["denominators"])
READ = problems(401, 403, 404, 422, 503)
By = Annotated[
    str,
    Query(max_length=MAX_TEXT, description="zone, catchment, or a kind of boundary.", examples=["municipality"]),
]
Count = Annotated[str | None, Query(max_length=MAX_TEXT, description="One count only.", examples=["people"])]


@router.get("/denominators", summary="List sources of denominators", response_model=Denominators, responses=READ)
def list_denominators(actor: ActorKnown, connection: Connected) -> Response:
    """Every source with its date, form, counts and sums, and which of them scores take each count from."""
    return plain_answer(list_sources(connection, actor))


@router.get(
    "/denominators/conflicts",
    summary="List conflicts between sources",
    response_model=DenominatorConflicts,
    responses=READ,
)
def list_denominator_conflicts(
    actor: ActorKnown, connection: Connected, by: By = "zone", name: Count = None, most: Most = 50
) -> Response:
    """Places where two sources of one count differ: both totals and dates, the largest difference first."""
    return plain_answer(list_conflicts(connection, actor, by, name, most))

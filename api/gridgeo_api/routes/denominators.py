"""Sources of people, households and businesses side by side, and where they contradict each other."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query
from starlette.responses import Response

from gridgeo.pipeline.denominators.overview import choose_source, list_conflicts, list_sources
from gridgeo_api.deps import ActorKnown, Connected, OnceGiven, RevisionGiven, WritingNow, plain_answer
from gridgeo_api.limits import MAX_TEXT, NO_CONTROL
from gridgeo_api.openapi import problems
from gridgeo_api.params import Most
from gridgeo_api.schemas import DenominatorConflicts, Denominators, SourceChosen, SourceWanted

router = APIRouter(tags=["denominators"])
READ = problems(401, 403, 404, 422, 503)
By = Annotated[
    str,
    Query(max_length=MAX_TEXT, description="zone, catchment, or a kind of boundary.", examples=["municipality"]),
]
Count = Annotated[str | None, Query(max_length=MAX_TEXT, description="One count only.", examples=["people"])]
CountPath = Annotated[
    str,
    Path(min_length=1, max_length=MAX_TEXT, pattern=NO_CONTROL, description="The count.", examples=["people"]),
]


@router.get("/denominators", summary="List sources of denominators", response_model=Denominators, responses=READ)
def list_denominators(actor: ActorKnown, connection: Connected) -> Response:
    """Every source with its date, form, counts and sums, and which of them scores take each count from."""
    body = list_sources(connection, actor)
    return plain_answer(body, etag=f'"{body["ground"]}"')


@router.post(
    "/denominators/{name}/source",
    summary="Choose a source",
    response_model=SourceChosen,
    responses=problems(401, 403, 404, 412, 413, 422, 428, 503),
)
def choose_denominator(
    writing: WritingNow, once: OnceGiven, name: CountPath, revision: RevisionGiven, wanted: SourceWanted
) -> Response:
    """Let scores take a count from one source; the next run uses it. If-Match: the ETag of the list of sources."""

    def body() -> Response:
        chosen = choose_source(writing.connection, writing.actor, name, wanted.source, writing.now, revision)
        return plain_answer(chosen, etag=f'"{chosen["ground"]}"')

    return once.answer(writing, body)


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

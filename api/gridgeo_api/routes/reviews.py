"""Doubtful locations: listed worst first, read, decided about with a version check; who decided what."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query
from starlette.responses import Response

from gridgeo.pipeline.review import decisions
from gridgeo.pipeline.review.decisions import Decision
from gridgeo_api.deps import ActorKnown, Connected, KeyGiven, RevisionGiven, WritingNow, plain_answer
from gridgeo_api.openapi import problems
from gridgeo_api.params import BranchId
from gridgeo_api.schemas import LocationDecided, LocationDecision, LocationHistory, LocationItem, LocationQueue

router = APIRouter(tags=["locations"])
READ = problems(401, 403, 404, 422, 503)
ItemPath = Annotated[int, Path(ge=1, le=2**63 - 1, description="Number of the location on the list.", examples=[12])]
PageSize = Annotated[int, Query(ge=1, le=1000, description="The most entries to answer with.", examples=[50])]
After = Annotated[str | None, Query(max_length=60, description="`next` of the page before.", examples=["1.5_12"])]
Before = Annotated[int | None, Query(ge=1, le=2**63 - 1, description="`next` of the page before.", examples=[40])]


@router.get("/locations/review", summary="List doubtful locations", response_model=LocationQueue, responses=READ)
def list_doubtful(
    actor: ActorKnown, connection: Connected, branch_id: BranchId = None, after: After = None, limit: PageSize = 50
) -> Response:
    """One page of the locations in scope that wait for a person, worst first by effect on the scores."""
    return plain_answer(decisions.queue_page(connection, actor, branch_id=branch_id, after=after, most=limit))


@router.get(
    "/locations/review/history",
    summary="List decisions about locations",
    response_model=LocationHistory,
    responses=READ,
)
def list_location_decisions(
    actor: ActorKnown, connection: Connected, before: Before = None, limit: PageSize = 50
) -> Response:
    """Who decided what about which house, and when; newest first."""
    return plain_answer(decisions.history(connection, actor, before=before, most=limit))


@router.get(
    "/locations/review/{item_id}", summary="Read a doubtful location", response_model=LocationItem, responses=READ
)
def read_doubtful(actor: ActorKnown, connection: Connected, item_id: ItemPath) -> Response:
    """One location with its candidates and log; a decision names the revision given here (ETag, If-Match)."""
    item = decisions.read_item(connection, actor, item_id)
    return plain_answer(item, etag=f'"{item["revision"]}"')


@router.post(
    "/locations/review/{item_id}/decisions",
    summary="Decide about a location",
    response_model=LocationDecided,
    responses=problems(401, 403, 404, 412, 413, 422, 428, 503),
)
def decide_location(
    writing: WritingNow, item_id: ItemPath, revision: RevisionGiven, key: KeyGiven, wanted: LocationDecision
) -> Response:
    """Accept, choose a candidate, place, reject or undo; the next run of locations uses it."""
    given = wanted.model_dump()
    decision = Decision(given.pop("decision"), **given, expected_revision=revision, key=key)
    done = decisions.decide(writing.connection, writing.actor, item_id, decision, writing.now)
    return plain_answer(done, etag=f'"{done["revision"]}"')

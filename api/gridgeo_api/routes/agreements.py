"""What planners agree on: the cadence table, the policy of accounts and areas, specialists of grids."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from starlette.responses import Response

from gridgeo.pipeline.territories import account_policy, cadence, overlays
from gridgeo_api.deps import ActorKnown, Connected, OnceGiven, RevisionGiven, WritingNow, plain_answer
from gridgeo_api.openapi import problems
from gridgeo_api.paging import Listing, listed, page_of
from gridgeo_api.schemas import (
    AccountPolicyTold,
    AccountPolicyWanted,
    CadenceTable,
    CadenceWanted,
    Overlay,
    OverlayEnd,
    Overlays,
    OverlaysAsked,
    OverlayWanted,
)

router = APIRouter(tags=["territories"])
READ = problems(401, 403, 404, 422, 503)
SET = problems(401, 403, 404, 412, 413, 422, 428, 503)
NEW = problems(401, 403, 404, 412, 413, 422, 503)
OVERLAYS = Listing("overlays", "id", ("id", "feature_id", "staff_id", "starts_on"))
OverlayId = Annotated[int, Path(ge=1, le=2**63 - 1, description="Number of the specialist's duty.", examples=[1])]


@router.get("/cadence", summary="Read the cadence table", response_model=CadenceTable, responses=READ)
def read_cadence(actor: ActorKnown, connection: Connected) -> Response:
    """How often customers of a tier are contacted, and what turns it into hours; a change names its ETag (If-Match)."""
    return _policy(cadence.show_cadence(connection, actor))


@router.post("/cadence", summary="Set the cadence table", response_model=CadenceTable, responses=SET)
def set_cadence(writing: WritingNow, once: OnceGiven, revision: RevisionGiven, wanted: CadenceWanted) -> Response:
    """Set the whole table; plans made from now on rest on it, those before keep theirs."""

    def body() -> Response:
        told = wanted.model_dump(exclude_none=True)
        return _policy(cadence.set_cadence(writing.connection, writing.actor, told, writing.now, revision))

    return once.answer(writing, body)


@router.get("/account-policy", summary="Read the account policy", response_model=AccountPolicyTold, responses=READ)
def read_account_policy(actor: ActorKnown, connection: Connected) -> Response:
    """Who may contact a customer, who is paid, when the account follows the area; a change names its ETag."""
    return _policy(account_policy.show_policy(connection, actor))


@router.post("/account-policy", summary="Set the account policy", response_model=AccountPolicyTold, responses=SET)
def set_account_policy(
    writing: WritingNow, once: OnceGiven, revision: RevisionGiven, wanted: AccountPolicyWanted
) -> Response:
    """Set the whole policy; it counts from now on, and the ones before stay on record."""

    def body() -> Response:
        told = wanted.model_dump()
        return _policy(account_policy.set_policy(writing.connection, writing.actor, told, writing.now, revision))

    return once.answer(writing, body)


@router.get("/overlays", summary="List specialists of grids", response_model=Overlays, responses=READ)
def list_overlays(actor: ActorKnown, connection: Connected, asked: Annotated[OverlaysAsked, Query()]) -> Response:
    """Specialists of industry and cohort grids in scope, all ever or those on duty on a day."""
    found = overlays.list_overlays(connection, actor, asked.on, asked.feature_id)
    return plain_answer(listed("overlays", page_of(found, OVERLAYS, asked)))


@router.post("/overlays", summary="Give a grid to a specialist", status_code=201, response_model=Overlay, responses=NEW)
def assign_overlay(writing: WritingNow, once: OnceGiven, wanted: OverlayWanted) -> Response:
    """Give an industry or cohort grid to a specialist; who owns the areas stays as it is."""
    who = (wanted.feature_id, wanted.staff_id, wanted.branch_id)
    days = (wanted.starts_on or writing.now.date(), wanted.ends_on)

    def body() -> Response:
        made = overlays.assign_overlay(writing.connection, writing.actor, who, days, writing.now)
        return plain_answer(made, status=201)

    return once.answer(writing, body)


@router.post("/overlays/{overlay_id}/end", summary="End a specialist's duty", response_model=Overlay, responses=NEW)
def end_overlay(writing: WritingNow, once: OnceGiven, overlay_id: OverlayId, wanted: OverlayEnd) -> Response:
    """Write the last day of a specialist."""
    day = wanted.ends_on or writing.now.date()

    def body() -> Response:
        return plain_answer(overlays.finish_overlay(writing.connection, writing.actor, overlay_id, day))

    return once.answer(writing, body)


def _policy(told: dict[str, Any]) -> Response:
    """Return a policy with its number as the tag; 0 is the example."""
    return plain_answer(told, etag=f'"{told["policy"] or 0}"')

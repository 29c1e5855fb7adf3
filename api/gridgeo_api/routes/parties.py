"""Customers and merchants as lists, inside the actor's scope, masked by role."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from gridgeo.errors import InvalidInputError
from gridgeo.pipeline import parties
from gridgeo_api.deps import ActorKnown, Connected, plain_answer
from gridgeo_api.openapi import problems
from gridgeo_api.paging import BAD_CURSOR, Listing, cursor_of, listed, page_of_frame, parts_of
from gridgeo_api.schemas import Customers, CustomersAsked, Merchants, MerchantsAsked

router = APIRouter(tags=["parties"])
READ = problems(401, 403, 404, 422, 503)
MERCHANTS = Listing("merchants", "id", ("id", "name", "industry", "branch_id"))


@router.get("/parties/customers", summary="List customers", response_model=Customers, responses=READ)
def list_customers(actor: ActorKnown, connection: Connected, asked: Annotated[CustomersAsked, Query()]) -> Response:
    """List customers of the actor's branches, ordered by id; names, phones and addresses are masked."""
    body = parties.customers(
        connection,
        actor,
        (_place_of(asked.cursor), asked.limit + 1),
        unmask=asked.unmask,
        branch_id=asked.branch_id,
        account_rm_id=asked.account_rm_id,
        tier=asked.tier,
    )
    rows = body["rows"][: asked.limit]
    more = cursor_of("customers", rows[-1]["id"]) if len(body["rows"]) > len(rows) else None
    return plain_answer({"customers": rows, "masked": body["masked"], "total": body["total"], "next": more})


@router.get("/parties/merchants", summary="List merchants", response_model=Merchants, responses=READ)
def list_merchants(actor: ActorKnown, connection: Connected, asked: Annotated[MerchantsAsked, Query()]) -> Response:
    """Merchants of the map and of the bank's own list, each once, in the catchments of the actor's branches."""
    table = parties.merchants(connection, actor, asked.branch_id)
    return plain_answer(listed("merchants", page_of_frame(table, MERCHANTS, asked)))


def _place_of(cursor: str | None) -> str | None:
    if cursor is None:
        return None
    name, last = parts_of(cursor, 2)
    if name != "customers" or not isinstance(last, str) or "\x00" in last:
        raise InvalidInputError(BAD_CURSOR, given=cursor)
    return last

"""Scenarios of territories, read: the list, one of them, two plans compared, who gains and loses."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Path, Query
from starlette.responses import Response

from gridgeo.pipeline.territories import accounts, drafts
from gridgeo.pipeline.territories import compare as compared
from gridgeo_api.deps import ActorKnown, Connected, moment, plain_answer
from gridgeo_api.limits import MAX_TEXT
from gridgeo_api.openapi import problems
from gridgeo_api.paging import Listing, PageQuery, listed, page_of
from gridgeo_api.params import NO_CONTROL
from gridgeo_api.schemas import Gains, PlansCompared, Scenario, Scenarios

router = APIRouter(tags=["territories"])
SCENARIOS = Listing("scenarios", "scenario", ("scenario", "status", "created_at", "version", "k"))
READ = problems(401, 403, 404, 422, 503)
Name = Annotated[
    str,
    Path(max_length=MAX_TEXT, min_length=1, pattern=NO_CONTROL, description="Name of a scenario.", examples=["Spring"]),
]
Against = Annotated[
    str,
    Query(
        max_length=MAX_TEXT,
        min_length=1,
        pattern=NO_CONTROL,
        description="The plan it is compared with: live, or another scenario.",
        examples=["live"],
    ),
]
EffectiveOn = Annotated[date | None, Query(description="Day of effect; today without it.", examples=["2026-04-01"])]
Month = Annotated[
    int, Query(ge=0, le=120, description="Months after the day of effect whose shares of pay count.", examples=[0])
]


@router.get("/scenarios", summary="List scenarios", response_model=Scenarios, responses=READ)
def list_scenarios(actor: ActorKnown, connection: Connected, asked: Annotated[PageQuery, Query()]) -> Response:
    """Drafts of territories whose branches are all in scope, with their state and without their figures."""
    page = page_of(drafts.list_scenarios(connection, actor), SCENARIOS, asked)
    return plain_answer(listed("scenarios", page))


@router.get("/scenarios/{name}", summary="Read a scenario", response_model=Scenario, responses=READ)
def read_scenario(actor: ActorKnown, connection: Connected, name: Name) -> Response:
    """One scenario whole: what was asked, figures and certificate by branch, hours, comments, its log."""
    return plain_answer(drafts.show(connection, actor, name))


@router.get("/scenarios/{name}/compare", summary="Compare a scenario", response_model=PlansCompared, responses=READ)
def compare_scenario(actor: ActorKnown, connection: Connected, name: Name, against: Against = "live") -> Response:
    """Figures of both plans side by side, and the cells and customers that change hands between them."""
    return plain_answer(compared.compare(connection, actor, (against, name)))


@router.get("/scenarios/{name}/gains", summary="Tell gains and losses", response_model=Gains, responses=READ)
def read_gains(
    actor: ActorKnown, connection: Connected, name: Name, effective_on: EffectiveOn = None, month: Month = 0
) -> Response:
    """Tell what every manager and branch gains and loses before it is published: customers, balances, pay basis."""
    return plain_answer(accounts.gains(connection, actor, name, effective_on or moment().date(), month))

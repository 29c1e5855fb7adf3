"""Scenarios of territories, read: the list, one of them, compared, who gains and loses, what is handed over."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path as FilePath
from typing import Annotated, Any, Literal

import sqlalchemy as sa
from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from gridgeo.domain import Actor
from gridgeo.i18n import Language
from gridgeo.pipeline.territories import accounts, drafts, live
from gridgeo.pipeline.territories import compare as compared
from gridgeo.pipeline.territories.disputes import list_disputes as disputes_of
from gridgeo.pipeline.territories.findings import findings_said
from gridgeo.pipeline.territories.handover import handed_over, handover
from gridgeo.pipeline.territories.report import write_report
from gridgeo.pipeline.territories.scenario_cells import scenario_cells
from gridgeo_api.deps import GEOJSON, ActorKnown, Connected, json_bytes, moment, plain_answer
from gridgeo_api.errors import language_of
from gridgeo_api.limits import MAX_TEXT, require_cells_fit
from gridgeo_api.openapi import json_answer, problems, text_answer
from gridgeo_api.paging import Listing, PageQuery, cursor_of, listed, page_of, place_in
from gridgeo_api.params import NO_CONTROL, BranchId, ScenarioName
from gridgeo_api.schemas import (
    AccountList,
    AccountsAsked,
    CellChanges,
    Disputes,
    DisputesAsked,
    DraftChecked,
    Gains,
    Handover,
    HandoverAsked,
    HistoryAsked,
    PlansCompared,
    Scenario,
    ScenarioCells,
    Scenarios,
    TerritoryHistory,
)

router = APIRouter(tags=["territories"])
SCENARIOS = Listing("scenarios", "scenario", ("scenario", "status", "created_at", "version", "k"))
HANDOVER = Listing("handover", "customer_id", ("from_rm", "to_rm", "customer_id", "balance_fen", "next_due_on"))
DISPUTES = Listing("disputes", "id", ("id", "status", "claimed_by"))
HISTORY = Listing("history", "_event", ("at", "scenario", "effective_on", "publication"))
READ = problems(401, 403, 404, 422, 503)
NO_STORE = {"cache-control": "no-store"}
FILE_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
FILE_ANSWER: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The whole list as a file.",
        "content": {
            "text/csv": {"schema": {"type": "string"}, "example": "from_rm,to_rm,customer_id"},
            FILE_TYPES["xlsx"]: {"schema": {"type": "string", "format": "binary"}, "example": "PK"},
        },
    }
}
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
FileKind = Annotated[Literal["csv", "xlsx"], Path(description="Kind of file.", examples=["csv"])]


@router.get("/scenarios", summary="List scenarios", response_model=Scenarios, responses=READ)
def list_scenarios(actor: ActorKnown, connection: Connected, asked: Annotated[PageQuery, Query()]) -> Response:
    """Drafts of territories whose branches are all in scope, with their state and without their figures."""
    page = page_of(drafts.list_scenarios(connection, actor), SCENARIOS, asked)
    return plain_answer(listed("scenarios", page))


@router.get("/scenarios/{name}", summary="Read a scenario", response_model=Scenario, responses=READ)
def read_scenario(actor: ActorKnown, connection: Connected, name: ScenarioName) -> Response:
    """One scenario whole: what was asked, figures and certificate by branch, hours, comments, its log.

    A change names the revision given here (ETag, If-Match).
    """
    return scenario_answer(drafts.show(connection, actor, name))


@router.get("/scenarios/{name}/cells", summary="Read a scenario's cells", response_model=ScenarioCells, responses=READ)
def read_scenario_cells(
    request: Request, actor: ActorKnown, connection: Connected, name: ScenarioName, branch_id: BranchId = None
) -> Response:
    """One scenario on its cells: owners, demand, neighbours, area grids, and every territory's figures unrounded.

    With a branch only the joint plan that the branch is of.
    """
    return plain_answer(scenario_cells(connection, actor, name, branch_id, partial(require_cells_fit, request)))


@router.get(
    "/scenarios/{name}/check", summary="Check a scenario's question", response_model=DraftChecked, responses=READ
)
def check_scenario(request: Request, actor: ActorKnown, connection: Connected, name: ScenarioName) -> Response:
    """Name what cannot work in what a scenario asks: branch, territory, measure, the smallest tolerance that would."""
    return checked_answer(language_of(request), (connection, actor), drafts.check_scenario(connection, actor, name))


@router.get("/scenarios/{name}/compare", summary="Compare a scenario", response_model=PlansCompared, responses=READ)
def compare_scenario(
    actor: ActorKnown, connection: Connected, name: ScenarioName, against: Against = "live"
) -> Response:
    """Figures of both plans side by side, and the cells and customers that change hands between them."""
    return plain_answer(compared.compare(connection, actor, (against, name)))


@router.get(
    "/scenarios/{name}/changes.geojson",
    summary="Map what changes hands",
    response_model=CellChanges,
    responses=json_answer(GEOJSON, "CellChanges", "A feature a pair of territories.") | READ,
)
def map_changes(
    request: Request,
    actor: ActorKnown,
    connection: Connected,
    name: ScenarioName,
    against: Against = "live",
    branch_id: BranchId = None,
) -> Response:
    """Return the ground that goes from one territory to another between two plans, with its customers."""
    fits = partial(require_cells_fit, request)
    moved = compared.plan_changes(connection, actor, (against, name), branch_id, fits)
    return Response(json_bytes(compared.changes_geojson(moved)), media_type=GEOJSON, headers=NO_STORE)


@router.get("/scenarios/{name}/gains", summary="Tell gains and losses", response_model=Gains, responses=READ)
def read_gains(
    actor: ActorKnown,
    connection: Connected,
    name: ScenarioName,
    effective_on: EffectiveOn = None,
    month: Month = 0,
) -> Response:
    """Tell what every manager and branch gains and loses before it is published: customers, balances, pay basis."""
    return plain_answer(accounts.gains(connection, actor, name, effective_on or moment().date(), month))


@router.get("/scenarios/{name}/handover", summary="List who is handed over", response_model=Handover, responses=READ)
def list_handover(
    actor: ActorKnown, connection: Connected, name: ScenarioName, asked: Annotated[HandoverAsked, Query()]
) -> Response:
    """List customers whose area goes to another manager: last contact, next one due, a place for both signatures.

    A row also has the customer's cell; with another plan than the live one, whoever changes hands between those two.
    """
    body = handed_over(connection, actor, (asked.against, name), moment().date())
    page = page_of(body["rows"], HANDOVER, asked)
    return plain_answer(body | {"rows": page["items"], "total": page["total"], "next": page["next"]})


@router.get(
    "/scenarios/{name}/handover.{kind}",
    summary="Download the hand-over list",
    response_class=Response,
    responses=FILE_ANSWER | READ,
)
def download_handover(
    request: Request, actor: ActorKnown, connection: Connected, name: ScenarioName, kind: FileKind
) -> Response:
    """Return the hand-over list whole, as a workbook or CSV in the caller's language, to be printed and signed."""
    with tempfile.TemporaryDirectory(prefix="gridgeo-handover-") as folder:
        out = FilePath(folder) / f"handover.{kind}"
        handover(connection, actor, name, moment().date(), (out, language_of(request)))
        payload = out.read_bytes()
    headers = NO_STORE | {"content-disposition": f'attachment; filename="handover.{kind}"'}
    return Response(payload, media_type=FILE_TYPES[kind], headers=headers)


@router.get(
    "/scenarios/{name}/report.html",
    summary="Print a scenario",
    response_class=Response,
    responses=text_answer("text/html", "The report, in Chinese and English.", "<!doctype html>") | READ,
)
def read_report(actor: ActorKnown, connection: Connected, name: ScenarioName) -> Response:
    """Return the report on paper: maps before and after, loads, hours, who gives to whom, gains; needs no network."""
    with tempfile.TemporaryDirectory(prefix="gridgeo-report-") as folder:
        out = FilePath(folder) / "report.html"
        write_report(connection, actor, name, moment().date(), out)
        payload = out.read_bytes()
    headers = NO_STORE | {"content-disposition": 'attachment; filename="report.html"'}
    return Response(payload, media_type="text/html; charset=utf-8", headers=headers)


@router.get(
    "/scenarios/{name}/conflicts",
    summary="List accounts outside their area",
    response_model=AccountList,
    responses=READ,
)
def list_conflicts(
    actor: ActorKnown, connection: Connected, name: ScenarioName, asked: Annotated[AccountsAsked, Query()]
) -> Response:
    """List customers whose account is with another manager than their area; `live` is a name here."""
    return _accounts(accounts.conflicts, (actor, connection), name, ("conflicts", asked))


@router.get(
    "/scenarios/{name}/enclaves", summary="List customers of other branches", response_model=AccountList, responses=READ
)
def list_enclaves(
    actor: ActorKnown, connection: Connected, name: ScenarioName, asked: Annotated[AccountsAsked, Query()]
) -> Response:
    """List customers of other branches who live in an area; `live` is a name here."""
    return _accounts(accounts.enclaves, (actor, connection), name, ("enclaves", asked))


@router.get("/disputes", summary="List disputes", response_model=Disputes, responses=READ)
def list_disputes(actor: ActorKnown, connection: Connected, asked: Annotated[DisputesAsked, Query()]) -> Response:
    """Tell which customers and cells two claim, and what head office decided."""
    rows = disputes_of(connection, actor, asked.scenario, only_open=asked.open)
    return plain_answer(listed("disputes", page_of(rows, DISPUTES, asked)))


@router.get("/territories/history", summary="List what was published", response_model=TerritoryHistory, responses=READ)
def list_history(actor: ActorKnown, connection: Connected, asked: Annotated[HistoryAsked, Query()]) -> Response:
    """Publications and roll-backs of scenarios, newest first: day of effect, what is live, what is in force today."""
    events = live.history(connection, actor, moment().date())
    keyed = [each | {"_event": f"{each['at']} {each['what']} {each['scenario']}"} for each in events]
    return plain_answer(listed("history", page_of(keyed, HISTORY, asked)))


def scenario_answer(body: dict[str, Any], status: int = 200) -> Response:
    """Return a scenario with its tag: the revision, and the length of the log, which a remark makes longer."""
    return plain_answer(body, status=status, etag=f'"{body["revision"]}.{len(body["log"])}"')


def checked_answer(language: Language, who: tuple[sa.Connection, Actor], body: dict[str, Any]) -> Response:
    """Return findings, their messages in the caller's language and with names."""
    return plain_answer(body | {"findings": findings_said(*who, body["findings"], language)})


def _accounts(
    lister: Callable[..., dict[str, Any]], who: tuple[Any, Any], plan: str, asked: tuple[str, AccountsAsked]
) -> Response:
    actor, connection = who
    name, page = asked
    offset = place_in(name, plan, page.cursor)
    body = lister(connection, actor, plan, moment().date(), (offset, page.limit))
    del body["offset"]
    end = offset + len(body["items"])
    return plain_answer(body | {"next": cursor_of(name, plan, end) if end < body["count"] else None})

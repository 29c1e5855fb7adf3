"""Catchments as they are drawn: how each is stated, what overlaps, and drawing them another way."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any

import orjson
import shapely
from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from gridgeo.cells import API_LIMITS
from gridgeo.domain import Actor
from gridgeo.errors import InvalidInputError, NotFoundError
from gridgeo.pipeline.catchments.chosen import house_point
from gridgeo.pipeline.catchments.claims import counts_around, draw_with_claims
from gridgeo.pipeline.catchments.edit import draw_all, require_drawer
from gridgeo.pipeline.catchments.specs import CatchmentSpec, rules_from_dict, spec_from_dict
from gridgeo.pipeline.catchments.view import catchment_card, catchment_list, catchment_overlaps
from gridgeo.pipeline.grids.ground import polygon_from_geojson
from gridgeo.pipeline.steps import StepResult
from gridgeo.storage.jobs import NewJob, add_job
from gridgeo_api.deps import ActorKnown, Connected, KeyGiven, TryingNow, Writing, WritingNow, plain_answer
from gridgeo_api.errors import language_of
from gridgeo_api.limits import require_cells_fit
from gridgeo_api.openapi import accepted, problems
from gridgeo_api.paging import Listing, PageQuery, cursor_of, listed, page_of, place_in
from gridgeo_api.params import BranchPath
from gridgeo_api.routes.jobs import taken
from gridgeo_api.schemas import (
    CatchmentCard,
    CatchmentDrawing,
    CatchmentList,
    CatchmentPreview,
    CountsAround,
    Overlaps,
    OverlapsAsked,
)

router = APIRouter(tags=["catchments"])
READ = problems(401, 403, 404, 422, 503)
DRAWN = Listing("drawn", "branch_id", ("branch_id", "name", "method", "cells"))
COARSEST = 7
"""Resolution that a drawn polygon is admitted at; the ground it is drawn on has its own."""


@router.get(
    "/catchments/drawn",
    summary="List how catchments are drawn",
    response_model=CatchmentList,
    responses=problems(401, 404, 422, 503),
)
def list_drawn(
    request: Request, actor: ActorKnown, connection: Connected, asked: Annotated[PageQuery, Query()]
) -> Response:
    """Show the newest catchments in scope, published or not: method, parameters and cells of each."""
    body = catchment_list(connection, actor, language=language_of(request))
    return plain_answer(body | listed("catchments", page_of(body["catchments"], DRAWN, asked)))


@router.get(
    "/catchments/overlaps",
    summary="List overlaps and holes",
    response_model=Overlaps,
    responses=problems(401, 404, 422, 503),
)
def list_overlaps(actor: ActorKnown, connection: Connected, asked: Annotated[OverlapsAsked, Query()]) -> Response:
    """Where the newest catchments overlapped or left holes, and the rule that settled it; largest first.

    A page holds up to `limit` pairs of branches and as many holes.
    """
    body = catchment_overlaps(connection, actor)
    of = ("overlaps", str(body["version"]))
    begin = place_in(*of, asked.cursor)
    end, lists = begin + asked.limit, {name: body[name] for name in ("overlaps", "holes")}
    told = {name: rows[begin:end] for name, rows in lists.items()}
    totals = {f"{name}_total": len(rows) for name, rows in lists.items()}
    following = cursor_of(*of, end) if end < max(totals.values()) else None
    return plain_answer(body | told | totals | {"next": following})


@router.get(
    "/catchments/drawn/{branch_id}",
    summary="Read how one catchment is drawn",
    response_model=CatchmentCard,
    responses=READ,
)
def read_drawn(request: Request, actor: ActorKnown, connection: Connected, branch_id: BranchPath) -> Response:
    """One branch's newest catchment with all its parameters, its cells and its overlaps."""
    _require_seen(actor, branch_id)
    return plain_answer(catchment_card(connection, actor, branch_id, language=language_of(request)))


@router.get(
    "/catchments/drawn/{branch_id}/counts",
    summary="Read what the cells around a branch hold",
    response_model=CountsAround,
    responses=READ,
)
def read_counts_around(request: Request, actor: ActorKnown, connection: Connected, branch_id: BranchPath) -> Response:
    """Count what each cell of the ground nearest to a branch holds, for whoever may draw its catchment."""
    _require_seen(actor, branch_id)
    return plain_answer(counts_around(connection, actor, branch_id, language_of(request)))


@router.post(
    "/catchments/preview",
    summary="Show what a drawing would give",
    response_model=CatchmentPreview,
    responses=problems(401, 403, 404, 412, 413, 422, 503),
)
def preview_catchments(trying: TryingNow, wanted: CatchmentDrawing) -> Response:
    """Draw, settle and report, and take it all back; long drawings are better queued."""
    require_drawer(trying.actor, wanted.branches, _rules(wanted))
    result, drawn = _drawn(trying, wanted)
    require_cells_fit(trying.request, sum(len(each["claimed"]) + len(each["cells"]) for each in drawn))
    listed = catchment_list(trying.connection, trying.actor, result.version_id, language_of(trying.request))
    overlaps = catchment_overlaps(trying.connection, trying.actor, result.version_id)
    shown = {name: body[name] for body in (listed, overlaps) for name in body if name != "version"}
    return plain_answer(shown | {"drawn": drawn})


@router.post(
    "/catchments",
    summary="Draw catchments",
    status_code=202,
    responses=accepted("Job") | problems(401, 403, 404, 412, 413, 422, 503),
)
def draw_catchments(writing: WritingNow, key: KeyGiven, wanted: CatchmentDrawing) -> Response:
    """Queue a new version of the catchments: some branches drawn another way, or all of them the same way."""
    require_drawer(writing.actor, wanted.branches, _rules(wanted))
    spec = _spec(writing, wanted)
    rules = _rules(wanted)
    rules_from_dict(rules)
    params = {"branches": wanted.branches, "spec": spec.as_dict(), "rules": rules}
    job = add_job(
        writing.connection, writing.actor, NewJob("catchment_drawing", params, idempotency_key=key), writing.now
    )
    return taken(writing.request, job)


def _require_seen(actor: Actor, branch_id: str) -> None:
    if not actor.sees(branch_id):
        raise NotFoundError("there is no branch {branch}", branch=branch_id)


def _drawn(trying: Writing, wanted: CatchmentDrawing) -> tuple[StepResult, list[dict[str, Any]]]:
    """Draw; of branches that are named, with the cells that each claims."""
    spec = _spec(trying, wanted)
    rules = _rules(wanted)
    if not wanted.branches:
        return draw_all(trying.connection, trying.actor, spec, trying.now, rules), []
    drawn = dict.fromkeys(wanted.branches, spec)
    language = language_of(trying.request)
    return draw_with_claims(trying.connection, trying.actor, drawn, trying.now, rules, language)


def _rules(wanted: CatchmentDrawing) -> dict[str, Any]:
    """Return the rules that were chosen; the others stay as they are."""
    return {} if wanted.rules is None else wanted.rules.model_dump(exclude_none=True)


def _spec(writing: Writing, wanted: CatchmentDrawing) -> CatchmentSpec:
    return _admitted(writing, spec_from_dict(wanted.spec), wanted.datum)


def _admitted(writing: Writing, spec: CatchmentSpec, datum: str | None) -> CatchmentSpec:
    """Return the spec with every drawn polygon and point in it through the gate, in the house datum."""
    parts = tuple(_admitted(writing, part, datum) for part in spec.of)
    if spec.point is not None:
        lng, lat = house_point(writing.connection, spec.point, datum)
        return replace(spec, point=(lng, lat))
    if spec.method != "drawn":
        return replace(spec, of=parts)
    if datum is None:
        raise InvalidInputError("a drawn polygon needs its datum: wgs84, cgcs2000, gcj02 or bd09")
    if not isinstance(spec.polygon, dict):
        raise InvalidInputError("the polygon of a drawn catchment is a GeoJSON geometry")
    shape = polygon_from_geojson(writing.connection, spec.polygon, datum, API_LIMITS, COARSEST)
    return replace(spec, polygon=orjson.loads(shapely.to_geojson(shape)), source={"datum": datum})

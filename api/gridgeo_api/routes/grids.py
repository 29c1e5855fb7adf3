"""Area grids of a branch: read, begin, edit with a version check, undo and redo, the log, who belongs where."""

from __future__ import annotations

from typing import Annotated, Any

import orjson
import polars as pl
import shapely
from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from gridgeo.cells import cell_strings
from gridgeo.grids import GridSetState
from gridgeo.grids.state import SHAPES
from gridgeo.pipeline.grids import sets as area_grids
from gridgeo.pipeline.grids.counts import grid_counts
from gridgeo.pipeline.grids.sets import EditResult, Operation
from gridgeo.pipeline.membership import disagreements, members_of
from gridgeo_api.deps import (
    ActorKnown,
    Connected,
    KeyGiven,
    OnceGiven,
    RevisionGiven,
    TryingNow,
    Writing,
    WritingNow,
    plain_answer,
)
from gridgeo_api.errors import language_of
from gridgeo_api.openapi import problems
from gridgeo_api.paging import Listing, PageQuery, cursor_of, listed, page_of, page_of_frame, place_in
from gridgeo_api.params import BranchPath, GridPath
from gridgeo_api.schemas import (
    GridCounts,
    GridDetail,
    GridEdit,
    GridLog,
    GridLogAsked,
    GridMembers,
    GridPreview,
    Grids,
    GridSets,
    GridsWanted,
    MembersAsked,
    OperationWanted,
)

router = APIRouter(tags=["grids"])
READ = problems(401, 403, 404, 422, 503)
EDIT = problems(401, 403, 404, 412, 413, 422, 428, 503)
GRID_SETS = Listing("grids", "branch_id", ("branch_id", "created_at"))
MEMBERS = Listing("membership", "_party", ("party_id", "grid_id", "rule"))


@router.get("/grids", summary="List the branches with area grids", response_model=GridSets, responses=READ)
def list_grid_sets(actor: ActorKnown, connection: Connected, asked: Annotated[PageQuery, Query()]) -> Response:
    """One entry a branch in scope that has area grids, with the revision of its last edit."""
    return plain_answer(listed("sets", page_of(area_grids.sets(connection, actor), GRID_SETS, asked)))


@router.get("/grids/{branch_id}", summary="Read a branch's area grids", response_model=Grids, responses=READ)
def read_grids(actor: ActorKnown, connection: Connected, branch_id: BranchPath) -> Response:
    """Every grid of the branch, and the grid of each cell; a change names the revision given here (ETag, If-Match)."""
    state = area_grids.grid_state(connection, actor, branch_id)
    body = {
        "branch_id": state.branch_id,
        "revision": state.revision,
        "resolution": state.resolution,
        "catchment": state.catchment_id,
        "grids": area_grids.grid_table(state).to_dicts(),
        "cells": cell_strings(state.cells),
        "grid_index": state.grid_of,
    }
    return plain_answer(body, etag=f'"{state.revision}"')


@router.post(
    "/grids/{branch_id}",
    summary="Begin a branch's area grids",
    status_code=201,
    response_model=GridEdit,
    responses=problems(401, 403, 404, 412, 413, 422, 503),
)
def begin_grids(writing: WritingNow, once: OnceGiven, branch_id: BranchPath, wanted: GridsWanted) -> Response:
    """Make one grid of all cells of the branch's catchment, to be divided; 412 when there are grids already."""

    def body() -> Response:
        made = area_grids.begin_set(
            writing.connection,
            writing.actor,
            branch_id,
            writing.now,
            area_grids.FirstGrid(wanted.catchment, wanted.resolution, language_of(writing.request)),
        )
        return plain_answer(made.as_dict(), status=201, etag=f'"{made.seq}"')

    return once.answer(writing, body)


@router.post("/grids/{branch_id}/operations", summary="Edit area grids", response_model=GridEdit, responses=EDIT)
def edit_grids(
    writing: WritingNow, branch_id: BranchPath, revision: RevisionGiven, key: KeyGiven, wanted: OperationWanted
) -> Response:
    """Do one operation, all of it or nothing; 412 names what changed since the revision of If-Match."""
    return _edited(writing, branch_id, Operation(wanted.operation, wanted.args, revision, key))


@router.post(
    "/grids/{branch_id}/operations/preview",
    summary="Show what an edit would do",
    response_model=GridPreview,
    responses=EDIT,
)
def preview_edit(
    trying: TryingNow, branch_id: BranchPath, revision: RevisionGiven, wanted: OperationWanted
) -> Response:
    """Do one operation and take it back: what the edit would answer, with the cells of each grid that it touches."""
    asked = Operation(wanted.operation, wanted.args, revision)
    before = area_grids.grid_state(trying.connection, trying.actor, branch_id)
    done = area_grids.edit(trying.connection, trying.actor, branch_id, asked, trying.now)
    after = area_grids.grid_state(trying.connection, trying.actor, branch_id)
    return plain_answer(done.as_dict() | {"grids": _touched(before, after, done)}, etag=f'"{done.seq}"')


@router.post("/grids/{branch_id}/undo", summary="Undo the last edit", response_model=GridEdit, responses=EDIT)
def undo_edit(writing: WritingNow, branch_id: BranchPath, revision: RevisionGiven, key: KeyGiven) -> Response:
    """Take back the newest edit that stands; any number of times, down to the beginning."""
    return _edited(writing, branch_id, Operation("undo", {}, revision, key))


@router.post("/grids/{branch_id}/redo", summary="Redo what was undone", response_model=GridEdit, responses=EDIT)
def redo_edit(writing: WritingNow, branch_id: BranchPath, revision: RevisionGiven, key: KeyGiven) -> Response:
    """Do again the edit that was undone last, as long as no other edit came in between."""
    return _edited(writing, branch_id, Operation("redo", {}, revision, key))


@router.get("/grids/{branch_id}/log", summary="Read the log of edits", response_model=GridLog, responses=READ)
def read_grid_log(
    actor: ActorKnown, connection: Connected, branch_id: BranchPath, asked: Annotated[GridLogAsked, Query()]
) -> Response:
    """Who changed what and when, with before and after, newest first."""
    before = None if asked.cursor is None else place_in("log", branch_id, asked.cursor)
    found = area_grids.log(connection, actor, branch_id, most=asked.limit + 1, before=before)
    shown = found[: asked.limit]
    more = cursor_of("log", branch_id, shown[-1]["seq"]) if len(found) > len(shown) else None
    return plain_answer({"branch_id": branch_id, "log": shown, "next": more})


@router.get("/grids/{branch_id}/counts", summary="Read what the cells hold", response_model=GridCounts, responses=READ)
def read_grid_counts(request: Request, actor: ActorKnown, connection: Connected, branch_id: BranchPath) -> Response:
    """Count what each cell of the branch's grids holds, in the order of their cells; with the staff who may own one."""
    return plain_answer(grid_counts(connection, actor, branch_id, language_of(request)))


@router.get("/membership", summary="List who belongs to a grid", response_model=GridMembers, responses=READ)
def list_members(actor: ActorKnown, connection: Connected, asked: Annotated[MembersAsked, Query()]) -> Response:
    """Parties with the grid each belongs to, the rule that said so, and what the other rules say."""
    if asked.disagreeing:
        table = disagreements(connection, actor)
    else:
        table = members_of(connection, actor, grid_id=asked.grid_id)
    keyed = table.with_columns(_party=pl.concat_str("party_kind", "party_id", separator=" "))
    return plain_answer(listed("members", page_of_frame(keyed, MEMBERS, asked)))


@router.get("/grids/{branch_id}/{grid_id}", summary="Read one area grid", response_model=GridDetail, responses=READ)
def read_grid(actor: ActorKnown, connection: Connected, branch_id: BranchPath, grid_id: GridPath) -> Response:
    """One grid with its cells and its own boundary, where it has one."""
    state = area_grids.grid_state(connection, actor, branch_id)
    return plain_answer(_detail(state, grid_id), etag=f'"{state.revision}"')


def _edited(writing: Writing, branch_id: str, operation: Operation) -> Response:
    done = area_grids.edit(writing.connection, writing.actor, branch_id, operation, writing.now)
    return plain_answer(done.as_dict(), etag=f'"{done.seq}"')


def _touched(before: GridSetState, after: GridSetState, done: EditResult) -> list[dict[str, Any]]:
    """Return the grids that have other cells or another record than before, as they would be."""
    cells = {grid.id: cell_strings(before.cells_of(grid.id)) for grid in before.grids}
    named = {*done.made, *done.changed}
    found = [(grid, cell_strings(after.cells_of(grid.id))) for grid in after.grids]
    return [
        {"id": grid.id, "name": grid.name, "cells": held}
        for grid, held in found
        if grid.id in named or held != cells.get(grid.id)
    ]


def _geojson(body: bytes | None) -> orjson.Fragment | None:
    return None if body is None else orjson.Fragment(shapely.to_geojson(shapely.from_wkb(body)))


def _detail(state: GridSetState, grid_id: str) -> dict[str, Any]:
    record, cells = state.grid(grid_id), state.cells_of(grid_id)
    return {
        **record.as_dict(),
        **{name: _geojson(getattr(record, name)) for name in SHAPES},
        "branch_id": state.branch_id,
        "revision": state.revision,
        "cells": cell_strings(cells),
    }

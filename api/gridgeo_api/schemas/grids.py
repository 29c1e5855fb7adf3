"""Area grids: what is asked of them and what is answered."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from gridgeo.pipeline.grids.args import OperationKind
from gridgeo_api.limits import MAX_CURSOR, MAX_ROWS, MAX_TEXT, NO_CONTROL
from gridgeo_api.paging import PageQuery
from gridgeo_api.schemas.common import CELL, Cell, answer_config

GRID: dict[str, Any] = {
    "id": "b1-1-1",
    "name": "Vaduz old town",
    "kind": "village",
    "code": None,
    "owner_id": "s1",
    "status": "draft",
    "stage": "survey",
    "survey_planned_on": "2026-03-15",
    "survey_done_on": None,
    "develop_planned_on": None,
    "develop_done_on": None,
    "maintain_planned_on": None,
    "maintain_done_on": None,
    "note": None,
}
EDIT: dict[str, Any] = {
    "branch_id": "b1",
    "revision": 8,
    "operation": "rename",
    "made": {},
    "removed": {},
    "changed": ["b1-1-1"],
    "cells_moved": 0,
    "undoes": None,
    "redoes": None,
    "report": {},
    "repeated": False,
}


class GridSet(BaseModel):
    """A branch's area grids as a whole."""

    model_config = ConfigDict(extra="forbid")

    branch_id: str
    resolution: int
    catchment_id: int
    revision: int
    created_at: datetime
    created_by: str


class GridSets(BaseModel):
    """The branches in scope that have area grids; sets: one entry a branch."""

    model_config = answer_config(
        {
            "sets": [
                {
                    "branch_id": "b1",
                    "resolution": 9,
                    "catchment_id": 3,
                    "revision": 7,
                    "created_at": "2026-03-01T08:30:00+00:00",
                    "created_by": "anna",
                }
            ],
            "total": 1,
            "next": None,
        }
    )

    sets: list[GridSet]
    total: int
    next: str | None


class GridFields(BaseModel):
    """What is kept of one grid; owner_id is staff, the days are those of its stages."""

    model_config = ConfigDict(extra="forbid")

    id: str
    name: str
    kind: str
    code: str | None
    owner_id: str | None
    status: str
    stage: str
    survey_planned_on: date | None
    survey_done_on: date | None
    develop_planned_on: date | None
    develop_done_on: date | None
    maintain_planned_on: date | None
    maintain_done_on: date | None
    note: str | None


class GridInSet(GridFields):
    """One grid of a set: whether it has a boundary of its own, whether it is stated by streets, number of its cells."""

    has_boundary: bool
    has_border: bool
    cells: int


class Grids(BaseModel):
    """All area grids of a branch; grid_index points into grids, cell by cell."""

    model_config = answer_config(
        {
            "branch_id": "b1",
            "revision": 7,
            "resolution": 9,
            "catchment": 3,
            "grids": [GRID | {"has_boundary": False, "has_border": False, "cells": 1}],
            "cells": [CELL],
            "grid_index": [0],
        }
    )

    branch_id: str
    revision: int
    resolution: int
    catchment: int
    grids: list[GridInSet]
    cells: list[Cell]
    grid_index: list[int]


class GridDetail(GridFields):
    """One grid; geometry is its own boundary as GeoJSON in the store's datum, null where its cells are all there is.

    border: the streets that it is stated by where those are not its boundary, null of every other grid.
    """

    model_config = answer_config(
        GRID | {"branch_id": "b1", "revision": 7, "cells": [CELL], "geometry": None, "border": None}
    )

    branch_id: str
    revision: int
    cells: list[Cell]
    geometry: dict[str, Any] | None
    border: dict[str, Any] | None


class GridEdit(BaseModel):
    """What one operation did; made and removed are id -> name, repeated says that the same key had done it before."""

    model_config = answer_config(EDIT)

    branch_id: str
    revision: int
    operation: str
    made: dict[str, str]
    removed: dict[str, str]
    changed: list[str]
    cells_moved: int
    undoes: int | None
    redoes: int | None
    report: dict[str, Any]
    repeated: bool


class GridAfter(BaseModel):
    """One grid as an edit would leave it."""

    model_config = ConfigDict(extra="forbid")

    id: str
    name: str
    cells: list[Cell]


class GridPreview(GridEdit):
    """What an edit would answer; grids: those whose cells or record it changes, as they would be."""

    model_config = answer_config(EDIT | {"grids": [{"id": "b1-1-1", "name": "Vaduz old town", "cells": [CELL]}]})

    grids: list[GridAfter]


class Counted(BaseModel):
    """One measure cell by cell; null beside the reason where it is not known."""

    model_config = ConfigDict(extra="forbid")

    values: list[float] | None
    reason: str | None


class GridStaff(BaseModel):
    """Somebody of the branch who may own a grid; post is rm or lead."""

    model_config = ConfigDict(extra="forbid")

    id: str
    name: str
    post: str


class GridCounts(BaseModel):
    """What lies in each cell of a branch's grids, in the order of their cells, and the branch's staff."""

    model_config = answer_config(
        {
            "branch_id": "b1",
            "revision": 7,
            "counts": {
                "people": {"values": [40.5], "reason": None},
                "households": {"values": None, "reason": "households are not known"},
                "customers": {"values": [9.0], "reason": None},
                "merchants": {"values": [2.0], "reason": None},
            },
            "staff": [{"id": "s1", "name": "Anna Frei", "post": "rm"}],
        }
    )

    branch_id: str
    revision: int
    counts: dict[str, Counted]
    staff: list[GridStaff]


class LogEntry(BaseModel):
    """One operation of the log; patch holds what it changed, before and after."""

    model_config = ConfigDict(extra="forbid")

    seq: int
    operation: str
    actor: str
    role: str
    at: datetime
    undoes: int | None
    redoes: int | None
    args: dict[str, Any]
    patch: dict[str, Any]


class GridLog(BaseModel):
    """The log of a branch's grids, newest first."""

    model_config = answer_config(
        {
            "branch_id": "b1",
            "log": [
                {
                    "seq": 2,
                    "operation": "rename",
                    "actor": "anna",
                    "role": "branch_manager",
                    "at": "2026-03-01T08:30:00+00:00",
                    "undoes": None,
                    "redoes": None,
                    "args": {"grid": "b1-1-1", "name": "Vaduz old town"},
                    "patch": {},
                }
            ],
            "next": None,
        }
    )

    branch_id: str
    log: list[LogEntry]
    next: str | None


class GridLogAsked(BaseModel):
    """Which page of the log."""

    model_config = ConfigDict(extra="forbid")

    limit: int = Field(50, ge=1, le=MAX_ROWS, description="The most entries of a page.", examples=[50])
    cursor: Annotated[str, Field(min_length=1, max_length=MAX_CURSOR, pattern=NO_CONTROL)] | None = Field(
        None, description="`next` of the page before.", examples=["WyJsb2ciLCJiMSIsMTJd"]
    )


class GridMember(BaseModel):
    """One party: its grid by the rule that decided, and by each rule that had something to say."""

    model_config = ConfigDict(extra="forbid")

    party_kind: str
    party_id: str
    grid_id: str | None
    rule: str
    by_code: str | None
    by_boundary: str | None
    by_cell: str | None


class GridMembers(BaseModel):
    """Parties and their grids; total counts those that the answer leaves out, too."""

    model_config = answer_config(
        {
            "total": 1,
            "members": [
                {
                    "party_kind": "customer",
                    "party_id": "c1",
                    "grid_id": "b1-1-1",
                    "rule": "boundary",
                    "by_code": None,
                    "by_boundary": "b1-1-1",
                    "by_cell": "b1-1-1",
                }
            ],
            "next": None,
        }
    )

    total: int
    members: list[GridMember]
    next: str | None


class MembersAsked(PageQuery):
    """Which memberships are listed."""

    limit: int = Field(1000, ge=1, le=MAX_ROWS, description="The most entries of a page.", examples=[100])
    grid_id: str | None = Field(
        None,
        min_length=1,
        max_length=MAX_TEXT,
        pattern=NO_CONTROL,
        description="Only this grid.",
        examples=["g1-1"],
    )
    disagreeing: bool = Field(
        False, description="Only parties for whom two rules name different grids.", examples=[True]
    )


class GridsWanted(BaseModel):
    """Where a branch's grids begin: catchment version and resolution; the newest and its own when left out."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"resolution": 9}]})

    catchment: int | None = Field(None, ge=1, le=2**63 - 1)
    resolution: int | None = Field(None, ge=7, le=11)


class OperationWanted(BaseModel):
    """One operation on area grids with what it needs, as `gridgeo grid edit` takes it."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"operation": "rename", "args": {"grid": "b1-1-1", "name": "Vaduz old town"}}]},
    )

    operation: OperationKind
    args: dict[str, Any] = {}

"""Catchments as they are drawn, and what is asked of a drawing."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from gridgeo_api.limits import MAX_CURSOR, MAX_ROWS, NO_CONTROL
from gridgeo_api.schemas.common import CELL, Cell, answer_config
from gridgeo_api.schemas.grids import Counted

DRAWN: dict[str, Any] = {
    "branch_id": "b1",
    "name": "Vaduz",
    "method": "buffer",
    "label": "straight line, 800 m",
    "cells": 21,
    "params": {"method": "buffer", "radius_m": 800.0},
}
OVERLAP: dict[str, Any] = {
    "first": "b1",
    "second": "b2",
    "cells": 3,
    "to_first": 2,
    "to_second": 1,
    "people": 120.5,
    "customers": 18,
    "first_name": "Vaduz",
    "second_name": "Triesen",
}
HOLE: dict[str, Any] = {"cells": 2, "area_km2": 0.21, "people": 4.0}
RULES: dict[str, Any] = {"overlaps": "travel_time", "holes": "leave", "priority": []}
OVERLAPS: dict[str, Any] = {"rules": RULES, "overlaps": [OVERLAP], "holes": [HOLE]}
LIST: dict[str, Any] = {"resolution": 9, "settle": RULES, "catchments": [DRAWN]}


class DrawnCatchment(BaseModel):
    """One catchment: the method that drew it, in words and as parameters, and how many cells it has."""

    model_config = ConfigDict(extra="forbid")

    branch_id: str
    name: str | None
    method: str
    label: str
    cells: int
    params: dict[str, Any]


class CatchmentList(BaseModel):
    """The newest catchments in scope, one page of them; settle are the rules for overlaps and holes."""

    model_config = answer_config({"version": 3} | LIST | {"total": 1, "next": None})

    version: int
    resolution: int
    settle: dict[str, Any]
    catchments: list[DrawnCatchment]
    total: int
    next: str | None


class CatchmentCard(DrawnCatchment):
    """One catchment with its cells and what it shared with others before it was settled."""

    model_config = answer_config(DRAWN | {"version": 3, "resolution": 9, "overlaps": [OVERLAP], "cell_ids": [CELL]})

    version: int
    resolution: int
    overlaps: list[dict[str, Any]]
    cell_ids: list[Cell]


class OverlapsAsked(BaseModel):
    """Which page of the overlaps and holes."""

    model_config = ConfigDict(extra="forbid")

    limit: int = Field(
        MAX_ROWS, ge=1, le=MAX_ROWS, description="The most overlaps, and holes, of a page.", examples=[100]
    )
    cursor: Annotated[str, Field(min_length=1, max_length=MAX_CURSOR, pattern=NO_CONTROL)] | None = Field(
        None, description="`next` of the page before.", examples=["WyJvdmVybGFwcyIsIjMiLDEwMF0"]
    )


class Overlaps(BaseModel):
    """What was settled in the newest catchments, one page: pairs of branches that claimed the same cells, and holes.

    overlaps_total and holes_total: how many there are on all pages.
    """

    model_config = answer_config({"version": 3} | OVERLAPS | {"overlaps_total": 1, "holes_total": 1, "next": None})

    version: int
    rules: dict[str, Any] = {}
    overlaps: list[dict[str, Any]]
    holes: list[dict[str, Any]]
    overlaps_total: int
    holes_total: int
    next: str | None


class Summed(BaseModel):
    """A sum; null beside the reason where it is not known."""

    model_config = ConfigDict(extra="forbid")

    value: float | None
    reason: str | None


class ClaimedCatchment(BaseModel):
    """One branch of a preview: claimed are the cells of its method, cells those left to it where others claim the same.

    counts: what lies in the claimed cells. geometry: the line around the cells left to it, as GeoJSON in the store's
    datum. border: the line that it is stated by, streets as lines; null where it has none but that of its cells.
    """

    model_config = ConfigDict(extra="forbid")

    branch_id: str
    claimed: list[Cell]
    cells: list[Cell]
    counts: dict[str, Summed]
    geometry: dict[str, Any]
    border: dict[str, Any] | None


class CountsAround(BaseModel):
    """What the cells of the ground nearest to a branch hold, in the order of the cells."""

    model_config = answer_config(
        {
            "branch_id": "b1",
            "resolution": 9,
            "cells": [CELL],
            "counts": {"people": {"values": [40.5], "reason": None}},
        }
    )

    branch_id: str
    resolution: int
    cells: list[Cell]
    counts: dict[str, Counted]


class CatchmentPreview(BaseModel):
    """What a drawing would give: the catchments, what would have to be settled, and the branches that were named."""

    model_config = answer_config(
        LIST
        | OVERLAPS
        | {
            "drawn": [
                {
                    "branch_id": "b1",
                    "claimed": [CELL],
                    "cells": [CELL],
                    "counts": {"people": {"value": 40.5, "reason": None}},
                    "geometry": {"type": "MultiPolygon", "coordinates": []},
                    "border": {"type": "Polygon", "coordinates": []},
                }
            ]
        }
    )

    resolution: int
    settle: dict[str, Any]
    catchments: list[DrawnCatchment]
    rules: dict[str, Any] = {}
    overlaps: list[dict[str, Any]]
    holes: list[dict[str, Any]]
    drawn: list[ClaimedCatchment]


class SettleWanted(BaseModel):
    """Rules of settling; what is left out stays as it is."""

    model_config = ConfigDict(extra="forbid")

    overlaps: str | None = Field(None, max_length=40)
    holes: str | None = Field(None, max_length=40)
    priority: list[Annotated[str, Field(max_length=200)]] | None = Field(None, max_length=10_000)


class CatchmentDrawing(BaseModel):
    """How catchments are to be drawn: the branches (none for all of them), the method, the rules of settling.

    spec: method with its parameters (radius_m, minutes, units, places, roads, share, of, title and so on). datum: of a
    drawn polygon or a point.
    """

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"branches": ["b1"], "spec": {"method": "buffer", "radius_m": 800}}]},
    )

    spec: dict[str, Any]
    branches: list[Annotated[str, Field(min_length=1, max_length=200)]] = Field([], max_length=1000)
    rules: SettleWanted | None = None
    datum: str | None = Field(None, max_length=20)

"""Territories of relationship managers."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat

from gridgeo_api.limits import MAX_CURSOR, MAX_ROWS, MAX_TEXT, NO_CONTROL
from gridgeo_api.schemas.common import CELL, Cell, answer_config

TERRITORY = {
    "id": "t1",
    "name": "Vaduz 1",
    "branch_id": "b1",
    "rm_id": "s1",
    "rm_name": "RM 1 (synthetic)",
    "colour": 0,
    "cells": 251,
    "loads": {"customers": 930.1, "workload": 1640.0},
    "targets": {"customers": 930.1, "workload": 1652.3},
    "imbalance_percent": {"customers": 0.0, "workload": -0.7},
}


class Territory(BaseModel):
    """One relationship manager's area: loads beside targets, imbalance signed, in percent of the target.

    A consumer sees no targets, and loads are sums of the cells that show the count, null where none does.
    """

    model_config = answer_config(TERRITORY)

    id: str
    name: str
    branch_id: str
    rm_id: str | None
    rm_name: str | None
    colour: int
    cells: int
    loads: dict[str, FiniteFloat | None]
    targets: dict[str, FiniteFloat]
    imbalance_percent: dict[str, FiniteFloat]


class TerritoriesAsked(BaseModel):
    """Which territories, and which page of them."""

    model_config = ConfigDict(extra="forbid")

    branch_id: Annotated[str, Field(min_length=1, max_length=MAX_TEXT, pattern=NO_CONTROL)] | None = Field(
        None, description="Only this branch; every branch in scope without it.", examples=["b1"]
    )
    limit: int = Field(MAX_ROWS, ge=1, le=MAX_ROWS, description="The most territories of a page.", examples=[100])
    cursor: Annotated[str, Field(min_length=1, max_length=MAX_CURSOR, pattern=NO_CONTROL)] | None = Field(
        None,
        description="`next` of the page before; the first page without it.",
        examples=["WzcsImMwZmZlZTAxMjM0NTY3ODkiLDEwMF0"],
    )


class Territories(BaseModel):
    """Territories in scope, one page of them; territory_index points into those of the page, cell by cell.

    certificates: of the branches that the page has territories of. total: territories on all pages.
    """

    model_config = answer_config(
        {
            "version": 7,
            "territories": [TERRITORY],
            "cells": [CELL],
            "territory_index": [0],
            "certificates": {"b1": {"feasible": True, "bound_gap_percent": 1.4}},
            "total": 1,
            "next": None,
        }
    )

    version: int
    territories: list[Territory]
    cells: list[Cell]
    territory_index: list[int]
    certificates: dict[str, dict[str, Any]]
    total: int
    next: str | None

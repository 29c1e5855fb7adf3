"""The parameters that routes share: what is let through, and how it is described."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path, Query

from gridgeo_api.limits import MAX_ROWS, MAX_TEXT, MAX_ZOOM, NO_CONTROL
from gridgeo_api.schemas.common import CELL

__all__ = [
    "NO_CONTROL",
    "BranchId",
    "BranchPath",
    "CellId",
    "Column",
    "GridPath",
    "ImportKindPath",
    "MeasureId",
    "Most",
    "Row",
    "ScenarioName",
    "Zoom",
]

BranchId = Annotated[
    str | None,
    Query(
        max_length=MAX_TEXT,
        min_length=1,
        pattern=NO_CONTROL,
        description="Only this branch; every branch in scope without it.",
        examples=["b1"],
    ),
]
BranchPath = Annotated[
    str,
    Path(max_length=MAX_TEXT, min_length=1, pattern=NO_CONTROL, description="Id of a branch.", examples=["b1"]),
]
GridPath = Annotated[
    str,
    Path(max_length=MAX_TEXT, min_length=1, pattern=NO_CONTROL, description="Id of a grid.", examples=["g1-1"]),
]
PublicationPath = Annotated[
    int, Path(ge=1, le=2**63 - 1, description="Version of a publication, live or earlier.", examples=[7])
]
ScenarioName = Annotated[
    str,
    Path(max_length=MAX_TEXT, min_length=1, pattern=NO_CONTROL, description="Name of a scenario.", examples=["Spring"]),
]
Most = Annotated[int, Query(ge=1, le=MAX_ROWS, description="The most entries to answer with.", examples=[50])]
ImportKindPath = Annotated[
    str,
    Path(
        max_length=MAX_TEXT,
        min_length=1,
        pattern=NO_CONTROL,
        description="Kind of file, as `gridgeo import` names it.",
        examples=["customers"],
    ),
]
MeasureId = Annotated[
    str | None,
    Query(
        max_length=MAX_TEXT,
        min_length=1,
        pattern=NO_CONTROL,
        description="The measure that cells carry, see /api/v1/measures; all of them without it.",
        examples=["penetration"],
    ),
]
CellId = Annotated[
    str,
    Path(
        max_length=15,
        min_length=15,
        pattern=r"^[0-9a-fA-F]+$",
        description="H3 cell as 15 hexadecimal digits.",
        examples=[CELL],
    ),
]
Zoom = Annotated[int, Path(ge=0, le=MAX_ZOOM, description="Zoom level.", examples=[12])]
Column = Annotated[int, Path(ge=0, le=2**MAX_ZOOM - 1, description="Column, from the west.", examples=[2156])]
Row = Annotated[int, Path(ge=0, le=2**MAX_ZOOM - 1, description="Row, from the north.", examples=[1438])]

"""Cells as columns, and one cell in full."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, FiniteFloat

from gridgeo.domain.public import Reason
from gridgeo_api.schemas.common import CELL, OTHER_CELL, Cell, answer_config
from gridgeo_api.schemas.session import Notice

NOTICE = {"zh": "仅供营销,不用于授信审批", "en": "for marketing only, not for credit decisions"}


class BoundaryNamed(BaseModel):
    """A boundary of the ground: a village, community, municipality or what else it was imported as."""

    model_config = ConfigDict(extra="forbid")

    id: str
    name: str
    kind: str


class BoundaryCells(BaseModel):
    """Cells that a boundary holds: boundary_index points into boundaries, of several over one another the smallest."""

    model_config = answer_config(
        {
            "version": 7,
            "boundaries": [{"id": "v1", "name": "East village", "kind": "village"}],
            "cells": [CELL, OTHER_CELL],
            "boundary_index": [0, 0],
        }
    )

    version: int
    boundaries: list[BoundaryNamed]
    cells: list[Cell]
    boundary_index: list[int]


class MeasureValues(BaseModel):
    """One measure over the cells of the answer, position by position.

    low and high bound the 90 % band; breaks are the class limits of the legend, ascending, the same for every branch.
    reasons say why a value is hidden from a consumer; null where nothing is hidden.
    """

    model_config = ConfigDict(extra="forbid")

    values: list[FiniteFloat | None]
    low: list[FiniteFloat | None] | None
    high: list[FiniteFloat | None] | None
    evidence: list[Literal["firm", "weak", "none"] | None] | None
    reasons: list[Reason | None] | None
    breaks: list[FiniteFloat]


class Cells(BaseModel):
    """Cells as columns: branch_index points into branches.

    total: cells that the question holds for, on all pages; next: the cursor of the next page, null on the last.
    With `fields` a measure has those columns only.
    """

    model_config = answer_config(
        {
            "resolution": 9,
            "version": 7,
            "cells": [CELL, OTHER_CELL],
            "branch_index": [0, 0],
            "branches": ["b1"],
            "measures": {
                "penetration": {
                    "values": [0.21, None],
                    "low": [0.15, None],
                    "high": [0.28, None],
                    "evidence": ["firm", "none"],
                    "reasons": None,
                    "breaks": [0.0, 0.1, 0.2, 0.3],
                }
            },
            "notice": NOTICE,
            "total": 2,
            "next": None,
        }
    )

    resolution: int
    version: int
    cells: list[Cell]
    branch_index: list[int]
    branches: list[str]
    measures: dict[str, MeasureValues]
    notice: Notice
    total: int
    next: str | None


class CellMeasure(BaseModel):
    """One figure of a cell with its 90 % band and how well it is supported, or the reason why it is hidden."""

    model_config = ConfigDict(extra="forbid")

    value: FiniteFloat | None
    low: FiniteFloat | None
    high: FiniteFloat | None
    evidence: Literal["firm", "weak", "none"] | None
    reason: Reason | None
    reason_zh: str | None
    reason_en: str | None
    unit: str
    name_zh: str
    name_en: str


class CellTerritory(BaseModel):
    """The territory a cell belongs to."""

    model_config = ConfigDict(extra="forbid")

    id: str
    name: str
    rm_name: str | None


class Explanation(BaseModel):
    """Where a figure comes from.

    raw: numerator / denominator before shrinkage, null where there is nothing to divide.
    """

    model_config = ConfigDict(extra="forbid")

    method: str
    numerator: FiniteFloat | None
    denominator: FiniteFloat | None
    raw: FiniteFloat | None


class Explain(BaseModel):
    """What stands behind a cell's figures; travel_s are seconds to its branch."""

    model_config = ConfigDict(extra="forbid")

    travel_s: FiniteFloat | None
    versions: dict[str, int]
    measures: dict[str, Explanation]


class CellDetail(BaseModel):
    """Everything published about one cell."""

    model_config = answer_config(
        {
            "cell": CELL,
            "branch_id": "b1",
            "lng": 9.5215,
            "lat": 47.141,
            "area_km2": 0.1006,
            "territory": {"id": "t1", "name": "Vaduz 1", "rm_name": "RM 1 (synthetic)"},
            "measures": {
                "penetration": {
                    "value": 0.21,
                    "low": 0.15,
                    "high": 0.28,
                    "evidence": "firm",
                    "reason": None,
                    "reason_zh": None,
                    "reason_en": None,
                    "unit": "share",
                    "name_zh": "渗透率",
                    "name_en": "Penetration",
                }
            },
            "explain": {
                "travel_s": 210.0,
                "versions": {"publication": 7, "score": 5},
                "measures": {
                    "penetration": {
                        "method": "beta-binomial-1",
                        "numerator": 22.0,
                        "denominator": 98.0,
                        "raw": 0.224,
                    }
                },
            },
            "notice": NOTICE,
        }
    )

    cell: Cell
    branch_id: str
    lng: FiniteFloat
    lat: FiniteFloat
    area_km2: FiniteFloat
    territory: CellTerritory | None
    measures: dict[str, CellMeasure]
    explain: Explain
    notice: Notice

"""Scores taken apart, and where to work next."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, FiniteFloat

from gridgeo.domain.public import Reason
from gridgeo_api.schemas.common import CELL, OTHER_CELL, Cell, answer_config
from gridgeo_api.schemas.session import Notice

Evidence = Literal["firm", "weak", "none"]


class BothLanguages(BaseModel):
    """One remark in Chinese and English."""

    model_config = ConfigDict(extra="forbid")

    zh: str
    en: str


class ScorePart(BaseModel):
    """One number of a score; source: the kind of data that it is from; version: of that data, null for rules."""

    model_config = ConfigDict(extra="forbid")

    symbol: str
    value: FiniteFloat | int | str | None
    unit: str
    name_zh: str
    name_en: str
    source: str
    version: int | None


class ComparableCell(BaseModel):
    """A cell that a gap is compared with."""

    model_config = ConfigDict(extra="forbid")

    cell: Cell
    branch_id: str
    customers: FiniteFloat
    people: FiniteFloat
    penetration: FiniteFloat | None


class MeasureExplained(BaseModel):
    """One score of a cell taken apart; recomputed is what the formula gives, worked out from the parts."""

    model_config = answer_config(
        {
            "cell": CELL,
            "branch_id": "b1",
            "measure": "penetration",
            "name_zh": "渗透率",
            "name_en": "Penetration",
            "unit": "share",
            "method": "beta-binomial-1",
            "direction": "up",
            "value": 0.21,
            "low": 0.15,
            "high": 0.28,
            "evidence": "firm",
            "reason": None,
            "reason_zh": None,
            "reason_en": None,
            "formula": "(k + S * m) / (N + S)",
            "parts": [
                {
                    "symbol": "k",
                    "value": 21.0,
                    "unit": "customers",
                    "name_zh": "放入本格的客户(期望数)",
                    "name_en": "customers placed in this cell, expected count",
                    "source": "location",
                    "version": 4,
                }
            ],
            "recomputed": 0.21,
            "notes": [],
            "comparable_cells": [],
            "synthetic": True,
            "versions": {"publication": 7, "score": 5},
            "notice": {"zh": "仅供营销,不用于授信审批", "en": "for marketing only, not for credit decisions"},
        }
    )

    cell: Cell
    branch_id: str
    measure: str
    name_zh: str
    name_en: str
    unit: str
    method: str
    direction: Literal["up", "down", "none"]
    value: FiniteFloat | None
    low: FiniteFloat | None
    high: FiniteFloat | None
    evidence: Evidence | None
    reason: Reason | None
    reason_zh: str | None
    reason_en: str | None
    formula: str
    parts: list[ScorePart]
    recomputed: FiniteFloat | None
    notes: list[BothLanguages]
    comparable_cells: list[ComparableCell]
    synthetic: bool
    versions: dict[str, int]
    notice: Notice


class NextCell(BaseModel):
    """A cell to work next, with what is missing there and why it stands where it does."""

    model_config = ConfigDict(extra="forbid")

    place: int
    cell: Cell
    gap: FiniteFloat
    low: FiniteFloat | None
    high: FiniteFloat | None
    evidence: Literal["firm", "weak"]
    customers: FiniteFloat | None
    people: FiniteFloat | None
    penetration: FiniteFloat | None
    merchants: FiniteFloat | None
    typical: FiniteFloat | None
    target: FiniteFloat | None
    comparable: FiniteFloat | None
    travel_s: FiniteFloat | None
    days_since_contact: FiniteFloat | None
    reasons: list[BothLanguages]


class NextList(BaseModel):
    """The cells of one branch or grid."""

    model_config = ConfigDict(extra="forbid")

    branch_id: str
    grid_id: str | None
    name: str | None
    cells: list[NextCell]


class WhereNext(BaseModel):
    """Where to work next: one list a branch, or that of a grid; firm gaps first, the larger before the smaller."""

    model_config = answer_config(
        {
            "by": "branch",
            "lists": [
                {
                    "branch_id": "b1",
                    "grid_id": None,
                    "name": None,
                    "cells": [
                        {
                            "place": 1,
                            "cell": OTHER_CELL,
                            "gap": 19.0,
                            "low": 12.1,
                            "high": 24.0,
                            "evidence": "firm",
                            "customers": 12.0,
                            "people": 160.0,
                            "penetration": 0.08,
                            "merchants": 3.0,
                            "typical": 24.0,
                            "target": 31.0,
                            "comparable": 110.0,
                            "travel_s": 240.0,
                            "days_since_contact": 41.0,
                            "reasons": [
                                {
                                    "zh": "同类格子通常有 24 位客户,最好的四分之一不少于 31 位,本格 12 位",
                                    "en": "cells like this have 24 customers, the best quarter 31 or more, this one 12",
                                }
                            ],
                        }
                    ],
                }
            ],
            "as_of": "2026-03-01",
            "synthetic": True,
            "versions": {"publication": 7, "score": 5},
            "notice": {"zh": "仅供营销,不用于授信审批", "en": "for marketing only, not for credit decisions"},
        }
    )

    by: Literal["branch", "grid"]
    lists: list[NextList]
    as_of: str
    synthetic: bool
    versions: dict[str, int]
    notice: Notice

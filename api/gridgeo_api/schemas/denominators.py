"""Sources of denominators and their conflicts."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from pydantic import BaseModel, Field, FiniteFloat

from gridgeo_api.limits import MAX_TEXT, NO_CONTROL
from gridgeo_api.schemas.common import answer_config

SOURCE: dict[str, Any] = {
    "key": "census",
    "version": 3,
    "form": "zones",
    "names": ["people", "households"],
    "source": "census",
    "dated_on": "2020-11-01",
    "method": "buildings,streets",
    "mass": {"people": {"in": 1000.0, "out": 1000.0, "outside": 0.0}},
}
USED: dict[str, Any] = {
    "source": "census",
    "dated_on": "2020-11-01",
    "why": "rule",
    "whole_ground": True,
    "others": ["register"],
}
CONFLICT: dict[str, Any] = {
    "name": "people",
    "place": "Northfield",
    "source": "census",
    "dated_on": "2020-11-01",
    "total": 600.0,
    "other": "register",
    "other_dated_on": "2018-01-01",
    "other_total": 650.0,
    "difference": 50.0,
    "relative": 0.0833,
    "by": "zone",
}


class DenominatorSource(BaseModel):
    """One source; mass: what of each count went in and lies in the ground; null where it came with a ground."""

    model_config = answer_config(SOURCE)

    key: str
    version: int
    form: Literal["zones", "polygons", "points", "cells"]
    names: list[str]
    source: str | None
    dated_on: date | None
    method: str
    mass: dict[str, dict[str, Any]] | None


class DenominatorUsed(BaseModel):
    """The source that scores take one count from; why: chosen, only, or rule."""

    model_config = answer_config(USED)

    source: str
    dated_on: date | None
    why: Literal["chosen", "only", "rule"]
    whole_ground: bool
    others: list[str]


class Denominators(BaseModel):
    """Sources side by side, and for each count the one in use."""

    model_config = answer_config({"ground": 1, "sources": [SOURCE], "used": {"people": USED}})

    ground: int
    sources: list[DenominatorSource]
    used: dict[str, DenominatorUsed]


class SourceWanted(BaseModel):
    """The source that scores take a count from; null: by the rule again."""

    model_config = answer_config({"source": "denominators-3"})

    source: str | None = Field(max_length=MAX_TEXT, pattern=NO_CONTROL)


class SourceChosen(BaseModel):
    """The ground version that holds the choice, and every choice that stands in it."""

    model_config = answer_config(
        {"ground": 12, "name": "people", "source": "denominators-3", "chosen": {"people": "denominators-3"}}
    )

    ground: int
    name: str
    source: str | None
    chosen: dict[str, str]


class DenominatorConflict(BaseModel):
    """One place and two sources of a count; relative: of `total`, null where that is zero."""

    model_config = answer_config(CONFLICT)

    name: str
    place: str
    source: str
    dated_on: date | None
    total: FiniteFloat
    other: str
    other_dated_on: date | None
    other_total: FiniteFloat
    difference: FiniteFloat
    relative: FiniteFloat | None
    by: str


class DenominatorConflicts(BaseModel):
    """How many places differ, and the worst of them."""

    model_config = answer_config({"by": "zone", "count": 1, "conflicts": [CONFLICT]})

    by: str
    count: int
    conflicts: list[DenominatorConflict]

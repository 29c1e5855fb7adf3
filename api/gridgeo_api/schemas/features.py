"""Industry grids, cohort grids, target groups, and the card of an area grid."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from gridgeo_api.limits import NO_CONTROL
from gridgeo_api.paging import PageQuery
from gridgeo_api.schemas.common import CELL, Cell, answer_config

Kind = Literal["industry", "cohort", "target_group"]
RULE: dict[str, Any] = {"where": {"attribute": "age_band", "is": "60+"}}
KEPT: dict[str, Any] = {
    "id": "C-1",
    "kind": "cohort",
    "name": "Elderly customers",
    "branch_id": "b1",
    "owner_id": None,
    "status": "draft",
    "rule": RULE,
    "revision": 1,
    "created_at": "2026-03-01T08:30:00+00:00",
    "actor_id": "anna",
}
SNAPSHOT: dict[str, Any] = {
    "id": 1,
    "feature_id": "C-1",
    "as_of": "2026-03-01",
    "taken_at": "2026-03-01T08:30:00+00:00",
    "actor_id": "anna",
    "inputs": {"bank": 2},
    "size": 40,
}


def example(body: dict[str, Any]) -> ConfigDict:
    """Return the configuration of a request's body with its example."""
    return ConfigDict(extra="forbid", json_schema_extra={"examples": [body]})


class FeatureKept(BaseModel):
    """A grid that is kept; branch_id null is one for every branch."""

    model_config = answer_config(KEPT)

    id: str
    kind: Kind
    name: str
    branch_id: str | None
    owner_id: str | None
    status: str
    rule: dict[str, Any]
    revision: int
    created_at: datetime
    actor_id: str


class Features(BaseModel):
    """Grids that are kept, ordered by id."""

    model_config = answer_config({"features": [KEPT], "total": 1, "next": None})

    features: list[FeatureKept]
    total: int
    next: str | None


class FeaturesAsked(PageQuery):
    """Which grids are listed."""

    kind: str | None = Field(
        None, max_length=40, description="Only industry, cohort or target_group.", examples=["cohort"]
    )


class Feature(FeatureKept):
    """A grid with its rule in words of each language, and the numbers of its snapshots."""

    model_config = answer_config(
        KEPT | {"words": {"en": "age band is 60+", "zh": "年龄段为60岁以上"}, "snapshots": [1]}
    )

    words: dict[str, str]
    snapshots: list[int]


class FeatureGone(BaseModel):
    """What was taken out."""

    model_config = answer_config({"id": "C-1", "snapshots": 2})

    id: str
    snapshots: int


class FeatureCount(BaseModel):
    """What a grid or a rule holds now; what count says besides the members depends on the kind."""

    model_config = answer_config(
        {
            "kind": "cohort",
            "count": {"members": 40, "undecided": 3, "customers": 400, "words": {"en": "age band is 60+"}},
        }
    )

    kind: Kind
    count: dict[str, Any]


class FeatureChoice(BaseModel):
    """A rule to choose: as it is kept, and in words of each language."""

    rule: dict[str, Any]
    words: dict[str, str]


class FeatureChoices(BaseModel):
    """What industry and cohort grids can be about: sections and divisions of GB/T 4754, usual rules on customers."""

    model_config = answer_config(
        {
            "industry": [
                {
                    "rule": {"scheme": "gbt4754", "edition": "2017", "codes": ["F"]},
                    "words": {"en": "F Wholesale and retail trade", "zh": "F 批发和零售业"},
                }
            ],
            "cohort": [{"rule": RULE, "words": {"en": "age band is 60+", "zh": "年龄段为60岁以上"}}],
        }
    )

    industry: list[FeatureChoice]
    cohort: list[FeatureChoice]


class FeatureCells(BaseModel):
    """Where the members of an industry or cohort grid lie in a branch's catchment.

    cells, counts: the cells that hold some, and how many. members: all of the branch; outside: their place lies
    elsewhere; unplaced: it is not known; undecided: the rule cannot be told of them. grids: area grid -> how many
    belong to it.
    """

    model_config = answer_config(
        {
            "feature_id": "C-1",
            "kind": "cohort",
            "name": "Elderly customers",
            "words": {"en": "age band is 60+", "zh": "年龄段为60岁以上"},
            "branch_id": "b1",
            "cells": [CELL],
            "counts": [4],
            "members": 6,
            "outside": 1,
            "unplaced": 1,
            "undecided": 0,
            "grids": {"b1-1-1": 5},
        }
    )

    feature_id: str
    kind: Literal["industry", "cohort"]
    name: str
    words: dict[str, str]
    branch_id: str
    cells: list[Cell]
    counts: list[int]
    members: int
    outside: int
    unplaced: int
    undecided: int
    grids: dict[str, int]


class Snapshot(BaseModel):
    """Who a cohort held on a day: when it was taken, from what, and how many they were."""

    model_config = ConfigDict(extra="allow", json_schema_extra={"examples": [SNAPSHOT]})

    id: int
    as_of: date
    taken_at: datetime
    size: int


class Snapshots(BaseModel):
    """Snapshots of a cohort, newest first."""

    model_config = answer_config({"snapshots": [SNAPSHOT], "total": 1, "next": None})

    snapshots: list[Snapshot]
    total: int
    next: str | None


class SnapshotsAsked(PageQuery):
    """Which page of a cohort's snapshots, the newest first by default."""

    sort: Annotated[str, Field(min_length=1, max_length=60, pattern=NO_CONTROL)] = Field(
        "-id", description="Field to sort by, with - before it for the largest first.", examples=["-id"]
    )


class GridCard(BaseModel):
    """What is known of an area grid; further members are figures, each null beside its reason where it is not known."""

    model_config = ConfigDict(
        extra="allow",
        json_schema_extra={
            "examples": [
                {"branch_id": "b1", "grid_id": "b1-1-1", "name": "Vaduz old town", "kind": "village", "revision": 7}
            ]
        },
    )

    branch_id: str
    grid_id: str
    name: str
    kind: str
    revision: int


class FeatureWanted(BaseModel):
    """A grid to keep."""

    model_config = example({"kind": "cohort", "name": "Elderly customers", "rule": RULE, "branch_id": "b1"})

    kind: Kind
    name: str = Field(min_length=1, max_length=200)
    rule: dict[str, Any]
    branch_id: str | None = Field(None, min_length=1, max_length=200)
    owner_id: str | None = Field(None, min_length=1, max_length=200)


class FeatureChange(BaseModel):
    """What is to be another way; what is left out stays as it is."""

    model_config = example({"name": "Customers from 60"})

    name: str = Field("", min_length=1, max_length=200)
    rule: dict[str, Any] = {}
    owner_id: str | None = Field(None, min_length=1, max_length=200)
    status: str = Field("draft", max_length=40)


class RuleTried(BaseModel):
    """A rule to work out without keeping it."""

    model_config = example({"kind": "cohort", "rule": RULE})

    kind: Kind
    rule: dict[str, Any]
    as_of: date | None = None


class SnapshotWanted(BaseModel):
    """The day that counts; today without it."""

    model_config = example({"as_of": "2026-03-01"})

    as_of: date | None = None

"""Stages of a customer's life by a dated rule: the first stage whose condition holds is the customer's.

The rule is a list of stages, each with an id, names and a condition in the language of cohort rules; a stage without a
condition takes whoever is left. The rule that ships is an example: no bank has decided on it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from gridgeo.errors import InvalidInputError
from gridgeo.features.cohort_masks import cohort_mask
from gridgeo.features.cohort_rules import CohortRule, cohort_from_json

STAGE_ID = re.compile(r"[a-z][a-z0-9_]{0,30}")
MOST_STAGES = 12
FIELDS = {"id", "name_zh", "name_en", "where"}


@dataclass(frozen=True)
class Stage:
    """One stage. rule: None for the one that takes whoever is left."""

    id: str
    name_zh: str
    name_en: str
    rule: CohortRule | None = None


def stages_from_dict(body: Mapping[str, Any]) -> tuple[Stage, ...]:
    """Read a rule of stages: ``{"stage": [{"id": ..., "name_zh": ..., "name_en": ..., "where": ...}, ...]}``.

    Raises InvalidInputError naming the stage and what does not fit.
    """
    rows = body.get("stage")
    if set(body) != {"stage"} or not isinstance(rows, list) or not 0 < len(rows) <= MOST_STAGES:
        raise InvalidInputError("a life-cycle rule is a list of 1 to {most} tables named stage", most=MOST_STAGES)
    stages = tuple(_stage(row, at) for at, row in enumerate(rows, 1))
    ids = [stage.id for stage in stages]
    twice = sorted({name for name in ids if ids.count(name) > 1})
    if twice:
        raise InvalidInputError("stage {stage} stands twice", stage=twice[0])
    early = [stage.id for stage in stages[:-1] if stage.rule is None]
    if early:
        raise InvalidInputError(
            "stage {stage} has no condition: only the last one may take whoever is left", stage=early[0]
        )
    return stages


def stage_of(stages: tuple[Stage, ...], day: date) -> pl.Expr:
    """Return the id of each customer's stage on a day; null where none holds.

    What is not known of a customer makes no condition hold.
    """
    found: pl.Expr = pl.lit(None, pl.String)
    for stage in reversed(stages):
        holds = pl.lit(value=True) if stage.rule is None else cohort_mask(stage.rule, day).fill_null(value=False)
        found = pl.when(holds).then(pl.lit(stage.id)).otherwise(found)
    return found


def _stage(row: object, at: int) -> Stage:
    if not isinstance(row, dict) or not set(row) <= FIELDS or not {"id", "name_zh", "name_en"} <= set(row):
        raise InvalidInputError("stage {at} needs id, name_zh and name_en, and may have where", at=at)
    name = str(row["id"])
    if not STAGE_ID.fullmatch(name):
        raise InvalidInputError(
            "stage {at}: id must be small letters, digits and _, up to 31, got {given}", at=at, given=name[:40]
        )
    rule = cohort_from_json({"where": row["where"]}) if "where" in row else None
    return Stage(name, str(row["name_zh"])[:60], str(row["name_en"])[:60], rule)


EXAMPLE_STAGES = stages_from_dict(
    {
        "stage": [
            {
                "id": "lost",
                "name_zh": "流失",
                "name_en": "Lost",
                "where": {"attribute": "products", "at_most": 0},
            },
            {
                "id": "new",
                "name_zh": "新客",
                "name_en": "New",
                "where": {"attribute": "opened_on", "within_days": 365},
            },
            {
                "id": "dormant",
                "name_zh": "沉睡",
                "name_en": "Dormant",
                "where": {
                    "all": [
                        {"attribute": "products", "at_most": 1},
                        {
                            "any": [
                                {"attribute": "last_contact_on", "older_than_days": 365},
                                {"attribute": "last_contact_on", "unknown": True},
                            ]
                        },
                    ]
                },
            },
            {
                "id": "mature",
                "name_zh": "成熟",
                "name_en": "Mature",
                "where": {"attribute": "products", "at_least": 3},
            },
            {
                "id": "growing",
                "name_zh": "成长",
                "name_en": "Growing",
                "where": {"attribute": "products", "at_least": 1},
            },
        ]
    }
)
"""An example to edit, not a recommendation."""

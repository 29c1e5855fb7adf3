"""Stages of life by a dated rule: the first that holds, what is unknown holds for nobody, and what is refused."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import pytest

from gridgeo.domain.measures import STAGE_NAMES
from gridgeo.errors import InvalidInputError
from gridgeo.features.cohort_masks import COLUMNS
from gridgeo.features.life_cycle import EXAMPLE_STAGES, stage_of, stages_from_dict

DAY = date(2026, 6, 30)


def people(**columns: list[Any]) -> pl.DataFrame:
    """Return customers of whom only these columns are known."""
    rows = len(next(iter(columns.values())))
    dates = {"last_contact_on", "opened_on"}
    bare = {name: pl.Series([None] * rows, dtype=pl.Date if name in dates else pl.String) for name in COLUMNS}
    return pl.DataFrame(bare | columns).with_columns(pl.col("products").cast(pl.Int32))


def test_the_example_has_the_stages_that_are_measures() -> None:
    assert {stage.id: (stage.name_zh, stage.name_en.lower()) for stage in EXAMPLE_STAGES} == STAGE_NAMES


def test_the_first_stage_that_holds_is_the_customers() -> None:
    table = people(
        products=[0, 1, 1, 1, 2, 4, None],
        opened_on=[date(2026, 1, 1), date(2026, 1, 1), date(2020, 1, 1), date(2020, 1, 1), None, None, None],
        last_contact_on=[None, None, date(2024, 1, 1), date(2026, 6, 1), None, None, None],
    )
    found = table.select(stage_of(EXAMPLE_STAGES, DAY)).to_series().to_list()
    assert found == ["lost", "new", "dormant", "growing", "growing", "mature", None]


def test_the_day_decides() -> None:
    table = people(products=[1], opened_on=[date(2025, 12, 1)], last_contact_on=[date(2025, 12, 2)])
    days = (DAY, date(2026, 11, 30), date(2026, 12, 31))
    found = [table.select(stage_of(EXAMPLE_STAGES, day)).item() for day in days]
    assert found == ["new", "new", "dormant"]


def test_a_last_stage_without_a_condition_takes_whoever_is_left() -> None:
    rule = {"stage": [
        {"id": "few", "name_zh": "少", "name_en": "Few", "where": {"attribute": "products", "at_most": 1}},
        {"id": "rest", "name_zh": "其余", "name_en": "Rest"},
    ]}  # fmt: skip
    assert people(products=[1, 2, None]).select(stage_of(stages_from_dict(rule), DAY)).to_series().to_list() == [
        "few",
        "rest",
        "rest",
    ]


ONE = {"id": "a", "name_zh": "甲", "name_en": "A"}


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ({}, "named stage"),
        ({"stage": []}, "named stage"),
        ({"stage": [ONE], "more": 1}, "named stage"),
        ({"stage": [{"id": "a"}]}, "needs id"),
        ({"stage": [ONE | {"id": "A b"}]}, "small letters"),
        ({"stage": [ONE, ONE]}, "stands twice"),
        ({"stage": [ONE, ONE | {"id": "b"}]}, "no condition"),
        ({"stage": [ONE | {"where": {"attribute": "religion", "is": "x"}}]}, "religion"),
        ({"stage": [ONE | {"where": {"attribute": "products", "has": "x"}}]}, "products"),
    ],
)
def test_a_rule_that_does_not_fit_is_refused_by_name(rule: dict[str, Any], words: str) -> None:
    with pytest.raises(InvalidInputError, match=words):
        stages_from_dict(rule)

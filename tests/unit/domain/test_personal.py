"""What of a person's columns each role is shown."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from gridgeo.domain import Actor
from gridgeo.domain.actor import ROLES, Role
from gridgeo.domain.personal import CLASSES, SEES_NAMES, SIGHTS, shown_to
from gridgeo.domain.tables import CUSTOMER_NOTES, CUSTOMERS
from gridgeo.sources.intake.kinds import KINDS

ROW = pl.DataFrame(
    {
        "id": ["c1"],
        "name": ["张伟民"],
        "phone": ["13812345678"],
        "address": ["中山路1号"],
        "age_band": ["30-59"],
        "occupation": ["teacher"],
        "born_on": [date(1980, 1, 1)],
        "balance_fen": [100],
    }
)
WHOLE = ROW.row(0)
MASKED = ("张**", "****78", "****")
EXPECTED: dict[Role, tuple[object, ...]] = {
    "hq": ("c1", *MASKED, *WHOLE[4:]),
    "branch_manager": ("c1", *MASKED, *WHOLE[4:]),
    "rm": ("c1", *MASKED, *WHOLE[4:]),
    "planner": ("c1", "张**", None, "****", *WHOLE[4:]),
    "helper": ("c1", "张**", None, "****", None, None, None, None),
    "auditor": ("c1", "张**", None, "****", None, None, None, 100),
    "consumer": ("c1", None, None, None, None, None, None, None),
}


@pytest.mark.parametrize("role", ROLES)
def test_each_role_is_shown_its_part(role: Role) -> None:
    assert shown_to(Actor("x", role), ROW).row(0) == EXPECTED[role]


@pytest.mark.parametrize("role", ROLES)
def test_asking_for_it_whole_helps_those_who_may(role: Role) -> None:
    expected = WHOLE if role in SEES_NAMES else EXPECTED[role]
    assert shown_to(Actor("x", role), ROW, unmask=True).row(0) == expected


def test_every_role_has_its_sight() -> None:
    assert set(SIGHTS) == set(ROLES)


def test_every_personal_column_of_a_customer_has_a_class() -> None:
    customers = KINDS["customers"]
    personal = {field.name for field in customers.fields if field.column_class == "personal"}
    stored = set(CUSTOMERS | CUSTOMER_NOTES)
    assert personal & stored - {"consent", "do_not_contact"} <= set(CLASSES)


def test_an_empty_table_stays_one() -> None:
    assert shown_to(Actor("x", "rm"), ROW.clear()).schema == ROW.schema

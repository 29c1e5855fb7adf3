"""Users' measures and the meaning of a score version's measures, on both stores."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import polars as pl
import pytest
import sqlalchemy as sa

from gridgeo.domain import Actor
from gridgeo.domain.measures import MEASURE_BY_ID, MEASURES
from gridgeo.domain.tables import CELL_SCORES
from gridgeo.domain.user_measures import Part, UserMeasure
from gridgeo.storage import (
    keep_user_measures,
    lock_user_measures,
    new_version,
    score_definition,
    score_measures,
    upgrade,
    user_measures,
    write_frame,
    write_score_measures,
)
from gridgeo.storage.models import MeasureRow
from gridgeo.storage.models import UserMeasure as UserMeasureRow

PLAIN = UserMeasure("own", "自有", "Own", "shops", "count", "up", formula="merchants * 2")
COMPOSITE = UserMeasure("first", "先", "First", "points", "index", "up", components=(Part("gap", 2.0, "down"),), top=3)


def kept(connection: sa.Connection, actor: Actor, measures: Sequence[UserMeasure], now: datetime) -> list[UserMeasure]:
    keep_user_measures(connection, actor, measures, now)
    return list(user_measures(connection).values())


def test_measures_come_back_as_they_went_in_and_in_order(engine: sa.Engine, actor: Actor, now: datetime) -> None:
    with engine.begin() as connection:
        lock_user_measures(connection)
        assert kept(connection, actor, [PLAIN, COMPOSITE], now) == [PLAIN, COMPOSITE]
        assert kept(connection, actor, [COMPOSITE, PLAIN], now) == [COMPOSITE, PLAIN]
        assert kept(connection, actor, [], now) == []


def test_an_unchanged_measure_keeps_who_added_it_and_when(engine: sa.Engine, actor: Actor, now: datetime) -> None:
    later, other = now + timedelta(days=1), Actor("paula", "planner")
    query = sa.select(UserMeasureRow.id, UserMeasureRow.added_by, UserMeasureRow.added_at)
    with engine.begin() as connection:
        keep_user_measures(connection, actor, [PLAIN, COMPOSITE], now)
        keep_user_measures(connection, other, [replace(PLAIN, version=2), COMPOSITE], later)
        rows = {row.id: (row.added_by, row.added_at) for row in connection.execute(query)}
    assert rows == {"own": ("paula", later), "first": (actor.id, now)}


def test_the_table_for_sql_names_users_measures_through_an_upgrade(
    engine: sa.Engine, actor: Actor, now: datetime
) -> None:
    taken = replace(PLAIN, id="people", name_en="Mine")
    with engine.begin() as connection:
        keep_user_measures(connection, actor, [PLAIN, COMPOSITE, taken], now)
    upgrade(engine)
    with engine.begin() as connection:
        query = sa.select(MeasureRow.id, MeasureRow.origin, MeasureRow.formula, MeasureRow.name_en)
        rows = {row.id: row for row in connection.execute(query)}
    assert set(rows) == {*MEASURE_BY_ID, "own", "first", "first_rank"}
    assert (rows["own"].origin, rows["own"].formula) == ("user", "merchants * 2")
    # A later release may have a measure of a user's id: its own stands in the table.
    assert (rows["people"].origin, rows["people"].name_en) == ("built_in", "People")


def test_a_score_version_keeps_what_its_measures_meant(engine: sa.Engine, actor: Actor, now: datetime) -> None:
    shown = [MEASURE_BY_ID["gap"], *PLAIN.measures(), *COMPOSITE.measures()]
    made = {"own": PLAIN, "first": COMPOSITE, "first_rank": COMPOSITE}
    with engine.begin() as connection:
        version = new_version(connection, actor, "score", params={}, now=now)
        write_score_measures(connection, version, shown, made)
        keep_user_measures(connection, actor, [], now)
        assert list(score_measures(connection, version).values()) == shown
        assert score_definition(connection, version, "own") == PLAIN
        assert score_definition(connection, version, "first_rank") == COMPOSITE
        assert score_definition(connection, version, "gap") is None
        assert score_definition(connection, version, "nonsense") is None


@pytest.mark.parametrize("held", [["people", "gap"], [measure.id for measure in MEASURES]])
def test_a_version_of_an_earlier_release_has_the_measures_it_has_figures_of(
    engine: sa.Engine, actor: Actor, now: datetime, held: list[str]
) -> None:
    rows = [
        {
            "branch_id": branch,
            "measure": name,
            "cell": 1 + at,
            "value": 1.0,
            "low": None,
            "high": None,
            "evidence": None,
        }
        for at, branch in enumerate(("b1", "b2"))
        for name in held
    ]
    with engine.begin() as connection:
        version = new_version(connection, actor, "score", params={}, now=now)
        write_frame(connection, "cell_score", pl.DataFrame(rows, schema=CELL_SCORES), version_id=version)
        assert list(score_measures(connection, version)) == held

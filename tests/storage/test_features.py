"""Feature grids and snapshots in both stores: kept as written, changed under a revision, seen within scope."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

import polars as pl
import pytest
import sqlalchemy as sa

from gridgeo.domain import Actor
from gridgeo.errors import ConflictError, NotFoundError
from gridgeo.storage.features import (
    FeatureRecord,
    add_feature,
    add_snapshot,
    change_feature,
    feature_record,
    feature_records,
    next_feature_id,
    read_snapshot,
    remove_feature,
    snapshot_record,
    snapshot_records,
)

MANAGER = Actor("m", "branch_manager", frozenset({"B1"}))


@pytest.fixture
def record(connection: sa.Connection, now: datetime) -> FeatureRecord:
    made = FeatureRecord(
        "C-1", "cohort", "老客户", None, None, "draft", {"where": {"x": ["一", 2, None]}}, 1, now, "me"
    )
    add_feature(connection, made)
    return made


def test_a_grid_is_read_as_it_was_written(connection: sa.Connection, record: FeatureRecord) -> None:
    assert feature_record(connection, "C-1") == record
    assert feature_records(connection, "cohort") == [record]
    assert feature_records(connection, "industry") == []
    with pytest.raises(NotFoundError):
        feature_record(connection, "C-2")


def test_ids_count_up_by_kind_and_are_not_taken_again_while_a_later_one_stands(
    connection: sa.Connection, record: FeatureRecord
) -> None:
    assert next_feature_id(connection, "cohort") == "C-2"
    assert next_feature_id(connection, "industry") == "I-1"
    add_feature(connection, replace(record, id="C-12", name="other"))
    assert next_feature_id(connection, "cohort") == "C-13"


def test_a_name_stands_once_in_its_kind(connection: sa.Connection, record: FeatureRecord) -> None:
    add_feature(connection, replace(record, id="T-1", kind="target_group"))
    with pytest.raises(ConflictError, match="is taken"):
        add_feature(connection, replace(record, id="C-2"))
    other = replace(record, id="C-3", name="other")
    add_feature(connection, other)
    with pytest.raises(ConflictError, match="is taken"):
        change_feature(connection, other, {"name": record.name}, 1)
    assert change_feature(connection, record, {"name": record.name}, 1).revision == 2


def test_of_two_changes_from_one_revision_one_wins(connection: sa.Connection, record: FeatureRecord) -> None:
    assert change_feature(connection, record, {"status": "live"}, 1).status == "live"
    with pytest.raises(ConflictError, match="at revision 2, not 1"):
        change_feature(connection, record, {"status": "review"}, 1)
    assert feature_record(connection, "C-1").status == "live"


def test_a_scope_shows_own_grids_and_those_of_every_branch(connection: sa.Connection, record: FeatureRecord) -> None:
    add_feature(connection, replace(record, id="C-2", name="one", branch_id="B1"))
    add_feature(connection, replace(record, id="C-3", name="two", branch_id="B2"))
    assert {found.id for found in feature_records(connection, actor=MANAGER)} == {"C-1", "C-2"}
    with pytest.raises(NotFoundError):
        feature_record(connection, "C-3", MANAGER)
    assert feature_record(connection, "C-3").branch_id == "B2"


def test_a_snapshot_of_many_is_read_as_it_was_written_and_goes_with_its_grid(
    connection: sa.Connection, actor: Actor, now: datetime, record: FeatureRecord
) -> None:
    ids = [f'客户,"{at:05d}"' for at in range(60_000)]
    members = pl.DataFrame({"party_kind": "customer", "party_id": ids})
    day = date(2026, 3, 1)
    taken = add_snapshot(connection, actor, record.id, members, {"bank": 7}, (day, now))
    assert (taken.size, taken.as_of, taken.taken_at, taken.inputs) == (60_000, day, now, {"bank": 7})
    assert read_snapshot(connection, taken.id).equals(members.sort("party_id"))
    empty = add_snapshot(connection, actor, record.id, members.clear(), {}, (day, now))
    assert read_snapshot(connection, empty.id).is_empty()
    assert [found.id for found in snapshot_records(connection, record.id)] == [empty.id, taken.id]
    assert remove_feature(connection, record.id) == 2
    assert read_snapshot(connection, taken.id).is_empty()
    with pytest.raises(NotFoundError):
        snapshot_record(connection, taken.id)


def test_a_party_stands_once_in_a_snapshot(
    connection: sa.Connection, actor: Actor, now: datetime, record: FeatureRecord
) -> None:
    twice = pl.DataFrame({"party_kind": ["customer"] * 2, "party_id": ["a"] * 2})
    with pytest.raises(ConflictError), connection.begin_nested():
        add_snapshot(connection, actor, record.id, twice, {}, (date(2026, 3, 1), now))

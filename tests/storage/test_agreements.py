"""Policies, disputes and specialists: earlier states stay, a decision is made once, scope holds."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
import sqlalchemy as sa

from gridgeo.domain import Actor
from gridgeo.errors import ConflictError, NotFoundError
from gridgeo.storage import new_version
from gridgeo.storage.agreements import (
    add_dispute,
    add_overlay,
    decide_dispute,
    dispute_record,
    dispute_records,
    end_overlay,
    newest_policy,
    overlay_records,
    policy_record,
    put_policy,
)
from gridgeo.storage.features import FeatureRecord, add_feature
from gridgeo.storage.scenarios import add_scenario


def claim(connection: sa.Connection, actor: Actor, now: datetime, branch: str) -> dict[str, Any]:
    version = new_version(connection, actor, "scenario", params={}, now=now)
    values = {"name": branch, "status": "draft", "version_id": version, "scope": {"branches": [branch]}, "notes": None}
    scenario = add_scenario(connection, values | {"created_at": now})
    return {
        "scenario_id": scenario.id, "branch_id": branch, "subject_kind": "customer", "subject": "C1",
        "claimed_by": "R1", "reason": "ours since 2019", "raised_by": actor.id, "raised_at": now,
    }  # fmt: skip


def test_the_newest_state_counts_and_earlier_ones_stay(connection: sa.Connection, actor: Actor, now: datetime) -> None:
    assert newest_policy(connection, "cadence") is None
    first = put_policy(connection, actor, "cadence", {"n": 1}, now)
    put_policy(connection, actor, "account", {"n": 9}, now)
    second = put_policy(connection, actor, "cadence", {"n": 2}, now)
    assert newest_policy(connection, "cadence") == second
    assert policy_record(connection, first.id).body == {"n": 1}
    with pytest.raises(NotFoundError):
        policy_record(connection, 10_000)


def test_a_dispute_is_decided_once_and_seen_in_its_branch(
    connection: sa.Connection, actor: Actor, now: datetime
) -> None:
    mine = add_dispute(connection, claim(connection, actor, now, "B1"))
    other = add_dispute(connection, claim(connection, actor, now, "B2"))
    decision = {"awarded_to": "R2", "decision": "lives there", "decided_by": "hq", "decided_at": now,
                "decided_on": date(2026, 3, 9)}  # fmt: skip
    assert decide_dispute(connection, mine, decision).decided_on == date(2026, 3, 9)
    with pytest.raises(ConflictError):
        decide_dispute(connection, mine, decision)
    scope = Actor("a", "branch_manager", frozenset({"B2"}))
    assert [record.id for record in dispute_records(connection, scope)] == [other.id]
    assert dispute_records(connection, None, mine.scenario_id)[0].awarded_to == "R2"
    with pytest.raises(NotFoundError):
        dispute_record(connection, mine.id, scope)


def test_a_specialist_has_a_first_and_a_last_day(connection: sa.Connection, actor: Actor, now: datetime) -> None:
    add_feature(connection, FeatureRecord("I-1", "industry", "Shops", None, None, "draft", {}, 1, now, actor.id))
    values = {"feature_id": "I-1", "staff_id": "R1", "branch_id": None, "starts_on": date(2026, 4, 1), "ends_on": None}
    record = add_overlay(connection, values | {"actor_id": actor.id, "at": now})
    assert end_overlay(connection, record.id, date(2026, 9, 30)).ends_on == date(2026, 9, 30)
    assert [each.staff_id for each in overlay_records(connection, "I-1")] == ["R1"]
    with pytest.raises(NotFoundError):
        end_overlay(connection, record.id + 1, date(2026, 9, 30))

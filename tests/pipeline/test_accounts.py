"""Account and area: who may contact and who is paid, what a plan gives and takes, and how a claim is settled."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa

from gridgeo.domain import Actor
from gridgeo.errors import ConflictError, InvalidInputError, NotAllowedError, NotFoundError
from gridgeo.pipeline.features.kept import FeatureDraft, create_feature
from gridgeo.pipeline.territories.account_policy import policy_from_json, policy_from_text, set_policy, show_policy
from gridgeo.pipeline.territories.accounts import conflicts, enclaves, gains
from gridgeo.pipeline.territories.approval import approve, submit
from gridgeo.pipeline.territories.disputes import decide, list_disputes, raise_dispute
from gridgeo.pipeline.territories.drafts import keep_answer
from gridgeo.pipeline.territories.handover import handover
from gridgeo.pipeline.territories.live import publish_scenario
from gridgeo.pipeline.territories.overlays import assign_overlay, finish_overlay, list_overlays
from gridgeo.pipeline.territories.replans import Changes, replan_solver, spec_of_replan
from gridgeo.pipeline.territories.spec import Aim
from gridgeo.storage import open_engine

from .plan_bank import CHECKER, MAKER, NOW, write_plan_bank

TODAY = NOW.date()
NEVER = {"paid": [{"from_month": 0, "account_rm_percent": 0, "area_rm_percent": 100}], "account_follows_area": "never"}


@pytest.fixture(scope="module")
def engine(make_store: Callable[[str], str]) -> Iterator[sa.Engine]:
    """The bank with a scenario in which R2 leaves."""
    opened = open_engine(make_store("sqlite"))
    with opened.begin() as connection:
        write_plan_bank(connection)
        changes = Changes(leaves=("R2",))
        spec = spec_of_replan(connection, MAKER, changes, Aim(tolerance=(0.1, 0.15), starts=1))
        keep_answer(connection, MAKER, "Autumn", spec, NOW, solver=replan_solver(changes))
    yield opened
    opened.dispose()


@pytest.fixture
def connection(engine: sa.Engine) -> Iterator[sa.Connection]:
    with engine.connect() as opened:
        transaction = opened.begin()
        yield opened
        transaction.rollback()


def by(rows: list[dict[str, Any]], key: str) -> dict[str, dict[str, Any]]:
    return {row[key]: row for row in rows}


def test_conflicts_and_customers_of_other_branches_are_listed(connection: sa.Connection) -> None:
    found = conflicts(connection, MAKER, "live", TODAY, (0, 1000))
    assert 0 < found["count"] <= found["customers"] == 1200
    assert all(row["account_rm"] != row["area_rm"] for row in found["items"])
    assert sum(row["customers"] for row in found["by_area"]) == found["count"]
    foreign = enclaves(connection, MAKER, "live", TODAY, (0, 1000))
    # About a twentieth of the customers bank with the other branch.
    assert 20 < foreign["count"] < 120
    assert all(row["account_branch"] != row["area_branch"] for row in foreign["items"])
    assert len(enclaves(connection, MAKER, "live", TODAY, (foreign["count"] - 1, 50))["items"]) == 1


def test_gains_and_losses_cancel_and_agree_with_the_hand_over_list(connection: sa.Connection) -> None:
    told = gains(connection, MAKER, "Autumn", TODAY)
    rms = by(told["managers"], "rm")
    assert rms["R2"]["customers_after"] == 0
    assert rms["R2"]["customers_lost"] == rms["R2"]["customers_before"] > 0
    moved = handover(connection, MAKER, "Autumn", TODAY)
    assert sum(row["customers_gained"] for row in rms.values()) == moved["customers"]
    for what in ("customers", "balance"):
        unit = "_fen" if what == "balance" else ""
        gained, lost = (sum(row[f"{what}_{word}{unit}"] for row in rms.values()) for word in ("gained", "lost"))
        assert gained == lost
    assert sum(row["pay_basis_change_fen"] for row in rms.values()) == pytest.approx(0, abs=10)
    assert by(told["branches"], "branch")["B1"]["customers_gained"] == 0


def test_pay_follows_the_policy_month_by_month(connection: sa.Connection) -> None:
    set_policy(connection, MAKER, NEVER, NOW)
    whole = by(gains(connection, MAKER, "Autumn", TODAY)["managers"], "rm")
    assert all(
        row["pay_basis_change_fen"] == row["balance_gained_fen"] - row["balance_lost_fen"] for row in whole.values()
    )
    decaying = NEVER | {
        "paid": [
            {"from_month": 0, "account_rm_percent": 100, "area_rm_percent": 0},
            {"from_month": 12, "account_rm_percent": 0, "area_rm_percent": 100},
        ]
    }
    set_policy(connection, MAKER, decaying, NOW)
    late = by(gains(connection, MAKER, "Autumn", TODAY, 12)["managers"], "rm")
    assert {rm: row["pay_basis_change_fen"] for rm, row in late.items()} == {
        rm: row["pay_basis_change_fen"] for rm, row in whole.items()
    }
    early = by(gains(connection, MAKER, "Autumn", TODAY, 0)["managers"], "rm")
    assert early["R2"]["pay_basis_after_fen"] > late["R2"]["pay_basis_after_fen"]


def test_accounts_follow_on_consent_or_when_dormant(connection: sa.Connection) -> None:
    found = {}
    for rule in ("never", "on_consent", "on_dormancy"):
        set_policy(connection, MAKER, NEVER | {"account_follows_area": rule, "dormant_months": 12}, NOW)
        rows = conflicts(connection, MAKER, "live", TODAY, (0, 1000))["items"]
        found[rule] = sum(row["account_follows"] for row in rows)
    assert found["never"] == 0
    assert 0 < found["on_consent"] < len(rows)
    assert 0 < found["on_dormancy"] < len(rows)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"paid": [{"from_month": 0, "account_rm_percent": 60, "area_rm_percent": 50}]}, "sum to 100"),
        ({"paid": [{"from_month": 3, "account_rm_percent": 60, "area_rm_percent": 40}]}, "rise from 0"),
        ({"paid": [{"from_month": 0, "account_rm_percent": 100}]}, "row 1 of paid needs"),
        ({"paid": []}, "paid needs rows"),
        ({"contact": ["anybody"]}, "contact must be"),
        ({"account_follows_area": "always"}, "must be one of never"),
        ({"dormant_months": 0}, "1 to 120"),
        ({"bonus": 1}, "bonus is not known"),
    ],
)
def test_a_policy_that_does_not_add_up_is_refused(change: dict[str, Any], fault: str) -> None:
    with pytest.raises(InvalidInputError, match=fault):
        policy_from_json(NEVER | change)


def test_the_example_is_labelled_and_reads_back(connection: sa.Connection) -> None:
    example = show_policy(connection, MAKER)
    assert (example["example"], example["policy"]) == (True, None)
    assert policy_from_json(example).as_json() == example
    with pytest.raises(InvalidInputError):
        policy_from_text("contact = [", "toml")


def test_a_claim_holds_the_plan_until_head_office_decides(connection: sa.Connection) -> None:
    subject = handover(connection, MAKER, "Autumn", TODAY)["rows"][0]
    claim = ("customer", subject["customer_id"], subject["from_rm"], "ours since 2019")
    manager = Actor("Zhao", "branch_manager", frozenset({"B1"}))
    raised = raise_dispute(connection, manager, "Autumn", claim, NOW)
    assert (raised["status"], raised["branch_id"]) == ("open", "B1")
    submit(connection, MAKER, "Autumn", NOW)
    approve(connection, CHECKER, "Autumn", NOW)
    with pytest.raises(ConflictError, match="is open"):
        publish_scenario(connection, CHECKER, "Autumn", TODAY, NOW)
    decision = (subject["from_rm"], "The account stays", date(2026, 3, 9))
    with pytest.raises(NotAllowedError):
        decide(connection, MAKER, raised["id"], decision, NOW)
    settled = decide(connection, CHECKER, raised["id"], decision, NOW)
    assert (settled["status"], settled["decided_on"], settled["decided_by"]) == ("decided", "2026-03-09", "Wang")
    assert list_disputes(connection, manager, "Autumn", only_open=True) == []
    assert len(list_disputes(connection, manager)) == 1
    assert publish_scenario(connection, CHECKER, "Autumn", TODAY, NOW)["status"] == "published"


def test_claims_on_nothing_are_refused(connection: sa.Connection) -> None:
    for claim in (
        ("customer", "C9999", "R1", "x"),
        ("cell", "89283082803ffff", "R1", "x"),
        ("customer", "C0001", "R99", "x"),
    ):
        with pytest.raises(NotFoundError):
            raise_dispute(connection, MAKER, "Autumn", claim, NOW)


def test_a_specialist_leaves_the_areas_alone(connection: sa.Connection) -> None:
    rule = {"where": {"attribute": "tier", "is": "core"}}
    boss = Actor("local", "hq")
    grid = create_feature(connection, boss, FeatureDraft("cohort", "Core", rule), NOW)["id"]
    before = conflicts(connection, MAKER, "live", TODAY)["count"]
    made = assign_overlay(connection, MAKER, (grid, "R5", None), (date(2026, 4, 1), None), NOW)
    assert list_overlays(connection, MAKER, date(2026, 3, 31)) == []
    assert [row["staff_id"] for row in list_overlays(connection, MAKER, date(2026, 4, 1), grid)] == ["R5"]
    finish_overlay(connection, MAKER, made["id"], date(2026, 9, 30))
    assert list_overlays(connection, MAKER, date(2026, 10, 1)) == []
    assert conflicts(connection, MAKER, "live", TODAY)["count"] == before
    with pytest.raises(InvalidInputError):
        finish_overlay(connection, MAKER, made["id"], date(2026, 1, 1))
    with pytest.raises(NotAllowedError):
        finish_overlay(connection, Actor("p", "planner", frozenset({"B1"})), made["id"], date(2026, 9, 30))
    with pytest.raises(NotFoundError):
        assign_overlay(connection, MAKER, (grid, "R77", None), (date(2026, 4, 1), None), NOW)

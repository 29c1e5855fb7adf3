"""Industry grids, cohort grids and target groups over both stores: counted by hand, kept to scope, refused by rule."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
import sqlalchemy as sa

from gridgeo.domain import Actor
from gridgeo.errors import ConflictError, InvalidInputError, NotAllowedError, NotFoundError
from gridgeo.pipeline.features.cohorts import (
    cohort_count,
    cohort_overlap,
    cohort_page,
    snapshot_page,
    snapshots,
    take_snapshot,
)
from gridgeo.pipeline.features.kept import (
    FeatureDraft,
    create_feature,
    list_features,
    read_feature,
    remove_feature,
    update_feature,
)
from gridgeo.pipeline.steps import Inputs

from .features_bank import TODAY, small_bank

OLD = {"where": {"attribute": "age_band", "is": "60+"}}
VIP = {"where": {"attribute": "tags", "has": "vip"}}
MANAGER = Actor("m", "branch_manager", frozenset({"B1"}))
RM = Actor("r", "rm", frozenset({"B2"}))
CONSUMER = Actor("x", "consumer")


@pytest.fixture(autouse=True)
def inputs(connection: sa.Connection, actor: Actor, now: datetime) -> Inputs:
    return small_bank(connection, actor, now)


def kept(connection: sa.Connection, actor: Actor, now: datetime, kind: str, rule: dict[str, Any], **more: Any) -> str:
    name = more.pop("name", f"{kind} {rule}")[:100]
    return str(create_feature(connection, actor, FeatureDraft(kind, name, rule, **more), now)["id"])


def members(connection: sa.Connection, actor: Actor, subject: Any) -> list[str]:
    return [row["party_id"] for row in cohort_page(connection, actor, subject, TODAY)["items"]]


def test_a_cohort_holds_whom_its_rule_says_and_counts_the_undecided(connection: sa.Connection, actor: Actor) -> None:
    found = cohort_count(connection, actor, OLD, TODAY)
    assert members(connection, actor, OLD) == ["c1", "c2", "c3", "c6", "c8", "p1"]
    assert (found["members"], found["undecided"], found["customers"], found["expired_prospects"]) == (6, 1, 9, 1)
    assert found["words"]["zh"] == "年龄段为60+（以查询当日为准）"


def test_a_prospect_whose_basis_ran_out_is_listed_nowhere_even_on_an_earlier_day(
    connection: sa.Connection, actor: Actor
) -> None:
    early = cohort_page(connection, actor, OLD, TODAY, as_of=date(2026, 1, 1))
    assert "p2" not in [row["party_id"] for row in early["items"]]
    later = cohort_page(connection, actor, OLD, TODAY, as_of=date(2027, 1, 1))
    assert not {"p1", "p2"} & {row["party_id"] for row in later["items"]}
    in_time = cohort_page(connection, actor, OLD, date(2026, 1, 31))
    assert "p2" in [row["party_id"] for row in in_time["items"]]


def test_each_role_sees_the_parties_of_its_own_branches_alone(connection: sa.Connection) -> None:
    assert members(connection, MANAGER, OLD) == ["c1", "c2", "c3", "p1"]
    assert members(connection, RM, OLD) == ["c6", "c8"]
    with pytest.raises(NotAllowedError, match="may not see parties"):
        cohort_count(connection, CONSUMER, OLD, TODAY)


def test_a_page_is_cut_and_checked(connection: sa.Connection, actor: Actor) -> None:
    body = cohort_page(connection, actor, OLD, TODAY, page=(1, 2))
    assert ([row["party_id"] for row in body["items"]], body["count"]) == (["c2", "c3"], 6)
    for page in ((-1, 2), (0, 0), (0, 1001)):
        with pytest.raises(InvalidInputError, match="a page skips"):
            cohort_page(connection, actor, OLD, TODAY, page=page)


def test_a_product_counts_by_its_name_too(connection: sa.Connection, actor: Actor) -> None:
    assert cohort_count(connection, actor, {"where": {"attribute": "product_ids", "has": "k2"}}, TODAY)
    with pytest.raises(InvalidInputError, match="may not be drawn on minors: product k1"):
        cohort_count(connection, actor, {"where": {"attribute": "product_ids", "has": "k1"}}, TODAY)


def test_names_of_cohorts_are_held_to_the_same_words_and_those_of_industries_are_not(
    connection: sa.Connection, actor: Actor, now: datetime
) -> None:
    with pytest.raises(InvalidInputError, match="may not be drawn on ethnicity: name"):
        kept(connection, actor, now, "cohort", OLD, name="回族老人")
    with pytest.raises(InvalidInputError, match="may not be drawn on minors: name"):
        kept(connection, actor, now, "target_group", {"where": {"area": ["gB"]}}, name="儿童")
    assert kept(connection, actor, now, "industry", {"scheme": "gbt4754", "codes": ["Q"]}, name="卫生健康")


def test_a_snapshot_keeps_whom_a_cohort_held_with_its_rule_and_versions(
    connection: sa.Connection, actor: Actor, now: datetime, inputs: Inputs
) -> None:
    cohort = kept(connection, actor, now, "cohort", OLD)
    taken = take_snapshot(connection, actor, cohort, now, as_of=TODAY)
    assert (taken["size"], taken["as_of"], taken["inputs"]["bank"]) == (6, "2026-03-02", inputs.bank)
    assert (taken["inputs"]["rule"], taken["inputs"]["undecided"]) == (OLD, 1)
    update_feature(connection, actor, cohort, {"rule": VIP})
    held = snapshot_page(connection, actor, taken["id"])["items"]
    assert [row["party_id"] for row in held] == ["c1", "c2", "c3", "c6", "c8", "p1"]
    mine = snapshot_page(connection, MANAGER, taken["id"])["items"]
    assert [row["party_id"] for row in mine] == ["c1", "c2", "c3", "p1"]
    assert [row["id"] for row in snapshots(connection, actor, cohort)] == [taken["id"]]


def test_a_snapshot_is_for_those_who_see_all_that_it_holds(
    connection: sa.Connection, actor: Actor, now: datetime
) -> None:
    everyone = kept(connection, actor, now, "cohort", OLD)
    own = kept(connection, MANAGER, now, "cohort", VIP, branch_id="B1")
    with pytest.raises(NotAllowedError, match="a snapshot of every branch"):
        take_snapshot(connection, MANAGER, everyone, now)
    with pytest.raises(NotAllowedError):
        take_snapshot(connection, RM, everyone, now)
    assert take_snapshot(connection, MANAGER, own, now)["size"] == 2


def test_a_cohort_of_a_branch_holds_that_branchs_customers_alone(
    connection: sa.Connection, actor: Actor, now: datetime
) -> None:
    cohort = kept(connection, actor, now, "cohort", OLD, branch_id="B2")
    assert members(connection, actor, cohort) == ["c6", "c8"]
    with pytest.raises(NotFoundError):
        cohort_count(connection, MANAGER, cohort, TODAY)


def test_the_overlap_of_cohorts_is_counted_on_one_reading(
    connection: sa.Connection, actor: Actor, now: datetime
) -> None:
    ids = [kept(connection, actor, now, "cohort", rule) for rule in (OLD, VIP)]
    body = cohort_overlap(connection, actor, ids, TODAY)
    assert body["common"] == [[6, 1], [1, 2]]
    assert body["jaccard"] == [[1.0, pytest.approx(1 / 7)], [pytest.approx(1 / 7), 1.0]]
    assert cohort_overlap(connection, RM, ids, TODAY)["jaccard"] == [[1.0, 0.0], [0.0, None]]
    with pytest.raises(InvalidInputError, match="2 to 30 cohorts"):
        cohort_overlap(connection, actor, [ids[0], ids[0]], TODAY)


def test_a_grid_is_made_changed_and_taken_out_under_its_revision(
    connection: sa.Connection, actor: Actor, now: datetime
) -> None:
    cohort = kept(connection, actor, now, "cohort", OLD, name="Seniors")
    changed = update_feature(connection, actor, cohort, {"name": "Elders", "status": "live"}, expected_revision=1)
    assert (changed["name"], changed["status"], changed["revision"]) == ("Elders", "live", 2)
    with pytest.raises(ConflictError, match="at revision 2, not 1"):
        update_feature(connection, actor, cohort, {"name": "Late"}, expected_revision=1)
    with pytest.raises(ConflictError, match="the name Elders is taken"):
        kept(connection, actor, now, "cohort", VIP, name="Elders")
    with pytest.raises(InvalidInputError, match="status must be one of draft"):
        update_feature(connection, actor, cohort, {"status": "done"})
    with pytest.raises(InvalidInputError, match="can be changed, got kind"):
        update_feature(connection, actor, cohort, {"kind": "industry"})
    assert [row["id"] for row in list_features(connection, actor, "cohort")] == [cohort]
    take_snapshot(connection, actor, cohort, now)
    target = kept(connection, actor, now, "target_group", {"where": {"cohort": cohort}})
    with pytest.raises(ConflictError, match=f"is used by target group {target}"):
        remove_feature(connection, actor, cohort)
    remove_feature(connection, actor, target)
    assert remove_feature(connection, actor, cohort) == {"id": cohort, "snapshots": 1}
    with pytest.raises(NotFoundError):
        read_feature(connection, actor, cohort)


def test_who_may_keep_grids_and_for_which_branch(connection: sa.Connection, actor: Actor, now: datetime) -> None:
    with pytest.raises(NotAllowedError, match="role rm may not change"):
        kept(connection, RM, now, "cohort", OLD, branch_id="B2")
    with pytest.raises(NotAllowedError, match="name one of your branches"):
        kept(connection, MANAGER, now, "cohort", OLD)
    with pytest.raises(NotFoundError, match="there is no branch B2"):
        kept(connection, MANAGER, now, "cohort", OLD, branch_id="B2")
    with pytest.raises(NotFoundError, match="there is no branch B9"):
        kept(connection, actor, now, "cohort", OLD, branch_id="B9")
    with pytest.raises(InvalidInputError, match="no member of staff s9"):
        kept(connection, actor, now, "cohort", OLD, owner_id="s9")
    with pytest.raises(InvalidInputError, match="kind must be one of industry"):
        kept(connection, actor, now, "village", OLD)
    other = kept(connection, actor, now, "cohort", OLD, branch_id="B2", owner_id="s1")
    assert list_features(connection, MANAGER) == []
    with pytest.raises(NotFoundError):
        update_feature(connection, MANAGER, other, {"name": "mine"})

"""Industries by cell and grid, target groups over areas, industries and cohorts: counted by hand, each party once."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import polars as pl
import pytest
import sqlalchemy as sa

from gridgeo.cells import cells_from_points
from gridgeo.domain import Actor
from gridgeo.domain.tables import INDUSTRY_CODES
from gridgeo.errors import InvalidInputError, NotAllowedError, NotFoundError
from gridgeo.pipeline.features.industry import industry_cells, industry_codes, industry_summary, top_merchants
from gridgeo.pipeline.features.kept import FeatureDraft, create_feature
from gridgeo.pipeline.features.layers import feature_cells
from gridgeo.pipeline.features.target_groups import excluded_page, target_count, target_page
from gridgeo.pipeline.membership import assign_members
from gridgeo.pipeline.steps import Inputs
from gridgeo.storage import finish_version, new_version, set_live, write_frame

from .features_bank import TODAY, small_bank

SHOPS = {"scheme": "gbt4754", "codes": ["F"]}
OLD = {"where": {"attribute": "age_band", "is": "60+"}}
NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
MANAGER = Actor("m", "branch_manager", frozenset({"B1"}))


@pytest.fixture(autouse=True)
def inputs(connection: sa.Connection, actor: Actor, now: datetime) -> Inputs:
    return small_bank(connection, actor, now)


@pytest.fixture
def industry(connection: sa.Connection, actor: Actor, now: datetime) -> str:
    return str(create_feature(connection, actor, FeatureDraft("industry", "Shops", SHOPS), now)["id"])


@pytest.fixture
def cohort(connection: sa.Connection, actor: Actor, now: datetime) -> str:
    return str(create_feature(connection, actor, FeatureDraft("cohort", "Seniors", OLD), now)["id"])


def listed(connection: sa.Connection, actor: Actor, where: dict[str, Any], **more: Any) -> list[str]:
    return [row["party_id"] for row in target_page(connection, actor, {"where": where, **more}, TODAY)["items"]]


def test_merchants_of_an_industry_are_counted_by_cell_and_by_where_their_code_is_from(
    connection: sa.Connection, actor: Actor
) -> None:
    cells = industry_cells(connection, actor, SHOPS)
    assert cells.group_by("branch_id").agg(pl.col("merchants").sum()).sort("branch_id").rows() == [("B1", 2), ("B2", 1)]
    body = industry_summary(connection, actor, SHOPS, by="branch")
    assert (body["merchants"], body["members"], body["undecided"]) == (7, 3, 2)
    states = {state: count for state, count in body["by_state"].items() if count}
    assert states == {"code": 2, "osm_tag": 3, "unknown_code": 1, "none": 1}
    assert sum(body["by_state"].values()) == body["merchants"]


def test_concentration_counts_each_area_and_hides_what_is_noise(connection: sa.Connection, actor: Actor) -> None:
    areas = {row["area"]: row for row in industry_summary(connection, actor, SHOPS)["areas"]}
    assert {name: (row["members"], row["merchants"]) for name, row in areas.items()} == {
        "gA1": (2, 2), "gA2": (0, 1), "gB": (1, 2),
    }  # fmt: skip
    assert all(row["quotient"] is None and row["expected"] < 5 for row in areas.values())
    with pytest.raises(InvalidInputError, match="by must be one of grid, branch, cell"):
        industry_summary(connection, actor, SHOPS, by="street")


def test_a_concentration_is_shown_where_enough_is_expected(
    connection: sa.Connection, actor: Actor, now: datetime, inputs: Inputs
) -> None:
    ground = new_version(
        connection, actor, "ground", params={"name": "many", "parts": {"boundary": inputs.ground}}, now=now
    )
    rows = [
        {
            "id": f"x{at}",
            "osm_tag": "shop=x" if at % 4 == 0 or at < 20 else "tourism=hotel",
            "lng": 116.005 + 0.025 * (at % 2),
        }
        for at in range(80)
    ]
    fixed = {"name": None, "industry": "other", "lat": 30.005, "synthetic": True}
    write_frame(
        connection, "merchant", pl.DataFrame([fixed | row for row in rows]).cast({"name": pl.String}), version_id=ground
    )
    finish_version(connection, ground, report={})
    set_live(connection, actor, "ground", ground, now)
    areas = industry_summary(connection, actor, SHOPS)["areas"]
    assert [row["area"] for row in areas[:2]] == ["gA1", "gB"]
    assert areas[0]["quotient"] > 1 > areas[1]["quotient"]
    assert areas[0]["low"] < areas[0]["quotient"] < areas[0]["high"]


def test_a_layer_says_where_the_members_lie_and_which_grid_has_them(
    connection: sa.Connection, actor: Actor, industry: str, cohort: str
) -> None:
    place = sa.text("UPDATE customer SET lng = :lng, lat = :lat WHERE id = :id")
    for party, lng, lat in (("c1", 116.005, 30.005), ("c2", 116.005, 30.005), ("c3", 116.03, 30.01)):
        connection.execute(place, {"id": party, "lng": lng, "lat": lat})
    old = feature_cells(connection, MANAGER, cohort, "B1", TODAY)
    (cell,) = cells_from_points(np.array([116.005]), np.array([30.005]), 9)
    assert (old["cells"], old["counts"]) == ([f"{cell:x}"], [2])
    # p1 has no place; c3 lives in B2's catchment and belongs to the grid of its register; c5's age is not known
    assert (old["members"], old["outside"], old["unplaced"], old["undecided"]) == (4, 1, 1, 1)
    assert old["grids"] == {"gA1": 3, "gA2": 1}
    shops = feature_cells(connection, actor, industry, "B1", TODAY)
    assert sum(shops["counts"]) == shops["members"] == 2
    assert (shops["outside"], shops["unplaced"], shops["grids"]) == (0, 0, {"gA1": 2})
    assert feature_cells(connection, actor, cohort, "B2", TODAY)["members"] == 2
    with pytest.raises(NotFoundError, match="there is no branch B2"):
        feature_cells(connection, MANAGER, cohort, "B2", TODAY)
    aim = {"where": {"cohort": cohort}}
    target = str(create_feature(connection, actor, FeatureDraft("target_group", "Aim", aim), NOW)["id"])
    with pytest.raises(InvalidInputError, match="of one of industry, cohort, got target_group"):
        feature_cells(connection, actor, target, "B1", TODAY)


def test_the_banks_own_merchants_come_first_and_the_list_says_so(connection: sa.Connection, actor: Actor) -> None:
    body = top_merchants(connection, actor, SHOPS)
    assert [(row["id"], row["own"]) for row in body["items"]] == [("o1", True), ("m1", False), ("m3", False)]
    assert body["ordered_by"][0] == "own customers of the bank first"


def test_a_branch_manager_sees_the_merchants_of_the_own_catchment(
    connection: sa.Connection, actor: Actor, industry: str
) -> None:
    assert industry_summary(connection, MANAGER, industry)["merchants"] == 3
    assert industry_summary(connection, actor, industry, branch_id="B2")["merchants"] == 4
    with pytest.raises(NotFoundError, match="there is no branch B2"):
        industry_cells(connection, MANAGER, industry, branch_id="B2")


def test_an_imported_table_adds_the_codes_below_the_divisions(
    connection: sa.Connection, actor: Actor, now: datetime
) -> None:
    with pytest.raises(InvalidInputError, match="has no code 5211"):
        industry_cells(connection, actor, {"scheme": "gbt4754", "codes": ["5211"]})
    version = new_version(connection, actor, "industries", params={}, now=now)
    row = ("GB/T 4754", "2017", "5211", "521", 4, "百货零售", None, "standard")
    codes = pl.DataFrame(
        [row, ("GB/T 4754", "2017", "521", None, 3, "综合零售", None, "standard")], INDUSTRY_CODES, orient="row"
    )
    write_frame(connection, "industry_code", codes, version_id=version)
    finish_version(connection, version, report={})
    set_live(connection, actor, "industries", version, now)
    assert industry_cells(connection, actor, {"scheme": "gbt4754", "codes": ["521"]})["merchants"].sum() == 1
    assert industry_codes(connection, actor, scheme="gbt4754").height == 20 + 97 + 2
    with pytest.raises(InvalidInputError, match="edition must be one of 2017"):
        industry_codes(connection, actor, scheme="gbt4754", edition="2011")


def test_a_target_group_joins_areas_industries_and_cohorts(
    connection: sa.Connection, actor: Actor, industry: str, cohort: str
) -> None:
    south, shops, old = {"area": ["gA1"]}, {"industry": industry}, {"cohort": cohort}
    assert listed(connection, actor, south) == ["c1", "c5", "p1", "m1", "o1"]
    assert listed(connection, actor, {"all": [south, {"any": [shops, old]}]}) == ["c1", "p1", "m1", "o1"]
    assert listed(connection, actor, {"all": [south, {"not": old}]}) == ["m1", "o1"]
    assert listed(connection, actor, {"all": [{"not": south}, old]}) == ["c6"]
    assert listed(connection, actor, {"not": shops}, parties=["merchant"]) == ["m2", "o2"]


def test_a_person_of_three_grids_appears_once_with_all_three(
    connection: sa.Connection, actor: Actor, now: datetime, cohort: str
) -> None:
    vip = FeatureDraft("cohort", "Vip", {"where": {"attribute": "tags", "has": "vip"}})
    second = str(create_feature(connection, actor, vip, now)["id"])
    rule = {"where": {"any": [{"area": ["gA1", "gA2"]}, {"cohort": cohort}, {"cohort": second}]}}
    body = target_page(connection, actor, rule, TODAY)
    names = [(row["party_kind"], row["party_id"]) for row in body["items"]]
    assert len(names) == len(set(names)) == body["count"] == body["members"]
    first = next(row for row in body["items"] if row["party_id"] == "c1")
    assert [grid["name"] for grid in first["in"]] == ["Grid A1", "Seniors", "Vip"]


def test_who_may_not_be_contacted_is_left_out_and_counted_apart(
    connection: sa.Connection, actor: Actor, cohort: str
) -> None:
    rule = {"where": {"cohort": cohort}}
    body = target_count(connection, actor, rule, TODAY)
    assert (body["members"], body["excluded"]) == (4, {"do_not_contact": 1, "consent_withdrawn": 1})
    assert (body["undecided"], body["expired_prospects"]) == (1, 1)
    apart = excluded_page(connection, actor, rule, TODAY)["items"]
    assert [(row["party_id"], row["excluded"]) for row in apart] == [
        ("c2", "do_not_contact"),
        ("c3", "consent_withdrawn"),
    ]
    with pytest.raises(NotAllowedError):
        excluded_page(connection, MANAGER, rule, TODAY)


def test_a_branch_manager_gets_parties_of_the_own_branches_alone(connection: sa.Connection, cohort: str) -> None:
    rule = {"any": [{"cohort": cohort}, {"not": {"cohort": cohort}}]}
    assert listed(connection, MANAGER, rule) == ["c1", "c4", "p1", "m1", "m2", "o1"]
    with pytest.raises(NotFoundError, match="there is no area grid gB"):
        target_count(connection, MANAGER, {"where": {"area": ["gB"]}}, TODAY)


def test_a_stored_membership_is_read_only_while_nothing_has_changed(
    connection: sa.Connection, actor: Actor, now: datetime, inputs: Inputs
) -> None:
    rule = {"where": {"area": ["gA1"]}}
    now_worked_out = target_count(connection, actor, rule, TODAY)
    assert now_worked_out["membership_version"] is None
    version = assign_members(connection, actor, inputs, now).version_id
    stored = target_count(connection, actor, rule, TODAY)
    assert (stored["membership_version"], stored["members"]) == (version, now_worked_out["members"])
    connection.execute(sa.text("UPDATE grid_set SET revision = 2 WHERE branch_id = 'B1'"))
    assert target_count(connection, actor, rule, TODAY)["membership_version"] is None


def test_grids_that_are_not_there_are_named(connection: sa.Connection, actor: Actor, industry: str) -> None:
    for where, words in (
        ({"area": ["g9"]}, "no area grid g9"),
        ({"cohort": "C-9"}, "C-9"),
        ({"cohort": industry}, f"{industry} is no cohort"),
    ):
        with pytest.raises(NotFoundError, match=words):
            target_count(connection, actor, {"where": where}, TODAY)


def test_a_target_groups_day_goes_before_its_cohorts(connection: sa.Connection, actor: Actor, now: datetime) -> None:
    rule = {"where": {"attribute": "last_contact_on", "unknown": True}, "as_of": "2026-01-01"}
    cohort = create_feature(connection, actor, FeatureDraft("cohort", "Silent", rule), now)["id"]
    body = target_count(connection, actor, {"where": {"cohort": cohort}, "as_of": "2026-02-01"}, TODAY)
    assert body["members"] == 7
    assert target_count(connection, actor, {"where": {"cohort": cohort}}, TODAY, as_of=date(2026, 2, 1))["members"] == 7

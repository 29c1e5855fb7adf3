"""The card of an area grid: counted by hand; what is not known is null with its reason; scope is kept."""

from __future__ import annotations

from datetime import datetime

import pytest
import sqlalchemy as sa

from gridgeo.domain import Actor
from gridgeo.errors import NotAllowedError, NotFoundError
from gridgeo.i18n import catalogue
from gridgeo.pipeline.grids.card import grid_card
from gridgeo.pipeline.steps import Inputs

from .features_bank import PEOPLE, TODAY, small_bank

MANAGER = Actor("m", "branch_manager", frozenset({"B1"}))


@pytest.fixture(autouse=True)
def inputs(connection: sa.Connection, actor: Actor, now: datetime) -> Inputs:
    return small_bank(connection, actor, now)


def test_a_card_says_what_is_known_of_a_grid(connection: sa.Connection, actor: Actor) -> None:
    card = grid_card(connection, actor, "B1", "gA1", TODAY)
    assert (card["name"], card["code"], card["kind"], card["status"], card["stage"]) == (
        "Grid A1",
        "A1",
        "village",
        "live",
        "develop",
    )
    assert (card["owner_id"], card["owner_name"], card["dates"]["survey_done_on"]) == ("s1", "Lin", "2026-01-05")
    assert card["customers"]["count"] == 3
    assert card["customers"]["by_tier"] == {"high_end": 0, "core": 1, "basic": 2}
    assert (card["customers"]["prospects"], card["customers"]["do_not_contact"]) == (1, 1)
    assert (card["merchants"]["count"], card["merchants"]["own"]) == (2, 1)
    assert [(row["code"], row["count"]) for row in card["merchants"]["by_section"]] == [("F", 2)]
    homes = card["registered_households"]
    assert (homes["value"], homes["members"], homes["members_unknown"]) == (2, 3, 1)
    assert homes["by_status"] == {"resident": 1, "working_away": 1, "empty_registration": 0, "moved": 0}


def test_denominators_of_the_grids_add_up_to_those_of_the_zones(connection: sa.Connection, actor: Actor) -> None:
    cards = [grid_card(connection, actor, branch, f"g{code}", TODAY) for branch, code in _grids()]
    for name, factor in (("people", 1.0), ("households", 0.5)):
        total = sum(card[name]["value"] for card in cards)
        assert total == pytest.approx(factor * sum(PEOPLE.values()), abs=0.01)
    shares: dict[str, float] = {}
    for row in (row for card in cards for row in card["people"]["evidence"]):
        shares[row["zone"]] = shares.get(row["zone"], 0.0) + row["share"]
        assert (row["source"], row["dated_on"], row["figure"]) == ("census", "2025-07-01", PEOPLE[row["zone"]])
    assert shares == {zone: pytest.approx(1.0, abs=1e-4) for zone in PEOPLE}


def test_penetration_is_customers_by_people(connection: sa.Connection, actor: Actor) -> None:
    card = grid_card(connection, actor, "B1", "gA1", TODAY)
    assert card["penetration"]["value"] == pytest.approx(3 / card["people"]["value"], rel=1e-4)
    assert not card["penetration"]["over"]


def test_what_is_not_known_is_null_with_its_reason_in_both_languages(connection: sa.Connection, actor: Actor) -> None:
    card = grid_card(connection, actor, "B2", "gB", TODAY)
    assert card["businesses"]["value"] is None
    assert card["businesses"]["reason"] == "no source gives this figure for all of the grid"
    south = grid_card(connection, actor, "B1", "gA1", TODAY)
    assert south["area_km2"]["boundary"] is None
    assert {south["area_km2"]["reason"], card["businesses"]["reason"]} <= set(catalogue())
    assert "scores" not in card
    assert "tasks" not in card


def test_an_own_boundary_gives_the_area(connection: sa.Connection, actor: Actor) -> None:
    area = grid_card(connection, actor, "B2", "gB", TODAY)["area_km2"]
    # 0.02 degrees of longitude at 30.01 north, and of latitude.
    assert area["boundary"] == pytest.approx(1.9257 * 2.2239, rel=2e-3)
    assert area["cells"] == pytest.approx(area["boundary"], rel=0.1)


def test_disagreements_of_membership_are_counted(connection: sa.Connection, actor: Actor) -> None:
    before = grid_card(connection, actor, "B1", "gA2", TODAY)["membership"]
    assert before["disagreements"] == {"in_this_grid": 0, "claimed_by_another_rule": 0}
    connection.execute(sa.text("UPDATE customer SET lng = 116.03, lat = 30.01 WHERE id = 'c4'"))
    here = grid_card(connection, actor, "B1", "gA2", TODAY)["membership"]
    there = grid_card(connection, actor, "B2", "gB", TODAY)["membership"]
    assert here["disagreements"] == {"in_this_grid": 1, "claimed_by_another_rule": 0}
    assert there["disagreements"] == {"in_this_grid": 0, "claimed_by_another_rule": 1}


def test_a_grid_is_found_by_name_and_only_in_scope(connection: sa.Connection, actor: Actor) -> None:
    assert grid_card(connection, MANAGER, "B1", "Grid A2", TODAY)["grid_id"] == "gA2"
    with pytest.raises(NotFoundError, match="has no grid gB"):
        grid_card(connection, actor, "B1", "gB", TODAY)
    with pytest.raises(NotFoundError, match="there is no branch B2"):
        grid_card(connection, MANAGER, "B2", "gB", TODAY)
    with pytest.raises(NotAllowedError):
        grid_card(connection, Actor("x", "consumer"), "B1", "gA1", TODAY)


def test_a_manager_counts_the_own_branchs_customers_and_the_card_says_so(connection: sa.Connection) -> None:
    connection.execute(sa.text("UPDATE customer SET branch_id = 'B2' WHERE id = 'c5'"))
    card = grid_card(connection, MANAGER, "B1", "gA1", TODAY)
    assert (card["customers"]["count"], card["customers"]["of_branches"]) == (2, ["B1"])


def _grids() -> list[tuple[str, str]]:
    return [("B1", "A1"), ("B1", "A2"), ("B2", "B")]

"""A helper from outside sees no money; an auditor sees everything and changes nothing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from gridgeo.domain import Actor, local_actor
from gridgeo.domain.measures import MEASURES
from gridgeo.domain.public import is_of_money

from .conftest import Client
from .small_bank import Bank

MONEY = sorted(measure.id for measure in MEASURES if is_of_money(measure))


@pytest.fixture
def helper(client: Client) -> Iterator[Client]:
    client.act_as(Actor("h", "helper", frozenset({"b1"})))
    yield client
    client.act_as(local_actor())


def test_there_are_figures_of_money_to_hide() -> None:
    assert {"balance_fen", "contribution_fen", "potential_value_fen"} <= set(MONEY)
    assert "customers" not in MONEY


def test_cells_and_territories_show_a_helper_no_money(helper: Client) -> None:
    columns = helper.get("/api/v1/cells").json()["measures"]
    loads = [one["loads"] for one in helper.get("/api/v1/territories").json()["territories"]]
    for name in MONEY:
        assert set(columns[name]["values"]) == {None}
        assert set(columns[name]["reasons"]) == {"money"}
        assert {load[name] for load in loads if name in load} <= {None}
    assert None not in columns["customers"]["values"], "the other figures are there"


@pytest.mark.parametrize("name", MONEY)
def test_one_cell_and_its_explanation_show_a_helper_no_money(helper: Client, name: str) -> None:
    cell = helper.get("/api/v1/cells").json()["cells"][0]
    assert helper.get(f"/api/v1/cells/{cell}").json()["measures"][name]["value"] is None
    explained = helper.get(f"/api/v1/cells/{cell}/explain", params={"measure": name}).json()
    assert (explained["value"], explained["reason"], explained["recomputed"]) == (None, "money", None)
    assert not [part for part in explained["parts"] if part["value"] is not None]


def test_a_helpers_answer_is_not_served_to_its_manager(helper: Client) -> None:
    hidden = helper.get("/api/v1/cells?measures=balance_fen").json()["measures"]["balance_fen"]["values"]
    helper.act_as(Actor("r", "rm", frozenset({"b1"})))
    shown = helper.get("/api/v1/cells?measures=balance_fen").json()["measures"]["balance_fen"]["values"]
    assert set(hidden) == {None} != set(shown)


def test_an_auditor_sees_what_head_office_sees(client: Client, bank: Bank) -> None:  # noqa: ARG001 - the store's bank
    before = client.get("/api/v1/cells").json()
    assert before["measures"]
    client.act_as(Actor("a", "auditor"))
    try:
        assert client.get("/api/v1/cells").json() == before
    finally:
        client.act_as(local_actor())

"""What a text means on the map, and cells of earlier publications and with other classes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import sqlalchemy as sa

from gridgeo.domain import Actor
from gridgeo.domain.actor import Role
from gridgeo.maps.breaks import class_breaks
from gridgeo.maps.columnar import rounded

from .conftest import Client, MakeStore, Start
from .small_bank import Bank, publish_small_bank, write_small_bank

OTHERS: tuple[Role, ...] = ("planner", "helper", "consumer", "auditor")
SEARCH, CELLS = "/api/v1/search", "/api/v1/cells"


@pytest.fixture
def of_b1(editor: Client) -> Client:
    """A branch manager of B1 over a demo store."""
    editor.act_as(Actor("x", "branch_manager", frozenset({"B1"})))
    return editor


def found(client: Client, text: str, **asked: Any) -> list[dict[str, Any]]:
    answer = client.get(SEARCH, params={"q": text} | asked)
    assert answer.status_code == 200, answer.text
    records: list[dict[str, Any]] = answer.json()["found"]
    return records


def customers_of(client: Client, branch: str) -> list[dict[str, Any]]:
    answer = client.get("/api/v1/parties/customers", params={"branch_id": branch, "limit": 5})
    rows: list[dict[str, Any]] = answer.json()["customers"]
    return rows


def test_branches_places_streets_cells_and_customers_are_found_in_scope_alone(of_b1: Client) -> None:
    mine = of_b1.get("/api/v1/branches").json()["branches"][0]
    assert [each["id"] for each in found(of_b1, mine["name"].upper()) if each["kind"] == "branch"] == ["B1"]
    cell = of_b1.get(CELLS, params={"measures": "people"}).json()["cells"][0]
    assert [(each["kind"], each["cell"]) for each in found(of_b1, cell)] == [("cell", cell)]
    streets = [each for each in found(of_b1, "katu", limit=50) if each["kind"] == "street"]
    assert streets
    assert all(each["lng"] is not None for each in streets)
    own = customers_of(of_b1, "B1")[0]
    (customer,) = [each for each in found(of_b1, own["id"]) if each["id"] == own["id"]]
    assert (customer["kind"], customer["branch_id"], customer["name"]) == ("customer", "B1", own["name"])
    of_b1.act_as(Actor("x", "branch_manager", frozenset({"B2"})))
    assert found(of_b1, own["id"]) == []
    assert found(of_b1, cell) == []
    assert [each for each in found(of_b1, "B1") if each["kind"] == "branch"] == []


def test_customers_are_found_by_those_alone_who_work_with_them(of_b1: Client) -> None:
    own = customers_of(of_b1, "B1")[0]["id"]
    assert {each["kind"] for each in found(of_b1, own)} == {"customer"}
    for role in OTHERS:
        of_b1.act_as(Actor("x", role, None if role in ("planner", "auditor") else frozenset({"B1"})))
        assert found(of_b1, own) == []


@pytest.mark.parametrize("asked", [{"q": ""}, {"q": "  "}, {"q": "a", "limit": 51}, {"q": "x" * 500}, {}])
def test_a_search_for_nothing_or_too_much_is_refused(client: Client, asked: dict[str, Any]) -> None:
    assert client.get(SEARCH, params=asked).status_code == 422


def test_signs_of_a_pattern_stand_for_themselves(client: Client) -> None:
    assert found(client, "%") == []
    assert found(client, "_") == []
    assert found(client, ".*") == []


@pytest.mark.parametrize(
    ("scheme", "method", "classes"),
    [("quantile", "quantiles", 7), ("equal", "equal", 7), ("natural", "natural", 7), ("tertile", "quantiles", 3)],
)
def test_limits_follow_the_scheme(client: Client, bank: Bank, scheme: str, method: str, classes: int) -> None:
    asked = {"measures": "people", "scheme": scheme}
    column = client.get(CELLS, params=asked).json()["measures"]["people"]
    by_body = client.post(f"{CELLS}/query", {"measures": ["people"], "scheme": scheme}).json()["measures"]["people"]
    expected = rounded(np.array(class_breaks(rounded(bank.values["people"]), method, classes))).tolist()
    assert column["breaks"] == by_body["breaks"] == expected
    assert client.get(CELLS, params=asked | {"scheme": "magic"}).status_code == 422


def test_an_earlier_publication_is_read_as_it_was(start: Start, make_store: MakeStore) -> None:
    url = make_store("sqlite")
    first = publish_small_bank(url)
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        second = write_small_bank(connection, more_people=5.0)
    engine.dispose()
    client = start(store_url=url)
    client.login()
    listed = client.get("/api/v1/publications").json()["publications"]
    assert [(each["id"], each["live"]) for each in listed] == [(second.publication, True), (first.publication, False)]
    asked = {"measures": "people"}
    now = client.get(CELLS, params=asked).json()
    before = client.get(CELLS, params=asked | {"publication": first.publication}).json()
    assert (now["version"], before["version"]) == (second.publication, first.publication)
    difference = np.subtract(now["measures"]["people"]["values"], before["measures"]["people"]["values"])
    np.testing.assert_allclose(difference, 5.0, atol=1e-2)
    body = client.post(f"{CELLS}/query", {"measures": ["people"], "publication": first.publication}).json()
    assert body["measures"] == before["measures"]
    assert client.get(CELLS, params=asked | {"publication": 999}).status_code == 404
    client.act_as(Actor("x", "branch_manager", frozenset({"b2"})))
    scoped = client.get(CELLS, params=asked | {"publication": first.publication}).json()
    assert scoped["branches"] == ["b2"]

"""Customers and merchants come in scope and masked; the publication comes as files."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator
from typing import Any

import polars as pl
import pytest

from gridgeo.domain import Actor
from gridgeo.domain.personal import masked_personal
from gridgeo_api.main import create_app

from .conftest import Client, copy_of_store, running, settings_for

CUSTOMERS = "/api/v1/parties/customers"


@pytest.fixture(scope="module")
def service(demo_made: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """A service over a demo store of its own."""
    file = tmp_path_factory.mktemp("parties") / "demo.db"
    with running(create_app(settings_for(copy_of_store(demo_made("sqlite"), file)))) as client:
        client.login()
        yield client


def acting(client: Client, role: Any, *branches: str) -> Client:
    client.act_as(Actor("x", role, frozenset(branches) if branches else None))
    return client


def pages(client: Client, **asked: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    cursor: dict[str, str] = {}
    while True:
        page = client.get(CUSTOMERS, params=asked | cursor).json()
        found += page["customers"]
        assert page["total"] >= len(found)
        if page["next"] is None:
            assert page["total"] == len(found)
            return found
        cursor = {"cursor": page["next"]}


def test_pages_give_the_customers_of_the_own_branches_once(service: Client) -> None:
    everybody = pages(acting(service, "planner"), limit=700)
    ids = [row["id"] for row in everybody]
    assert ids == sorted(set(ids))
    own = pages(acting(service, "rm", "B1"), limit=1000)
    assert {row["branch_id"] for row in own} == {"B1"}
    assert [row["id"] for row in own] == [row["id"] for row in everybody if row["branch_id"] == "B1"]
    assert service.get(CUSTOMERS, params={"branch_id": "B2"}).status_code == 404


def test_names_are_masked_and_a_helper_sees_no_balance(service: Client) -> None:
    masked = acting(service, "hq").get(CUSTOMERS, params={"limit": 20}).json()
    whole = service.get(CUSTOMERS, params={"limit": 20, "unmask": True}).json()
    assert masked["masked"] == ["name", "phone", "address"]
    assert whole["masked"] == []
    known = [
        (one["address"], other["address"]) for one, other in zip(masked["customers"], whole["customers"], strict=True)
    ]
    assert any(other for _, other in known)
    assert all(one == ("****" if other else None) for one, other in known)
    helped = acting(service, "helper", "B1").get(CUSTOMERS, params={"limit": 20}).json()["customers"]
    assert helped
    assert {row["balance_fen"] for row in helped} == {None}
    for role in ("helper", "planner", "auditor"):
        assert (
            acting(service, role, *(["B1"] if role == "helper" else []))
            .get(CUSTOMERS, params={"unmask": True})
            .status_code
            == 403
        )


def test_a_mask_keeps_no_more_than_a_letter_and_two_digits() -> None:
    table = pl.DataFrame({"name": ["李小明", "Anna", None], "phone": ["13800001207", "5", None], "tier": ["core"] * 3})
    shown = masked_personal(table)
    assert shown["name"].to_list() == ["李**", "A**", None]
    assert shown["phone"].to_list() == ["****07", "****5", None]
    assert shown["tier"].to_list() == ["core"] * 3


def test_customers_are_filtered_by_account_and_tier(service: Client) -> None:
    everybody = pages(acting(service, "planner"), limit=1000)
    tier, manager = everybody[0]["tier"], everybody[0]["account_rm_id"]
    wanted = [row["id"] for row in everybody if (row["tier"], row["account_rm_id"]) == (tier, manager)]
    assert [row["id"] for row in pages(service, tier=tier, account_rm_id=manager)] == wanted
    assert service.get(CUSTOMERS, params={"cursor": "x"}).status_code == 422


def test_merchants_stand_in_the_own_catchments(service: Client) -> None:
    everywhere = acting(service, "planner").get("/api/v1/parties/merchants").json()
    own = acting(service, "rm", "B1").get("/api/v1/parties/merchants", params={"sort": "-name"}).json()
    assert 0 < own["total"] < everywhere["total"]
    assert {row["branch_id"] for row in own["merchants"]} == {"B1"}


@pytest.mark.parametrize(
    ("kind", "start"), [("geopackage", b"SQLite"), ("png", b"\x89PNG"), ("html", b"<!DOCTYPE html>")]
)
def test_the_publication_comes_as_a_file(service: Client, kind: str, start: bytes) -> None:
    answer = acting(service, "planner").get(f"/api/v1/exports/{kind}")
    assert answer.status_code == 200
    assert answer.content[: len(start)].lower() == start.lower()


def test_folders_come_as_a_zip_in_scope(service: Client) -> None:
    answer = acting(service, "rm", "B1").get("/api/v1/exports/csv")
    archive = zipfile.ZipFile(io.BytesIO(answer.content))
    cells = pl.read_csv(archive.read("cells.csv"))
    assert set(cells["branch_id"]) == {"B1"}
    assert acting(service, "rm", "B1").get("/api/v1/exports/secret").status_code == 422


def test_a_source_is_chosen_for_the_ground_that_was_read(service: Client) -> None:
    listed = acting(service, "planner").get("/api/v1/denominators")
    name = next(iter(listed.json()["used"]))
    key = listed.json()["used"][name]["source"]
    path = f"/api/v1/denominators/{name}/source"
    assert service.post(path, {"source": key}).status_code == 428
    chosen = service.post(path, {"source": key}, if_match=listed.headers["etag"])
    assert (chosen.status_code, chosen.json()["chosen"]) == (200, {name: key})
    assert service.post(path, {"source": key}, if_match=listed.headers["etag"]).status_code == 412
    again = service.get("/api/v1/denominators")
    assert service.post(path, {"source": "none"}, if_match=again.headers["etag"]).status_code == 404

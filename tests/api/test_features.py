"""Cohorts, target groups and industries over the API; the card of an area grid."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from gridgeo.domain import Actor

from .conftest import ORIGIN, Client

ELDERLY = {"where": {"attribute": "age_band", "is": "60+"}}
FEATURES = "/api/v1/features"


def keep(client: Client, kind: str = "cohort", rule: Any = None, name: str = "elderly", **more: Any) -> dict[str, Any]:
    made = client.post(FEATURES, {"kind": kind, "name": name, "rule": rule or ELDERLY} | more)
    assert made.status_code == 201, made.text
    found: dict[str, Any] = made.json()
    return found


def change(client: Client, address: str, body: Any, revision: str | None) -> httpx.Response:
    headers = {"origin": ORIGIN} | ({} if revision is None else {"if-match": revision})
    return client.request("PATCH", address, json=body, headers=headers)


def test_a_rule_is_counted_live_and_then_kept(editor: Client) -> None:
    tried = editor.post(f"{FEATURES}/count", {"kind": "cohort", "rule": ELDERLY}).json()
    made = keep(editor)
    kept = editor.get(f"{FEATURES}/{made['id']}/count").json()
    assert tried["count"]["members"] == kept["count"]["members"]
    assert set(made["words"]) == {"en", "zh"}
    assert editor.get(FEATURES, params={"kind": "cohort"}).json()["features"][0]["id"] == made["id"]
    assert editor.post(FEATURES, {"kind": "cohort", "name": "elderly", "rule": ELDERLY}).status_code == 412


def test_what_is_offered_to_choose_is_kept_as_it_is(editor: Client) -> None:
    offered = editor.get(f"{FEATURES}/choices").json()
    sections = [one["rule"]["codes"][0] for one in offered["industry"]]
    assert sections[:3] == ["A", "01", "02"]
    assert {*"ABCDEFGHIJKLMNOPQRST"} < set(sections), "every section, each with its divisions behind it"
    for kind, choices in offered.items():
        said = [one["words"] for one in choices]
        assert len({words["en"] for words in said}) == len({words["zh"] for words in said}) == len(said)
        for at in (0, -1):
            tried = editor.post(f"{FEATURES}/count", {"kind": kind, "rule": choices[at]["rule"]})
            assert isinstance(tried.json()["count"]["members"], int)
        made = keep(editor, kind, choices[-1]["rule"], said[-1]["zh"])
        assert made["rule"] == choices[-1]["rule"]
        assert said[-1]["en"] in made["words"]["en"]


def test_a_change_needs_the_revision_that_was_read(editor: Client) -> None:
    address = f"{FEATURES}/{keep(editor)['id']}"
    assert change(editor, address, {"name": "x"}, None).status_code == 428
    assert change(editor, address, {"name": "x"}, '"1"').headers["etag"] == '"2"'
    assert change(editor, address, {"name": "y"}, '"1"').status_code == 412
    assert change(editor, address, {}, '"2"').status_code == 422
    assert editor.get(address).json()["name"] == "x"


def test_a_person_of_two_cohorts_is_in_a_target_group_once(editor: Client) -> None:
    first = keep(editor, name="a")
    second = keep(editor, name="b")
    both = {"where": {"any": [{"cohort": first["id"]}, {"cohort": second["id"]}]}}
    target = keep(editor, "target_group", both, "aim")
    one = editor.get(f"{FEATURES}/{first['id']}/count").json()["count"]["members"]
    found = editor.get(f"{FEATURES}/{target['id']}/count").json()["count"]
    assert found["members"] + sum(found["excluded"].values()) == one
    listed = editor.get(f"{FEATURES}/{target['id']}/members", params={"most": 5}).json()["count"]["items"]
    assert len({item["party_id"] for item in listed}) == len(listed) <= 5
    gone = editor.request("DELETE", f"{FEATURES}/{first['id']}", headers={"origin": ORIGIN})
    assert gone.status_code == 412
    assert target["id"] in gone.json()["detail"]
    for each in (target, first):
        address = f"{FEATURES}/{each['id']}"
        assert editor.request("DELETE", address, headers={"origin": ORIGIN}).status_code == 200


def test_a_snapshot_stays_what_it_was(editor: Client) -> None:
    made = keep(editor)
    taken = editor.post(f"{FEATURES}/{made['id']}/snapshots", {})
    assert taken.status_code == 201, taken.text
    assert editor.get(f"{FEATURES}/{made['id']}/snapshots").json()["snapshots"] == [taken.json()]


@pytest.mark.parametrize(
    "rule",
    [
        {},
        {"where": {"attribute": "religion", "is": "any"}},
        {"where": {"attribute": "tags", "has": "diabetes"}},
        {"where": {"attribute": "age_band", "is": "0-17"}},
        {"where": {"attribute": "name; DROP TABLE customer", "is": "x"}},
        {"where": {"all": [{"all": [{"all": []}]}]}},
    ],
)
def test_a_rule_that_may_not_be_is_refused(editor: Client, rule: Any) -> None:
    for path in (FEATURES, f"{FEATURES}/count"):
        body = {"kind": "cohort", "rule": rule} | ({"name": "x"} if path == FEATURES else {})
        refused = editor.post(path, body)
        assert refused.status_code == 422, refused.text
    assert editor.get(FEATURES).json()["features"] == []


def test_industries_are_counted(editor: Client) -> None:
    rule = {"scheme": "GB/T 4754", "codes": ["F", "H"]}
    found = editor.post(f"{FEATURES}/count", {"kind": "industry", "rule": rule})
    assert found.status_code == 200, found.text


def test_a_card_tells_what_is_known(editor: Client) -> None:
    assert editor.post("/api/v1/grids/B2", {}).status_code == 201
    card = editor.get("/api/v1/grids/B2/B2-1-1/card")
    assert card.status_code == 200, card.text
    assert card.json()["grid_id"] == "B2-1-1"
    assert card.json()["people"]["value"] is not None or card.json()["people"]["reason"]


def test_a_manager_keeps_grids_of_the_own_branch_only(editor: Client) -> None:
    whole = keep(editor)
    editor.act_as(Actor("anna", "branch_manager", frozenset({"B2"})))
    assert keep(editor, name="mine", branch_id="B2")["branch_id"] == "B2"
    for body, status in (({"branch_id": "B1"}, 404), ({}, 403)):
        refused = editor.post(FEATURES, {"kind": "cohort", "name": "z", "rule": ELDERLY} | body)
        assert refused.status_code == status, refused.text
    assert change(editor, f"{FEATURES}/{whole['id']}", {"name": "x"}, "1").status_code in (403, 404)

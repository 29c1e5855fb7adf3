"""Doubtful locations over the API: kept to scope, decided once, under the revision that was seen."""

from __future__ import annotations

import threading
from typing import Any

import pytest
import sqlalchemy as sa

from gridgeo.domain import Actor

from .conftest import Client

LIST = "/api/v1/locations/review"
REJECT = {"decision": "reject"}


def first(client: Client) -> dict[str, Any]:
    """The worst location of all, as it is read on its own."""
    worst = client.get(LIST, params={"limit": 1}).json()["items"][0]
    found: dict[str, Any] = client.get(f"{LIST}/{worst['id']}").json()
    return found


def decide(client: Client, item: dict[str, Any], body: dict[str, Any], **headers: str) -> Any:
    return client.post(f"{LIST}/{item['id']}/decisions", body, **headers)


def test_pages_lead_through_the_whole_list_worst_first(editor: Client) -> None:
    whole = editor.get(LIST, params={"limit": 1000}).json()
    page = editor.get(LIST, params={"limit": 3}).json()
    seen = page["items"]
    while page["next"]:
        page = editor.get(LIST, params={"limit": 3, "after": page["next"]}).json()
        seen += page["items"]
    assert seen == whole["items"]
    assert len(seen) == whole["open"] > 3
    assert [item["effect"] for item in seen] == sorted((item["effect"] for item in seen), reverse=True)
    assert editor.get(LIST, params={"after": "x"}).status_code == 422
    assert editor.get(LIST, params={"branch_id": "nowhere"}).json()["items"] == []


def test_a_decision_needs_the_revision_that_was_seen(editor: Client) -> None:
    item = first(editor)
    assert decide(editor, item, REJECT).status_code == 428
    assert decide(editor, item, REJECT, if_match='"99"').status_code == 412
    done = decide(editor, item, REJECT, if_match=f'"{item["revision"]}"')
    assert done.json()["status"] == "rejected"
    assert done.headers["etag"] == f'"{item["revision"] + 1}"'
    assert decide(editor, item, REJECT, if_match=f'"{item["revision"]}"').status_code == 412
    assert item["id"] not in [one["id"] for one in editor.get(LIST).json()["items"]]
    entry = editor.get(f"{LIST}/history").json()["decisions"][0]
    assert (entry["id"], entry["kind"], entry["actor"], entry["role"]) == (item["id"], "reject", "local", "hq")


def test_the_same_key_decides_once(editor: Client) -> None:
    item = first(editor)
    given = {"if_match": f'"{item["revision"]}"', "idempotency_key": "k-1"}
    once, again = decide(editor, item, REJECT, **given), decide(editor, item, REJECT, **given)
    assert (once.status_code, again.status_code) == (200, 200)
    assert again.json() == once.json() | {"repeated": True}
    assert decide(editor, item, {"decision": "undo"}, **given).status_code == 412


def test_of_decisions_made_at_one_moment_one_is_taken(editor: Client) -> None:
    item = first(editor)
    answers: list[int] = []

    def one() -> None:
        answers.append(decide(editor, item, REJECT, if_match=f'"{item["revision"]}"').status_code)

    threads = [threading.Thread(target=one) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers.count(200) == 1
    assert set(answers) <= {200, 412, 503}
    assert len(editor.get(f"{LIST}/{item['id']}").json()["history"]) == 1


def test_a_decision_that_makes_no_sense_is_named(editor: Client) -> None:
    item = first(editor)
    revision = f'"{item["revision"]}"'
    for body in (
        {"decision": "guess"},
        {"decision": "choose"},
        {"decision": "choose", "candidate": 999},
        {"decision": "place", "lng": 24.94},
        {"decision": "place", "lng": 60.17, "lat": 24.94},
        {"decision": "place", "lng": 1e400, "lat": 0},
        {"decision": "reject", "who": "me"},
    ):
        refused = editor.request(
            "POST",
            f"{LIST}/{item['id']}/decisions",
            content=str(body).replace("'", '"').replace("inf", "1e999"),
            headers={"origin": "http://127.0.0.1:8321", "content-type": "application/json", "if-match": revision},
        )
        assert refused.status_code == 422, body
    assert editor.get(f"{LIST}/{item['id']}").json()["revision"] == item["revision"]


def test_a_branch_manager_sees_and_decides_the_own_branch_only(editor: Client) -> None:
    every = editor.get(LIST, params={"limit": 1000}).json()["items"]
    branches = {item["branch_id"] for item in every if item["branch_id"]}
    assert len(branches) > 1
    own, other = sorted(branches)[:2]
    theirs = next(item for item in every if item["branch_id"] == other)
    editor.act_as(Actor("m", "branch_manager", frozenset({own})))
    seen = editor.get(LIST, params={"limit": 1000}).json()
    assert {item["branch_id"] for item in seen["items"]} == {own}
    assert seen["open"] == len(seen["items"]) == sum(item["branch_id"] == own for item in every)
    assert editor.get(f"{LIST}/{theirs['id']}").status_code == 404
    assert decide(editor, theirs, REJECT, if_match=f'"{theirs["revision"]}"').status_code == 404
    assert editor.get(LIST, params={"branch_id": other}).status_code == 404
    assert decide(editor, seen["items"][0], REJECT, if_match=f'"{seen["items"][0]["revision"]}"').status_code == 200


def test_the_cells_of_the_map_carry_both_counts(editor: Client, demo_url: str) -> None:
    body = editor.get("/api/v1/cells").json()
    expected, hard = (body["measures"][name]["values"] for name in ("customers", "customers_hard"))
    assert all(isinstance(value, int) for value in hard)
    # The columns of the map have six significant digits, those of the store all of them.
    assert sum(expected) == pytest.approx(sum(hard), rel=1e-5)
    engine = sa.create_engine(demo_url)
    with engine.connect() as connection:
        placed = connection.execute(
            sa.text("SELECT count(*) FROM location WHERE party_kind = 'customer' AND outcome = 'placed'")
        ).scalar_one()
    engine.dispose()
    assert sum(hard) == placed

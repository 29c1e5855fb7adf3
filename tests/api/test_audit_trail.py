"""What the service leaves in the audit log, and what it does not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from gridgeo.domain import Actor, local_actor

from .conftest import ORIGIN, Client, running, settings_for
from .small_bank import publish_small_bank

LOG = "/api/v1/audit-log"
RM = Actor("rita", "rm", frozenset({"b1"}))


@pytest.fixture
def service(make_store: Callable[[str], str]) -> Iterator[Client]:
    """A signed-in client over a small store of its own: that of other tests has lines in its log."""
    from gridgeo_api.main import create_app

    url = make_store("sqlite")
    publish_small_bank(url)
    with running(create_app(settings_for(url))) as client:
        assert client.login().status_code == 303
        yield client


def lines(service: Client) -> list[dict[str, Any]]:
    """Return the lines that stand now, oldest first, and be head office for that."""
    service.act_as(local_actor())
    answer = service.get(LOG, params={"limit": 1000})
    assert answer.status_code == 200, answer.text
    return list(reversed(answer.json()["lines"]))


def told(service: Client) -> list[tuple[str, str, str | None, str]]:
    return [(line["actor_id"], line["action"], line["object"], line["outcome"]) for line in lines(service)]


def test_a_change_leaves_one_line_with_the_requests_name(service: Client) -> None:
    body = {"kind": "cohort", "name": "old", "rule": {"where": {"attribute": "age_band", "is": "60+"}}}
    answer = service.post("/api/v1/features", body, x_request_id="one-request-1")
    assert answer.status_code == 201, answer.text
    (line,) = lines(service)
    named = ("actor_id", "role", "action", "outcome")
    assert [line[name] for name in named] == ["local", "hq", "create_feature", "done"]
    assert line["request_id"] == answer.headers["x-request-id"] == "one-request-1"


def test_what_is_only_read_leaves_none(service: Client) -> None:
    for path in ("/api/v1/session", "/api/v1/cells", "/health", "/api/v1/nothing"):
        service.get(path)
    service.stranger().get("/api/v1/session")
    assert lines(service) == []


def test_a_denied_try_leaves_a_line(service: Client) -> None:
    service.act_as(RM)
    assert service.post("/api/v1/runs", {}).status_code == 403
    assert service.get(LOG).status_code == 403
    assert told(service) == [
        ("rita", "start_run", None, "denied"),
        ("rita", "list_audit_log", None, "denied"),
    ]


def test_a_change_from_another_site_is_a_denied_try(service: Client) -> None:
    assert service.request("POST", "/api/v1/runs", headers={"origin": "http://evil.example"}).status_code == 403
    assert told(service)[-1][1:] == ("start_run", None, "denied")


def test_who_is_refused_at_the_door_leaves_what_was_asked_for(service: Client) -> None:
    stranger, wrong = service.stranger(), {"authorization": "Bearer wrong"}
    asked = ("/api/v1/grids/b2", "/api/v1/no-such-route/" + "x" * 900)
    for path in asked:
        assert stranger.get(path, headers=wrong).status_code == 401
    known, unknown = told(service)
    assert known == ("", "read_grids", "branch_id=b2", "denied")
    assert unknown[:2] == ("", "GET unknown address")
    assert unknown[2] is not None
    assert asked[1].startswith(unknown[2])
    assert len(unknown[2]) <= 200


def test_another_branchs_object_leaves_a_line_for_who_has_a_scope(service: Client) -> None:
    service.act_as(RM)
    assert service.get("/api/v1/grids/b2").status_code == 404
    assert service.get("/api/v1/no-such-route").status_code == 404
    assert told(service) == [("rita", "read_grids", "branch_id=b2", "not_found")]


def test_a_change_that_is_not_valid_leaves_a_line(service: Client) -> None:
    assert service.post("/api/v1/features", {"kind": "nonsense"}).status_code == 422
    assert told(service) == [("local", "create_feature", None, "refused")]


def test_a_download_leaves_a_line(service: Client) -> None:
    assert service.get("/api/v1/exports/csv").status_code == 200
    assert told(service) == [("local", "download_export", "kind=csv", "done")]


def test_an_unmasked_answer_leaves_a_line_and_a_masked_one_none(service: Client) -> None:
    path = "/api/v1/parties/customers"
    assert service.get(path).status_code == 200
    assert service.get(path, params={"unmask": "true"}).status_code == 200
    service.act_as(Actor("p", "planner"))
    assert service.get(path, params={"unmask": "true"}).status_code == 403
    assert told(service) == [("local", "list_customers", None, "done"), ("p", "list_customers", None, "denied")]


def test_a_wrong_login_link_is_a_denied_try(service: Client) -> None:
    service.stranger().login("wrong")
    assert told(service) == [("", "login", None, "denied")]


def test_no_query_and_no_body_gets_into_the_log(service: Client) -> None:
    service.act_as(RM)
    service.get("/api/v1/grids/b2", params={"name": "Zhang Wei"})
    service.post("/api/v1/runs", {"note": "Zhang Wei"})
    assert len(lines(service)) == 2
    assert "Zhang" not in str(lines(service))


def test_the_log_is_read_in_pages(service: Client) -> None:
    service.act_as(RM)
    for _ in range(3):
        service.request("POST", "/api/v1/runs", json={}, headers={"origin": ORIGIN})
    service.act_as(Actor("a", "auditor"))
    first = service.get(LOG, params={"limit": 2}).json()
    rest = service.get(LOG, params={"limit": 2, "before": first["next"]}).json()
    assert [len(first["lines"]), len(rest["lines"]), rest["next"]] == [2, 1, None]
    assert service.get(LOG, params={"outcome": "denied", "who": "rita", "since": "2020-01-01"}).json()["next"] is None
    assert service.get(LOG, params={"outcome": "maybe"}).status_code == 422

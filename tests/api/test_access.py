"""Nobody reads anything without a session, and a session comes from one link that works once."""

from __future__ import annotations

import pytest

from .conftest import ORIGIN, TOKEN, Client, Start

GUARDED = ("/api/v1/session", "/api/v1/cells", "/tiles/cells.json", "/openapi.json", "/api/v1/nothing", "/nothing")


def test_login_sets_a_cookie_that_scripts_and_other_sites_do_not_get(start: Start) -> None:
    answer = start().login()
    cookie = answer.headers["set-cookie"].lower()
    assert answer.status_code == 303
    assert answer.headers["location"] == "/"
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert TOKEN not in cookie
    assert answer.headers["cache-control"] == "no-store"


def test_a_login_link_works_once(start: Start) -> None:
    client = start()
    assert client.login().status_code == 303
    again = client.stranger().login()
    assert again.status_code == 403
    assert again.json()["code"] == "login"
    assert "set-cookie" not in again.headers
    assert client.get("/api/v1/session").status_code == 200, "the first session goes on"


def test_a_browser_gets_the_refusal_as_a_page(start: Start) -> None:
    client = start()
    answer = client.get(
        "/login", params={"token": "<script>"}, headers={"accept": "text/html", "accept-language": "zh"}
    )
    assert answer.status_code == 403
    assert answer.headers["content-type"].startswith("text/html")
    assert "登录链接" in answer.text
    assert "<script>" not in answer.text


@pytest.mark.parametrize("token", ["", "x", TOKEN[:-1], TOKEN + " ", TOKEN.upper(), "登录", "\x00", "x" * 50_000])
def test_a_wrong_token_opens_nothing_and_leaves_the_link_alive(start: Start, token: str) -> None:
    client = start()
    assert client.login(token).status_code in (403, 422)
    assert client.get("/api/v1/session").status_code == 401
    assert client.login().status_code == 303


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS"])
def test_a_look_at_the_link_does_not_use_it_up(start: Start, method: str) -> None:
    client = start()
    assert client.request(method, "/login", params={"token": TOKEN}).status_code == 405
    assert client.login().status_code == 303


@pytest.mark.parametrize("token", [None, ""])
def test_without_a_token_nobody_gets_in(start: Start, token: str | None) -> None:
    client = start(login_token=token)
    assert client.login("").status_code == 403
    assert client.login("None").status_code == 403


@pytest.mark.parametrize("path", GUARDED)
def test_nothing_is_read_without_a_session(stranger: Client, client: Client, path: str) -> None:
    answer = stranger.get(path)
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "sign_in"
    assert client.get(path).status_code != 401, "the same path with a session"


@pytest.mark.parametrize("path", ["/health", "/ready"])
def test_a_monitor_needs_no_session(stranger: Client, path: str) -> None:
    assert stranger.get(path).status_code == 200


def test_a_tampered_cookie_is_no_session(client: Client) -> None:
    name = client.app.state.access.cookie
    good = client.http.cookies[name]
    swapped = good[:-1] + ("A" if good[-1] != "A" else "B")
    for bad in (swapped, good + "A", good[:-1], good.swapcase(), "", "%00", "a" * 5000):
        stranger = client.stranger()
        answer = stranger.get("/api/v1/session", headers={"cookie": f"{name}={bad}"})
        assert answer.status_code == 401, bad
    ours = client.stranger().get("/api/v1/session", headers={"cookie": f"{name}={good}"})
    assert ours.status_code == 200, "the untouched cookie"


def test_the_stored_session_is_not_the_cookie(client: Client) -> None:
    access = client.app.state.access
    assert client.http.cookies[access.cookie] not in access._actors


def test_two_services_on_one_host_do_not_share_a_cookie(start: Start) -> None:
    names = {start(port=port).app.state.access.cookie for port in (8321, 8322)}
    assert len(names) == 2


@pytest.mark.parametrize(
    "host",
    ["evil.example", "127.0.0.1.evil.example", "evil.example:8321", "", "127.0.0.1@evil.example", "[::2]", "a b"],
)
def test_a_foreign_host_header_is_refused(client: Client, host: str) -> None:
    answer = client.get("/api/v1/session", headers={"host": host})
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert "evil" not in answer.text


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.1:8321", "localhost:1", "LOCALHOST", "[::1]:8321"])
def test_loopback_names_are_ours(client: Client, host: str) -> None:
    assert client.get("/api/v1/session", headers={"host": host}).status_code == 200


@pytest.mark.parametrize(
    "origin", [None, "null", "http://evil.example", "http://127.0.0.1:9999", "https://127.0.0.1:8321", "http://[", ""]
)
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_another_site_cannot_change_anything(client: Client, method: str, origin: str | None) -> None:
    headers = {} if origin is None else {"origin": origin}
    answer = client.request(method, "/api/v1/session", headers=headers)
    assert answer.status_code == 403
    assert answer.json()["code"] == "origin"


def test_our_own_page_gets_past_the_origin_check(client: Client) -> None:
    answer = client.request("POST", "/api/v1/session", headers={"origin": ORIGIN})
    assert answer.status_code == 405
    assert answer.json()["code"] == "method"
    assert "GET" in answer.headers["allow"]


def test_no_answer_invites_another_site(client: Client) -> None:
    answer = client.get("/api/v1/session", headers={"origin": "http://evil.example"})
    assert not [name for name in answer.headers if name.startswith("access-control")]
    assert answer.headers["cross-origin-resource-policy"] == "same-origin"

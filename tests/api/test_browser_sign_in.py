"""A browser signs in at the identity provider, by a flow that nobody else can finish, and out again everywhere."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from gridgeo.pipeline.access import give_role, take_role

from .identity_provider import AUDIENCE, CLIENT, Provider, provider_on_loopback, token
from .serving import NOW, PUBLIC, SESSION, Server, changing_access, refused, serving, store_of_a_server

__all__ = ["changing_access", "store_of_a_server"]


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    with provider_on_loopback() as started:
        yield started


@pytest.fixture
def browser(store: str, provider: Provider) -> Iterator[Server]:
    provider.groups, provider.more, provider.status, provider.nonce = ["staff"], {}, 200, ""
    given = {"oidc_issuer": provider.url, "oidc_audience": AUDIENCE, "oidc_client_id": CLIENT}
    with serving(store, **given) as started:
        yield started


def come_back(browser: Server, provider: Provider, **changes: str) -> httpx.Response:
    """Begin a sign-in and come back from the provider with its code."""
    begun = browser.get("/login")
    assert begun.status_code == 303, begun.text
    asked = {name: values[0] for name, values in parse_qs(urlsplit(begun.headers["location"]).query).items()}
    provider.nonce = changes.pop("nonce", asked["nonce"])
    return browser.get("/login/callback", params={"state": asked["state"], "code": "c0de"} | changes)


def test_a_browser_signs_in_at_the_provider_and_out_again(browser: Server, provider: Provider) -> None:
    answer = come_back(browser, provider)
    assert (answer.status_code, answer.headers["location"]) == (303, "/"), answer.text
    cookie = next(one for one in answer.headers.get_list("set-cookie") if "_session=" in one).lower()
    for word in ("__host-", "secure", "httponly", "samesite=strict", "path=/"):
        assert word in cookie
    assert browser.get(SESSION).json()["actor"]["role"] == "rm"
    form = provider.asked[-1]
    begun = parse_qs(urlsplit(browser.get("/login").headers["location"]).query)
    assert begun["code_challenge_method"] == ["S256"]
    assert form["redirect_uri"] == f"{PUBLIC}/login/callback"
    assert len(form["code_verifier"]) >= 43
    copied = browser.http.cookies["__Host-gridgeo_session"]
    out = browser.request("POST", "/logout", headers={"origin": PUBLIC})
    assert out.json()["provider"].startswith(f"{provider.url}/end_session_endpoint?")
    refused(browser.get(SESSION))
    refused(browser.get(SESSION, headers={"cookie": f"__Host-gridgeo_session={copied}"}))


def test_the_page_is_told_where_to_sign_in(browser: Server) -> None:
    assert browser.get(SESSION).json()["login"] == "/login"


def test_the_challenge_is_the_digest_of_what_the_browser_keeps(browser: Server) -> None:
    begun = browser.get("/login")
    asked = parse_qs(urlsplit(begun.headers["location"]).query)
    verifier = browser.http.cookies["__Host-gridgeo_login"].split(".")[2]
    expected = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    assert asked["code_challenge"] == [expected]
    assert "samesite=lax" in begun.headers["set-cookie"].lower()


@pytest.mark.parametrize(
    ("changes", "status"), [({"state": "other"}, 401), ({"nonce": "other"}, 401), ({"error": "access_denied"}, 401)]
)
def test_what_the_browser_did_not_begin_signs_nobody_in(
    browser: Server, provider: Provider, changes: dict[str, str], status: int
) -> None:
    refused(come_back(browser, provider, **changes), status)
    refused(browser.get(SESSION))


def test_a_stolen_answer_is_worth_nothing_in_another_browser(browser: Server, provider: Provider) -> None:
    begun = browser.get("/login")
    asked = parse_qs(urlsplit(begun.headers["location"]).query)
    provider.nonce = asked["nonce"][0]
    thief = Server(browser.app, browser.portal)
    refused(thief.get("/login/callback", params={"state": asked["state"][0], "code": "c0de"}))


@pytest.mark.parametrize(
    ("more", "status", "expected"),
    [({"aud": "other"}, 200, 401), ({"azp": "other"}, 200, 401), ({}, 400, 401), ({}, 500, 503)],
)
def test_what_the_provider_does_not_confirm_signs_nobody_in(
    browser: Server, provider: Provider, more: dict[str, str], status: int, expected: int
) -> None:
    provider.more, provider.status = more, status
    refused(come_back(browser, provider), expected)
    refused(browser.get(SESSION))


def test_a_browser_without_a_role_gets_no_session(browser: Server, provider: Provider) -> None:
    provider.groups = ["strangers"]
    answer = come_back(browser, provider)
    refused(answer, 403)
    assert "_session=" not in str(answer.headers.get_list("set-cookie"))


def test_a_session_holds_in_another_process_and_follows_the_rules(
    browser: Server, provider: Provider, store: str, change: Callable[..., Any]
) -> None:
    provider.groups = ["visitors"]
    change(give_role, "visitors", "consumer", NOW, claim="groups")
    assert come_back(browser, provider).status_code == 303
    cookie = {"cookie": f"__Host-gridgeo_session={browser.http.cookies['__Host-gridgeo_session']}"}
    with serving(store, oidc_issuer=provider.url, oidc_audience=AUDIENCE, oidc_client_id=CLIENT) as other:
        assert other.get(SESSION, headers=cookie).json()["actor"]["role"] == "consumer"
        change(take_role, "visitors", claim="groups")
        refused(other.get(SESSION, headers=cookie), 403)


def test_an_access_token_of_the_page_is_not_one_for_programs(browser: Server, provider: Provider) -> None:
    refused(browser.with_token(token(provider.key, iss=provider.url, aud=CLIENT)))
    assert browser.with_token(token(provider.key, iss=provider.url)).status_code == 200

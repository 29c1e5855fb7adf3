"""A server lets in who brings a good token, key or session and has a role; everybody else is told so and no more."""

from __future__ import annotations

import base64
import functools
import hmac
import json
import time
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import anyio.from_thread
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from joserfc import jws

from gridgeo.errors import InvalidInputError
from gridgeo.pipeline.access import give_role, issue_key, revoke_key, take_role
from gridgeo.settings import Settings, check_server
from gridgeo_api.tokens import MAX_TOKEN_BYTES, SigningKeys

from .identity_provider import (
    AUDIENCE,
    CLIENT,
    ISSUER,
    edwards_key,
    elliptic_key,
    good_claims,
    jwks,
    rsa_key,
    token,
)
from .serving import NOW, PUBLIC, SESSION, Server, changing_access, refused, serving, store_of_a_server

__all__ = ["changing_access", "store_of_a_server"]

KEY, OTHER = rsa_key("k1"), rsa_key("k1")


@pytest.fixture(scope="module")
def key_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("keys") / "jwks.json"
    file.write_bytes(jwks(KEY, elliptic_key("e1")))
    return file


@pytest.fixture(scope="module")
def server(store: str, key_file: Path) -> Iterator[Server]:
    with serving(store, oidc_issuer=ISSUER, oidc_audience=AUDIENCE, oidc_jwks=str(key_file)) as started:
        yield started


def test_a_good_token_gets_in_as_its_rule_says(server: Server) -> None:
    answer = server.with_token(token(KEY, staff_id="S1"))
    assert answer.status_code == 200, answer.text
    assert answer.json()["actor"] == {"id": "u1", "role": "rm", "branch_ids": ["b1"]}


def part(value: dict[str, Any] | bytes) -> str:
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def unsigned(alg: str = "none") -> str:
    return f"{part({'alg': alg, 'kid': 'k1'})}.{part(good_claims())}."


def signed_with_the_public_key() -> str:
    """HS256 with the provider's public key as the secret: what a verifier that trusts `alg` takes."""
    text = f"{part({'alg': 'HS256', 'kid': 'k1'})}.{part(good_claims())}"
    return f"{text}.{part(hmac.digest(KEY.as_pem(private=False), text.encode(), 'sha256'))}"


def tampered() -> str:
    head, _, signature = token(KEY).split(".")
    return f"{head}.{part(good_claims(groups=['planners']))}.{signature}"


def with_header(**more: Any) -> str:
    """A token whose header has parts that are signed with it, as an attacker with a key of its own makes them."""
    key = more.pop("key", KEY)
    head = {"alg": "RS256", "kid": "k1"} | more
    text = f"{part(head)}.{part(good_claims())}"
    signature = jws.JWSRegistry.algorithms["RS256"].sign(text.encode(), key)
    return f"{text}.{part(signature)}"


def past(seconds: int) -> int:
    return int(time.time()) - seconds


FORGED: dict[str, Callable[[], str]] = {
    "alg none": unsigned,
    "alg None": lambda: unsigned("None"),
    "HS256 with the public key": signed_with_the_public_key,
    "wrong issuer": lambda: token(KEY, iss="https://evil.example"),
    "no issuer": lambda: token(KEY, iss=None),
    "wrong audience": lambda: token(KEY, aud="payments"),
    "no audience": lambda: token(KEY, aud=None),
    "expired": lambda: token(KEY, exp=past(120)),
    "no end": lambda: token(KEY, exp=None),
    "end as text": lambda: token(KEY, exp="9999999999"),
    "not yet": lambda: token(KEY, nbf=past(-600)),
    "issued in the future": lambda: token(KEY, iat=past(-600)),
    "unknown key": lambda: token(rsa_key("k9")),
    "tampered payload": tampered,
    "another key of the same name": lambda: token(OTHER),
    "no key id": lambda: with_header(kid=""),
    "key in the header": lambda: with_header(key=OTHER, jwk=OTHER.as_dict(private=False)),
    "address of keys in the header": lambda: with_header(key=OTHER, jku="https://evil.example/jwks"),
    "certificate in the header": lambda: with_header(key=OTHER, x5c=["MIIB"]),
    "critical extension": lambda: with_header(crit=["exp"], exp=1),
    "empty subject": lambda: token(KEY, sub=""),
    "no subject": lambda: token(KEY, sub=None),
    "subject of another kind": lambda: token(KEY, sub=["u1"]),
    "huge": lambda: token(KEY, filler="x" * (MAX_TOKEN_BYTES + 1)),
    "two parts": lambda: ".".join(token(KEY).split(".")[:2]),
    "five parts": lambda: "a.b.c.d.e",
    "payload that is no object": lambda: jws.serialize_compact({"alg": "RS256", "kid": "k1"}, b"[1]", KEY),
    "no json": lambda: f"{part(b'no')}.{part(b'no')}.x",
    "deep json": lambda: f"{part(b'[' * 4000)}.{part(b'{}')}.x",
}


@pytest.mark.parametrize("name", FORGED)
def test_a_forged_token_is_refused(server: Server, name: str) -> None:
    refused(server.with_token(FORGED[name]()))


def test_the_way_tokens_are_forged_here_makes_good_ones_too(server: Server) -> None:
    assert server.with_token(with_header()).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"authorization": "Bearer"},
        {"authorization": "Bearer "},
        {"authorization": "Basic dTpw"},
        {"authorization": "Digest x"},
        {"authorization": ""},
        {"x-api-key": ""},
        {"x-api-key": "gg_0123456789_" + "a" * 43},
        {"x-api-key": "a.b.c"},
    ],
)
def test_a_credential_that_is_none_is_refused(server: Server, headers: dict[str, str]) -> None:
    refused(server.get(SESSION, headers=headers))


def test_two_credentials_at_once_are_refused(server: Server) -> None:
    refused(server.with_token(token(KEY), **{"x-api-key": "gg_x"}))


def test_without_any_credential_the_way_in_is_told(server: Server) -> None:
    answer = server.get(SESSION)
    refused(answer)
    assert "/login" in answer.json()["detail"]


HEADER_TEXT = st.one_of(st.text(max_size=80), st.binary(max_size=60).map(lambda raw: raw.decode("latin-1")))


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    derandomize=True,
)
@given(
    name=st.sampled_from(["authorization", "x-api-key", "cookie"]),
    mark=st.sampled_from(["", "Bearer "]),
    text=HEADER_TEXT,
)
def test_any_credential_is_refused_and_no_fault(server: Server, name: str, mark: str, text: str) -> None:
    raw = (mark + text).replace("\r", "").replace("\n", "").encode("utf-8", "surrogatepass")
    answer = server.get(SESSION, headers=[(name.encode(), raw)])
    assert answer.status_code == 401, (raw, answer.text)


def test_who_has_no_role_is_told_what_is_missing(server: Server) -> None:
    answer = server.with_token(token(KEY, groups=["strangers"]))
    refused(answer, 403)
    assert "groups" in answer.json()["detail"]


def test_a_rule_counts_from_when_it_is_given_until_it_is_taken(server: Server, change: Callable[..., Any]) -> None:
    text = token(KEY, groups=["later"])
    assert server.with_token(text).status_code == 403
    change(give_role, "later", "consumer", NOW, claim="groups")
    assert server.with_token(text).json()["actor"]["role"] == "consumer"
    change(take_role, "later", claim="groups")
    assert server.with_token(text).status_code == 403


@pytest.mark.parametrize(("make", "alg"), [(elliptic_key, "ES256"), (edwards_key, "Ed25519")])
def test_other_asymmetric_algorithms_are_taken(store: str, tmp_path: Path, make: Any, alg: str) -> None:
    key = make("x1")
    (tmp_path / "jwks.json").write_bytes(jwks(key))
    provider = {"oidc_issuer": ISSUER, "oidc_audience": AUDIENCE, "oidc_jwks": str(tmp_path / "jwks.json")}
    with serving(store, **provider) as server:
        assert server.with_token(token(key, alg=alg)).status_code == 200
        refused(server.with_token(token(KEY, {"kid": "x1"})))


def in_a_loop_of_its_own(test: Callable[[], Awaitable[None]]) -> Callable[[], None]:
    """Run a test in another thread: where this process has a browser open, its own loop runs already."""

    @functools.wraps(test)
    def run() -> None:
        with anyio.from_thread.start_blocking_portal() as portal:
            portal.call(test)

    return run


class Source:
    """Keys that change, and how often they were read."""

    def __init__(self, *keys: Any) -> None:
        self.keys, self.reads, self.now, self.down = keys, 0, 0.0, False

    async def find(self) -> str:
        return "https://id.bank.example/jwks"

    async def fetch(self, _: str) -> bytes:
        self.reads += 1
        if self.down:
            raise OSError
        return jwks(*self.keys)


@in_a_loop_of_its_own
async def test_a_new_key_is_found_and_the_old_one_holds_until_it_is_taken_out() -> None:
    old, new = rsa_key("old"), rsa_key("new")
    source = Source(old)
    keys = SigningKeys(source.find, source.fetch, lambda: source.now, min_interval_s=30, max_age_s=600)
    assert await keys.key("old")
    source.keys, source.now = (old, new), 31
    assert await keys.key("new")
    assert await keys.key("old")
    source.keys, source.now = (new,), 700
    assert await keys.key("old") is None
    assert await keys.key("new")


@in_a_loop_of_its_own
async def test_made_up_keys_ask_the_provider_once_in_a_while_only() -> None:
    source = Source(rsa_key("old"))
    keys = SigningKeys(source.find, source.fetch, lambda: source.now, min_interval_s=30)
    for number in range(50):
        source.now = number / 10
        assert await keys.key(f"made-up-{number}") is None
    assert source.reads == 1


@in_a_loop_of_its_own
async def test_a_provider_that_is_down_takes_away_no_key_that_is_known() -> None:
    source = Source(rsa_key("old"))
    keys = SigningKeys(source.find, source.fetch, lambda: source.now, min_interval_s=30)
    assert await keys.key("old")
    source.down, source.now = True, 5000
    assert await keys.key("old")


def test_keys_that_cannot_be_read_at_all_are_no_refusal(store: str, tmp_path: Path) -> None:
    provider = {"oidc_issuer": ISSUER, "oidc_audience": AUDIENCE, "oidc_jwks": str(tmp_path / "none.json")}
    with serving(store, **provider) as server:
        answer = server.with_token(token(KEY))
        refused(answer, 503)
        assert answer.headers["retry-after"]


@pytest.mark.parametrize("header", ["authorization", "x-api-key"])
def test_a_key_gets_in_until_it_is_revoked(server: Server, change: Callable[..., Any], header: str) -> None:
    made = change(issue_key, "portal", "branch_manager", NOW, branches=["b2"])
    given = {header: made["key"] if header == "x-api-key" else f"Bearer {made['key']}"}
    answer = server.get(SESSION, headers=given)
    assert answer.json()["actor"] == {"id": f"key:{made['prefix']}", "role": "branch_manager", "branch_ids": ["b2"]}
    swapped = made["key"][:-1] + ("A" if made["key"][-1] != "A" else "B")
    refused(server.get(SESSION, headers={"x-api-key": swapped}))
    change(revoke_key, made["prefix"], datetime.now(UTC))
    refused(server.get(SESSION, headers=given))


def test_a_change_by_token_needs_no_origin_and_one_by_cookie_does(server: Server) -> None:
    assert server.with_token(token(KEY), method="POST").status_code == 405
    foreign = {"origin": "https://evil.example", "cookie": "__Host-gridgeo_session=x"}
    assert server.request("POST", SESSION, headers=foreign).json()["code"] == "origin"
    assert server.request("POST", SESSION, headers={"origin": PUBLIC}).status_code == 401


@pytest.mark.parametrize(("host", "status"), [("grid.bank.example", 401), ("127.0.0.1", 401), ("evil.example", 400)])
def test_a_server_answers_to_its_own_names_only(server: Server, host: str, status: int) -> None:
    assert server.get(SESSION, headers={"host": host}).status_code == status


def test_addresses_in_answers_are_those_that_callers_use(server: Server) -> None:
    answer = server.request(
        "GET", "http://grid.bank.example/tiles/cells.json", headers={"authorization": f"Bearer {token(KEY)}"}
    )
    assert answer.json()["tiles"][0].startswith("https://grid.bank.example/tiles/")


def test_a_server_without_a_provider_takes_keys_alone(store: str, change: Callable[..., Any]) -> None:
    made = change(issue_key, "portal", "planner", NOW)
    with serving(store) as server:
        assert server.with_token(made["key"]).status_code == 200
        refused(server.with_token(token(KEY)))
        refused(server.get("/login"), 404)


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"public_url": "grid.bank.example"},
        {"public_url": "http://grid.bank.example"},
        {"public_url": f"{PUBLIC}/under"},
        {"public_url": PUBLIC, "oidc_issuer": ISSUER},
        {"public_url": PUBLIC, "oidc_audience": AUDIENCE},
        {"public_url": PUBLIC, "oidc_client_id": CLIENT},
    ],
)
def test_a_server_that_lacks_a_setting_does_not_start(given: dict[str, str]) -> None:
    with pytest.raises(InvalidInputError, match="GRIDGEO_"):
        check_server(Settings(mode="server", **given))
    check_server(Settings(mode="server", public_url=PUBLIC, oidc_issuer=ISSUER, oidc_audience=AUDIENCE))
    check_server(Settings(**given))

"""Rates, request names, figures, logs, readiness: what keeps a service up, and what operators see of it."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridgeo_api.observe import JsonLines
from gridgeo_api.rate import COSTS, Buckets, cost_of

from .conftest import Client, Start
from .identity_provider import AUDIENCE, ISSUER, jwks, rsa_key, token
from .serving import SESSION, Server, serving, store_of_a_server
from .test_openapi import ROUTES, example_path

__all__ = ["store_of_a_server"]
KEY = rsa_key("k1")
FIGURES = "for-prometheus"


class Clock:
    """A clock that a test moves."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_bucket_gives_what_is_in_it_and_fills_again() -> None:
    clock = Clock()
    buckets = Buckets(2.0, 10.0, clock)
    assert [buckets.take("a", 5.0) for _ in range(3)] == [0.0, 0.0, 2.5]
    assert buckets.take("b", 5.0) == 0.0, "everybody has a bucket of their own"
    clock.now = 2.5
    assert buckets.take("a", 5.0) == 0.0
    clock.now = 1000.0
    assert [buckets.take("a", 10.0), buckets.take("a", 1.0)] == [0.0, 0.5], "never more than the burst"


def test_a_cost_above_the_bucket_is_paid_by_a_full_one() -> None:
    clock = Clock()
    buckets = Buckets(1.0, 10.0, clock)
    assert buckets.take("a", 50.0) == 0.0
    assert buckets.take("a", 1.0) == 41.0


@given(costs=st.lists(st.floats(0, 100), max_size=30), steps=st.lists(st.floats(0, 10), max_size=30))
def test_nobody_gets_more_than_burst_and_rate(costs: list[float], steps: list[float]) -> None:
    clock, spent = Clock(), 0.0
    buckets = Buckets(3.0, 100.0, clock)
    for cost, step in zip(costs, steps, strict=False):
        clock.now += step
        spent += cost if buckets.take("a", cost) == 0.0 else 0.0
        assert spent <= 100.0 + 3.0 * clock.now + 1e-6


def test_a_rate_of_nothing_is_no_limit() -> None:
    buckets = Buckets(0.0, 1.0)
    assert {buckets.take("a", 1000.0) for _ in range(100)} == {0.0}


def test_every_kind_of_cost_is_that_of_some_route() -> None:
    described = [(path, method, operation) for path, method, operation in (case.values for case in ROUTES)]
    asked = {(method.upper(), example_path(path, operation).partition("?")[0]) for path, method, operation in described}
    for method, pattern, cost in COSTS:
        assert [path for one, path in asked if one == method and pattern.fullmatch(path)], (method, pattern.pattern)
        assert cost >= 0
    assert cost_of("POST", "/api/v1/runs") > cost_of("GET", "/api/v1/cells") > cost_of("GET", SESSION)


@pytest.fixture(scope="module")
def limited(store: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server whose actors have few units, which hardly come back."""
    file = tmp_path_factory.mktemp("keys") / "jwks.json"
    file.write_bytes(jwks(KEY))
    provider = {"oidc_issuer": ISSUER, "oidc_audience": AUDIENCE, "oidc_jwks": str(file)}
    with serving(store, rate_per_s=0.01, rate_burst=60, metrics_token=FIGURES, **provider) as started:
        yield started


def test_who_asks_too_much_waits_and_others_do_not(limited: Server) -> None:
    busy = token(KEY, sub="busy")
    answers = [limited.with_token(busy, "/api/v1/cells") for _ in range(20)]
    refused = next(answer for answer in answers if answer.status_code == 429)
    assert refused.json()["code"] == "rate"
    assert int(refused.headers["retry-after"]) > 1
    assert limited.with_token(token(KEY, sub="calm")).status_code == 200


def test_who_keeps_guessing_waits_and_good_credentials_do_not(limited: Server) -> None:
    statuses = [limited.with_token("a.b.c").status_code for _ in range(5)]
    assert statuses == [401, 401, 401, 429, 429]
    assert limited.with_token(token(KEY, sub="other")).status_code == 200, "from the same address"
    assert limited.get(SESSION).status_code == 401, "who brings nothing is told how to get in"


def test_figures_of_a_server_need_their_token(limited: Server) -> None:
    assert limited.get("/metrics").status_code == 404
    assert limited.with_token("wrong", "/metrics").status_code == 404
    answer = limited.with_token(FIGURES, "/metrics")
    assert answer.status_code == 200
    assert "gridgeo_limited_total 0.0" not in answer.text


def test_without_a_token_set_there_are_no_figures_of_a_server(store: str) -> None:
    with serving(store) as server:
        assert server.with_token("", "/metrics").status_code == 404


def test_figures_are_told_by_route_and_hold_no_ids(client: Client) -> None:
    client.get("/api/v1/grids/secret-branch")
    client.get("/tiles/cells/0/0/0.mvt")
    client.get("/no/such/secret-address")
    text = client.get("/metrics").text
    assert 'route="/api/v1/grids/{branch_id}"' in text
    assert "secret" not in text
    for name in ("requests_total", "request_seconds_bucket", "requests_in_flight", "busy", "cache_hits_total"):
        assert f"gridgeo_{name}" in text
    assert "gridgeo_requests_in_flight 1.0" in text, "the request for the figures itself"


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [
        ("abcd-1234", True),
        ("a" * 64, True),
        ("short", False),
        ("a" * 65, False),
        ("with blank", False),
        ("<script>", False),
    ],
)
def test_a_sane_request_name_is_kept(client: Client, given_name: str, kept: bool) -> None:
    answer = client.get("/health", headers={"x-request-id": given_name})
    assert (answer.headers["x-request-id"] == given_name) is kept
    assert len(answer.headers["x-request-id"]) >= 8


def test_every_answer_has_a_name_of_its_own(client: Client) -> None:
    names = {client.get(path).headers["x-request-id"] for path in ("/health", "/nothing", SESSION, SESSION)}
    assert len(names) == 4


def test_a_log_line_says_what_happened_and_names_nobody(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, logger="gridgeo_api.requests"):
        client.get("/api/v1/grids/zhang?name=wei")
    (record,) = [one for one in caplog.records if one.name == "gridgeo_api.requests"]
    line = json.loads(JsonLines().format(record))
    assert (line["route"], line["status"], line["role"]) == ("/api/v1/grids/{branch_id}", 404, "hq")
    assert "zhang" not in str(line)
    assert "wei" not in str(line)


def test_an_exception_is_logged_by_its_place_and_not_its_words() -> None:
    try:
        raise ValueError("customer Zhang Wei")
    except ValueError as error:
        told = (ValueError, error, error.__traceback__)
        record = logging.LogRecord("gridgeo", logging.ERROR, __file__, 1, "failed", None, told)
    line = json.loads(JsonLines().format(record))
    assert line["error"] == "ValueError"
    assert "test_observe.py" in line["where"][0]
    assert "Zhang" not in str(line)


def test_readiness_says_when_the_service_is_to_stop(start: Start, tmp_path: Path) -> None:
    file = tmp_path / "draining"
    client = start(drain_file=str(file))
    assert client.get("/ready").status_code == 200
    file.touch()
    answer = client.get("/ready")
    assert answer.status_code == 503
    assert answer.headers["retry-after"]
    assert client.get("/health").status_code == 200
    client.login()
    assert client.get(SESSION).status_code == 200, "what still comes is answered"

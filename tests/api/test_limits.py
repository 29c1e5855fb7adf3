"""What comes in and what goes out has limits, and every answer its headers."""

from __future__ import annotations

import gzip
import threading
from collections.abc import AsyncIterator
from typing import Any

import polars as pl
import pytest
from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from gridgeo.pipeline import browse
from gridgeo_api.deps import MAX_CONNECTIONS

from .conftest import ORIGIN, Client, Start

WAIT_S = 60.0


def add_routes(app: FastAPI) -> None:
    """Add one route that reads its body and a slow one, in front of the application's own."""

    async def echo(request: Request) -> Response:
        return PlainTextResponse(str(len(await request.body())))

    def slow(_: Request) -> Response:
        app.state.go_on.wait(WAIT_S)
        return PlainTextResponse("late")

    app.state.go_on = threading.Event()

    own = FastAPI()
    own.add_route("/api/v1/echo", echo, methods=["POST"])
    own.add_route("/api/v1/slow", slow)
    app.router.routes[:0] = own.router.routes[-2:]


@pytest.fixture
def small(start: Start) -> Client:
    """A signed-in client of a service that takes 2,000 bytes and a fifth of a second."""
    client = start(prepare=add_routes, max_body_bytes=2000, request_timeout_s=0.2)
    client.login()
    return client


@pytest.mark.parametrize("size", [0, 1, 2000])
def test_a_body_within_the_limit_arrives(small: Client, size: int) -> None:
    answer = small.request("POST", "/api/v1/echo", content=b"x" * size, headers={"origin": ORIGIN})
    assert (answer.status_code, answer.text) == (200, str(size))


def test_a_body_over_the_limit_is_refused(small: Client) -> None:
    answer = small.request("POST", "/api/v1/echo", content=b"x" * 2001, headers={"origin": ORIGIN})
    assert answer.status_code == 413
    assert answer.json()["code"] == "too_large"


@pytest.mark.parametrize("path", ["/api/v1/echo", "/api/v1/session", "/nothing"])
def test_a_lying_length_is_refused_on_every_path(small: Client, path: str) -> None:
    headers = {"origin": ORIGIN, "content-length": "99999999999"}
    answer = small.request("POST", path, content=b"x", headers=headers)
    assert answer.status_code == 413


def test_a_body_in_chunks_is_counted_and_not_read_to_the_end(small: Client) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while True:
            sent += 1
            yield b"[" * 1000

    answer = small.request("POST", "/api/v1/echo", content=endless(), headers={"origin": ORIGIN})
    assert answer.status_code == 413
    assert sent < 10


def test_a_request_that_takes_too_long_is_given_up(small: Client) -> None:
    answer = small.get("/api/v1/slow")
    assert not small.app.state.go_on.is_set(), "the route is still at work"
    small.app.state.go_on.set()
    assert answer.status_code == 503
    assert answer.headers["retry-after"]
    assert small.get("/api/v1/session").status_code == 200, "the service goes on"


def test_reads_that_ran_out_of_time_give_their_connections_back(small: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    real = browse.branches
    go_on = threading.Event()

    def slow(*arguments: Any) -> pl.DataFrame:
        go_on.wait(WAIT_S)
        return real(*arguments)

    monkeypatch.setattr(browse, "branches", slow)
    for _ in range(MAX_CONNECTIONS + 4):
        assert small.get("/api/v1/branches").status_code == 503
    go_on.set()
    monkeypatch.setattr(browse, "branches", real)
    while small.app.state.engine.pool.checkedout():
        threading.Event().wait(0.01)
    assert small.get("/api/v1/branches").status_code == 200


def test_a_request_in_time_is_answered(start: Start) -> None:
    client = start(prepare=add_routes)
    client.login()
    client.app.state.go_on.set()
    assert client.get("/api/v1/slow").text == "late"


def test_an_answer_of_too_many_cells_is_refused_with_the_way_out(start: Start) -> None:
    client = start(max_cells_per_answer=30)
    client.login()
    refused = client.get("/api/v1/cells")
    assert refused.status_code == 422
    assert "60 cells" in refused.json()["detail"]
    assert client.get("/api/v1/cells?branch_id=b1").status_code == 200


@pytest.mark.parametrize("path", ["/", "/health", "/api/v1/cells", "/nothing", "/login?token=x"])
def test_every_answer_carries_the_security_headers(client: Client, path: str) -> None:
    headers = client.get(path).headers
    policy = headers["content-security-policy"]
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert headers["cross-origin-resource-policy"] == "same-origin"


@pytest.mark.parametrize("path", ["/api/v1/cells", "/api/v1/territories", "/api/v1/catchments", "/openapi.json"])
def test_a_large_answer_travels_packed_and_reads_the_same(client: Client, path: str) -> None:
    packed = client.get(path, headers={"accept-encoding": "gzip"})
    plain = client.get(path, headers={"accept-encoding": "identity"})
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert packed.content == plain.content
    assert int(packed.headers["content-length"]) < len(gzip.compress(plain.content)) * 1.1
    assert "accept-encoding" in packed.headers["vary"].lower()


def test_memory_for_answers_stays_within_its_setting(start: Start) -> None:
    client = start(tile_cache_bytes=3000)
    client.login()
    for branch in ("b1", "b2"):
        for measure in ("people", "customers", "penetration"):
            assert client.get(f"/api/v1/cells?branch_id={branch}&measures={measure}").status_code == 200
            assert client.app.state.answers.total_cost <= 3000

"""A server in this process: its client, its store, and ways to change who has access to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from gridgeo.domain import local_actor
from gridgeo.pipeline.access import give_role
from gridgeo.storage import open_engine
from gridgeo_api.main import create_app

from .conftest import Client, copy_of_store, running, settings_for
from .small_bank import Bank

PUBLIC = "https://grid.bank.example"
SESSION = "/api/v1/session"
HQ = local_actor()
NOW = datetime.now(UTC)


class Server(Client):
    """A client of a server under its public address."""

    def __init__(self, app: Any, portal: Any) -> None:
        super().__init__(app, portal)
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False, client=("10.0.0.9", 5000))
        self.http = httpx.AsyncClient(transport=transport, base_url=PUBLIC)

    def with_token(self, text: str, path: str = SESSION, method: str = "GET", **headers: str) -> httpx.Response:
        """Ask with a token, or a key, as a program does."""
        return self.request(method, path, headers={"authorization": f"Bearer {text}"} | headers)


@contextmanager
def serving(url: str, **changes: Any) -> Iterator[Server]:
    given = {"mode": "server", "public_url": PUBLIC, "access_cache_s": 0, "rate_per_s": 0, "log_json": False} | changes
    app = create_app(settings_for(url, **given))
    with running(app) as started:
        yield Server(app, started.portal)


@pytest.fixture(scope="module", name="store")
def store_of_a_server(published: tuple[str, Bank], tmp_path_factory: pytest.TempPathFactory) -> str:
    """A copy of the small published store with rules for three groups."""
    file = tmp_path_factory.mktemp("server") / "small.db"
    url = copy_of_store(published[0], file)
    engine = open_engine(url)
    with engine.begin() as connection:
        give_role(connection, HQ, "staff", "rm", NOW, claim="groups", branches=["b1"])
        give_role(connection, HQ, "auditors", "auditor", NOW, claim="groups")
        give_role(connection, HQ, "planners", "planner", NOW, claim="groups")
    engine.dispose()
    return url


@pytest.fixture(name="change")
def changing_access(store: str) -> Iterator[Callable[..., Any]]:
    """Change who has access, as a command does."""
    engine = open_engine(store)

    def call(function: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
        with engine.begin() as connection:
            return function(connection, HQ, *arguments, **named)

    yield call
    engine.dispose()


def refused(answer: httpx.Response, status: int = 401) -> None:
    """Hold an answer against what every refusal must be."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == status
    if status == 401:
        assert answer.headers["www-authenticate"] == "Bearer"

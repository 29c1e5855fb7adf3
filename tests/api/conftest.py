"""An application over a small published store, and a client that talks to it in this process."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import anyio.from_thread
import httpx
import pytest
import sqlalchemy as sa
from fastapi import FastAPI

from gridgeo.domain import Actor
from gridgeo.settings import Settings
from gridgeo_api.main import create_app
from tests.made_once import copy_sqlite

from .small_bank import Bank, publish_small_bank

TOKEN = "only-for-the-tests"  # noqa: S105 - a made-up secret
ORIGIN = "http://127.0.0.1:8321"
MakeStore = Callable[[str], str]


class Client:
    """A client in this process: requests run in the application's own event loop."""

    def __init__(self, app: FastAPI, portal: anyio.from_thread.BlockingPortal) -> None:
        self.app = app
        self.portal = portal
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False, client=("127.0.0.1", 5000))
        self.http = httpx.AsyncClient(transport=transport, base_url=ORIGIN)

    def request(self, method: str, url: str, **options: Any) -> httpx.Response:
        """Send one request."""
        return self.portal.call(lambda: self.http.request(method, url, **options))

    def get(self, url: str, **options: Any) -> httpx.Response:
        """Send a GET."""
        return self.request("GET", url, **options)

    def post(self, url: str, body: Any = None, **headers: str) -> httpx.Response:
        """Send a POST as the page does; headers with _ for -."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.request("POST", url, json=body, headers={"origin": ORIGIN} | named)

    def login(self, token: str = TOKEN) -> httpx.Response:
        """Open the login link."""
        return self.get("/login", params={"token": token})

    def act_as(self, actor: Actor) -> None:
        """Sign in and put another actor in place of the local one."""
        sessions = self.app.state.access._actors
        assert sessions or self.login().status_code == 303
        for session in sessions:
            sessions[session] = actor

    def stranger(self) -> Client:
        """Return a client of the same application that nobody has signed in with."""
        return Client(self.app, self.portal)


Start = Callable[..., Client]


def copy_of_store(url: str, file: Path) -> str:
    """Copy a SQLite store that may be open; return the URL of the copy."""
    copy_sqlite(Path(str(sa.make_url(url).database)), file)
    return f"sqlite:///{file}"


@contextmanager
def running(app: FastAPI) -> Iterator[Client]:
    """Start the application, yield a client nobody has signed in with, stop the application."""
    with (
        anyio.from_thread.start_blocking_portal() as portal,
        portal.wrap_async_context_manager(app.router.lifespan_context(app)),
    ):
        yield Client(app, portal)


@pytest.fixture(scope="session")
def published(make_store: MakeStore) -> tuple[str, Bank]:
    """The URL of a published SQLite store that no test changes, and what it holds."""
    url = make_store("sqlite")
    return url, publish_small_bank(url)


@pytest.fixture(scope="session")
def published_postgis(make_store: MakeStore) -> tuple[str, Bank]:
    """The same on PostGIS."""
    url = make_store("postgis")
    return url, publish_small_bank(url)


@pytest.fixture
def published_each(request: pytest.FixtureRequest, store_kind: str) -> tuple[str, Bank]:
    """The same on either store in turn."""
    found: tuple[str, Bank] = request.getfixturevalue("published_postgis" if store_kind == "postgis" else "published")
    return found


@pytest.fixture
def bank(published: tuple[str, Bank]) -> Bank:
    """What the store of `client` holds."""
    return published[1]


@pytest.fixture(scope="session")
def client(published: tuple[str, Bank]) -> Iterator[Client]:
    """A client with a session over the small SQLite store."""
    with running(create_app(settings_for(published[0]))) as started:
        assert started.login().status_code == 303
        yield started


@pytest.fixture
def stranger(client: Client) -> Client:
    """A client of the same application without a session."""
    return client.stranger()


@pytest.fixture
def editor(start: Start, demo_url: str) -> Client:
    """A signed-in client over a demo store of its own."""
    client = start(store_url=demo_url)
    client.login()
    return client


@pytest.fixture
def start(published: tuple[str, Bank]) -> Iterator[Start]:
    """Start another application over the small store: ``store_url``, ``prepare`` (the app), settings as keywords."""
    with ExitStack() as stack:

        def begin(
            store_url: str | None = None, prepare: Callable[[FastAPI], None] | None = None, **changes: Any
        ) -> Client:
            app = create_app(settings_for(store_url or published[0], **changes))
            if prepare is not None:
                prepare(app)
            return stack.enter_context(running(app))

        yield begin


def settings_for(store_url: str, **changes: Any) -> Settings:
    """Return the settings of a service over a store."""
    return Settings(
        **({"store_url": store_url, "login_token": TOKEN, "language": "en", "publication_cache_s": 0} | changes)
    )

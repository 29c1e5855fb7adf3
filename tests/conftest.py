"""Fixtures of the whole test tree: stores of both kinds, migrated and empty."""

from __future__ import annotations

import fcntl
import itertools
import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import pytest
import sqlalchemy as sa
from hypothesis import settings

from gridgeo.bench.postgis_server import NoServerError, PostgisServer, postgis_server
from gridgeo.domain import Actor, local_actor
from gridgeo.storage import open_engine, upgrade, without_postgis

from .provider_stand_in import Service, provider_service
from .warm_commands import WarmCommands

# No test has a time limit: a loaded machine is not a fault.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")

StoreKind = Literal["sqlite", "postgis", "plain"]
# The tests of the storage run on a third kind as well: PostgreSQL without PostGIS.
STORE_KINDS: tuple[StoreKind, ...] = ("sqlite", "postgis")
MakeStore = Callable[[StoreKind], str]


@pytest.fixture(scope="session")
def postgis() -> Iterator[PostgisServer]:
    """A private PostGIS server; each worker of a parallel run has its own."""
    try:
        with postgis_server() as server:
            yield server
    except NoServerError as error:
        pytest.fail(str(error), pytrace=False)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file to copy."""
    file = tmp_path_factory.mktemp("template") / "store.db"
    _migrate(f"sqlite:///{file}")
    return file


@pytest.fixture(scope="session")
def postgis_template(postgis: PostgisServer) -> str:
    """The name of a migrated PostGIS database to copy."""
    name = f"gridgeo_template_{_unique()}"
    _migrate(postgis.create_database(name))
    return name


@pytest.fixture(scope="session")
def plain_template(postgis: PostgisServer) -> str:
    """The name of a migrated database without PostGIS to copy."""
    name = f"gridgeo_plain_{_unique()}"
    _migrate(without_postgis(postgis.create_database(name)))
    return name


@pytest.fixture(scope="session")
def make_store(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> MakeStore:
    """A function that makes a fresh migrated store of a kind and returns its URL.

    For fixtures that live longer than a test; a test takes `store_url`.
    """

    def make(kind: StoreKind) -> str:
        if kind == "sqlite":
            file = tmp_path_factory.mktemp("store") / "store.db"
            shutil.copyfile(request.getfixturevalue("sqlite_template"), file)
            return f"sqlite:///{file}"
        server: PostgisServer = request.getfixturevalue("postgis")
        name, template = f"gridgeo_test_{_unique()}", str(request.getfixturevalue(f"{kind}_template"))
        url = str(server.create_database(name, template))
        return without_postgis(url) if kind == "plain" else url

    return make


@pytest.fixture(params=STORE_KINDS)
def store_kind(request: pytest.FixtureRequest) -> StoreKind:
    """Either kind of store in turn."""
    kind: StoreKind = request.param
    return kind


@pytest.fixture
def store_url(request: pytest.FixtureRequest, store_kind: StoreKind, make_store: MakeStore) -> Iterator[str]:
    """The URL of a fresh migrated store, once for each kind; removed after the test."""
    server: PostgisServer | None = request.getfixturevalue("postgis") if store_kind != "sqlite" else None
    url = make_store(store_kind)
    yield url
    if server is not None:
        server.drop_database(str(sa.make_url(url).database))


@pytest.fixture
def engine(store_url: str) -> Iterator[sa.Engine]:
    """A fresh migrated store, opened, once for each kind."""
    opened = open_engine(store_url)
    yield opened
    opened.dispose()


@pytest.fixture(scope="session")
def shared_engine(make_store: MakeStore) -> Iterator[Callable[[StoreKind], sa.Engine]]:
    """A function that opens one store of a kind for the whole session; only for what is rolled back."""
    opened: dict[StoreKind, sa.Engine] = {}

    def open_once(kind: StoreKind) -> sa.Engine:
        if kind not in opened:
            opened[kind] = open_engine(make_store(kind))
        return opened[kind]

    yield open_once
    for engine in opened.values():
        engine.dispose()


@pytest.fixture
def connection(store_kind: StoreKind, shared_engine: Callable[[StoreKind], sa.Engine]) -> Iterator[sa.Connection]:
    """A connection to a store that tests share: the outer transaction is rolled back at the end.

    Much faster than a store of one's own; a test that commits takes `engine` or `store_url`, never both this and them.
    """
    with shared_engine(store_kind).connect() as opened:
        transaction = opened.begin()
        yield opened
        transaction.rollback()


@pytest.fixture(scope="session")
def warm_commands() -> Iterator[WarmCommands]:
    """Commands in processes of their own that need not load the libraries first."""
    with WarmCommands() as commands:
        yield commands


@pytest.fixture(scope="session")
def demo_file(warm_commands: WarmCommands, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """The file of a finished demo store, never changed, and the object the demo printed.

    Made once for all workers of a parallel run: the first one makes it, the others wait for it and copy it.
    """
    own = tmp_path_factory.mktemp("demo")
    base = tmp_path_factory.getbasetemp()
    shared = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "demo_of_all_workers"
    shared.mkdir(exist_ok=True)
    store, printed = shared / "demo.db", shared / "printed.json"
    with (shared / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not printed.exists():
            done = warm_commands.run(["demo", "--no-serve", "--json", "--store", f"sqlite:///{store}"])
            assert done.returncode == 0, done.stderr
            printed.write_text(done.stdout, encoding="utf-8")
    copy = Path(shutil.copy(store, own / "demo.db"))
    return copy, json.loads(printed.read_text(encoding="utf-8"))


@pytest.fixture
def start_provider() -> Callable[[], AbstractContextManager[Service]]:
    """A function that runs a geocoder on loopback for the length of a block."""
    return provider_service


@pytest.fixture
def actor() -> Actor:
    """Head office without limits."""
    return local_actor()


@pytest.fixture
def now() -> datetime:
    """A fixed moment."""
    return datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


def _migrate(url: str) -> None:
    engine = open_engine(url)
    upgrade(engine)
    engine.dispose()


_numbers = itertools.count(1)


def _unique() -> str:
    """Return a name no other worker and no earlier call has."""
    return f"{os.getpid()}_{next(_numbers)}"

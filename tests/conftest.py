"""Fixtures of the whole test tree: stores of both kinds, migrated and empty."""

from __future__ import annotations

import gc
import itertools
import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, Literal

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, settings

from gridgeo.bench.postgis_server import NoServerError, PostgisServer, postgis_server
from gridgeo.domain import Actor, local_actor
from gridgeo.storage import open_engine, upgrade, without_postgis

from .made_once import MadeOnce, copy_sqlite, only_one
from .provider_stand_in import Service, provider_service
from .warm_commands import WarmCommands, commands

# No test has a time limit: a loaded machine is not a fault.
settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")

StoreKind = Literal["sqlite", "postgis", "plain"]
# The tests of the storage run on a third kind as well: PostgreSQL without PostGIS.
STORE_KINDS: tuple[StoreKind, ...] = ("sqlite", "postgis")
MakeStore = Callable[[StoreKind], str]
LONG_FILES = (
    "pipeline/test_catchments.py",
    "cli/test_bench.py",
    "browser/test_on_postgis.py",
    "browser/test_plan_paint.py",
    "pipeline/test_grids_random.py",
    "browser/test_page.py",
    "pipeline/test_cell_groups.py",
    "browser/test_axe.py",
    "api/test_fence.py",
    "browser/test_scores.py",
    "api/test_roles.py",
    "browser/test_tile_server.py",
    "cli/test_import_kinds.py",
    "browser/test_plan.py",
    "jobs/test_worker.py",
    "browser/test_grids.py",
    "api/test_uploads.py",
    "browser/test_session.py",
    "cli/test_score_validate.py",
    "browser/test_oldest.py",
    "api/test_grids.py",
    "browser/test_without_a_map.py",
    "docs/test_notebooks.py",
    "browser/test_keys_and_table.py",
    "cli/test_bad_input.py",
    "browser/test_map.py",
    "cli/test_jobs.py",
    "browser/test_queue.py",
    "docs/test_county_grids.py",
)
"""The files that take longest, which come first: a long one at the end would leave the other workers without work.

Files with a browser stand between others, since two browsers on two cores are slower than a browser and something else.
The first one has the demo made; the second one needs none, so that no worker waits for it.
"""


# Looking for garbage after every 700 new objects takes a twentieth of a run: millions stand here from imports on.
gc.set_threshold(50_000)


def pytest_collection_finish() -> None:
    """Leave what is imported and collected out of every later search for garbage: it stays to the end."""
    gc.freeze()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the long files first; all else stays in order."""
    tests = Path(__file__).parent
    place = {tests / name: at for at, name in enumerate(LONG_FILES)}
    items.sort(key=lambda item: place.get(item.path, len(place)))


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
    with commands() as warm:
        yield warm


@pytest.fixture(scope="session")
def common_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all workers of a parallel run have in common."""
    base = tmp_path_factory.getbasetemp()
    common = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "of_all_workers"
    common.mkdir(exist_ok=True)
    return common


@pytest.fixture(scope="session")
def made_once(common_folder: Path, make_store: MakeStore, request: pytest.FixtureRequest) -> MadeOnce:
    """Stores that cost seconds to make: made once for all workers, each of which has a copy of its own."""

    def new_database() -> str:
        server: PostgisServer = request.getfixturevalue("postgis")
        return server.create_database(f"gridgeo_restored_{_unique()}")

    return MadeOnce(common_folder, make_store, new_database)  # type: ignore[arg-type]


@pytest.fixture(scope="session")
def demo_file(
    warm_commands: WarmCommands, common_folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, dict[str, Any]]:
    """The file of a finished demo store, never changed, and the object the demo printed.

    Made once for all workers of a parallel run: the first one makes it, the others wait for it and copy it.
    `scripts/test` has made it already, by the same command while the gates ran, and says where.
    """
    folder = Path(os.environ.get("DEMO_OF_TESTS", common_folder))
    store, printed = folder / "demo.db", folder / "printed.json"
    with only_one(common_folder / "demo.lock"):
        if not printed.exists():
            done = warm_commands.run(["demo", "--no-serve", "--json", "--store", f"sqlite:///{store}"])
            assert done.returncode == 0, done.stderr
            printed.write_text(done.stdout, encoding="utf-8")
    copy = tmp_path_factory.mktemp("demo") / "demo.db"
    shutil.copyfile(store, copy)
    return copy, json.loads(printed.read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def demo_made(made_once: MadeOnce) -> Callable[[str], str]:
    """A function that returns the URL of a finished demo store of the smaller ground, made once and never changed."""
    return cache(lambda kind: made_once.store("demo_of_helsinki", kind, _helsinki)[0])


def _helsinki(url: str) -> None:
    # Not for every run of the tests: it loads most of gridgeo.
    from gridgeo.pipeline.demo import run_demo

    engine = open_engine(url)
    run_demo(engine, local_actor(), "helsinki", seed=1, clock=lambda: datetime.now(UTC))
    engine.dispose()


@pytest.fixture
def demo_url(
    request: pytest.FixtureRequest, store_kind: StoreKind, demo_made: Callable[[str], str], tmp_path: Path
) -> Iterator[str]:
    """The URL of such a store that a test may change, on either store in turn; four branches, B1 to B4."""
    made = str(sa.make_url(demo_made(store_kind)).database)
    if store_kind == "sqlite":
        copy_sqlite(Path(made), tmp_path / "demo.db")
        yield f"sqlite:///{tmp_path / 'demo.db'}"
        return
    server: PostgisServer = request.getfixturevalue("postgis")
    name = f"gridgeo_demo_{_unique()}"
    yield server.create_database(name, made)
    server.drop_database(name)


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

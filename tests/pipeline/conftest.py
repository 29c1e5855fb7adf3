"""The whole demo, run once on each kind of store, beside the hidden truth of its bank."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import sqlalchemy as sa

from gridgeo.bench.postgis_server import PostgisServer
from gridgeo.demo import GROUNDS, ground_path, population_path, synthetic_bank
from gridgeo.demo.bank import Truth
from gridgeo.domain import local_actor
from gridgeo.pipeline.demo import run_demo
from gridgeo.sources import Ground, denominators_from_csv, ground_from_osm, road_graph_from_osm
from gridgeo.storage import open_engine, read_frame
from tests.made_once import MadeOnce

SEED = 1


@dataclass(frozen=True)
class Finished:
    """A store after the demo, and what the demo said."""

    engine: sa.Engine
    report: dict[str, Any]

    def table(self, name: str, kind: str) -> pl.DataFrame:
        """A table of the published versions."""
        with self.engine.connect() as connection:
            return read_frame(connection, name, version_id=self.report["versions"][kind])


def clock() -> datetime:
    return datetime.now(UTC)


def _liechtenstein(url: str) -> dict[str, Any]:
    engine = open_engine(url)
    report = run_demo(engine, local_actor(), "liechtenstein", seed=SEED, clock=clock)
    engine.dispose()
    return report


@pytest.fixture(scope="session")
def ground() -> Ground:
    return ground_from_osm(ground_path("liechtenstein"), GROUNDS["liechtenstein"])


@pytest.fixture(scope="session")
def truth(ground: Ground) -> Truth:
    """What the synthetic bank hides from the pipeline."""
    people = denominators_from_csv(population_path(), "liechtenstein")
    roads = road_graph_from_osm(ground_path("liechtenstein"), "drive")
    return synthetic_bank(ground, people, GROUNDS["liechtenstein"], SEED, roads)[1]


@pytest.fixture(scope="session")
def demo_on(
    made_once: MadeOnce, demo_file: tuple[Path, dict[str, Any]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[str], Finished]]:
    """Return the finished demo on a kind of store: on SQLite that of the command line, on PostGIS run here, once."""
    done: dict[str, Finished] = {}

    def on(kind: str) -> Finished:
        if kind not in done and kind == "sqlite":
            copy = shutil.copy(demo_file[0], tmp_path_factory.mktemp("demo") / "store.db")
            done[kind] = Finished(open_engine(f"sqlite:///{copy}"), demo_file[1])
        elif kind not in done:
            url, report = made_once.store("demo_of_liechtenstein", kind, _liechtenstein)
            done[kind] = Finished(open_engine(url), report)
        return done[kind]

    yield on
    for finished in done.values():
        finished.engine.dispose()


@pytest.fixture(scope="session")
def copy_of_demo(
    demo_on: Callable[[str], Finished],
    demo_file: tuple[Path, dict[str, Any]],
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
) -> Callable[[str], sa.Engine]:
    """Return a copy of the finished demo on a kind of store, for a test that commits; the test disposes of it."""

    def copy(kind: str) -> sa.Engine:
        if kind == "sqlite":
            return open_engine(f"sqlite:///{shutil.copy(demo_file[0], tmp_path_factory.mktemp('copy'))}")
        made = demo_on(kind).engine
        # A database is copied while nobody is connected to it.
        made.dispose()
        server: PostgisServer = request.getfixturevalue("postgis")
        return open_engine(server.create_database(f"{made.url.database}_copy", made.url.database))

    return copy


@pytest.fixture(params=["sqlite", "postgis"])
def finished(request: pytest.FixtureRequest, demo_on: Callable[[str], Finished]) -> Finished:
    """The demo on SQLite and on PostGIS."""
    return demo_on(request.param)

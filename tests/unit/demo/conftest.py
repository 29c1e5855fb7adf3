"""The demo banks, made once."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl
import pytest

from gridgeo.demo import GROUNDS, Truth, ground_path, population_path, synthetic_bank
from gridgeo.sources import (
    Bank,
    Ground,
    RoadGraph,
    denominators_from_csv,
    ground_from_tables,
    osm_tables,
    road_graph_from_osm_tables,
)


@dataclass(frozen=True)
class Made:
    """A demo ground and what was made up over it with seed 1."""

    name: str
    ground: Ground
    roads: RoadGraph
    people: pl.DataFrame
    bank: Bank
    truth: Truth


def made(name: str) -> Made:
    """Read the ground and make the bank."""
    tables = osm_tables(ground_path(name))
    ground = ground_from_tables(tables, GROUNDS[name])
    roads = road_graph_from_osm_tables(tables, GROUNDS[name].travel)
    people = denominators_from_csv(population_path(), name)
    return Made(name, ground, roads, people, *synthetic_bank(ground, people, GROUNDS[name], 1, roads))


@pytest.fixture(scope="session")
def liechtenstein() -> Made:
    return made("liechtenstein")


@pytest.fixture(scope="session")
def helsinki() -> Made:
    return made("helsinki")


@pytest.fixture(params=["liechtenstein", "helsinki"])
def demo(request: pytest.FixtureRequest) -> Made:
    """Either demo in turn."""
    found: Made = request.getfixturevalue(request.param)
    return found

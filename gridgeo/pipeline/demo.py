"""The demo: a real ground or the fictional county, a synthetic bank over it, and the whole job on both."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import polars as pl
import sqlalchemy as sa

from gridgeo.demo import COUNTY, DEFAULT_AS_OF, DEMO_GROUNDS, ground_path, ground_spec, population_path, synthetic_bank
from gridgeo.demo.county import CountySpec, county_of
from gridgeo.demo.holdings import with_holdings
from gridgeo.domain import Actor
from gridgeo.errors import InvalidInputError
from gridgeo.pipeline.bank import take_bank
from gridgeo.pipeline.ground import take_ground
from gridgeo.pipeline.run import run
from gridgeo.pipeline.steps import Progress, RunParams, no_progress, require_planner, run_params
from gridgeo.pipeline.summary import summary
from gridgeo.sources import (
    Bank,
    Ground,
    RoadGraph,
    denominators_from_csv,
    ground_from_tables,
    osm_tables,
    road_graph_from_osm_tables,
)
from gridgeo.storage import reading

COUNTY_RESOLUTION = 9


def demo_params(
    actor: Actor, ground_name: str, *, resolution: int | None, method: str, seed: int, households: int | None = None
) -> RunParams:
    """Return the parameters of a demo run; callers ask before they make a store for it.

    Raises InvalidInputError for an unknown ground, resolution, catchment method or number of households,
    NotAllowedError for a role that may not write.
    """
    require_planner(actor)
    county_spec(ground_name, seed, households)
    usual = COUNTY_RESOLUTION if ground_name == COUNTY else ground_spec(ground_name).resolution
    return run_params(resolution=resolution or usual, method=method, seed=seed)


def county_spec(ground_name: str, seed: int, households: int | None) -> CountySpec | None:
    """Return the spec of the county, None for a real ground.

    Raises InvalidInputError for an unknown ground, or households of a ground whose people are given.
    """
    if ground_name not in DEMO_GROUNDS:
        raise InvalidInputError(
            "ground must be one of {known}, got {given}", known=", ".join(DEMO_GROUNDS), given=ground_name
        )
    if ground_name == COUNTY:
        return CountySpec(seed=seed) if households is None else CountySpec(households, seed)
    if households is not None:
        raise InvalidInputError("households can be chosen for ground county only, not for {ground}", ground=ground_name)
    return None


def run_demo(  # noqa: PLR0913 - what a demo may vary
    engine: sa.Engine,
    actor: Actor,
    ground_name: str,
    *,
    seed: int,
    clock: Callable[[], datetime],
    resolution: int | None = None,
    method: str = "drive_time",
    households: int | None = None,
    progress: Progress = no_progress,
) -> dict[str, Any]:
    """Run the whole job on a demo ground and return its summary with the seconds of every step.

    households: of the county. Raises InvalidInputError as `demo_params` does.
    """
    params = demo_params(actor, ground_name, resolution=resolution, method=method, seed=seed, households=households)
    progress("read")
    began = time.perf_counter()
    county = county_spec(ground_name, seed, households)
    made = _invented(county) if county else _read(ground_name)
    read_s = round(time.perf_counter() - began, 3)
    progress("bank")
    began = time.perf_counter()
    bank = made.bank or synthetic_bank(made.ground, made.people, ground_spec(ground_name), seed, made.roads)[0]
    bank = with_holdings(bank, seed, DEFAULT_AS_OF)
    with engine.begin() as connection:
        take_ground(connection, actor, made.ground, made.roads, made.people, clock())
        take_bank(connection, actor, bank, clock())
    seconds = {"read": read_s, "bank": round(time.perf_counter() - began, 3)}
    report = run(engine, actor, params, clock, progress)
    with reading(engine) as connection:
        body = summary(connection, actor)
    return body | {"seconds": seconds | report.seconds, "store": engine.url.render_as_string(hide_password=True)}


@dataclass(frozen=True)
class _Made:
    """A ground with its people; bank: None where it has yet to be made up over them."""

    ground: Ground
    roads: RoadGraph
    people: pl.DataFrame
    bank: Bank | None


def _read(ground_name: str) -> _Made:
    spec = ground_spec(ground_name)
    tables = osm_tables(ground_path(ground_name))
    roads = road_graph_from_osm_tables(tables, spec.travel)
    people = denominators_from_csv(population_path(), ground_name)
    return _Made(ground_from_tables(tables, spec), roads, people, None)


def _invented(spec: CountySpec) -> _Made:
    county = county_of(spec)
    return _Made(county.ground, county.roads, county.people, county.bank)

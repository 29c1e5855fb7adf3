"""The demo: a real ground, a synthetic bank over it, and the whole job on both."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from gridgeo.demo import GROUNDS, ground_path, population_path, synthetic_bank
from gridgeo.domain import Actor
from gridgeo.errors import InvalidInputError
from gridgeo.pipeline.bank import take_bank
from gridgeo.pipeline.ground import take_ground
from gridgeo.pipeline.run import run
from gridgeo.pipeline.steps import Progress, RunParams, no_progress, require_planner, run_params
from gridgeo.pipeline.summary import summary
from gridgeo.sources import denominators_from_csv, ground_from_tables, osm_tables, road_graph_from_osm_tables
from gridgeo.storage import reading


def demo_params(actor: Actor, ground_name: str, *, resolution: int | None, method: str, seed: int) -> RunParams:
    """Return the parameters of a demo run; callers ask before they make a store for it.

    Raises InvalidInputError for an unknown ground, resolution or catchment method, NotAllowedError for a role that
    may not write.
    """
    require_planner(actor)
    if ground_name not in GROUNDS:
        raise InvalidInputError(
            "ground must be one of {known}, got {given}", known=", ".join(GROUNDS), given=ground_name
        )
    return run_params(resolution=resolution or GROUNDS[ground_name].resolution, method=method, seed=seed)


def run_demo(  # noqa: PLR0913 - what a demo may vary
    engine: sa.Engine,
    actor: Actor,
    ground_name: str,
    *,
    seed: int,
    clock: Callable[[], datetime],
    resolution: int | None = None,
    method: str = "drive_time",
    progress: Progress = no_progress,
) -> dict[str, Any]:
    """Run the whole job on a demo ground and return its summary with the seconds of every step.

    Raises InvalidInputError for an unknown ground, resolution or catchment method.
    """
    params = demo_params(actor, ground_name, resolution=resolution, method=method, seed=seed)
    spec = GROUNDS[ground_name]
    seconds: dict[str, float] = {}
    progress("read")
    began = time.perf_counter()
    tables = osm_tables(ground_path(ground_name))
    ground = ground_from_tables(tables, spec)
    roads = road_graph_from_osm_tables(tables, spec.travel)
    people = denominators_from_csv(population_path(), ground_name)
    seconds["read"] = round(time.perf_counter() - began, 3)
    progress("bank")
    began = time.perf_counter()
    bank, _ = synthetic_bank(ground, people, spec, seed, roads)
    with engine.begin() as connection:
        take_ground(connection, actor, ground, roads, people, clock())
        take_bank(connection, actor, bank, clock())
    seconds["bank"] = round(time.perf_counter() - began, 3)
    report = run(engine, actor, params, clock, progress)
    with reading(engine) as connection:
        body = summary(connection, actor)
    return body | {"seconds": seconds | report.seconds, "store": engine.url.render_as_string(hide_password=True)}

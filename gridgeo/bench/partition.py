"""The bench case partition-ops: random operations on a large branch of either store, checked after each of them."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import shapely
import sqlalchemy as sa

from gridgeo.bench.report import Case
from gridgeo.cells import cell_strings, cells_from_polygon, centres, merged_polygons
from gridgeo.domain import CellArray, local_actor
from gridgeo.errors import GridgeoError
from gridgeo.grids import GridSetState, check_partition
from gridgeo.pipeline.grids.sets import Operation, begin_set, edit, grid_state, replayed
from gridgeo.storage import finish_version, new_version, open_engine, set_live, upgrade, write_frame

BRANCH = "bench"
STAFF = ("S1", "S2", "S3")
MOMENT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
QUICK = (60, 300)
FULL = (1_000, 5_000)
"""Operations, cells."""
PEER_EDITS = 30


@dataclass(frozen=True)
class Figures:
    """What one store did. refused: operations that did not fit and, by that, changed nothing."""

    done: int
    refused: int
    violations: int
    per_second: float
    same_on_replay: bool


def cases(quick: bool, postgis_url: str | None = None) -> list[Case]:
    """Return partition-ops, the violations on both stores, and beside it the operations a second of each.

    postgis_url: an empty database; without it the case has not run and its floor is not met.
    The peer keeps cell and grid in one table of the same store and writes it anew at each edit, through pandas; it has
    no log, no checks and no boundaries.
    """
    operations, cells = QUICK if quick else FULL
    with tempfile.TemporaryDirectory() as folder:
        stores = {"sqlite": f"sqlite:///{folder}/partition.db", "postgis": postgis_url}
        runs = {name: _run(url, cells, operations) if url else None for name, url in stores.items()}
    return [violations_case(list(runs.values())), *(_speed(name, run) for name, run in runs.items())]


def _run(url: str, cells: int, operations: int) -> tuple[Figures, float]:
    """Return what one store did, and the peer's edits a second in it."""
    with _store(url, cells) as engine:
        return run_operations(engine, operations, seed=1), _peer(engine, PEER_EDITS)


def violations_case(runs: Sequence[tuple[Figures, float] | None]) -> Case:
    """Return the case out of what each store did; None for a store that it could not run on."""
    broken = [run[0].violations + (not run[0].same_on_replay) for run in runs if run]
    return Case("partition-ops", "violations", sum(broken) if all(runs) else None, "lower", floor=0)


def _speed(store: str, run: tuple[Figures, float] | None) -> Case:
    return Case(
        f"partition-ops-{store}-speed",
        "operations/s",
        round(run[0].per_second, 1) if run else None,
        "higher",
        peer="pandas to_sql",
        peer_version=pd.__version__,
        theirs=round(run[1], 1) if run else None,
    )


def run_operations(engine: sa.Engine, operations: int, seed: int) -> Figures:
    """Do random operations on the branch, each in a transaction of its own; check the partition after each.

    Checking is not in the time.
    """
    rng = np.random.default_rng(seed)
    with engine.begin() as connection:
        begin_set(connection, local_actor(), BRANCH, MOMENT)
        cells = grid_state(connection, local_actor(), BRANCH).cells
    done = refused = violations = 0
    spent_s = 0.0
    while done + refused < operations:
        with engine.connect() as connection:
            state = grid_state(connection, local_actor(), BRANCH)
        violations += len(check_partition(state, cells))
        kind, args = random_operation(rng, state)
        began = time.perf_counter()
        try:
            with engine.begin() as connection:
                edit(connection, local_actor(), BRANCH, Operation(kind, args, state.revision), MOMENT)
            done += 1
        except GridgeoError:
            refused += 1
        spent_s += time.perf_counter() - began
    with engine.connect() as connection:
        last = replayed(connection, local_actor(), BRANCH)
    violations += len(last["violations"])
    return Figures(done, refused, violations, done / spent_s, bool(last["same"]))


def random_operation(rng: np.random.Generator, state: GridSetState) -> tuple[str, dict[str, Any]]:
    """Return the kind and arguments of some operation; now and then one that cannot be done."""
    names = list(_RANDOM)
    weights = np.array([_RANDOM[name][0] for name in names])
    kind = str(rng.choice(names, p=weights / weights.sum()))
    return kind, _RANDOM[kind][1](rng, state)


def write_branch(connection: sa.Connection, cells: CellArray) -> int:
    """Write a catchment version of one branch with these cells, and a bank with its staff; return the catchment's."""
    actor = local_actor()
    bank = new_version(connection, actor, "bank", params={"synthetic": True}, now=MOMENT)
    lng, lat = centres(cells[:1])
    unit = {"id": BRANCH, "parent_id": None, "name": BRANCH, "kind": "outlet", "lng": lng[0], "lat": lat[0]}
    write_frame(connection, "org_unit", pl.DataFrame([unit | {"synthetic": True}]), version_id=bank)
    staff = [
        {"id": name, "org_unit_id": BRANCH, "name": name, "post": "rm", "hours_per_week": 40.0, "synthetic": True}
        for name in STAFF
    ]
    write_frame(connection, "staff", pl.DataFrame(staff), version_id=bank)
    finish_version(connection, bank, {})
    set_live(connection, actor, "bank", bank, MOMENT)
    return write_catchment(connection, cells)


def write_catchment(connection: sa.Connection, cells: CellArray) -> int:
    """Write a finished catchment version of the one branch with these cells."""
    version = new_version(connection, local_actor(), "catchment", params={}, now=MOMENT)
    outline = merged_polygons(cells, np.zeros(len(cells), np.int64), 1)
    table = pl.DataFrame({"branch_id": BRANCH, "cell": cells, "travel_s": 0.0})
    write_frame(connection, "catchment_cell", table, version_id=version)
    shape = {"branch_id": BRANCH, "method": "drawn", "label": "synthetic", "geometry": shapely.to_wkb(outline[0])}
    write_frame(connection, "catchment", pl.DataFrame([shape]), version_id=version)
    finish_version(connection, version, {"cells": len(cells)})
    return version


def box_cells(count: int) -> CellArray:
    """Return about so many cells of resolution 9 in a box in Liechtenstein."""
    half = 0.5 * np.sqrt(count * 0.105e6) / 111_320.0
    return cells_from_polygon(shapely.box(9.53 - half * 1.47, 47.14 - half, 9.53 + half * 1.47, 47.14 + half), 9)


@contextmanager
def _store(url: str, cells: int) -> Iterator[sa.Engine]:
    engine = open_engine(url, create=True)
    try:
        upgrade(engine)
        with engine.begin() as connection:
            write_branch(connection, box_cells(cells))
        yield engine
    finally:
        engine.dispose()


def _peer(engine: sa.Engine, edits: int) -> float:
    """Return edits a second when each writes the table of cells and grids anew."""
    rng = np.random.default_rng(1)
    with engine.connect() as connection:
        state = grid_state(connection, local_actor(), BRANCH)
    table = pd.DataFrame({"cell": state.cells.astype(np.int64), "grid": np.array(state.ids)[state.grid_of]})
    began = time.perf_counter()
    for number in range(edits):
        with engine.begin() as connection:
            if number:
                table = pd.read_sql_table("peer_cells", connection)
            table.loc[rng.integers(0, len(table), 20), "grid"] = state.ids[0]
            table.to_sql("peer_cells", connection, if_exists="replace", index=False)
    return edits / (time.perf_counter() - began)


def _blob(rng: np.random.Generator, state: GridSetState, most: int) -> np.ndarray:
    """Return positions of some cells near to each other."""
    lng, lat = centres(state.cells)
    middle = rng.integers(len(state.cells))
    near = np.argsort(np.hypot((lng - lng[middle]) * 0.68, lat - lat[middle]))
    return np.sort(near[: int(rng.integers(1, min(most, len(near)) + 1))])


def _some(rng: np.random.Generator, state: GridSetState, count: int = 1) -> list[str]:
    return [str(grid) for grid in rng.choice(state.ids, min(count, len(state.ids)), replace=False)]


def _fresh(rng: np.random.Generator) -> str:
    return f"grid {rng.integers(10**9)}"


def _paint(rng: np.random.Generator, state: GridSetState) -> dict[str, Any]:
    brush = _blob(rng, state, 40)
    target = _some(rng, state)[0]
    moves = []
    for at in np.unique(state.grid_of[brush]):
        cells = state.cells[brush[state.grid_of[brush] == at]]
        # Now and then a stroke that is out of date.
        source = state.ids[at] if rng.random() > 0.02 else _some(rng, state)[0]
        moves.append({"from": source, "to": target, "cells": cell_strings(cells)})
    return {"moves": moves}


def _polygon(rng: np.random.Generator, state: GridSetState) -> dict[str, Any]:
    lng, lat = centres(state.cells)
    at = rng.integers(len(lng))
    turns = np.sort(rng.uniform(0, 2 * np.pi, 7))
    reach = rng.uniform(0.004, 0.02, 7)
    ring = np.column_stack([lng[at] + 1.47 * reach * np.cos(turns), lat[at] + reach * np.sin(turns)])
    shape = shapely.convex_hull(shapely.MultiPoint(ring))
    return {"name": _fresh(rng), "polygon": shapely.geometry.mapping(shape), "datum": "wgs84"}


def _line(rng: np.random.Generator, state: GridSetState) -> dict[str, Any]:
    grid = _some(rng, state)[0]
    lng, lat = centres(state.cells_of(grid))
    way = rng.normal(0, 0.01, (3, 2)).cumsum(axis=0) + np.array([np.median(lng), np.median(lat)])
    return {"grid": grid, "line": {"type": "LineString", "coordinates": way.tolist()}, "datum": "wgs84"}


def _words(rng: np.random.Generator, state: GridSetState, field: str, known: tuple[str, ...]) -> dict[str, Any]:
    return {"grids": _some(rng, state, 3), field: str(rng.choice(known))}


def _stage(rng: np.random.Generator, state: GridSetState) -> dict[str, Any]:
    chosen = _some(rng, state, 3)
    stage = str(rng.choice(["survey", "develop", "maintain"]))
    day = date(2026, 1, int(rng.integers(1, 28))).isoformat()
    return {"grids": chosen, "stage": stage, "dates": {"survey_done_on": day}}


_Make = Callable[[np.random.Generator, GridSetState], dict[str, Any]]
_RANDOM: dict[str, tuple[float, _Make]] = {
    "paint": (8.0, _paint),
    "create_polygon": (3.0, _polygon),
    "create_cells": (
        2.0,
        lambda rng, state: {"name": _fresh(rng), "cells": cell_strings(state.cells[_blob(rng, state, 60)])},
    ),
    "split_line": (3.0, _line),
    "merge": (2.0, lambda rng, state: {"grids": _some(rng, state, int(rng.integers(1, 4)))}),
    "rename": (0.5, lambda rng, state: {"grid": _some(rng, state)[0], "name": _fresh(rng)}),
    "kind": (0.5, lambda rng, state: _words(rng, state, "grid_kind", ("village", "school", "hexagon"))),
    "owner": (0.5, lambda rng, state: _words(rng, state, "owner_id", (*STAFF, "nobody"))),
    "status": (0.5, lambda rng, state: _words(rng, state, "status", ("draft", "review", "live"))),
    "stage": (0.5, _stage),
    "undo": (4.0, lambda _rng, _state: {}),
    "redo": (2.0, lambda _rng, _state: {}),
}
"""Kind -> how often, and what makes its arguments."""

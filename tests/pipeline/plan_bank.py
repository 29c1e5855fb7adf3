"""A published bank of two branches to plan on: seven managers, their customers, scores, a live plan."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import polars as pl
import shapely
import sqlalchemy as sa

from gridgeo.cells import cell_polygons, cells_from_points, centres
from gridgeo.domain import Actor, CellArray
from gridgeo.domain.tables import BOUNDARIES, CUSTOMERS, ORG_UNITS, STAFF
from gridgeo.pipeline.steps import RunParams
from gridgeo.storage import finish_version, new_version, set_live, write_frame

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
MAKER, CHECKER = Actor("Li", "planner"), Actor("Wang", "hq")
TIERS = ("high_end", "core", "basic")
STAFF_ROWS = [
    ("R1", "B1", "Anna", "rm", 40.0, True),
    ("R2", "B1", "Beat", "rm", 40.0, True),
    ("R3", "B1", "Cleo", "rm", 40.0, True),
    ("R4", "B2", "Dora", "rm", 40.0, True),
    ("R5", "B2", "Emil", "rm", 20.0, True),
    ("L1", "B1", "Lead", "lead", 40.0, True),
]


def ground() -> tuple[CellArray, np.ndarray[Any, Any]]:
    """Return about 200 cells, ascending, and the branch of each: west B1, east B2."""
    lng, lat = np.meshgrid(np.linspace(9.48, 9.56, 40), np.linspace(47.12, 47.16, 40))
    cells = np.unique(cells_from_points(lng.ravel(), lat.ravel(), 9))
    return cells, np.where(centres(cells)[0] < 9.525, "B1", "B2")


def customers(cells: CellArray, branch: np.ndarray[Any, Any]) -> tuple[pl.DataFrame, np.ndarray[Any, Any]]:
    """Return the bank's customers and the position of each one's cell."""
    rng = np.random.default_rng(3)
    at = rng.integers(0, len(cells), 1200)
    count = len(at)
    home = np.where(rng.random(count) < 0.05, np.where(branch[at] == "B1", "B2", "B1"), branch[at])
    rms = {"B1": ["R1", "R2", "R3"], "B2": ["R4", "R5"]}
    days = rng.integers(0, 900, count)
    table = pl.DataFrame(
        {
            "id": [f"C{number:04}" for number in range(count)],
            "branch_id": home,
            "account_rm_id": [rms[where][number % len(rms[where])] for number, where in enumerate(home)],
            "tier": np.array(TIERS)[rng.choice(3, count, p=[0.05, 0.25, 0.7])],
            "address": None,
            "locality": None,
            "age_band": None,
            "products": 1,
            "balance_fen": rng.integers(0, 5_000_000, count),
            "last_contact_on": [date.fromordinal(NOW.date().toordinal() - int(day)) for day in days],
            "contacts_12m": 1,
            "synthetic": True,
        },
        schema_overrides=CUSTOMERS,
    )
    return table.with_columns(consent=pl.Series(rng.random(count) < 0.5)), at


def write_plan_bank(connection: sa.Connection, more_ground: Callable[[sa.Connection, int], None] | None = None) -> None:
    """Write every version of the bank and publish it; more_ground: writes what else its ground is to have."""
    actor = Actor("local", "hq")
    cells, branch = ground()
    people, at = customers(cells, branch)
    ids: dict[str, int] = {}
    for kind in ("ground", "bank", "catchment", "location", "score", "plan"):
        params = RunParams().as_dict() | {"inputs": dict(ids), "name": "liechtenstein", "synthetic": True}
        ids[kind] = new_version(connection, actor, kind, params=params, now=NOW)
    _write_bank(connection, ids, cells, people)
    if more_ground is not None:
        more_ground(connection, ids["ground"])
    rows = pl.DataFrame({"branch_id": branch, "cell": cells, "travel_s": 300.0})
    write_frame(connection, "catchment_cell", rows, version_id=ids["catchment"])
    write_frame(connection, "catchment", _outlines(cells, branch), version_id=ids["catchment"])
    located = pl.DataFrame({"party_kind": "customer", "party_id": people["id"], "cell": cells[at], "share": 1.0})
    write_frame(connection, "location_cell", located.with_columns(hard=True), version_id=ids["location"])
    write_frame(connection, "cell_score", _scores(cells, branch, people, at), version_id=ids["score"])
    _write_plan(connection, ids["plan"], cells, branch)
    for kind, version_id in ids.items():
        finish_version(
            connection, version_id, report={"branches": {}, "measure_correlation": {}} if kind == "plan" else {}
        )
    for kind in ("ground", "bank"):
        set_live(connection, actor, kind, ids[kind], NOW)
    publication = new_version(connection, actor, "publication", params=ids | {"resolution": 9}, now=NOW)
    finish_version(connection, publication, report={})
    set_live(connection, actor, "publication", publication, NOW)


def _write_bank(connection: sa.Connection, ids: dict[str, int], cells: CellArray, people: pl.DataFrame) -> None:
    units = [
        ("HO", None, "Bank", "head_office", None, None, True),
        ("B1", "HO", "West", "branch", 9.50, 47.14, True),
        ("B2", "HO", "East", "branch", 9.545, 47.14, True),
        ("B3", "HO", "New", "branch", 9.51, 47.13, True),
    ]
    write_frame(connection, "org_unit", pl.DataFrame(units, schema=ORG_UNITS, orient="row"), version_id=ids["bank"])
    write_frame(connection, "staff", pl.DataFrame(STAFF_ROWS, schema=STAFF, orient="row"), version_id=ids["bank"])
    write_frame(connection, "customer", people, version_id=ids["bank"])
    outline = shapely.to_wkb(shapely.union_all(cell_polygons(cells)))
    boundary = pl.DataFrame([("g1", "Vaduz", "municipality", outline)], schema=BOUNDARIES, orient="row")
    write_frame(connection, "boundary", boundary, version_id=ids["ground"])


def _outlines(cells: CellArray, branch: np.ndarray[Any, Any]) -> pl.DataFrame:
    shapes = [shapely.to_wkb(shapely.union_all(cell_polygons(cells[branch == name]))) for name in ("B1", "B2")]
    return pl.DataFrame({"branch_id": ["B1", "B2"], "method": "drive_time", "label": "by car", "geometry": shapes})


def _scores(
    cells: CellArray, branch: np.ndarray[Any, Any], people: pl.DataFrame, at: np.ndarray[Any, Any]
) -> pl.DataFrame:
    count = np.bincount(at, minlength=len(cells)).astype(float)
    heavy = np.bincount(at, weights=(people["tier"] != "basic").to_numpy() + 1.0, minlength=len(cells))
    values = {
        "people": count * 4, "customers": count, "customers_hard": count, "merchants": count * 0, "workload": heavy,
        "potential": count + 1, "gap": count * 0 + 1, "penetration": count * 0 + 0.25,
    }  # fmt: skip
    empty = {name: pl.lit(None, pl.Float64).alias(name) for name in ("low", "high")}
    return pl.concat(
        pl.DataFrame({"branch_id": branch, "measure": name, "cell": cells, "value": value}).with_columns(
            *empty.values(), evidence=pl.lit(None, pl.String)
        )
        for name, value in values.items()
    )


def _write_plan(connection: sa.Connection, version_id: int, cells: CellArray, branch: np.ndarray[Any, Any]) -> None:
    lat = centres(cells)[1]
    thirds = np.searchsorted(np.quantile(lat[branch == "B1"], [1 / 3, 2 / 3]), lat)
    halves = (lat > np.quantile(lat[branch == "B2"], 2 / 3)).astype(int)
    rm = np.where(branch == "B1", np.array(["R1", "R2", "R3"])[thirds], np.array(["R4", "R5"])[halves])
    rows = pl.DataFrame({"branch_id": branch, "territory_id": np.char.add("T-", rm), "cell": cells})
    named = [(f"T-{row[0]}", row[1], row[0], row[2], number % 8) for number, row in enumerate(STAFF_ROWS[:5])]
    columns = ["id", "branch_id", "rm_id", "name", "colour"]
    write_frame(connection, "territory", pl.DataFrame(named, schema=columns, orient="row"), version_id=version_id)
    write_frame(connection, "territory_cell", rows, version_id=version_id)

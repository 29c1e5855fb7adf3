"""A published bank, made up, for benches of the service: branches of many cells, scores, territories."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import h3
import numpy as np
import orjson
import polars as pl
import shapely
import sqlalchemy as sa

from gridgeo.cells import cell_polygons, centres
from gridgeo.domain import CellArray, IntArray, local_actor
from gridgeo.domain.tables import ORG_UNITS, STAFF, TERRITORIES
from gridgeo.storage import finish_version, new_version, set_live, write_frame

NOW = datetime(2026, 1, 1, tzinfo=UTC)
LNG, LAT, RESOLUTION = 104.1, 30.6, 9
SCORES = ("people", "customers", "merchants", "penetration", "potential")
"""Five scores, one of them a share with a band."""
TERRITORIES_A_BRANCH = 10
KINDS = ("ground", "bank", "catchment", "location", "score", "plan")


def publish_made_up(connection: sa.Connection, branches: int, branch_cells: int) -> CellArray:
    """Write and publish a made-up bank on a disc of cells, cut into branches ``b0``, ``b1`` ... from west to east.

    Returns the cells of the first branch, ascending.
    """
    cells, branch = _ground(branches * branch_cells, branches)
    names = np.char.add("b", branch.astype(str))
    actor, versions = local_actor(), dict[str, int]()
    for kind in KINDS:
        params: dict[str, Any] = {"name": "made up", "synthetic": True}
        if kind == "catchment":
            params |= {"inputs": dict(versions), "mode": "drive", "resolution": RESOLUTION}
        versions[kind] = new_version(connection, actor, kind, params=params, now=NOW)
    tables = {
        "bank": _bank(branches),
        "catchment": _catchments(cells, branch, branches),
        "score": {"cell_score": _scores(cells, names)},
        "plan": _plan(cells, branch, branches),
    }
    for kind, frames in tables.items():
        for table, frame in frames.items():
            write_frame(connection, table, frame, version_id=versions[kind])
    for version_id in versions.values():
        finish_version(connection, version_id, report={})
    params = versions | {"resolution": RESOLUTION}
    publication = new_version(connection, actor, "publication", params=params, now=NOW)
    finish_version(connection, publication, report={})
    set_live(connection, actor, "publication", publication, NOW)
    return np.sort(cells[branch == 0])


def _ground(n_cells: int, branches: int) -> tuple[CellArray, IntArray]:
    rings = int(np.ceil(np.sqrt(n_cells / 3))) + 1
    disc = sorted(h3.grid_disk(h3.latlng_to_cell(LAT, LNG, RESOLUTION), rings))[:n_cells]
    cells = np.array([h3.str_to_int(name) for name in disc], dtype=np.uint64)
    branch = np.empty(n_cells, dtype=np.int64)
    branch[np.argsort(centres(cells)[0], kind="stable")] = np.arange(n_cells) * branches // n_cells
    return cells, branch


def _bank(branches: int) -> dict[str, pl.DataFrame]:
    units: list[tuple[Any, ...]] = [("hq", None, "Bank", "head_office", None, None, True)]
    units += [(f"b{at}", "hq", f"Branch {at}", "branch", LNG, LAT, True) for at in range(branches)]
    staff = [
        (f"s{at}", f"b{at // TERRITORIES_A_BRANCH}", f"Manager {at}", "rm", 40.0, True)
        for at in range(branches * TERRITORIES_A_BRANCH)
    ]
    return {
        "org_unit": pl.DataFrame(units, schema=ORG_UNITS, orient="row"),
        "staff": pl.DataFrame(staff, schema=STAFF, orient="row"),
    }


def _catchments(cells: CellArray, branch: IntArray, branches: int) -> dict[str, pl.DataFrame]:
    polygons = cell_polygons(cells)
    outlines = pl.DataFrame(
        {
            "branch_id": [f"b{at}" for at in range(branches)],
            "method": "drive_time",
            "label": "made up",
            "geometry": [shapely.to_wkb(shapely.union_all(polygons[branch == at])) for at in range(branches)],
        }
    )
    members = pl.DataFrame({"branch_id": np.char.add("b", branch.astype(str)), "cell": cells, "travel_s": 600.0})
    return {"catchment": outlines, "catchment_cell": members}


def _scores(cells: CellArray, names: np.ndarray[Any, Any]) -> pl.DataFrame:
    rng = np.random.default_rng(1)
    people = rng.gamma(1.5, 60.0, len(cells)).round(3)
    share = rng.uniform(0.05, 0.4, len(cells))
    customers = (people * share).round(3)
    merchants = rng.poisson(0.4, len(cells)).astype(np.float64)
    values = dict(zip(SCORES, (people, customers, merchants, share, 1.2 * customers), strict=True))
    whole = pl.DataFrame({"branch_id": names, "cell": cells, **values})
    rows = whole.unpivot(list(values), index=["branch_id", "cell"], variable_name="measure", value_name="value")
    banded = pl.col("measure") == "penetration"
    return rows.with_columns(
        low=pl.when(banded).then(0.8 * pl.col("value")),
        high=pl.when(banded).then(1.2 * pl.col("value")),
        evidence=pl.when(banded).then(pl.lit("firm")),
    )


def _plan(cells: CellArray, branch: IntArray, branches: int) -> dict[str, pl.DataFrame]:
    """Cut each branch into strips of as many cells, from south to north."""
    order = np.lexsort((centres(cells)[1], branch))
    place = np.empty(len(cells), dtype=np.int64)
    start = np.searchsorted(branch[order], np.arange(branches))
    place[order] = np.arange(len(cells)) - start[branch[order]]
    size = np.bincount(branch)[branch]
    label = branch * TERRITORIES_A_BRANCH + place * TERRITORIES_A_BRANCH // size
    every = range(branches * TERRITORIES_A_BRANCH)
    rows = [(f"T-s{at}", f"b{at // TERRITORIES_A_BRANCH}", f"s{at}", f"Manager {at}", at % 6) for at in every]
    held = [[f"s{TERRITORIES_A_BRANCH * at + of}" for of in range(TERRITORIES_A_BRANCH)] for at in range(branches)]
    bodies = [
        orjson.dumps({"feasible": True, "targets": {name: {"customers": 1.0, "workload": 0.0} for name in each}})
        for each in held
    ]
    return {
        "territory": pl.DataFrame(rows, schema=TERRITORIES, orient="row"),
        "territory_cell": pl.DataFrame(
            {
                "branch_id": np.char.add("b", branch.astype(str)),
                "territory_id": np.char.add("T-s", label.astype(str)),
                "cell": cells,
            }
        ),
        "certificate": pl.DataFrame(
            {"branch_id": [f"b{at}" for at in range(branches)], "body": [body.decode() for body in bodies]}
        ),
    }

"""A publication of two branches, 60 cells and three territories near Vaduz, made up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
import orjson
import polars as pl
import shapely
import sqlalchemy as sa
from shapely import affinity

from gridgeo.cells import cell_polygons, cells_from_points, centres
from gridgeo.domain import CellArray, local_actor
from gridgeo.domain.measures import MEASURES
from gridgeo.domain.public import FAMILIES
from gridgeo.domain.tables import BOUNDARIES, BUILDINGS, ORG_UNITS, STAFF, STREETS, TERRITORIES
from gridgeo.storage import finish_version, new_version, open_engine, set_live, write_frame

NOW = datetime(2026, 3, 1, 8, 30, tzinfo=UTC)
BRANCH_IDS = ("b1", "b2")
RESOLUTION = 9
HERE = (0.0, 0.0)


@dataclass(frozen=True)
class Bank:
    """What the test store holds.

    cells: ordered by branch and cell. branch_index, territory_index: shape (n_cells,). values: measure -> (n_cells,).
    """

    cells: CellArray
    branch_index: np.ndarray[Any, Any]
    territory_index: np.ndarray[Any, Any]
    values: dict[str, np.ndarray[Any, Any]]
    publication: int

    def names(self) -> list[str]:
        """Return the cells as the API writes them."""
        return [f"{cell:x}" for cell in self.cells.tolist()]


def publish_small_bank(url: str, moved: tuple[float, float] = HERE) -> Bank:
    """Write a publication of two branches, 60 cells and three territories; return what it holds."""
    engine = open_engine(url)
    try:
        with engine.begin() as connection:
            return write_small_bank(connection, moved=moved)
    finally:
        engine.dispose()


def small_ground(moved: tuple[float, float] = HERE) -> tuple[CellArray, np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Return 60 cells near Vaduz, or moved by degrees, with their branch and territory, ordered by branch and cell."""
    lng, lat = np.meshgrid(np.linspace(9.50, 9.54, 14) + moved[0], np.linspace(47.13, 47.16, 14) + moved[1])
    cells = np.unique(cells_from_points(lng.ravel(), lat.ravel(), RESOLUTION))[:60]
    centre_lng, centre_lat = centres(cells)
    branch = (centre_lng > np.median(centre_lng)).astype(np.int64)
    split = np.median(centre_lat[branch == 0])
    territory = np.where(branch == 1, 2, (centre_lat > split).astype(np.int64))
    order = np.lexsort((cells, branch))
    return cells[order], branch[order], territory[order]


def small_values(count: int) -> dict[str, np.ndarray[Any, Any]]:
    """Return figures of every measure; the first cell has no people, so its penetration is undefined."""
    rng = np.random.default_rng(7)
    people = np.round(rng.gamma(2.0, 60.0, count), 3)
    people[0] = 0.0
    customers = np.round(people * rng.uniform(0.1, 0.4, count), 3)
    with np.errstate(invalid="ignore", divide="ignore"):
        share = np.where(people > 0, customers / people, np.nan)
    merchants = rng.integers(0, 5, count).astype(float)
    own = {
        "people": people,
        "customers": customers,
        "customers_hard": np.floor(customers),
        "merchants": merchants,
        "penetration": share,
        "potential": customers * 1.2,
        "gap": customers * 0.2,
        "workload": customers * 1.7,
    }
    # The parts of a count add up to it: each cell's are all of one part.
    parts = {
        name: own[count_name] * (np.arange(count) % len(names) == at)
        for count_name, ways in FAMILIES.items()
        for names in ways.values()
        for at, name in enumerate(names)
    }
    return {measure.id: rng.gamma(2.0, 3.0, count).round(3) for measure in MEASURES} | parts | own


def write_small_bank(connection: sa.Connection, more_people: float = 0.0, moved: tuple[float, float] = HERE) -> Bank:
    """Write every version of the small bank and publish it; more_people are added to every cell.

    moved: degrees east and north that everything lies away from Vaduz.
    """
    cells, branch, territory = small_ground(moved)
    values = small_values(len(cells))
    values["people"] = values["people"] + more_people
    ids: dict[str, int] = {}
    for kind in ("ground", "bank", "catchment", "location", "score", "plan"):
        params: dict[str, Any] = {"name": "liechtenstein", "synthetic": True}
        if kind == "catchment":
            params |= {"inputs": dict(ids), "mode": "drive", "resolution": RESOLUTION}
        ids[kind] = new_version(connection, local_actor(), kind, params=params, now=NOW)
    _write_ground(connection, ids["ground"], cells, moved)
    _write_bank(connection, ids["bank"], moved)
    _write_catchments(connection, ids["catchment"], cells, branch)
    write_frame(connection, "cell_score", scores_frame(cells, branch, values), version_id=ids["score"])
    _write_plan(connection, ids["plan"], cells, branch, territory)
    for version_id in ids.values():
        finish_version(connection, version_id, report={})
    publication = new_version(
        connection, local_actor(), "publication", params=ids | {"resolution": RESOLUTION}, now=NOW
    )
    finish_version(connection, publication, report={})
    set_live(connection, local_actor(), "publication", publication, NOW)
    return Bank(cells, branch, territory, values, publication)


def _write_ground(connection: sa.Connection, version_id: int, cells: CellArray, moved: tuple[float, float]) -> None:
    outline = shapely.union_all(cell_polygons(cells))
    boundary = pl.DataFrame([("g1", "Vaduz", "municipality", shapely.to_wkb(outline))], schema=BOUNDARIES, orient="row")
    line = affinity.translate(shapely.LineString([(9.505, 47.135), (9.53, 47.15)]), *moved)
    street = pl.DataFrame([("w1", "Landstrasse", "primary", shapely.to_wkb(line))], schema=STREETS, orient="row")
    write_frame(connection, "boundary", boundary, version_id=version_id)
    write_frame(connection, "street", street, version_id=version_id)
    _write_buildings(connection, version_id, moved)


def _write_buildings(connection: sa.Connection, version_id: int, moved: tuple[float, float]) -> None:
    """Write a house with its footprint, and one of which only the place is known."""
    footprint = affinity.translate(shapely.box(9.5195, 47.1448, 9.5201, 47.1451), *moved)
    places = [affinity.translate(shapely.Point(place), *moved) for place in ((9.5198, 47.14495), (9.5205, 47.1449))]
    rows = [
        ("h1", "house", places[0].x, places[0].y, 1500.0, True, shapely.to_wkb(footprint)),
        ("h2", "shop", places[1].x, places[1].y, None, False, None),
    ]
    write_frame(connection, "building", pl.DataFrame(rows, schema=BUILDINGS, orient="row"), version_id=version_id)


def _write_bank(connection: sa.Connection, version_id: int, moved: tuple[float, float]) -> None:
    east, north = moved
    units = [
        ("hq", None, "Bank", "head_office", None, None, True),
        ("b1", "hq", "Vaduz", "branch", 9.51 + east, 47.14 + north, True),
        ("b2", "hq", "Schaan", "branch", 9.53 + east, 47.15 + north, True),
    ]
    staff = [
        ("s1", "b1", "Anna", "rm", 38.5, True),
        ("s2", "b1", "Beat", "rm", 38.5, True),
        ("s3", "b2", "陈", "rm", 38.5, True),
        ("s4", "b2", "Dora", "lead", 38.5, True),
    ]
    write_frame(connection, "org_unit", pl.DataFrame(units, schema=ORG_UNITS, orient="row"), version_id=version_id)
    write_frame(connection, "staff", pl.DataFrame(staff, schema=STAFF, orient="row"), version_id=version_id)


def _write_catchments(
    connection: sa.Connection, version_id: int, cells: CellArray, branch: np.ndarray[Any, Any]
) -> None:
    polygons = cell_polygons(cells)
    outlines = pl.DataFrame(
        {
            "branch_id": list(BRANCH_IDS),
            "method": "drive_time",
            "label": "nearest branch by drive time",
            "geometry": [shapely.to_wkb(shapely.union_all(polygons[branch == at])) for at in range(2)],
        }
    )
    table = pl.DataFrame({"branch_id": np.array(BRANCH_IDS)[branch], "cell": cells, "travel_s": 60.0})
    write_frame(connection, "catchment", outlines, version_id=version_id)
    write_frame(connection, "catchment_cell", table, version_id=version_id)


def scores_frame(
    cells: CellArray, branch: np.ndarray[Any, Any], values: dict[str, np.ndarray[Any, Any]]
) -> pl.DataFrame:
    """Return the score table; shares carry a band and an evidence class."""
    parts = []
    for measure in MEASURES:
        value = pl.Series(values[measure.id]).fill_nan(None)
        banded = measure.kind == "share"
        nothing = pl.Series([None] * len(cells), dtype=pl.Float64)
        parts.append(
            pl.DataFrame(
                {
                    "branch_id": np.array(BRANCH_IDS)[branch],
                    "measure": measure.id,
                    "cell": cells,
                    "value": value,
                    "low": value * 0.8 if banded else nothing,
                    "high": value * 1.2 if banded else nothing,
                    "evidence": pl.Series(["firm" if banded else None] * len(cells), dtype=pl.String),
                }
            )
        )
    return pl.concat(parts)


def _write_plan(
    connection: sa.Connection,
    version_id: int,
    cells: CellArray,
    branch: np.ndarray[Any, Any],
    territory: np.ndarray[Any, Any],
) -> None:
    rows = [("T-s1", "b1", "s1", "Anna", 0), ("T-s2", "b1", "s2", "Beat", 1), ("T-s3", "b2", "s3", "陈", 2)]
    names = np.array([row[0] for row in rows])
    members = pl.DataFrame({"branch_id": np.array(BRANCH_IDS)[branch], "territory_id": names[territory], "cell": cells})
    bodies = [
        orjson.dumps({"feasible": True, "targets": {staff: {"customers": 500.0, "workload": 0.0} for staff in held}})
        for held in (("s1", "s2"), ("s3",))
    ]
    certificates = pl.DataFrame({"branch_id": list(BRANCH_IDS), "body": [body.decode() for body in bodies]})
    write_frame(connection, "territory", pl.DataFrame(rows, schema=TERRITORIES, orient="row"), version_id=version_id)
    write_frame(connection, "territory_cell", members, version_id=version_id)
    write_frame(connection, "certificate", certificates, version_id=version_id)

"""Two branches over one square, a street with known numbers, and customers whose locations are doubtful."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import numpy as np
import polars as pl
import shapely
import sqlalchemy as sa

from gridgeo.cells import cells_from_polygon, centres
from gridgeo.domain import Actor
from gridgeo.pipeline.steps import Inputs
from gridgeo.storage import CONTRACTS, finish_version, new_version, set_live, write_frame

WEST, SOUTH, EAST, NORTH = 9.50, 47.12, 9.56, 47.16
MIDDLE = 9.53
STREET_LAT = 47.14
WRONG_HOUSE = (9.5043, 47.1231)
"""Where the gazetteer has Seeweg 9: a kilometre from the rest of its street."""

CUSTOMERS: list[dict[str, Any]] = [
    {"id": "c1", "address": "Seeweg 9, 9490 Vaduz", "name": "Anna Frick"},
    {"id": "c2", "address": "Flat 3, Seeweg 9, Vaduz"},
    {"id": "c3", "address": "Beat Hilti, SEEWEG 9", "locality": "Vaduz", "name": "Beat Hilti"},
    {"id": "c4", "address": "Seeweg 2, Vaduz"},
    {"id": "c5", "address": "Haus Enzian, Vaduz"},
    {"id": "c6", "address": "Haus Enzian, 9490 Vaduz"},
    {"id": "c7", "address": "Seeweg 4, Vaduz", "lng": 0.0, "lat": 0.0},
    {"id": "c8", "address": "Haus Rose, Vaduz", "lng": 47.1412, "lat": 9.5312},
    {"id": "c9", "address": "Seeweg 6, Vaduz", "lng": 9.5571, "lat": 47.1588},
    {"id": "c10", "address": None, "lng": 9.51, "lat": 47.13},
    {"id": "c11", "address": None},
    {"id": "c12", "address": "Seeweg 9, Vaduz", "branch_id": "B2"},
    {"id": "c13", "address": "Seeweg 8, Vaduz", "branch_id": "B2", "lng": 9.4, "lat": 46.1},
]
"""c1, c2, c3, c12 share a house; c5, c6 one that nobody knows; c7 at 0, 0; c8 swapped; c9 far from its address; c10
rounded; c11 without anything; c13 outside."""


def table(name: str, rows: list[dict[str, Any]], **fixed: Any) -> pl.DataFrame:
    return pl.DataFrame([fixed | row for row in rows], schema=CONTRACTS[name])


def review_bank(
    connection: sa.Connection, actor: Actor, now: datetime, customers: list[dict[str, Any]] | None = None
) -> Inputs:
    """Write ground, bank and catchments and make them live; customers: instead of CUSTOMERS."""
    ground = new_version(connection, actor, "ground", params={"name": "square", "mode": "walk"}, now=now)
    zone = {"id": "z", "name": "Vaduz", "kind": "municipality"}
    zone["geometry"] = shapely.to_wkb(shapely.box(WEST, SOUTH, EAST, NORTH))
    write_frame(connection, "boundary", table("boundary", [zone]), version_id=ground)
    finish_version(connection, ground, report={})
    bank = new_version(connection, actor, "bank", params={"synthetic": True}, now=now)
    units = [{"id": name, "name": name, "kind": "branch", "lng": 9.52, "lat": 47.13} for name in ("B1", "B2")]
    write_frame(connection, "org_unit", table("org_unit", units, synthetic=True), version_id=bank)
    rows = CUSTOMERS if customers is None else customers
    people = table("customer", rows, branch_id="B1", tier="basic", synthetic=True)
    write_frame(connection, "customer", people, version_id=bank)
    shop = {"id": "m1", "name": "Enzian", "industry": "food", "lng": 0.0, "lat": 0.0, "address": "Haus Enzian, Vaduz"}
    write_frame(connection, "merchant", table("merchant", [shop], synthetic=True), version_id=bank)
    write_frame(connection, "gazetteer", known_addresses(), version_id=bank)
    finish_version(connection, bank, report={})
    set_live(connection, actor, "ground", ground, now)
    set_live(connection, actor, "bank", bank, now)
    cells = cells_from_polygon(shapely.box(WEST, SOUTH, EAST, NORTH), 9)
    branch = np.where(centres(cells)[0] < MIDDLE, "B1", "B2")
    catchment = new_version(connection, actor, "catchment", params={"resolution": 9}, now=now)
    held = pl.DataFrame({"branch_id": branch, "cell": cells, "travel_s": np.zeros(len(cells))})
    write_frame(connection, "catchment_cell", held, version_id=catchment)
    finish_version(connection, catchment, report={})
    return Inputs(ground=ground, bank=bank, catchment=catchment)


def known_addresses() -> pl.DataFrame:
    """Seeweg 2 to 12 along a parallel, 9 where it is not, and the town."""
    numbers = [2, 4, 6, 8, 10, 12, 1, 3, 5, 7, 9]
    rows = [
        {"id": f"a{number}", "street": "Seeweg", "number": str(number), "kind": "address"}
        | {"lng": 9.5201 + number * 0.0003, "lat": STREET_LAT + (number % 2) * 0.0002}
        for number in numbers
    ]
    rows[-1] |= {"lng": WRONG_HOUSE[0], "lat": WRONG_HOUSE[1]}
    town = {"id": "t", "name": "Vaduz", "kind": "town", "lng": 9.5222, "lat": 47.141, "precision_m": 1_500.0}
    return table("gazetteer", [*rows, town], city="Vaduz", postcode="9490", source="test")

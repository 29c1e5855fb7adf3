"""Two villages, two branches, three area grids, ten customers and seven shops: small enough to count by hand."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import numpy as np
import polars as pl
import shapely
import sqlalchemy as sa

from gridgeo.cells import cells_from_polygon, centres
from gridgeo.domain import Actor, CellArray
from gridgeo.pipeline.steps import Inputs
from gridgeo.storage import CONTRACTS, finish_version, new_version, set_live, write_frame
from gridgeo.storage.models import Grid, GridCell, GridSet

WEST, SOUTH, EAST, NORTH = 116.0, 30.0, 116.04, 30.02
MIDDLE = 116.02
TODAY = date(2026, 3, 2)
PEOPLE = {"Village A": 600.0, "Village B": 400.0}

CUSTOMERS: list[dict[str, Any]] = [
    {"id": "c1", "branch_id": "B1", "village_code": "A1", "age_band": "60+", "tier": "core", "tags": "vip"},
    {"id": "c2", "branch_id": "B1", "village_code": "A1", "age_band": "60+", "tier": "basic", "do_not_contact": True},
    {"id": "c3", "branch_id": "B1", "village_code": "A2", "age_band": "60+", "tier": "basic", "consent": False},
    {"id": "c4", "branch_id": "B1", "village_code": "A2", "age_band": "18-29", "tier": "high_end", "tags": "vip;new"},
    {"id": "c5", "branch_id": "B1", "village_code": "A1", "age_band": None, "tier": "basic", "consent": True},
    {"id": "c6", "branch_id": "B2", "village_code": "B", "age_band": "60+", "tier": "core", "tags": "new"},
    {"id": "c7", "branch_id": "B2", "village_code": "B", "age_band": "30-44", "tier": "basic"},
    {"id": "c8", "branch_id": "B2", "age_band": "60+", "tier": None},
    {"id": "p1", "branch_id": "B1", "village_code": "A1", "age_band": "60+", "party": "prospect"}
    | {"expires_on": date(2026, 12, 31), "source": "fair", "basis": "consent"},
    {"id": "p2", "branch_id": "B1", "village_code": "A1", "age_band": "60+", "party": "prospect"}
    | {"expires_on": date(2026, 1, 31), "source": "fair", "basis": "consent"},
]
"""c8 has no place; p2's basis has run out; do_not_contact and consent are null where they are not given."""

SHOPS: list[dict[str, Any]] = [
    {"id": "m1", "name": "Bakery", "osm_tag": "shop=bakery", "lng": 116.005, "lat": 30.005},
    {"id": "m2", "name": "Inn", "osm_tag": "tourism=hotel", "lng": 116.005, "lat": 30.015},
    {"id": "m3", "name": None, "osm_tag": "shop=books", "lng": 116.03, "lat": 30.01},
    {"id": "m4", "name": "Works", "osm_tag": None, "lng": 116.031, "lat": 30.01},
]
OWN_SHOPS: list[dict[str, Any]] = [
    {"id": "o1", "name": "Zoe's", "scheme": "GB/T 4754-2017", "code": "5211", "lng": 116.006, "lat": 30.004},
    {"id": "o2", "name": "Mill", "scheme": "gbt4754", "code": "13", "lng": 116.032, "lat": 30.011},
    {"id": "o3", "name": "Old", "scheme": "gbt4754", "code": "9999", "lng": 116.033, "lat": 30.011},
]


def table(name: str, rows: list[dict[str, Any]], **fixed: Any) -> pl.DataFrame:
    """Rows of a store's table; what they do not say is null, or as fixed."""
    return pl.DataFrame([fixed | row for row in rows], schema=CONTRACTS[name])


def cells_here() -> CellArray:
    return cells_from_polygon(shapely.box(WEST, SOUTH, EAST, NORTH), 9)


def village(code: str) -> shapely.Geometry:
    return shapely.box(WEST, SOUTH, MIDDLE, NORTH) if code == "A" else shapely.box(MIDDLE, SOUTH, EAST, NORTH)


def small_bank(connection: sa.Connection, actor: Actor, now: datetime) -> Inputs:
    """Write it all and make it live."""
    ground = new_version(connection, actor, "ground", params={"name": "two villages", "mode": "walk"}, now=now)
    shapes = [
        {"id": code.lower(), "name": f"Village {code}", "kind": "village", "code": code}
        | {"geometry": shapely.to_wkb(village(code))}
        for code in ("A", "B")
    ]
    write_frame(connection, "boundary", table("boundary", shapes), version_id=ground)
    counted = [{"zone": zone, "people": people, "households": people / 2} for zone, people in PEOPLE.items()]
    counted[0]["businesses"] = 30.0
    fixed = {"dated_on": date(2025, 7, 1), "source": "census", "assumed": False}
    write_frame(connection, "denominator", table("denominator", counted, **fixed), version_id=ground)
    shops = table("merchant", SHOPS, industry="other", synthetic=True)
    write_frame(connection, "merchant", shops, version_id=ground)
    finish_version(connection, ground, report={})
    bank = new_version(connection, actor, "bank", params={"synthetic": True}, now=now)
    _write_bank(connection, bank)
    finish_version(connection, bank, report={})
    set_live(connection, actor, "ground", ground, now)
    set_live(connection, actor, "bank", bank, now)
    catchment = _write_grids(connection, actor, now)
    return Inputs(ground=ground, bank=bank, catchment=catchment)


def _write_bank(connection: sa.Connection, bank: int) -> None:
    units = [{"id": name, "name": name, "kind": "branch", "lng": 116.01, "lat": 30.01} for name in ("B1", "B2")]
    write_frame(connection, "org_unit", table("org_unit", units, synthetic=True), version_id=bank)
    person = {"id": "s1", "org_unit_id": "B1", "name": "Lin", "post": "rm", "hours_per_week": 40.0}
    write_frame(connection, "staff", table("staff", [person], synthetic=True), version_id=bank)
    write_frame(connection, "customer", table("customer", CUSTOMERS, synthetic=True), version_id=bank)
    own = table("merchant", OWN_SHOPS, industry="other", synthetic=True)
    write_frame(connection, "merchant", own, version_id=bank)
    products = [{"id": "k1", "name": "少儿教育金", "kind": "insurance"}, {"id": "k2", "name": "Loan", "kind": "loan"}]
    write_frame(connection, "product", table("product", products), version_id=bank)
    homes = [
        {"id": "h1", "village_code": "A1", "members": 3, "status": "resident"},
        {"id": "h2", "village_code": "A1", "members": None, "status": "working_away"},
        {"id": "h3", "village_code": "B", "members": 2, "status": "resident"},
    ]
    write_frame(connection, "household", table("household", homes), version_id=bank)


def _write_grids(connection: sa.Connection, actor: Actor, now: datetime) -> int:
    """Write the catchments and area grids: A1 and A2 of branch B1, south and north of Village A; B of branch B2."""
    cells = cells_here()
    lng, lat = centres(cells)
    branch = np.where(lng < MIDDLE, "B1", "B2")
    grid = np.where(lng >= MIDDLE, "B", np.where(lat < (SOUTH + NORTH) / 2, "A1", "A2"))
    version = new_version(connection, actor, "catchment", params={}, now=now)
    held = pl.DataFrame({"branch_id": branch, "cell": cells, "travel_s": np.zeros(len(cells))})
    write_frame(connection, "catchment_cell", held, version_id=version)
    finish_version(connection, version, report={})
    for name, codes in (("B1", ("A1", "A2")), ("B2", ("B",))):
        entry = {"branch_id": name, "resolution": 9, "catchment_id": version, "revision": 1}
        statement = sa.insert(GridSet).values(**entry, created_at=now, actor_id="t").returning(GridSet.id)
        number = connection.execute(statement).scalar_one()
        for code in codes:
            record = {"set_id": number, "id": f"g{code}", "name": f"Grid {code}", "kind": "village", "code": code}
            shape = shapely.to_wkb(village("B"), byte_order=1) if code == "B" else None
            owner = "s1" if code == "A1" else None
            more = {"status": "live", "stage": "develop", "owner_id": owner, "geometry": shape}
            connection.execute(sa.insert(Grid).values(**record, **more, survey_done_on=date(2026, 1, 5)))
            rows = [{"set_id": number, "cell": int(cell), "grid_id": f"g{code}"} for cell in cells[grid == code]]
            connection.execute(sa.insert(GridCell), rows)
    return version

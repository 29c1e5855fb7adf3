"""Take a bank's own files: everything is read and checked before anything is written."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl
import sqlalchemy as sa

from gridgeo.domain import Actor
from gridgeo.domain.tables import MERCHANTS, empty
from gridgeo.errors import InvalidInputError
from gridgeo.maps import formula_safe
from gridgeo.pipeline.bank import take_bank
from gridgeo.pipeline.ground import take_ground
from gridgeo.pipeline.steps import StepResult, require_planner
from gridgeo.sources import (
    Bank,
    Ground,
    GroundSpec,
    RoadGraph,
    TableRead,
    addresses_from_csv,
    customers_from_csv,
    denominators_from_csv,
    ground_from_tables,
    merchants_from_csv,
    org_units_from_csv,
    osm_tables,
    road_graph_from_osm_tables,
    staff_from_csv,
)
from gridgeo.storage import live, read_frame


@dataclass(frozen=True)
class GroundFiles:
    """A ground read from files, not yet in the store."""

    ground: Ground
    roads: RoadGraph
    people: pl.DataFrame


@dataclass(frozen=True)
class BankFiles:
    """A bank's tables read from files, not yet in the store; each with its rejected rows."""

    reads: dict[str, TableRead]

    @property
    def report(self) -> dict[str, Any]:
        """Rows in, accepted and rejected by reason, of each file."""
        return {name: read.report.as_dict() for name, read in self.reads.items()}


def ground_files(
    extract: Path,
    population: Path,
    *,
    datum: str,
    admin_level: str = "8",
    travel: str = "drive",
    name: str | None = None,
) -> GroundFiles:
    """Read an OpenStreetMap extract and the people of its zones.

    name: of the ground in the population file; the extract's file name up to its first dot by default.
    Raises InvalidInputError when a file is missing or not what it should be.
    """
    known = name or extract.name.split(".")[0]
    if travel not in ("drive", "walk"):
        raise InvalidInputError("travel mode must be one of {known}, got {given}", known="drive, walk", given=travel)
    spec = GroundSpec(
        known,
        extract.name,
        "municipality",
        travel="walk" if travel == "walk" else "drive",
        datum=datum,
        boundary_level=admin_level,
    )
    tables = osm_tables(extract)
    ground = ground_from_tables(tables, spec)
    return GroundFiles(
        ground, road_graph_from_osm_tables(tables, spec.travel), denominators_from_csv(population, known)
    )


def import_ground(connection: sa.Connection, actor: Actor, files: GroundFiles, now: datetime) -> StepResult:
    """Write the ground as a version and make it the working one."""
    return take_ground(connection, actor, files.ground, files.roads, files.people, now)


def bank_files(tables: dict[str, Path], datum: str, merchants: Path | None = None) -> BankFiles:
    """Read a bank's CSV files; tables: orgs, staff, customers, addresses -> file. datum: of every coordinate in them.

    Raises InvalidInputError when a file as a whole does not fit; rows that do not fit are kept with their reasons.
    """
    orgs = org_units_from_csv(tables["orgs"], datum)
    staff = staff_from_csv(tables["staff"], orgs.accepted)
    reads = {
        "orgs": orgs,
        "staff": staff,
        "customers": customers_from_csv(tables["customers"], orgs.accepted, staff.accepted),
        "addresses": addresses_from_csv(tables["addresses"], datum),
    }
    return BankFiles(reads | ({"merchants": merchants_from_csv(merchants, datum)} if merchants else {}))


def import_bank(connection: sa.Connection, actor: Actor, files: BankFiles, now: datetime) -> StepResult:
    """Write the accepted rows as a version and make it the working bank.

    The gazetteer is the bank's own addresses and those, the streets and the towns of the working ground.
    """
    require_planner(actor)
    ground = read_frame(connection, "gazetteer", version_id=live(connection, "ground").id)
    accepted = {name: read.accepted for name, read in files.reads.items()}
    own = accepted["addresses"].with_columns(pl.format("own-{}", "id").alias("id"))
    bank = Bank(
        org_units=accepted["orgs"],
        staff=accepted["staff"],
        customers=accepted["customers"],
        merchants=accepted.get("merchants", empty(MERCHANTS)),
        gazetteer=pl.concat([own, ground]),
        synthetic=bool(accepted["customers"]["synthetic"].any()),
    )
    result = take_bank(connection, actor, bank, now)
    return StepResult(result.version_id, result.report | {"files": files.report})


def write_rejected(files: BankFiles, out: Path) -> int:
    """Write every rejected row to a CSV: file, row, reason and the row as it stood; return how many there are."""
    parts = [read.rejected.select(pl.lit(name).alias("file"), pl.all()) for name, read in files.reads.items()]
    rows = pl.concat(parts, how="diagonal")
    formula_safe(rows).write_csv(out, include_bom=True)
    return rows.height

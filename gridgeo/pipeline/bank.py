"""Take a bank into the store: org units, staff, customers and the gazetteer they are located with."""

from __future__ import annotations

from datetime import datetime

import polars as pl
import sqlalchemy as sa

from gridgeo.domain import Actor
from gridgeo.errors import InvalidInputError
from gridgeo.pipeline.house import in_house
from gridgeo.pipeline.steps import StepResult, require_planner
from gridgeo.sources import Bank
from gridgeo.storage import finish_version, new_version, set_live, write_frame


def take_bank(connection: sa.Connection, actor: Actor, bank: Bank, now: datetime) -> StepResult:
    """Write one bank version, in the store's house datum, and make it the working one.

    bank: positions in WGS 84.
    Raises InvalidInputError when a customer or a member of staff names an org unit that does not exist, or when a
    branch has no relationship manager.
    """
    require_planner(actor)
    _require_known(bank.customers, "customer", "branch_id", bank.org_units)
    _require_known(bank.staff, "staff", "org_unit_id", bank.org_units)
    _require_managers(bank)
    version_id = new_version(connection, actor, "bank", params={"synthetic": bank.synthetic}, now=now)
    tables = {
        "org_unit": bank.org_units,
        "staff": bank.staff,
        "customer": bank.customers,
        "merchant": bank.merchants,
        "gazetteer": bank.gazetteer,
        "household": bank.households,
        "product": bank.products,
        "price": bank.prices,
    }
    rows = {
        name: write_frame(connection, name, frame, version_id=version_id)
        for name, frame in in_house(connection, tables).items()
    }
    report = {"rows": rows}
    finish_version(connection, version_id, report=report)
    set_live(connection, actor, "bank", version_id, now)
    return StepResult(version_id, report)


def branches_of(org_units: pl.DataFrame) -> pl.DataFrame:
    """Return the org units that serve customers on the ground, ordered by id."""
    return org_units.filter(pl.col("kind") != "head_office").sort("id")


def _require_known(table: pl.DataFrame, name: str, column: str, org_units: pl.DataFrame) -> None:
    stray = table.filter(~pl.col(column).is_in(org_units["id"].implode()))
    if not stray.is_empty():
        raise InvalidInputError(
            "{name} {id}: {column} {given} is not an org unit",
            name=name,
            id=stray["id"][0],
            column=column,
            given=stray[column][0],
        )


def _require_managers(bank: Bank) -> None:
    managed = bank.staff.filter(pl.col("post") == "rm")["org_unit_id"].implode()
    alone = branches_of(bank.org_units).filter(~pl.col("id").is_in(managed))
    if not alone.is_empty():
        raise InvalidInputError("branch {branch} has no relationship manager (post rm)", branch=alone["id"][0])

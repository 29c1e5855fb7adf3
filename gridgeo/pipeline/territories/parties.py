"""Customers beside a plan: who holds the account, whose area they live in."""

from __future__ import annotations

import polars as pl
import sqlalchemy as sa

from gridgeo.domain import Actor
from gridgeo.pipeline.steps import Inputs
from gridgeo.pipeline.territories.compare import Plan
from gridgeo.storage import read_frame, whole_bank

KEPT = ("id", "branch_id", "account_rm_id", "tier", "balance_fen", "last_contact_on", "consent")


def customers_on(connection: sa.Connection, actor: Actor | None, inputs: Inputs) -> pl.DataFrame:
    """Return the customers who have a cell: KEPT, and cell. actor: None for sums that name nobody."""
    if actor is None:
        with whole_bank(connection):
            return _customers_on(connection, None, inputs)
    return _customers_on(connection, actor, inputs)


def _customers_on(connection: sa.Connection, actor: Actor | None, inputs: Inputs) -> pl.DataFrame:
    people = read_frame(connection, "customer", version_id=inputs.bank, columns=KEPT, actor=actor)
    where = {"party_kind": "customer", "hard": True}
    placed = read_frame(
        connection, "location_cell", version_id=inputs.location, where=where, columns=["party_id", "cell"], actor=actor
    )
    return people.join(placed, left_on="id", right_on="party_id", how="inner")


def with_areas(connection: sa.Connection, people: pl.DataFrame, plan: Plan, branches: list[str]) -> pl.DataFrame:
    """Add territory, area_rm and area_branch of a plan to customers; those outside its branches are left out."""
    areas = plan.cells(connection, branches).select("cell", "territory", area_rm="rm", area_branch="branch_id")
    return people.join(areas, on="cell", how="inner").sort("id")

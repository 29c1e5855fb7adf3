"""Parties placed in some cells, counted by the store: a branch's are read without those of the bank."""

from __future__ import annotations

from typing import Any

import polars as pl
import sqlalchemy as sa

from gridgeo.domain import CellArray
from gridgeo.storage.conditions import among
from gridgeo.storage.models import Customer, LocationCell
from gridgeo.storage.versions import part_of


def counts_by_tier(connection: sa.Connection, versions: tuple[int, int], cells: CellArray) -> pl.DataFrame:
    """Return a row a cell and tier: cell, tier, share (expected customers), hard (customers by point).

    versions: of the locations and of the bank. tier is null for customers that the bank does not know.
    """
    location, bank = versions
    placed: Any = LocationCell.__table__
    customer: Any = Customer.__table__
    known = (customer.c.version_id == part_of(connection, bank, "customer")) & (customer.c.id == placed.c.party_id)
    query = (
        sa.select(
            placed.c.cell,
            customer.c.tier,
            sa.func.sum(placed.c.share),
            sa.func.sum(sa.case((placed.c.hard, 1.0), else_=0.0)),
        )
        .select_from(placed.outerjoin(customer, known))
        .where(placed.c.version_id == location, placed.c.party_kind == "customer")
        .where(among(placed.c.cell, cells, connection.dialect.name))
        .group_by(placed.c.cell, customer.c.tier)
        .order_by(placed.c.cell, customer.c.tier)
    )
    schema = {"cell": pl.Int64, "tier": pl.String, "share": pl.Float64, "hard": pl.Float64}
    return _frame(connection, query, schema)


def hard_parties(connection: sa.Connection, location: int, cells: CellArray, kind: str) -> pl.DataFrame:
    """Return cell and party_id of the parties of a kind whose point lies in one of the cells."""
    placed: Any = LocationCell.__table__
    query = (
        sa.select(placed.c.cell, placed.c.party_id)
        .where(placed.c.version_id == location, placed.c.party_kind == kind, placed.c.hard)
        .where(among(placed.c.cell, cells, connection.dialect.name))
        .order_by(placed.c.cell, placed.c.party_id)
    )
    return _frame(connection, query, {"cell": pl.Int64, "party_id": pl.String})


def _frame(connection: sa.Connection, query: sa.Select[Any], schema: dict[str, Any]) -> pl.DataFrame:
    rows = [tuple(row) for row in connection.execute(query)]
    return pl.DataFrame(rows, schema=schema, orient="row").with_columns(pl.col("cell").cast(pl.UInt64))

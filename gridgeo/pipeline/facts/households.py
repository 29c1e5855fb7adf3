"""Households of the register in the cells, and whether the bank met them within a year."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl
import sqlalchemy as sa

from gridgeo.cells import cells_from_points, common_resolution
from gridgeo.domain import CellArray
from gridgeo.pipeline.facts.customers import within_a_year
from gridgeo.pipeline.steps import Inputs
from gridgeo.storage import read_frame

LIVING = ("resident", "working_away")
"""Households that can be met; one without a status counts as resident."""
COLUMNS = ["id", "building_id", "status", "lng", "lat"]


def household_facts(
    connection: sa.Connection,
    inputs: Inputs,
    cells: CellArray,
    known: tuple[pl.DataFrame, pl.DataFrame],
    day: date | None,
) -> tuple[pl.DataFrame | None, int]:
    """Return at and contacted of the households in the cells, and how many have no place; None without a register.

    cells: ascending. known: customers and contacts. A household stands at its own point, else at its building's. It was
    met when a contact names it, or one of its members who is a customer, in the 12 months up to the day.
    """
    rows = read_frame(connection, "household", version_id=inputs.bank, columns=COLUMNS)
    living = rows.filter(pl.col("status").fill_null("resident").is_in(LIVING))
    if living.is_empty():
        return None, 0
    placed = _placed(connection, inputs, living)
    met = _met(*known, day)
    lng, lat = placed["lng"].to_numpy(), placed["lat"].to_numpy()
    where = cells_from_points(lng, lat, common_resolution(cells))
    at = np.minimum(np.searchsorted(cells, where), len(cells) - 1).astype(np.int64)
    facts = placed.select(pl.Series("at", at), contacted=pl.col("id").is_in(met.implode()))
    return facts.filter(cells[at] == where), living.height - placed.height


def _placed(connection: sa.Connection, inputs: Inputs, households: pl.DataFrame) -> pl.DataFrame:
    """Return id, lng, lat of the households whose place is known."""
    columns = ["id", "lng", "lat"]
    buildings = read_frame(connection, "building", version_id=inputs.ground, columns=columns)
    joined = households.join(
        buildings, left_on="building_id", right_on="id", how="left", suffix="_building", maintain_order="left"
    )
    own = pl.col("lng").is_not_null() & pl.col("lat").is_not_null()
    point = [pl.when(own).then(name).otherwise(f"{name}_building").alias(name) for name in ("lng", "lat")]
    return joined.select("id", *point).drop_nulls()


def _met(customers: pl.DataFrame, contacts: pl.DataFrame, day: date | None) -> pl.Series:
    """Return the ids of the households that were met within a year."""
    if day is None:
        return pl.Series("id", [], dtype=pl.String)
    year = contacts.filter(pl.col("effective") & within_a_year("contacted_on", day))
    named = year.filter(pl.col("party_kind") == "household")["party_id"]
    served = year.filter(pl.col("party_kind") == "customer")["party_id"]
    seen = pl.col("id").is_in(served.implode()) | within_a_year("last_contact_on", day).fill_null(value=False)
    members = customers.filter(seen)["household_id"].drop_nulls()
    return pl.concat([named.alias("id"), members.alias("id")]).unique()

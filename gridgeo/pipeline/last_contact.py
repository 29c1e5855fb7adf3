"""When anybody of a cell was last contacted."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import numpy as np
import polars as pl
import sqlalchemy as sa

from gridgeo.domain import CellArray, FloatArray
from gridgeo.storage import read_frame, whole_bank


def days_since_contact(
    connection: sa.Connection, versions: Mapping[str, int], cells: CellArray, today: date
) -> FloatArray:
    """Return days since the last contact with a customer or merchant placed in each cell, not-a-number without one.

    versions: of bank and location. The bank's own date of a customer and its list of contacts both count; dates after
    today are plans, not contacts.
    """
    where = {"cell": cells, "hard": True}
    columns = ["party_kind", "party_id", "cell"]
    with whole_bank(connection):
        parties = read_frame(connection, "location_cell", version_id=versions["location"], where=where, columns=columns)
        if parties.is_empty():
            return np.full(len(cells), np.nan)
        known = pl.concat(
            [_own_dates(connection, versions["bank"], parties), _contacts(connection, versions["bank"], parties)]
        )
    last = (
        parties.join(known.filter(pl.col("on") <= today), on=["party_kind", "party_id"])
        .group_by("cell")
        .agg(pl.col("on").max())
    )
    days = pl.DataFrame({"cell": cells}).join(last, on="cell", how="left", maintain_order="left")
    return (
        days.select((pl.lit(today) - pl.col("on")).dt.total_days().cast(pl.Float64).fill_null(np.nan))
        .to_series()
        .to_numpy()
    )


def _own_dates(connection: sa.Connection, bank_id: int, parties: pl.DataFrame) -> pl.DataFrame:
    ids = parties.filter(pl.col("party_kind") == "customer")["party_id"]
    rows = read_frame(
        connection, "customer", version_id=bank_id, where={"id": ids.to_list()}, columns=["id", "last_contact_on"]
    )
    return rows.drop_nulls().select(party_kind=pl.lit("customer"), party_id="id", on="last_contact_on")


def _contacts(connection: sa.Connection, bank_id: int, parties: pl.DataFrame) -> pl.DataFrame:
    columns = ["party_kind", "party_id", "contacted_on"]
    where = {"party_id": parties["party_id"].unique().to_list()}
    rows = read_frame(connection, "contact", version_id=bank_id, where=where, columns=columns)
    return rows.drop_nulls().select("party_kind", "party_id", on="contacted_on")

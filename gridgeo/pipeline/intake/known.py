"""What the store knows already that the rows of a file may name."""

from __future__ import annotations

import polars as pl
import sqlalchemy as sa

from gridgeo.pipeline.intake.compose import standing_version
from gridgeo.sources.intake import ImportKind, Known
from gridgeo.storage import house_datum, read_frame

TABLES = {"orgs": "org_unit", "branches": "org_unit", "staff": "staff"}
"""What a reference may name -> the table that holds it."""


def known_of(connection: sa.Connection, kind: ImportKind) -> Known:
    """Return the house datum, and the ids and names that rows of a kind may name; a store without them knows none."""
    found = {item.known: _known(connection, item.known) for item in kind.references}
    return Known(
        house=house_datum(connection),
        ids={name: rows["id"] for name, rows in found.items()},
        names=found,
    )


def _known(connection: sa.Connection, name: str) -> pl.DataFrame:
    """Return id and name of what a reference may name."""
    version_id = standing_version(connection, "staff" if name == "staff" else "orgs")
    if version_id is None:
        return pl.DataFrame(schema={"id": pl.String, "name": pl.String})
    columns = ["id", "name", *([] if name == "staff" else ["kind"])]
    rows = read_frame(connection, TABLES[name], version_id=version_id, columns=columns)
    return (rows.filter(pl.col("kind") != "head_office") if name == "branches" else rows).select("id", "name")

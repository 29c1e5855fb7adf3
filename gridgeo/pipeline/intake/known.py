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
    """Return the house datum, and the ids that rows of a kind may name; a store without them knows none."""
    return Known(
        house=house_datum(connection),
        ids={item.known: _ids(connection, item.known) for item in kind.references},
    )


def _ids(connection: sa.Connection, name: str) -> pl.Series:
    version_id = standing_version(connection, "staff" if name == "staff" else "orgs")
    columns = ["id"] if name == "staff" else ["id", "kind"]
    if version_id is None:
        return pl.Series("id", [], dtype=pl.String)
    rows = read_frame(connection, TABLES[name], version_id=version_id, columns=columns)
    return (rows.filter(pl.col("kind") != "head_office") if name == "branches" else rows)["id"]

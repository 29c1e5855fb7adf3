"""What all tables share: names of constraints, Python types and their columns, the version a row belongs to."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, ClassVar

import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from gridgeo.storage.types import Bytewise, Instant, Shape, has_postgis

Cell = Annotated[int, mapped_column(sa.BigInteger)]
"""An H3 cell; its top bit is never set, so it is positive as a signed number too."""
Wkb = Annotated[bytes, mapped_column(Shape)]
BigInt = Annotated[int, mapped_column(sa.BigInteger)]
Json = Annotated[dict[str, Any], mapped_column(sa.JSON(none_as_null=True))]
"""A JSON object; tables of frames carry it as JSON text."""

CLUSTERED = {"sqlite_with_rowid": False}
"""Large tables of small rows: SQLite keeps them in the order of their key, without a second look-up by row number."""


class Base(DeclarativeBase):
    """The one registry of tables."""

    metadata = sa.MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        str: Bytewise,
        bool: sa.Boolean(),
        float: sa.Double(),
        int: sa.Integer(),
        date: sa.Date(),
        datetime: Instant(),
    }


class Versioned:
    """A row of a dataset: written once under one version, never changed.

    No foreign key leads to `version`: PostgreSQL checks one row by row, which doubles the time of a write.
    `write_frame` checks the version once instead, and nothing else writes these tables.
    """

    version_id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True, autoincrement=False, sort_order=-1)


def shape_index(table: str) -> sa.Index:
    """Return the GiST index of a table's geometry, for stores with PostGIS."""
    index = sa.Index(f"ix_{table}_geometry", "geometry", postgresql_using="gist")
    return index.ddl_if(callable_=lambda *_, dialect, **__: has_postgis(dialect))


def json_check(column: str) -> sa.CheckConstraint:
    """Return SQLite's check that a column holds JSON; PostgreSQL's type checks by itself."""
    return sa.CheckConstraint(f"{column} IS NULL OR json_valid({column})", name=f"{column}_json").ddl_if(
        dialect="sqlite"
    )

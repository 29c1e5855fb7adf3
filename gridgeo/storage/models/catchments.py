"""Catchments of branches and the cells they hold."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from gridgeo.storage.models.base import CLUSTERED, Base, Cell, Json, Versioned, Wkb, json_check, shape_index


class Catchment(Versioned, Base):
    """One branch's polygon with the method that drew it; `params` is null where the version says it all.

    geometry: the line around its cells. border: the one that it is stated by, null where there is no other.
    """

    __tablename__ = "catchment"
    __table_args__ = (shape_index("catchment"), json_check("params"))

    branch_id: Mapped[str] = mapped_column(primary_key=True)
    method: Mapped[str]
    label: Mapped[str]
    params: Mapped[Json | None]
    geometry: Mapped[Wkb]
    border: Mapped[Wkb | None]


class CatchmentCell(Versioned, Base):
    """A cell of a catchment; the unique index says that a cell has one branch."""

    __tablename__ = "catchment_cell"
    __table_args__ = (sa.UniqueConstraint("version_id", "cell"), CLUSTERED)

    branch_id: Mapped[str] = mapped_column(primary_key=True)
    cell: Mapped[Cell] = mapped_column(primary_key=True, autoincrement=False)
    travel_s: Mapped[float | None]

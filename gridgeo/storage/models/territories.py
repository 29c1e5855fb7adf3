"""Territories of relationship managers, their cells, and the proof of how good a branch's plan is."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from gridgeo.storage.models.base import CLUSTERED, Base, Cell, Json, Versioned, json_check


class Territory(Versioned, Base):
    """The duty area of one relationship manager."""

    __tablename__ = "territory"

    branch_id: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(primary_key=True)
    rm_id: Mapped[str | None]
    name: Mapped[str]
    colour: Mapped[int]


class TerritoryCell(Versioned, Base):
    """A cell of a territory; the unique index says that a cell has one."""

    __tablename__ = "territory_cell"
    __table_args__ = (sa.UniqueConstraint("version_id", "cell"), CLUSTERED)

    branch_id: Mapped[str] = mapped_column(primary_key=True)
    territory_id: Mapped[str]
    cell: Mapped[Cell] = mapped_column(primary_key=True, autoincrement=False)


class Certificate(Versioned, Base):
    """Limits, loads and bound of one branch's plan."""

    __tablename__ = "certificate"
    __table_args__ = (json_check("body"),)

    branch_id: Mapped[str] = mapped_column(primary_key=True)
    body: Mapped[Json]

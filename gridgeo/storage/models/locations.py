"""Where parties are, and which cells hold them."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from gridgeo.storage.models.base import CLUSTERED, Base, Cell, Versioned


class Location(Versioned, Base):
    """What became of one party: placed, unplaced or rejected."""

    __tablename__ = "location"

    party_kind: Mapped[str] = mapped_column(primary_key=True)
    party_id: Mapped[str] = mapped_column(primary_key=True)
    lng: Mapped[float | None]
    lat: Mapped[float | None]
    tier: Mapped[str]
    accuracy_m: Mapped[float | None]
    confidence: Mapped[float | None]
    matched: Mapped[str | None]
    gazetteer_id: Mapped[str | None]
    outcome: Mapped[str]
    reason: Mapped[str | None]


class LocationCell(Versioned, Base):
    """The share of one placed party that falls into one cell."""

    __tablename__ = "location_cell"
    __table_args__ = (sa.Index(None, "version_id", "cell"), CLUSTERED)

    party_kind: Mapped[str] = mapped_column(primary_key=True)
    party_id: Mapped[str] = mapped_column(primary_key=True)
    cell: Mapped[Cell] = mapped_column(primary_key=True, autoincrement=False)
    share: Mapped[float]
    hard: Mapped[bool]


class Membership(Versioned, Base):
    """Which area grid a party belongs to, by which rule, and what each rule alone would say."""

    __tablename__ = "membership"
    __table_args__ = (sa.Index(None, "version_id", "grid_id"), CLUSTERED)

    party_kind: Mapped[str] = mapped_column(primary_key=True)
    party_id: Mapped[str] = mapped_column(primary_key=True)
    grid_id: Mapped[str | None]
    rule: Mapped[str]
    by_code: Mapped[str | None]
    by_boundary: Mapped[str | None]
    by_cell: Mapped[str | None]

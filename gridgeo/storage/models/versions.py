"""Versions, and which one of each kind is live."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from gridgeo.storage.models.base import Base, Json
from gridgeo.storage.types import RowId


class Version(Base):
    """One dataset, computation or publication; `report` is null until it is finished."""

    __tablename__ = "version"
    # Numbers of rolled back or removed versions must not come again: they stand in exports and logs.
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    kind: Mapped[str] = mapped_column(index=True)
    actor_id: Mapped[str]
    actor_role: Mapped[str]
    created_at: Mapped[datetime]
    params: Mapped[Json]
    report: Mapped[Json | None]


class Live(Base):
    """The pointer: which version of a kind readers get."""

    __tablename__ = "live"

    kind: Mapped[str] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(sa.ForeignKey("version.id"))
    since: Mapped[datetime]


class LiveLog(Base):
    """Every move of a pointer, so that it can be rolled back and accounted for."""

    __tablename__ = "live_log"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    kind: Mapped[str]
    version_id: Mapped[int] = mapped_column(sa.ForeignKey("version.id"))
    previous_version_id: Mapped[int | None] = mapped_column(sa.ForeignKey("version.id"))
    actor_id: Mapped[str]
    at: Mapped[datetime]

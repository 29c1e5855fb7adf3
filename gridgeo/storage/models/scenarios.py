"""Scenarios: draft plans apart from what is live, and everything that happened to them."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from gridgeo.storage.models.base import Base, Json, json_check
from gridgeo.storage.types import RowId


class Scenario(Base):
    """A named draft; `version_id` is what it holds now, `revision` counts its changes."""

    __tablename__ = "scenario"
    __table_args__ = (sa.UniqueConstraint("name"), json_check("scope"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    name: Mapped[str]
    status: Mapped[str]
    version_id: Mapped[int] = mapped_column(sa.ForeignKey("version.id"))
    revision: Mapped[int]
    scope: Mapped[Json]
    notes: Mapped[str | None]
    created_at: Mapped[datetime]


class ScenarioEvent(Base):
    """One thing that happened to a scenario, never changed."""

    __tablename__ = "scenario_event"
    __table_args__ = (json_check("body"),)

    scenario_id: Mapped[int] = mapped_column(RowId, sa.ForeignKey("scenario.id"), primary_key=True, autoincrement=False)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str]
    actor_id: Mapped[str]
    actor_role: Mapped[str]
    at: Mapped[datetime]
    version_id: Mapped[int] = mapped_column(sa.ForeignKey("version.id"))
    body: Mapped[Json]

"""What people agree on around territories: policies, disputes, specialists beside the area's manager."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from gridgeo.storage.models.base import Base, Json, json_check
from gridgeo.storage.types import RowId


class PlanningPolicy(Base):
    """One state of a policy table; the newest of a kind counts, earlier ones stay for the plans made with them."""

    __tablename__ = "planning_policy"
    __table_args__ = (json_check("body"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    kind: Mapped[str] = mapped_column(index=True)
    body: Mapped[Json]
    actor_id: Mapped[str]
    at: Mapped[datetime]


class Dispute(Base):
    """A customer or cell that two claim; head office decides, once."""

    __tablename__ = "dispute"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    scenario_id: Mapped[int] = mapped_column(sa.ForeignKey("scenario.id"), index=True)
    branch_id: Mapped[str]
    subject_kind: Mapped[str]
    subject: Mapped[str]
    claimed_by: Mapped[str]
    reason: Mapped[str]
    raised_by: Mapped[str]
    raised_at: Mapped[datetime]
    awarded_to: Mapped[str | None]
    decision: Mapped[str | None]
    decided_by: Mapped[str | None]
    decided_at: Mapped[datetime | None]
    decided_on: Mapped[date | None]


class Overlay(Base):
    """A specialist for an industry or cohort grid; who owns the area stays as it is."""

    __tablename__ = "overlay"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    feature_id: Mapped[str] = mapped_column(sa.ForeignKey("feature_grid.id"), index=True)
    staff_id: Mapped[str]
    branch_id: Mapped[str | None]
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    actor_id: Mapped[str]
    at: Mapped[datetime]

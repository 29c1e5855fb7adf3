"""Area grids with their operation log; industry grids, cohort grids and target groups with their snapshots."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from gridgeo.storage.models.base import CLUSTERED, Base, Cell, Json, Wkb, json_check, shape_index
from gridgeo.storage.types import RowId


class GridSet(Base):
    """The area grids of one branch: a partition of its catchment's cells; `revision` counts its edits."""

    __tablename__ = "grid_set"
    __table_args__ = (sa.UniqueConstraint("branch_id"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    branch_id: Mapped[str]
    resolution: Mapped[int]
    catchment_id: Mapped[int] = mapped_column(sa.ForeignKey("version.id"))
    revision: Mapped[int]
    created_at: Mapped[datetime]
    actor_id: Mapped[str]


class Grid(Base):
    """One area grid as it stands.

    geometry: its own boundary, null where its cells are all there is. border: the line that it is stated by where that
    is not its boundary, streets as lines; null where there is none.
    """

    __tablename__ = "grid"
    __table_args__ = (shape_index("grid"),)

    set_id: Mapped[int] = mapped_column(RowId, sa.ForeignKey("grid_set.id"), primary_key=True, autoincrement=False)
    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    kind: Mapped[str]
    code: Mapped[str | None]
    owner_id: Mapped[str | None]
    status: Mapped[str]
    stage: Mapped[str]
    survey_planned_on: Mapped[date | None]
    survey_done_on: Mapped[date | None]
    develop_planned_on: Mapped[date | None]
    develop_done_on: Mapped[date | None]
    maintain_planned_on: Mapped[date | None]
    maintain_done_on: Mapped[date | None]
    note: Mapped[str | None]
    geometry: Mapped[Wkb | None]
    border: Mapped[Wkb | None]


class GridCell(Base):
    """A cell and the one grid of the set that holds it; the key says that there is only one."""

    __tablename__ = "grid_cell"
    __table_args__ = (sa.Index(None, "set_id", "grid_id"), CLUSTERED)

    set_id: Mapped[int] = mapped_column(RowId, sa.ForeignKey("grid_set.id"), primary_key=True, autoincrement=False)
    cell: Mapped[Cell] = mapped_column(primary_key=True, autoincrement=False)
    grid_id: Mapped[str]


class GridOperation(Base):
    """One entry of a set's log, never changed; undo and redo are entries that name another."""

    __tablename__ = "grid_operation"
    __table_args__ = (
        sa.UniqueConstraint("set_id", "idempotency_key"),
        json_check("args"),
        json_check("patch"),
    )

    set_id: Mapped[int] = mapped_column(RowId, sa.ForeignKey("grid_set.id"), primary_key=True, autoincrement=False)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str]
    actor_id: Mapped[str]
    actor_role: Mapped[str]
    at: Mapped[datetime]
    args: Mapped[Json]
    patch: Mapped[Json]
    undoes: Mapped[int | None]
    redoes: Mapped[int | None]
    idempotency_key: Mapped[str | None]


class FeatureGrid(Base):
    """An industry grid, a cohort grid or a target group: a named rule over what lies on the area grids."""

    __tablename__ = "feature_grid"
    __table_args__ = (sa.UniqueConstraint("kind", "name"), json_check("rule"))

    id: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    name: Mapped[str]
    branch_id: Mapped[str | None]
    owner_id: Mapped[str | None]
    status: Mapped[str]
    rule: Mapped[Json]
    revision: Mapped[int]
    created_at: Mapped[datetime]
    actor_id: Mapped[str]


class Snapshot(Base):
    """Who a rule held on a day, and what it was computed from."""

    __tablename__ = "snapshot"
    __table_args__ = (json_check("inputs"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    feature_id: Mapped[str] = mapped_column(sa.ForeignKey("feature_grid.id"), index=True)
    as_of: Mapped[date]
    taken_at: Mapped[datetime]
    actor_id: Mapped[str]
    inputs: Mapped[Json]
    size: Mapped[int]


class SnapshotMember(Base):
    """One party of a snapshot."""

    __tablename__ = "snapshot_member"
    __table_args__ = (CLUSTERED,)

    snapshot_id: Mapped[int] = mapped_column(RowId, sa.ForeignKey("snapshot.id"), primary_key=True, autoincrement=False)
    party_kind: Mapped[str] = mapped_column(primary_key=True)
    party_id: Mapped[str] = mapped_column(primary_key=True)

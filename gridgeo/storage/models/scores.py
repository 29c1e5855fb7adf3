"""Scores of cells, and the measures they are scores of."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from gridgeo.storage.models.base import CLUSTERED, Base, Cell, Json, Versioned, json_check


class MeasureRow(Base):
    """The measures of this release and of the users, for SQL clients to join; `sync_measures` fills it."""

    __tablename__ = "measure"

    id: Mapped[str] = mapped_column(primary_key=True)
    name_zh: Mapped[str]
    name_en: Mapped[str]
    unit: Mapped[str]
    kind: Mapped[str]
    direction: Mapped[str]
    method: Mapped[str]
    numerator: Mapped[str | None]
    denominator: Mapped[str | None]
    origin: Mapped[str]
    formula: Mapped[str | None]


class UserMeasure(Base):
    """A measure that somebody added by a file; the next score step computes it."""

    __tablename__ = "user_measure"
    __table_args__ = (json_check("definition"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int]
    definition: Mapped[Json]
    added_by: Mapped[str]
    added_role: Mapped[str]
    added_at: Mapped[datetime]


class ScoreMeasure(Versioned, Base):
    """What a measure of one score version meant when it was computed."""

    __tablename__ = "score_measure"
    __table_args__ = (json_check("definition"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int]
    name_zh: Mapped[str]
    name_en: Mapped[str]
    unit: Mapped[str]
    kind: Mapped[str]
    direction: Mapped[str]
    method: Mapped[str]
    numerator: Mapped[str | None]
    denominator: Mapped[str | None]
    origin: Mapped[str]
    formula: Mapped[str | None]
    definition: Mapped[Json | None]


class CellScore(Versioned, Base):
    """One figure of one cell."""

    __tablename__ = "cell_score"
    __table_args__ = (sa.Index(None, "version_id", "cell"), CLUSTERED)

    branch_id: Mapped[str] = mapped_column(primary_key=True)
    measure: Mapped[str] = mapped_column(primary_key=True)
    cell: Mapped[Cell] = mapped_column(primary_key=True, autoincrement=False)
    value: Mapped[float | None]
    low: Mapped[float | None]
    high: Mapped[float | None]
    evidence: Mapped[str | None]


class PublicScore(Versioned, Base):
    """One figure of one cell as consumers are shown it; a figure that is hidden is null and has a reason."""

    __tablename__ = "public_score"
    __table_args__ = (sa.Index(None, "version_id", "cell"), CLUSTERED)

    branch_id: Mapped[str] = mapped_column(primary_key=True)
    measure: Mapped[str] = mapped_column(primary_key=True)
    cell: Mapped[Cell] = mapped_column(primary_key=True, autoincrement=False)
    value: Mapped[float | None]
    low: Mapped[float | None]
    high: Mapped[float | None]
    evidence: Mapped[str | None]
    reason: Mapped[str | None]


class PublicSum(Versioned, Base):
    """One count of an ancestor of the cells as consumers are shown it; it belongs to no branch."""

    __tablename__ = "public_sum"
    __table_args__ = (sa.Index(None, "version_id", "cell"), CLUSTERED)

    measure: Mapped[str] = mapped_column(primary_key=True)
    cell: Mapped[Cell] = mapped_column(primary_key=True, autoincrement=False)
    value: Mapped[float | None]
    reason: Mapped[str | None]


class ScoreBasis(Versioned, Base):
    """What the figures of a branch's cells follow from: one Arrow table a branch."""

    __tablename__ = "score_basis"

    branch_id: Mapped[str] = mapped_column(primary_key=True)
    body: Mapped[bytes]


class ScoreModelBody(Versioned, Base):
    """What was fitted for the cells of one resolution, as JSON whose bytes follow from its inputs."""

    __tablename__ = "score_model"

    resolution: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    body: Mapped[bytes]

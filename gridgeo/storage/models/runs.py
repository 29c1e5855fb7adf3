"""Runs of the whole pipeline, step by step, so that a killed one can go on."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from gridgeo.storage.models.base import Base
from gridgeo.storage.types import RowId


class Run(Base):
    """One run; `finished_at` is null while it is under way or was killed.

    state: JSON text of table -> digest, of the tables without versions when the run began.
    """

    __tablename__ = "run"
    __table_args__ = (
        # Two unfinished runs over the same inputs would do the same work twice.
        sa.Index(
            "uq_run_unfinished_digest",
            "digest",
            unique=True,
            sqlite_where=sa.text("finished_at IS NULL"),
            postgresql_where=sa.text("finished_at IS NULL"),
        ),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    digest: Mapped[str]
    actor_id: Mapped[str]
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    state: Mapped[str | None]


class RunStep(Base):
    """A finished step of a run and the version it wrote."""

    __tablename__ = "run_step"

    run_id: Mapped[int] = mapped_column(sa.ForeignKey("run.id"), primary_key=True)
    step: Mapped[str] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(sa.ForeignKey("version.id"))

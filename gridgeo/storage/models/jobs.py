"""Long work as rows: claimed under a lease, watched by whoever asks, and there after a kill."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from gridgeo.storage.models.base import Base, Json, json_check


class Job(Base):
    """One piece of work; `payload` is an uploaded file, kept until the work is over."""

    __tablename__ = "job"
    __table_args__ = (
        sa.Index(None, "state", "lease_until"),
        sa.UniqueConstraint("actor_id", "idempotency_key"),
        json_check("params"),
        json_check("result"),
        json_check("error"),
        json_check("branch_ids"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    params: Mapped[Json]
    payload: Mapped[bytes | None] = mapped_column(sa.LargeBinary)
    file_name: Mapped[str | None]
    state: Mapped[str]
    step: Mapped[str | None]
    progress: Mapped[float]
    result: Mapped[Json | None]
    error: Mapped[Json | None]
    actor_id: Mapped[str]
    actor_role: Mapped[str]
    branch_ids: Mapped[Json | None]
    created_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    lease_until: Mapped[datetime | None]
    worker: Mapped[str | None]
    cancel_asked: Mapped[bool]
    attempts: Mapped[int]
    idempotency_key: Mapped[str | None]

"""What requests were answered that named themselves, so that the same one again is answered the same."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from gridgeo.storage.models.base import Base, Json, json_check


class Reply(Base):
    """One answer; digest: of the request that it was for."""

    __tablename__ = "reply"
    __table_args__ = (json_check("headers"),)

    actor_id: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    digest: Mapped[str]
    status: Mapped[int]
    headers: Mapped[Json]
    body: Mapped[bytes] = mapped_column(sa.LargeBinary)
    at: Mapped[datetime] = mapped_column(index=True)

"""Who may come in, and what they did: roles by claim, keys of programs, sessions of browsers, the audit log."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from gridgeo.storage.models.base import Base, Json, json_check
from gridgeo.storage.types import RowId


class RoleRuleRow(Base):
    """Whoever carries a value in a claim has a role; `branch_ids` null is every branch."""

    __tablename__ = "role_rule"
    __table_args__ = (
        sa.UniqueConstraint("claim", "value", "role"),
        json_check("branch_ids"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    claim: Mapped[str]
    value: Mapped[str]
    role: Mapped[str]
    branch_ids: Mapped[Json | None]
    branch_claim: Mapped[str | None]
    added_by: Mapped[str]
    added_at: Mapped[datetime]


class ApiKey(Base):
    """The key of a program, by its digest; revoked ones stay, so that nothing is ever made under the same prefix."""

    __tablename__ = "api_key"
    __table_args__ = (json_check("branch_ids"),)

    prefix: Mapped[str] = mapped_column(primary_key=True)
    digest: Mapped[str]
    name: Mapped[str]
    role: Mapped[str]
    branch_ids: Mapped[Json | None]
    added_by: Mapped[str]
    added_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]


class WebSession(Base):
    """A browser that is signed in, by the digest of its cookie; `claims` are those that rules ask for."""

    __tablename__ = "web_session"
    __table_args__ = (json_check("claims"),)

    digest: Mapped[str] = mapped_column(primary_key=True)
    claims: Mapped[Json]
    began_at: Mapped[datetime]
    ends_at: Mapped[datetime] = mapped_column(index=True)


class AuditLine(Base):
    """One line of the audit log; the store itself refuses to change or remove any (see the revision that made it)."""

    __tablename__ = "audit_log"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    actor_id: Mapped[str] = mapped_column(index=True)
    role: Mapped[str]
    action: Mapped[str]
    object: Mapped[str | None]
    outcome: Mapped[str]
    request_id: Mapped[str | None]

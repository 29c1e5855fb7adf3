"""Models of signing out and of the audit log."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel

from gridgeo.domain.audit import Outcome
from gridgeo_api.schemas.common import answer_config

LINE = {
    "id": 812,
    "at": "2026-03-01T08:00:00+00:00",
    "actor_id": "anna",
    "role": "branch_manager",
    "action": "edit_grids",
    "object": "branch_id=b1",
    "outcome": "done",
    "request_id": "5f2b7c0e9d3a4c1b8e6f7a9b0c1d2e3f",
}


class SignedOut(BaseModel):
    """The browser's session is over."""

    model_config = answer_config({"signed_out": True, "provider": "https://id.bank.example/logout?client_id=gridgeo"})

    signed_out: bool
    provider: str | None


class AuditLine(BaseModel):
    """Who, with which role, did or tried what, when, and how it ended; nothing that names a customer."""

    model_config = answer_config(LINE)

    id: int
    at: datetime
    actor_id: str
    role: str
    action: str
    object: str | None
    outcome: Outcome
    request_id: str | None


class AuditLog(BaseModel):
    """Lines, newest first; next: what `before` of the next page is, null on the last one."""

    model_config = answer_config({"lines": [LINE], "next": None})

    lines: list[AuditLine]
    next: int | None

"""The audit log for those who may read it: head office and auditors."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from gridgeo.domain import Actor
from gridgeo.domain.audit import OUTCOMES
from gridgeo.errors import InvalidInputError, NotAllowedError
from gridgeo.storage.audit_log import LinesWanted, read_lines

READERS = ("hq", "auditor")
MAX_LINES = 1000


def audit_lines(connection: sa.Connection, actor: Actor, wanted: LinesWanted, most: int = 100) -> dict[str, Any]:
    """Return lines, newest first, under ``lines``, and under ``next`` the number that the next page goes before.

    Raises NotAllowedError for other roles and for actors limited to branches, InvalidInputError for an unknown outcome
    or a page that is too large.
    """
    if actor.role not in READERS or actor.branch_ids is not None:
        raise NotAllowedError("role {role} may not read the audit log; it takes hq or auditor", role=actor.role)
    if wanted.outcome is not None and wanted.outcome not in OUTCOMES:
        raise InvalidInputError(
            "outcome must be one of {known}, got {given}", known=", ".join(OUTCOMES), given=wanted.outcome
        )
    if not 1 <= most <= MAX_LINES:
        raise InvalidInputError("limit must be 1 to {most}, got {given}", most=MAX_LINES, given=most)
    found = read_lines(connection, wanted, most + 1)
    lines = [line | {"at": _written(line["at"])} for line in found[:most]]
    return {"lines": lines, "next": lines[-1]["id"] if len(found) > most else None}


def _written(at: datetime) -> str:
    return at.isoformat()

"""The audit log, for head office and auditors."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from gridgeo.pipeline.audit_log import MAX_LINES, audit_lines
from gridgeo.storage.audit_log import LinesWanted
from gridgeo_api.deps import ActorKnown, Connected, plain_answer
from gridgeo_api.limits import MAX_TEXT
from gridgeo_api.openapi import problems
from gridgeo_api.params import NO_CONTROL
from gridgeo_api.schemas import AuditLog

router = APIRouter(tags=["audit"])
Before = Annotated[int | None, Query(ge=1, le=2**63 - 1, description="`next` of the page before.", examples=[712])]
Limit = Annotated[int, Query(ge=1, le=MAX_LINES, description="The most lines to answer with.", examples=[100])]
Who = Annotated[
    str | None,
    Query(max_length=MAX_TEXT, pattern=NO_CONTROL, description="Only lines of this actor.", examples=["anna"]),
]
Ended = Annotated[str | None, Query(max_length=20, description="Only lines with this outcome.", examples=["denied"])]
Since = Annotated[datetime | None, Query(description="Only lines from then on.", examples=["2026-03-01T00:00:00Z"])]


@router.get(
    "/audit-log",
    summary="Read the audit log",
    response_model=AuditLog,
    responses=problems(401, 403, 422, 503),
)
def list_audit_log(  # noqa: PLR0913 - one filter each
    actor: ActorKnown,
    connection: Connected,
    before: Before = None,
    who: Who = None,
    outcome: Ended = None,
    since: Since = None,
    limit: Limit = 100,
) -> Response:
    """List changes, exports, unmasked names and denied tries, newest first."""
    moment = since.replace(tzinfo=UTC) if since is not None and since.tzinfo is None else since
    return plain_answer(audit_lines(connection, actor, LinesWanted(before, who, outcome, moment), limit))

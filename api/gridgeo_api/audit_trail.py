"""What the service leaves in the audit log: changes in their own transaction, and tries that came to nothing."""

from __future__ import annotations

from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gridgeo.domain.audit import AuditEntry, Outcome, audit_entry
from gridgeo.storage.audit_log import add_line_apart, audit_commits
from gridgeo_api.auth import SAFE_METHODS

CREDENTIALS = ("authorization", "x-api-key")
TAKES_OUT = "audited_read"
_asking: ContextVar[Scope | None] = ContextVar("asking", default=None)


def audited_read(request: Request) -> None:
    """Have a read leave a line: for routes that take data out of the service or show what is masked otherwise.

    A dependency; the query ``unmask=true`` does the same on any route.
    """
    setattr(request.state, TAKES_OUT, True)


def audit_engine(engine: sa.Engine) -> None:
    """Have each change through the engine leave a line in the very transaction that makes it."""
    audit_commits(engine, _line_of_change)


def _line_of_change() -> AuditEntry | None:
    scope = _asking.get()
    if scope is None:
        return None
    _state(scope)["audited"] = True
    return _line(scope, "done")


class AuditTrail:
    """Middleware around `RequireActor`: writes down what no transaction has written down yet."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, look at how it was answered."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        statuses: list[int] = []

        async def watching(message: Message) -> None:
            if message["type"] == "http.response.start":
                statuses.append(message["status"])
            await send(message)

        token = _asking.set(scope)
        try:
            await self.app(scope, receive, watching)
        finally:
            _asking.reset(token)
            line = _line_after(scope, statuses[0] if statuses else 500)
            if line is not None:
                await run_in_threadpool(add_line_apart, scope["app"].state.engine, line)


def _line_after(scope: Scope, status: int) -> AuditEntry | None:
    outcome = _outcome(status)
    if _state(scope).get("audited") or (status == 429):
        return None
    if outcome == "denied":
        told = status != 401 or _carries_credentials(scope)
    elif outcome == "not_found":
        told = _of_a_scope(scope) and scope.get("route") is not None
    else:
        told = _takes_out(scope) or (outcome != "done" and scope["method"] not in SAFE_METHODS)
    return _line(scope, outcome) if told else None


def _outcome(status: int) -> Outcome:
    if status in (401, 403):
        return "denied"
    if status == 404:
        return "not_found"
    if status < 400:
        return "done"
    return "refused" if status < 500 else "failed"


def _line(scope: Scope, outcome: Outcome) -> AuditEntry:
    state = _state(scope)
    route = scope.get("route")
    name = getattr(route, "name", None) or "-"
    parts = [f"{key}={value}" for key, value in scope.get("path_params", {}).items()]
    action = name if name != "-" else f"{scope['method']} unknown address"
    return audit_entry(
        state.get("actor"), action, " ".join(parts) or None, outcome, datetime.now(UTC), state.get("request_id")
    )


def _state(scope: Scope) -> dict[str, Any]:
    state: dict[str, Any] = scope.setdefault("state", {})
    return state


def _carries_credentials(scope: Scope) -> bool:
    """Tell whether somebody tried to get in: a page that has not signed in yet is no try."""
    names = {name.decode("latin-1") for name, _ in scope["headers"]}
    return any(name in names for name in CREDENTIALS) or scope["path"].startswith("/login")


def _of_a_scope(scope: Scope) -> bool:
    """Tell whether what is not there may be another branch's."""
    actor = _state(scope).get("actor")
    return actor is not None and actor.branch_ids is not None


def _takes_out(scope: Scope) -> bool:
    asked = Request(scope).query_params.get("unmask", "").lower() in ("true", "1", "yes", "on")
    return bool(_state(scope).get(TAKES_OUT)) or asked

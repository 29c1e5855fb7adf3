"""What the service leaves in the audit log: changes in their own transaction, and tries that came to nothing."""

from __future__ import annotations

import re
from contextvars import ContextVar
from datetime import UTC, datetime
from functools import cache
from typing import Any

import sqlalchemy as sa
from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.routing import compile_path
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
            outcome = _told_after(scope, statuses[0] if statuses else 500)
            if outcome is not None:
                await run_in_threadpool(_write, scope, outcome)


def _write(scope: Scope, outcome: Outcome) -> None:
    add_line_apart(scope["app"].state.engine, _line(scope, outcome))


def _told_after(scope: Scope, status: int) -> Outcome | None:
    """Return the outcome that is to be written down, None where there is nothing to tell."""
    outcome = _outcome(status)
    if _state(scope).get("audited") or (status == 429):
        return None
    if outcome == "denied":
        told = status != 401 or _carries_credentials(scope)
    elif outcome == "not_found":
        told = _of_a_scope(scope) and scope.get("route") is not None
    else:
        told = _takes_out(scope) or (outcome != "done" and scope["method"] not in SAFE_METHODS)
    return outcome if told else None


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
    action, about = _asked_for(scope)
    return audit_entry(state.get("actor"), action, about, outcome, datetime.now(UTC), state.get("request_id"))


def _asked_for(scope: Scope) -> tuple[str, str | None]:
    """Return the route's name and the values in its path, the bare path for an address that leads to no route.

    Who is refused at the door has not come to a route yet: the one that the address leads to is looked up.
    """
    name, values = getattr(scope.get("route"), "name", None), scope.get("path_params", {})
    if not name:
        name, values = _route_of(scope["app"], scope["method"], scope["path"])
    if not name:
        return f"{scope['method']} unknown address", scope["path"]
    return name, " ".join(f"{key}={value}" for key, value in values.items()) or None


def _route_of(app: FastAPI, method: str, path: str) -> tuple[str | None, dict[str, str]]:
    """Return the name of the described route that an address leads to, and the values in its path."""
    for template, operations in app.openapi()["paths"].items():
        if method.lower() in operations:
            found = _pattern(template).match(path)
            if found is not None:
                return operations[method.lower()]["operationId"], found.groupdict()
    return None, {}


@cache
def _pattern(template: str) -> re.Pattern[str]:
    return compile_path(template)[0]


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

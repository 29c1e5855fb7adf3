"""Middleware closest to the routes: what was answered before, and would be again, is answered without a thread."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from gridgeo.errors import GridgeoError
from gridgeo.pipeline import browse
from gridgeo.storage import reading
from gridgeo_api.auth import SAFE_METHODS
from gridgeo_api.negotiation import has_already, takes

ANSWERED = "gridgeo.answered"
"""Where a request's scope holds the publication and the answer, when the same address would be answered the same."""


@dataclass(frozen=True)
class _Known:
    publication: int
    response: Response
    route: Any


class Remembered:
    """Answers again what depends on address, coding, publication and what the actor may see, and on nothing else.

    A route says so by `Reading.answer(..., again=True)`. fresh_s: so long the number of the live publication is taken
    to be the one last read, in this process; a change made through this process is seen at once. max_bytes: of all
    answers that are kept.
    """

    def __init__(self, app: ASGIApp, fresh_s: float, max_bytes: int) -> None:
        self.app = app
        self.fresh_s = fresh_s
        self.max_bytes = max_bytes
        self._kept: OrderedDict[Hashable, _Known] = OrderedDict()
        self._bytes = 0
        self._live: int | None = None
        self._until = 0.0
        self._told = False
        self._asking = asyncio.Lock()
        self._ahead: asyncio.Task[None] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer what is known to be good still, pass on everything else."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        if scope["method"] != "GET":
            await self.app(scope, receive, send)
            if scope["method"] not in SAFE_METHODS:
                self._until = 0.0
            return
        key, headers = _key(scope), Headers(scope=scope)
        known = self._kept.get(key)
        if known is not None and known.publication == await self._publication(scope["app"].state.engine):
            self._kept.move_to_end(key)
            scope["route"] = known.route
            await _response(known, headers)(scope, receive, send)
            return
        await self.app(scope, receive, send)
        if ANSWERED in scope:
            publication, response = scope[ANSWERED]
            self._keep(key, _Known(publication, response, scope.get("route")))

    async def _publication(self, engine: sa.Engine) -> int | None:
        """Return the number of the live publication; None where it cannot be told, so that the route says why."""
        now = time.monotonic()
        if now < self._until:
            if now > self._until - self.fresh_s / 2 and not self._asking.locked():
                # Asked ahead of time, so that nobody waits for it.
                self._ahead = asyncio.create_task(self._ask(engine))
            return self._live
        await self._ask(engine)
        return self._live if self._told else None

    async def _ask(self, engine: sa.Engine) -> None:
        """Ask the store; one request asks for all, since each of them asking would take every connection at once."""
        async with self._asking:
            asked = time.monotonic()
            if self._told and asked < self._until - self.fresh_s / 2:
                return
            try:
                self._live, self._told = await run_in_threadpool(_live_publication, engine), True
            except GridgeoError:
                self._told = False
                return
            self._until = asked + self.fresh_s

    def _keep(self, key: Hashable, known: _Known) -> None:
        before = self._kept.pop(key, None)
        self._bytes += len(known.response.body) - (len(before.response.body) if before else 0)
        self._kept[key] = known
        while self._bytes > self.max_bytes:
            _, dropped = self._kept.popitem(last=False)
            self._bytes -= len(dropped.response.body)


def _key(scope: Scope) -> Hashable:
    actor = scope["state"].get("actor")
    sees = None if actor is None else (actor.role, actor.branch_ids)
    coding = Headers(scope=scope).get("accept-encoding")
    return scope["path"], scope["query_string"], sees, takes(coding, "br"), takes(coding, "gzip")


def _response(known: _Known, headers: Headers) -> Response:
    given = known.response.headers
    if not has_already(headers.get("if-none-match"), given.get("etag", "")):
        return known.response
    return Response(status_code=304, headers={name: value for name, value in given.items() if name != "content-length"})


def _live_publication(engine: sa.Engine) -> int:
    with reading(engine) as connection:
        return browse.publication_id(connection)

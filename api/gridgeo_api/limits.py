"""Limits on what comes in and what goes out, and the outermost guard: headers, and no answer without a form."""

from __future__ import annotations

import asyncio
import logging
import time

from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gridgeo.errors import InvalidInputError
from gridgeo_api.errors import PROBLEM_JSON, problem_from_error, problem_from_status

logger = logging.getLogger("gridgeo_api")

MAX_ZOOM = 22
MAX_TEXT = 200
"""Characters of an id in a query; ours are far shorter."""
NO_CONTROL = r"^[^\x00-\x1f\x7f]+$"
"""Ids are looked up among known ones; this only keeps out what no id and no database text can hold."""
MAX_CURSOR = 1_000
"""Characters of a cursor."""
MAX_ROWS = 10_000
"""Entries of a list in one answer."""
DEADLINE = "gridgeo.deadline"
"""Where a request's scope says until when it is waited for, on the monotonic clock."""
MIN_GZIP_BYTES = 1000
GZIP_LEVEL = 5
BROTLI_QUALITY = 4
"""About gzip's time at level 5, and a tenth fewer bytes."""

SECURITY_HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}


def require_cells_fit(request: HTTPConnection, count: int) -> None:
    """Let pass what an answer by branches may hold; InvalidInputError for more cells than that."""
    most = request.app.state.settings.max_cells_per_answer
    if count > most:
        raise InvalidInputError(
            "the answer would hold {count} cells, at most {limit} are given at once: name one branch, or fewer of them",
            count=count,
            limit=most,
        )


def content_security_policy(pictures_from: str | None = None) -> str:
    """Return the policy of every answer; pictures_from: the one other origin that pictures may come from."""
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self' data: blob:" + (f" {pictures_from}" if pictures_from else ""),
            "connect-src 'self'",
            "font-src 'self'",
            "worker-src 'self'",
            "frame-ancestors 'none'",
            "base-uri 'none'",
            "form-action 'self'",
        )
    )


class Guard:
    """Outermost middleware: security headers on every answer, and every failure a problem+json.

    Whatever the framework or a limit answers in plain text is replaced, and an error that nobody caught becomes a 500
    that says nothing about our insides. pictures_from: the bank's tile server, whose pictures the page may show.
    """

    def __init__(self, app: ASGIApp, pictures_from: str | None = None) -> None:
        self.app = app
        self.headers = {"content-security-policy": content_security_policy(pictures_from)} | SECURITY_HEADERS

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and watch over its answer."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        answer = _Answer(scope, receive, send, self.headers)
        try:
            await self.app(scope, receive, answer.send)
        except Exception as error:
            if answer.started:
                raise
            await problem_from_error(HTTPConnection(scope), error)(scope, receive, answer.send)


class _Answer:
    """One answer on its way out."""

    def __init__(self, scope: Scope, receive: Receive, send: Send, headers: dict[str, str]) -> None:
        self.headers = headers
        self.scope = scope
        self.receive = receive
        self.forward = send
        self.started = False
        self.replaced = False

    async def send(self, message: Message) -> None:
        """Add the headers; replace a failure that is not a problem yet."""
        if message["type"] != "http.response.start":
            if not self.replaced:
                await self.forward(message)
            return
        self.started = True
        headers = MutableHeaders(raw=message["headers"])
        if message["status"] >= 400 and not _has_form(headers):
            self.replaced = True
            kept = {"allow": headers["allow"]} if "allow" in headers else {}
            answer = problem_from_status(HTTPConnection(self.scope), message["status"], **kept)
            again = _Answer(self.scope, self.receive, self.forward, self.headers)
            await answer(self.scope, self.receive, again.send)
            return
        headers.update(self.headers)
        await self.forward(message)


def _has_form(headers: MutableHeaders) -> bool:
    return headers.get("content-type", "").startswith((PROBLEM_JSON, "text/html"))


class TimeLimit:
    """Middleware: a request that takes too long is answered 503.

    A route runs in a thread that cannot be stopped: it is left to end by itself (the store's own time-outs see to
    that), and what it still says goes nowhere.
    """

    def __init__(self, app: ASGIApp, timeout_s: float) -> None:
        self.app = app
        self.timeout_s = timeout_s
        self.left: set[asyncio.Task[None]] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Wait for the answer as long as allowed."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        scope[DEADLINE] = time.monotonic() + self.timeout_s
        closed = started = False

        async def send_in_time(message: Message) -> None:
            nonlocal started
            if not closed:
                started = True
                await send(message)

        task = asyncio.ensure_future(self.app(scope, receive, send_in_time))
        try:
            await asyncio.wait({task}, timeout=self.timeout_s)
        except asyncio.CancelledError:
            task.cancel()
            raise
        if task.done() or started:
            # An answer under way is worth finishing; only its beginning is timed.
            await task
            return
        closed = True
        self._leave(task)
        await problem_from_status(HTTPConnection(scope), 503)(scope, receive, send)

    def _leave(self, task: asyncio.Task[None]) -> None:
        self.left.add(task)
        task.add_done_callback(self._forget)
        task.cancel()

    def _forget(self, task: asyncio.Task[None]) -> None:
        self.left.discard(task)
        if not task.cancelled() and task.exception() is not None:
            logger.warning("a request that had run out of time failed later", exc_info=task.exception())

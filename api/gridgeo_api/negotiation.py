"""What caller and service agree on about an answer: its coding, and whether the caller has it already."""

from __future__ import annotations

import hashlib
from typing import Any

import brotli
from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware.gzip import IdentityResponder
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gridgeo_api.limits import BROTLI_QUALITY, MIN_GZIP_BYTES

TAGGED_TYPES = ("application/json", "application/geo+json", "text/csv")
"""Answers that get a tag from their bytes where the route gives none."""


def takes(header: str | None, coding: str) -> bool:
    """Return whether a caller takes a coding (``gzip``, ``br``) by its Accept-Encoding."""
    weights = {}
    for part in (header or "").lower().split(","):
        name, _, rest = part.strip().partition(";")
        weights[name.strip()] = _weight(rest)
    return weights.get(coding, weights.get("*", 0.0)) > 0.0


def _weight(parameter: str) -> float:
    name, _, value = parameter.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0


def has_already(header: str | None, etag: str) -> bool:
    """Return whether If-None-Match names the tag; tags are compared weakly, as RFC 9110 has it."""
    given = [tag.strip().removeprefix("W/") for tag in (header or "").split(",")]
    return given == ["*"] or etag.removeprefix("W/") in given


def brotli_packed(body: bytes) -> bytes:
    """Return a body in the coding ``br``."""
    packed: bytes = brotli.compress(body, quality=BROTLI_QUALITY)
    return packed


class Brotli:
    """Middleware: answers in the coding ``br`` to those who take it; stands inside the one for gzip."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pack the answer where the caller takes it."""
        if scope["type"] == "http" and takes(Headers(scope=scope).get("accept-encoding"), "br"):
            await _BrotliResponder(self.app, MIN_GZIP_BYTES)(scope, receive, send)
            return
        await self.app(scope, receive, send)


class _BrotliResponder(IdentityResponder):
    """One answer on its way out, packed."""

    content_encoding = "br"

    def __init__(self, app: ASGIApp, minimum_size: int) -> None:
        super().__init__(app, minimum_size)
        self._packer: Any = brotli.Compressor(quality=BROTLI_QUALITY)

    async def apply_compression(self, body: bytes, *, more_body: bool) -> bytes:
        """Return what can be sent of the packed body so far."""
        packed: bytes = self._packer.process(body)
        rest: bytes = self._packer.flush() if more_body else self._packer.finish()
        return packed + rest


class Revalidate:
    """Middleware: a GET below /api whose answer the caller has already is answered 304.

    A route gives its own ETag, such as a revision or what an answer was read from; where it gives none, the tag is made
    of the bytes of the answer.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and compare tags on its way back."""
        if scope["type"] != "http" or scope["method"] != "GET" or not scope["path"].startswith("/api/"):
            await self.app(scope, receive, send)
            return
        await self.app(scope, receive, _Tagged(Headers(scope=scope).get("if-none-match"), send).send)


class _Tagged:
    """One answer on its way out, held back until its first bytes are known."""

    def __init__(self, known: str | None, forward: Send) -> None:
        self.known = known
        self.forward = forward
        self.start: Message | None = None
        self.silent = False

    async def send(self, message: Message) -> None:
        """Send the answer, or that it is known."""
        if message["type"] == "http.response.start":
            self.start = message
            return
        if self.start is not None and message["type"] == "http.response.body":
            start, self.start = self.start, None
            await self._begin(start, message)
        if not self.silent:
            await self.forward(message)

    async def _begin(self, start: Message, first: Message) -> None:
        headers = MutableHeaders(raw=start["headers"])
        whole = not first.get("more_body", False)
        tagged = headers.get("content-type", "").startswith(TAGGED_TYPES)
        if start["status"] == 200 and whole and tagged and "etag" not in headers:
            headers["etag"] = f'W/"{hashlib.sha256(first.get("body", b"")).hexdigest()[:24]}"'
        if start["status"] != 200 or "etag" not in headers or not has_already(self.known, headers["etag"]):
            await self.forward(start)
            return
        kept = {name: headers[name] for name in ("etag", "cache-control", "vary") if name in headers}
        raw = [(name.encode(), value.encode()) for name, value in kept.items()]
        self.silent = True
        await self.forward({**start, "status": 304, "headers": raw})
        await self.forward({"type": "http.response.body", "body": b""})

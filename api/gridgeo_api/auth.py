"""Who is asking: deny by default, one login link in embedded mode, no change from another site."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection
from threading import Lock
from typing import Protocol
from urllib.parse import urlsplit

from starlette.requests import HTTPConnection, Request
from starlette.types import ASGIApp, Receive, Scope, Send

from gridgeo.domain import Actor, local_actor
from gridgeo.errors import GridgeoError
from gridgeo_api.errors import FOREIGN_ORIGIN, SIGN_IN, ForeignOriginError, SignInError, problem_from_error

LOOPBACK_HOSTS = ("127.0.0.1", "localhost", "[::1]")
SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
PUBLIC_PATHS = ("/", "/login", "/health", "/ready")
"""Open to anybody on this machine; everything else needs a session, but the page's own files."""


class Authenticate(Protocol):
    """Tells who is asking: the one way in, behind which every kind of credential joins.

    Embedded mode has `EmbeddedAccess`. A directory or a gateway of the bank joins by one more such object.
    """

    async def __call__(self, request: HTTPConnection) -> Actor | None:
        """Return the actor, None when the request carries nothing of this kind.

        Raises SignInError for something that is not valid, NotAllowedError for somebody known who has no role here.
        """
        ...


class EmbeddedAccess:
    """Access of one local user: a login token that works once, then a session known by a cookie.

    token: the secret of the login link; None or empty lets nobody in. port: part of the cookie's name, since browsers
    share cookies between all ports of a host.
    """

    def __init__(self, token: str | None, port: int) -> None:
        self.cookie = f"gridgeo_session_{port}"
        self._token = token or None
        self._actors: dict[str, Actor] = {}
        self._lock = Lock()

    def exchange(self, token: str) -> str | None:
        """Return a new session for the login token and make the token useless; None when it is wrong or used."""
        with self._lock:
            if self._token is None or not secrets.compare_digest(token.encode(), self._token.encode()):
                return None
            self._token = None
            session = secrets.token_urlsafe(32)
            self._actors[_digest(session)] = local_actor()
            return session

    async def __call__(self, request: HTTPConnection) -> Actor | None:
        """Return the actor of the session that the cookie names."""
        session = request.cookies.get(self.cookie)
        return self._actors.get(_digest(session)) if session else None


class RequireActor:
    """Middleware: no path answers without an actor, but the public ones.

    public: paths besides PUBLIC_PATHS, the page's files.
    """

    def __init__(self, app: ASGIApp, authenticate: Authenticate, public: Collection[str]) -> None:
        self.app = app
        self.authenticate = authenticate
        self.public = frozenset((*PUBLIC_PATHS, *public))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Put the actor into the request's state or answer 401."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request = Request(scope)
        try:
            request.state.actor = await self.authenticate(request)
        except GridgeoError as error:
            await problem_from_error(request, error)(scope, receive, send)
            return
        if request.state.actor is None and scope["path"] not in self.public:
            await problem_from_error(request, SignInError(SIGN_IN))(scope, receive, send)
            return
        await self.app(scope, receive, send)


class RequireOwnOrigin:
    """Middleware: what may change something must come from a page of this very address.

    The cookie is SameSite=Strict, but another port of the same host is the same site to a browser; the Origin header
    carries the port.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 403 to an unsafe method whose Origin is absent or foreign."""
        if scope["type"] == "http" and scope["method"] not in SAFE_METHODS:
            request = Request(scope)
            if not _own(request.headers.get("origin"), request.headers.get("host")):
                await problem_from_error(request, ForeignOriginError(FOREIGN_ORIGIN))(scope, receive, send)
                return
        await self.app(scope, receive, send)


def _own(origin: str | None, host: str | None) -> bool:
    if not origin or not host:
        return False
    try:
        parts = urlsplit(origin)
    except ValueError:
        return False
    return parts.scheme == "http" and parts.netloc.lower() == host.lower()


def _digest(session: str) -> str:
    """Return what the session is looked up by, so that timing tells nothing about the secret itself."""
    return hashlib.sha256(session.encode("utf-8", "surrogatepass")).hexdigest()

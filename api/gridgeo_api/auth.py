"""Who is asking: deny by default, one login link in embedded mode, no change from another site."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection
from threading import Lock
from typing import Protocol
from urllib.parse import urlsplit

from starlette.requests import HTTPConnection, Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from gridgeo.domain import Actor, local_actor
from gridgeo.errors import GridgeoError
from gridgeo_api.errors import (
    FOREIGN_ORIGIN,
    LOGIN,
    SIGN_IN,
    ForeignOriginError,
    LoginError,
    SignInError,
    problem_from_error,
)
from gridgeo_api.rate import FAILED_SIGN_IN_COST, Buckets, address_of

LOOPBACK_HOSTS = ("127.0.0.1", "localhost", "[::1]")
HEADERS = ("authorization", "x-api-key")
"""Credentials that a browser sends for no other site's page: who carries one is not held to an Origin."""
SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
PUBLIC_PATHS = ("/", "/login", "/login/callback", "/health", "/ready", "/metrics")
"""Open to anybody who reaches the service, or guarded by themselves; everything else needs an actor, but the page's
own files."""


class Authenticate(Protocol):
    """Tells who is asking: the one way in, behind which every kind of credential joins.

    Embedded mode has `EmbeddedAccess`, a server `ServerAccess`. A directory or a gateway of the bank joins by one more
    such object, which asks the others where it finds nothing of its kind.
    """

    words: str
    """What somebody without credentials is told to do."""

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

    words = SIGN_IN

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

    async def sign_in(self, token: str | None) -> Response:
        """Exchange the link's token for a session cookie and lead to the map; LoginError for a wrong or used one."""
        session = self.exchange(token or "")
        if session is None:
            raise LoginError(LOGIN)
        answer = RedirectResponse("/", status_code=303, headers={"cache-control": "no-store"})
        answer.set_cookie(self.cookie, session, httponly=True, samesite="strict", path="/")
        return answer

    async def come_back(self, request: Request, state: str, code: str) -> Response:  # noqa: ARG002 - a server's way
        """Refuse: nobody signs in elsewhere in embedded mode."""
        raise LoginError(LOGIN)

    async def sign_out(self, request: Request) -> tuple[str, str | None]:
        """End the session of the request's cookie; return the cookie's name. The login link stays used."""
        self._actors.pop(_digest(request.cookies.get(self.cookie, "")), None)
        return self.cookie, None

    async def __call__(self, request: HTTPConnection) -> Actor | None:
        """Return the actor of the session that the cookie names."""
        session = request.cookies.get(self.cookie)
        return self._actors.get(_digest(session)) if session else None


class RequireActor:
    """Middleware: no path answers without an actor, but the public ones.

    public: paths besides PUBLIC_PATHS, the page's files. buckets: what bad credentials cost the address they come from.
    """

    def __init__(self, app: ASGIApp, authenticate: Authenticate, public: Collection[str], buckets: Buckets) -> None:
        self.app = app
        self.authenticate = authenticate
        self.buckets = buckets
        self.public = frozenset((*PUBLIC_PATHS, *public))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Put the actor into the request's state or answer 401."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request = Request(scope)
        request.state.actor = None
        if scope["path"] not in self.public:
            try:
                request.state.actor = await self._known(request)
            except GridgeoError as error:
                await problem_from_error(request, error)(scope, receive, send)
                return
        await self.app(scope, receive, send)

    async def _known(self, request: Request) -> Actor:
        """Return who asks; an address that keeps sending bad credentials is told to wait.

        Good ones are never kept waiting for the bad ones: behind a proxy all come from one address.
        """
        try:
            found = await self.authenticate(request)
        except SignInError:
            self.buckets.require(f"sign-in:{address_of(request)}", FAILED_SIGN_IN_COST)
            raise
        if found is None:
            raise SignInError(self.authenticate.words)
        return found


class RequireOwnOrigin:
    """Middleware: what may change something must come from a page of this very address.

    The cookie is SameSite=Strict, but another port of the same host is the same site to a browser; the Origin header
    carries the port. public_url: of a server, whose page alone may change something by its cookie; whoever brings a
    token or a key needs no Origin there.
    """

    def __init__(self, app: ASGIApp, public_url: str | None = None) -> None:
        self.app = app
        self.public_url = public_url

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 403 to an unsafe method whose Origin is absent or foreign."""
        if scope["type"] == "http" and scope["method"] not in SAFE_METHODS:
            request = Request(scope)
            if not self._is_own(request):
                await problem_from_error(request, ForeignOriginError(FOREIGN_ORIGIN))(scope, receive, send)
                return
        await self.app(scope, receive, send)

    def _is_own(self, request: Request) -> bool:
        origin = request.headers.get("origin")
        if self.public_url is None:
            return _own(origin, request.headers.get("host"))
        if any(name in request.headers for name in HEADERS):
            return True
        return origin is not None and origin.lower() == self.public_url.rstrip("/").lower()


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

"""Access of a server with many users: tokens, keys and browser sessions, each with a role out of the store's rules."""

from __future__ import annotations

import hashlib
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import sqlalchemy as sa
from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection, Request
from starlette.responses import RedirectResponse, Response

from gridgeo.domain import Actor
from gridgeo.domain.access import ClaimNames, RoleRule, actor_from_claims, claims_kept
from gridgeo.domain.audit import audit_entry
from gridgeo.errors import BusyError, NotFoundError
from gridgeo.pipeline.access import KEY_MARK, key_digest, key_parts
from gridgeo.settings import Settings
from gridgeo.storage import reading
from gridgeo.storage.access import (
    KeyRecord,
    begin_session,
    end_session,
    find_key,
    note_use,
    read_rules,
    session_claims,
    use_is_noted,
)
from gridgeo.storage.audit_log import add_line, unaudited
from gridgeo_api.errors import SignInError
from gridgeo_api.provider import Attempt, BrowserSignIn, Client, Provider, attempt_from_text, new_attempt
from gridgeo_api.tokens import NOT_ACCEPTED, SigningKeys, Tokens, Verify

NO_SIGN_IN = "this service has no sign-in by browser: send a token or a key"
SERVER_SIGN_IN = "sign in at /login, or send a token or a key"
KEY_HEADER = "x-api-key"
MAX_KEPT = 10_000
"""Keys and sessions remembered a process."""
ATTEMPT_S = 600
Found = TypeVar("Found")


class ShortMemory:
    """What the store said a moment ago, so that not every request asks it again."""

    def __init__(self, keep_s: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._keep_s = keep_s
        self._clock = clock
        self._known: OrderedDict[object, tuple[float, Any]] = OrderedDict()

    def get(self, key: object) -> tuple[Any] | None:
        """Return what is known of a key, None when that is nothing or too old."""
        said_at, value = self._known.get(key, (-float("inf"), None))
        return (value,) if self._clock() - said_at < self._keep_s else None

    def keep(self, key: object, value: object) -> None:
        """Remember a value; the oldest goes when there are too many."""
        self._known[key] = (self._clock(), value)
        self._known.move_to_end(key)
        while len(self._known) > MAX_KEPT:
            self._known.popitem(last=False)

    def forget(self, key: object) -> None:
        """Forget a value."""
        self._known.pop(key, None)


class ServerAccess:
    """Tells who asks, by the first credential that a request carries: header before cookie.

    A header wins over the cookie, and only a request without one is held to its Origin.
    """

    words = SERVER_SIGN_IN

    def __init__(self, app: FastAPI, settings: Settings) -> None:
        self._app = app
        self._settings = settings
        self._names = ClaimNames(settings.oidc_actor_claim, settings.oidc_staff_claim)
        self._memory = ShortMemory(settings.access_cache_s)
        self._noted = ShortMemory(60.0)
        secure = settings.public_url.startswith("https:")
        # The prefix has browsers refuse the cookie from any other host or path; it needs https.
        self._secure, mark = secure, "__Host-" if secure else ""
        self.cookie, self.attempt_cookie = f"{mark}gridgeo_session", f"{mark}gridgeo_login"
        self.tokens: Verify | None = None
        self.browser: BrowserSignIn | None = None
        if settings.oidc_issuer:
            self._join_provider(settings)

    def _join_provider(self, settings: Settings) -> None:
        provider = Provider(settings.oidc_issuer)

        async def jwks() -> str:
            return settings.oidc_jwks or await provider.address("jwks_uri")

        keys = SigningKeys(jwks)
        self.tokens = Tokens(keys, settings.oidc_issuer, settings.oidc_audience)
        if settings.oidc_client_id:
            secret = settings.oidc_client_secret.get_secret_value() if settings.oidc_client_secret else None
            back = f"{settings.public_url.rstrip('/')}/login/callback"
            client = Client(settings.oidc_client_id, secret, back, settings.oidc_scope)
            self.browser = BrowserSignIn(provider, client, Tokens(keys, settings.oidc_issuer, client.id))

    async def __call__(self, request: HTTPConnection) -> Actor | None:
        """Return the actor of the token, key or session; None without any, or with a session that is over."""
        given, key = request.headers.get("authorization"), request.headers.get(KEY_HEADER)
        if given is not None and key is not None:
            raise SignInError(NOT_ACCEPTED, reason="two credentials")
        if given is None and key is None:
            return await self._of_session(request.cookies.get(self.cookie))
        scheme, _, text = ("bearer", "", key) if key is not None else (given or "").partition(" ")
        text = (text or "").strip()
        if scheme.lower() != "bearer" or not text or (key is not None and not text.startswith(f"{KEY_MARK}_")):
            raise SignInError(NOT_ACCEPTED, reason="format")
        return await (self._of_key(text) if text.startswith(f"{KEY_MARK}_") else self._of_token(text))

    async def _of_token(self, token: str) -> Actor:
        if self.tokens is None:
            raise SignInError(NOT_ACCEPTED, reason="issuer")
        claims = await self.tokens(token)
        return actor_from_claims(await self._rules(), claims, self._names)

    async def _of_key(self, text: str) -> Actor:
        parts = key_parts(text)
        if parts is None:
            raise SignInError(NOT_ACCEPTED, reason="format")
        prefix, secret = parts
        found: tuple[KeyRecord, str] | None = await self._known(("key", prefix), lambda one: find_key(one, prefix))
        now = datetime.now(UTC)
        # Compared in constant time, and compared even where there is no such key.
        expected = found[1] if found is not None else key_digest("")
        if not secrets.compare_digest(key_digest(secret), expected) or found is None or not found[0].is_good(now):
            raise SignInError(NOT_ACCEPTED, reason="key")
        if not use_is_noted(found[0], now) and self._noted.get(prefix) is None:
            self._noted.keep(prefix, now)
            await run_in_threadpool(self._note, prefix, now)
        return found[0].actor

    def _note(self, prefix: str, now: datetime) -> None:
        try:
            with unaudited(self._engine).begin() as connection:
                note_use(connection, prefix, now)
        except BusyError:
            self._noted.forget(prefix)

    async def _of_session(self, session: str | None) -> Actor | None:
        if not session:
            return None
        digest = _digest(session)
        claims = await self._known(("session", digest), lambda one: session_claims(one, digest, datetime.now(UTC)))
        return None if claims is None else actor_from_claims(await self._rules(), claims, self._names)

    async def _rules(self) -> list[RoleRule]:
        return await self._known(("rules",), read_rules)

    async def _known(self, key: object, read: Callable[[sa.Connection], Found]) -> Found:
        kept = self._memory.get(key)
        if kept is not None:
            found: Found = kept[0]
            return found
        found = await run_in_threadpool(self._read, read)
        self._memory.keep(key, found)
        return found

    def _read(self, read: Callable[[sa.Connection], Found]) -> Found:
        with reading(self._engine) as connection:
            return read(connection)

    @property
    def _engine(self) -> sa.Engine:
        engine: sa.Engine = self._app.state.engine
        return engine

    async def sign_in(self, token: str | None) -> Response:  # noqa: ARG002 - the embedded mode's login link
        """Send the browser to the provider; it keeps what proves that it is the same one when it comes back."""
        attempt = new_attempt()
        answer = RedirectResponse(await self._browser.begin(attempt), status_code=303, headers=NO_STORE)
        # Lax: the provider's page leads back here, which a strict cookie would not survive.
        self._set(answer, self.attempt_cookie, attempt.as_text(), "lax", ATTEMPT_S)
        return answer

    async def come_back(self, request: Request, state: str, code: str) -> Response:
        """Begin a session for whom the provider has signed in.

        Raises SignInError when the browser did not begin this or the provider does not confirm it, NotAllowedError for
        somebody who has no role.
        """
        attempt: Attempt | None = attempt_from_text(request.cookies.get(self.attempt_cookie))
        claims = await self._browser.finish(attempt, state, code)
        rules = await self._rules()
        actor = actor_from_claims(rules, claims, self._names)
        session = secrets.token_urlsafe(32)
        await run_in_threadpool(self._begin, request, actor, claims_kept(rules, claims, self._names), session)
        answer = RedirectResponse("/", status_code=303, headers=NO_STORE)
        # Strict: the page at / is public, and what it asks for comes from this very site.
        self._set(answer, self.cookie, session, "strict", round(self._settings.session_hours * 3600))
        answer.delete_cookie(self.attempt_cookie, path="/", secure=self._secure, httponly=True, samesite="lax")
        return answer

    def _begin(self, request: Request, actor: Actor, claims: dict[str, list[str]], session: str) -> None:
        now = datetime.now(UTC)
        with unaudited(self._engine).begin() as connection:
            begin_session(connection, _digest(session), claims, now, now + self._length)
            add_line(connection, audit_entry(actor, "sign_in", None, "done", now, request.state.request_id))

    @property
    def _length(self) -> timedelta:
        return timedelta(hours=self._settings.session_hours)

    async def sign_out(self, request: Request) -> tuple[str, str | None]:
        """End the session of the request's cookie; return the cookie's name and the provider's own way out."""
        session = request.cookies.get(self.cookie)
        if session:
            digest = _digest(session)
            self._memory.forget(("session", digest))
            await run_in_threadpool(self._end, digest)
        return self.cookie, None if self.browser is None else await self.browser.end_address()

    def _end(self, digest: str) -> None:
        with self._engine.begin() as connection:
            end_session(connection, digest)

    @property
    def _browser(self) -> BrowserSignIn:
        if self.browser is None:
            raise NotFoundError(NO_SIGN_IN)
        return self.browser

    def _set(self, answer: Response, name: str, value: str, same_site: Any, seconds: int) -> None:  # noqa: ANN401
        answer.set_cookie(
            name, value, max_age=seconds, httponly=True, samesite=same_site, path="/", secure=self._secure
        )


NO_STORE = {"cache-control": "no-store"}


def _digest(session: str) -> str:
    return hashlib.sha256(session.encode("utf-8", "surrogatepass")).hexdigest()

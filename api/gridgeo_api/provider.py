"""Sign-in by browser at the bank's identity provider: authorization code with PKCE (RFC 7636, OpenID Connect Core)."""

from __future__ import annotations

import base64
import hashlib
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import httpx
import orjson

from gridgeo.errors import BusyError
from gridgeo_api.errors import SignInError
from gridgeo_api.tokens import FETCH_TIMEOUT_S, MAX_AGE_S, NOT_ACCEPTED, Fetch, Tokens, fetch

DESCRIPTION_PATH = "/.well-known/openid-configuration"
NO_ANSWER = "the identity provider does not answer; try again"


@dataclass(frozen=True)
class Client:
    """How the service is known to the provider. secret: None for a public client, which PKCE protects alone."""

    id: str
    secret: str | None
    redirect_uri: str
    scope: str


@dataclass(frozen=True)
class Attempt:
    """One sign-in under way: what the browser keeps until it comes back. verifier: proves that it is the same one."""

    state: str
    nonce: str
    verifier: str

    def as_text(self) -> str:
        """Return the attempt as a cookie's value."""
        return f"{self.state}.{self.nonce}.{self.verifier}"


def new_attempt() -> Attempt:
    """Return an attempt with secrets of its own."""
    return Attempt(secrets.token_urlsafe(32), secrets.token_urlsafe(32), secrets.token_urlsafe(48))


def attempt_from_text(text: str | None) -> Attempt | None:
    """Read an attempt back; None where there is none."""
    parts = (text or "").split(".")
    return Attempt(*parts) if len(parts) == 3 and all(parts) else None


class Provider:
    """The identity provider as its own description tells it, read again every ten minutes."""

    def __init__(self, issuer: str, read: Fetch = fetch, clock: Callable[[], float] = time.monotonic) -> None:
        self.issuer = issuer
        self._read = read
        self._clock = clock
        self._known: dict[str, Any] = {}
        self._read_at = 0.0

    async def address(self, name: str) -> str:
        """Return one of the provider's addresses, such as jwks_uri.

        Raises BusyError when the description cannot be had, names another issuer or lacks the address.
        """
        found = (await self._description()).get(name)
        if not isinstance(found, str) or not found:
            raise BusyError(NO_ANSWER)
        return found

    async def _description(self) -> dict[str, Any]:
        if self._known and self._clock() - self._read_at < MAX_AGE_S:
            return self._known
        try:
            found = orjson.loads(await self._read(self.issuer.rstrip("/") + DESCRIPTION_PATH))
        except ValueError as error:
            raise BusyError(NO_ANSWER) from error
        if not isinstance(found, dict) or found.get("issuer") != self.issuer:
            raise BusyError(NO_ANSWER)
        self._known, self._read_at = found, self._clock()
        return found


class BrowserSignIn:
    """The two halves of a sign-in: where to send the browser, and what it brings back."""

    def __init__(self, provider: Provider, client: Client, tokens: Tokens) -> None:
        self.provider = provider
        self.client = client
        self.tokens = tokens

    async def begin(self, attempt: Attempt) -> str:
        """Return the address at the provider that the browser goes to."""
        challenge = base64.urlsafe_b64encode(hashlib.sha256(attempt.verifier.encode()).digest()).rstrip(b"=")
        asked = {
            "response_type": "code",
            "client_id": self.client.id,
            "redirect_uri": self.client.redirect_uri,
            "scope": self.client.scope,
            "state": attempt.state,
            "nonce": attempt.nonce,
            "code_challenge": challenge.decode(),
            "code_challenge_method": "S256",
        }
        where = await self.provider.address("authorization_endpoint")
        return f"{where}{'&' if '?' in where else '?'}{urlencode(asked)}"

    async def finish(self, attempt: Attempt | None, state: str, code: str) -> dict[str, Any]:
        """Return the claims of whoever has signed in.

        Raises SignInError when the browser did not begin this, or the provider does not confirm it.
        """
        if attempt is None or not secrets.compare_digest(attempt.state.encode(), state.encode("utf-8", "replace")):
            raise SignInError(NOT_ACCEPTED, reason="state")
        token = await self._exchange(attempt, code)
        claims = await self.tokens(token)
        if not secrets.compare_digest(str(claims.get("nonce", "")).encode("utf-8", "replace"), attempt.nonce.encode()):
            raise SignInError(NOT_ACCEPTED, reason="nonce")
        if claims.get("azp", self.client.id) != self.client.id:
            raise SignInError(NOT_ACCEPTED, reason="azp")
        return claims

    async def _exchange(self, attempt: Attempt, code: str) -> str:
        """Return the identity token that the provider gives for the code."""
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.client.redirect_uri,
            "client_id": self.client.id,
            "code_verifier": attempt.verifier,
        }
        known = self.client.secret
        basic = httpx.USE_CLIENT_DEFAULT if known is None else httpx.BasicAuth(self.client.id, known)
        where = await self.provider.address("token_endpoint")
        try:
            async with httpx.AsyncClient(timeout=FETCH_TIMEOUT_S, follow_redirects=False) as http:
                answer = await http.post(where, data=form, auth=basic)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise BusyError(NO_ANSWER) from error
        if answer.status_code >= 500:
            raise BusyError(NO_ANSWER)
        try:
            token = orjson.loads(answer.content).get("id_token") if answer.status_code == 200 else None
        except (ValueError, AttributeError):
            token = None
        if not isinstance(token, str):
            raise SignInError(NOT_ACCEPTED, reason="code")
        return token

    async def end_address(self) -> str | None:
        """Return where a browser ends its session at the provider too; None where the provider has no such page."""
        try:
            where = await self.provider.address("end_session_endpoint")
        except BusyError:
            return None
        back = self.client.redirect_uri.removesuffix("login/callback")
        asked = urlencode({"client_id": self.client.id, "post_logout_redirect_uri": back})
        return f"{where}{'&' if '?' in where else '?'}{asked}"

"""Tokens of the bank's identity provider: signed with one of its keys, by an asymmetric algorithm, for us, for now."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import httpx
import orjson
from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet, OKPKey, RSAKey

from gridgeo.errors import BusyError
from gridgeo_api.errors import SignInError

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "Ed25519", "EdDSA")
"""Asymmetric ones alone: with HS256 among them, the provider's public key would be a password for forged tokens."""
OUTSIDE_KEYS = ("jwk", "jku", "x5u", "x5c", "crit", "zip")
"""Parts of a header by which a token would bring its own key or a meaning we do not know: no such token is taken."""
MAX_TOKEN_BYTES = 8 * 1024
MAX_DOCUMENT_BYTES = 512 * 1024
LEEWAY_S = 30
"""How far clocks may be apart."""
MAX_AGE_S = 600.0
"""After so long the keys are read again, so that one that the provider has taken out opens nothing any more."""
MIN_INTERVAL_S = 30.0
"""Unknown keys make us ask the provider at most this often: anybody can send tokens with made-up key ids."""
FETCH_TIMEOUT_S = 5.0
NOT_ACCEPTED = "the token is not accepted: {reason}"

Fetch = Callable[[str], Awaitable[bytes]]


class Verify(Protocol):
    """Tells what a token says, once it is known to be good."""

    async def __call__(self, token: str) -> dict[str, Any]:
        """Return the claims. Raises SignInError for any fault, BusyError when the keys cannot be had."""
        ...


async def fetch(url: str) -> bytes:
    """Return a small document from the provider.

    Raises BusyError when it cannot be had: the token may be good, only nobody can tell now.
    """
    try:
        async with httpx.AsyncClient(timeout=FETCH_TIMEOUT_S, follow_redirects=False) as client:
            answer = await client.get(url, headers={"accept": "application/json"})
            answer.raise_for_status()
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise BusyError("the identity provider does not answer; try again") from error
    if len(answer.content) > MAX_DOCUMENT_BYTES:
        raise BusyError("the identity provider does not answer; try again")
    return answer.content


@dataclass
class SigningKeys:
    """The provider's public keys, read when needed.

    source: file or address; find: tells it where it is not set. The keys are read again when a token names one that is
    not among them (keys change over time), at most every `min_interval_s`; and when they are older than `max_age_s`.
    """

    find: Callable[[], Awaitable[str]]
    fetch: Fetch = fetch
    clock: Callable[[], float] = time.monotonic
    min_interval_s: float = MIN_INTERVAL_S
    max_age_s: float = MAX_AGE_S
    _keys: dict[str, Any] = field(default_factory=dict)
    _read_at: float | None = None
    _tried_at: float | None = None
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def key(self, kid: str) -> Any | None:  # noqa: ANN401 - joserfc's keys have no common public type
        """Return the key of this id; None when the provider has none.

        Raises BusyError when no keys could be read yet.
        """
        if self._is_due(kid):
            async with self._lock:
                if self._is_due(kid):
                    await self._read()
        return self._keys.get(kid)

    def _is_due(self, kid: str) -> bool:
        now = self.clock()
        if self._tried_at is not None and now - self._tried_at < self.min_interval_s:
            return False
        return kid not in self._keys or self._read_at is None or now - self._read_at > self.max_age_s

    async def _read(self) -> None:
        self._tried_at = self.clock()
        try:
            source = await self.find()
            content = await self.fetch(source) if "://" in source else await asyncio.to_thread(Path(source).read_bytes)
            self._keys = public_keys(content)
        except (BusyError, OSError, ValueError, KeyError, TypeError, JoseError) as error:
            if self._read_at is None:
                self._tried_at = None
                raise BusyError("the keys of the identity provider cannot be read; try again") from error
            return  # What was read before still holds.
        self._read_at = self.clock()


def public_keys(content: bytes) -> dict[str, Any]:
    """Return key id -> key of a JWKS document, those meant for signatures by asymmetric algorithms.

    Raises ValueError, KeyError, TypeError or JoseError when it is none.
    """
    signing = [one for one in orjson.loads(content)["keys"] if one.get("use", "sig") == "sig" and one.get("kid")]
    keys = KeySet.import_key_set({"keys": signing})
    return {str(key.kid): key for key in keys if isinstance(key, RSAKey | ECKey | OKPKey)}


@dataclass(frozen=True)
class Tokens:
    """Verifies tokens of one issuer for one audience."""

    keys: SigningKeys
    issuer: str
    audience: str
    clock: Callable[[], float] = time.time
    algorithms: Collection[str] = ALGORITHMS

    async def __call__(self, token: str) -> dict[str, Any]:
        """Return the claims of a good token."""
        kid = _kid(token, self.algorithms)
        key = await self.keys.key(kid)
        if key is None:
            raise SignInError(NOT_ACCEPTED, reason="unknown key")
        try:
            claims = jwt.decode(token, key, algorithms=list(self.algorithms)).claims
        except (JoseError, ValueError) as error:
            raise SignInError(NOT_ACCEPTED, reason="signature") from error
        # The decoder checks the signature alone: an expired token passes it.
        try:
            self._registry.validate(claims)
        except (JoseError, TypeError, ValueError) as error:
            raise SignInError(NOT_ACCEPTED, reason=str(getattr(error, "claim", None) or "claims")) from error
        return dict(claims)

    @property
    def _registry(self) -> jwt.JWTClaimsRegistry:
        return jwt.JWTClaimsRegistry(
            now=lambda: int(self.clock()),
            leeway=LEEWAY_S,
            iss={"essential": True, "value": self.issuer},
            aud={"essential": True, "value": self.audience},
            sub={"essential": True},
            exp={"essential": True},
        )


def _kid(token: str, algorithms: Collection[str]) -> str:
    """Return the id of the key that a token says it is signed with, before anything in it is believed."""
    if len(token) > MAX_TOKEN_BYTES or not token.isascii():
        raise SignInError(NOT_ACCEPTED, reason="too long")
    try:
        header = jws.extract_compact(token.encode()).headers()
    except (JoseError, ValueError, TypeError, RecursionError) as error:
        raise SignInError(NOT_ACCEPTED, reason="format") from error
    kid = header.get("kid")
    if header.get("alg") not in algorithms:
        raise SignInError(NOT_ACCEPTED, reason="algorithm")
    if not isinstance(kid, str) or not kid or any(name in header for name in OUTSIDE_KEYS):
        raise SignInError(NOT_ACCEPTED, reason="header")
    return kid

"""An identity provider for tests: signs tokens, and answers over HTTP as a provider does for a sign-in by browser."""

from __future__ import annotations

import html
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey, OKPKey, RSAKey

ISSUER = "https://id.bank.example"
AUDIENCE = "gridgeo"
CLIENT = "gridgeo-page"


def rsa_key(kid: str) -> RSAKey:
    """Return a new key pair."""
    return RSAKey.generate_key(2048, {"kid": kid, "use": "sig"}, private=True)


def elliptic_key(kid: str) -> ECKey:
    """Return a new key pair on P-256."""
    return ECKey.generate_key("P-256", {"kid": kid, "use": "sig"}, private=True)


def edwards_key(kid: str) -> OKPKey:
    """Return a new key pair on Ed25519."""
    return OKPKey.generate_key("Ed25519", {"kid": kid, "use": "sig"}, private=True)


def jwks(*keys: Any) -> bytes:
    """Return the public halves as a provider publishes them."""
    return json.dumps({"keys": [key.as_dict(private=False) for key in keys]}).encode()


def good_claims(**more: Any) -> dict[str, Any]:
    """Return claims that get in; None takes one out."""
    now = int(time.time())
    claims = {"iss": ISSUER, "aud": AUDIENCE, "sub": "u1", "groups": ["staff"], "iat": now, "exp": now + 600}
    return {name: value for name, value in (claims | more).items() if value is not None}


def token(key: Any, header: dict[str, Any] | None = None, alg: str = "RS256", **claims: Any) -> str:
    """Return a signed token; header: parts in place of, or beside, the usual ones."""
    head = {"alg": alg, "kid": key.kid, "typ": "JWT"} | (header or {})
    return jwt.encode(head, good_claims(**claims), key, algorithms=[str(head["alg"])])


@dataclass
class Provider:
    """A provider that answers on loopback. groups: of whoever signs in. asked: forms that came to the token address."""

    url: str
    key: RSAKey
    groups: list[str] = field(default_factory=lambda: ["staff"])
    nonce: str = ""
    more: dict[str, Any] = field(default_factory=dict)
    status: int = 200
    asked: list[dict[str, str]] = field(default_factory=list)
    read: list[str] = field(default_factory=list)

    def described(self) -> dict[str, str]:
        """Return the description under the well-known address."""
        names = ("authorization_endpoint", "token_endpoint", "jwks_uri", "end_session_endpoint")
        return {"issuer": self.url} | {name: f"{self.url}/{name}" for name in names}

    def identity_token(self) -> str:
        """Return the token for the code of the moment."""
        claims = {"iss": self.url, "aud": CLIENT, "nonce": self.nonce, "groups": self.groups} | self.more
        return token(self.key, **claims)

    def sign_in_page(self, path: str) -> bytes:
        """Return the page that a browser is sent to: one link, which leads back signed in."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(path).query).items()}
        self.nonce = asked["nonce"]
        back = f"{asked['redirect_uri']}?{urlencode({'state': asked['state'], 'code': 'c0de'})}"
        return f'<!doctype html><a id="ok" href="{html.escape(back)}">OK</a>'.encode()


@contextmanager
def provider_on_loopback() -> Iterator[Provider]:
    """Start a provider and stop it."""
    server = HTTPServer(("127.0.0.1", 0), _handler())
    provider = Provider(f"http://127.0.0.1:{server.server_port}", rsa_key("p1"))
    server.provider = provider  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _handler() -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            provider: Provider = self.server.provider  # type: ignore[attr-defined]
            provider.read.append(self.path)
            if self.path == "/jwks_uri":
                self._answer(200, jwks(provider.key))
            elif self.path.startswith("/authorization_endpoint?"):
                self._answer(200, provider.sign_in_page(self.path), "text/html")
            else:
                self._answer(200, json.dumps(provider.described()).encode())

        def do_POST(self) -> None:
            provider: Provider = self.server.provider  # type: ignore[attr-defined]
            form = parse_qs(self.rfile.read(int(self.headers["content-length"])).decode())
            provider.asked.append({name: values[0] for name, values in form.items()})
            self._answer(provider.status, json.dumps({"id_token": provider.identity_token()}).encode())

        def _answer(self, status: int, body: bytes, kind: str = "application/json") -> None:
            self.send_response(status)
            self.send_header("content-type", kind)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    return Handler

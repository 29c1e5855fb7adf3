"""What the environment may set: every name begins with ``GRIDGEO_``. Built by the command line and the service only."""

from __future__ import annotations

from typing import Literal
from urllib.parse import urlsplit

from pydantic import AliasChoices, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from gridgeo.errors import InvalidInputError
from gridgeo.maps.tile_server import TileServer, tile_server_from_file

DEFAULT_STORE_URL = "sqlite:///gridgeo.db"
LOOPBACK = ("127.0.0.1", "localhost", "::1")
"""Addresses of this very machine."""


class Settings(BaseSettings):
    """The knobs of one process.

    store_url: SQLAlchemy URL of the store; a SQLite file by default.
    host, port: where the service listens; embedded mode is loopback only.
    login_token: the secret of the one-time login link; made by ``gridgeo serve``.
    language: language of messages where the caller names none (``zh`` or ``en``; a locale such as zh_CN.UTF-8 works).
    max_cells_per_answer: the most cells one JSON answer holds.
    max_body_bytes: the largest request body taken.
    request_timeout_s: after this long a request is answered with 503.
    tile_cache_bytes: memory for encoded tiles of the live publication.
    publication_cache_s: so long another process's publication may take to be noticed.
    tile_server: TOML file that describes the bank's own tile server, see `gridgeo.maps.tile_server`; the map has no
    other background than the ground's own layers without it.
    allow_unsafe_role: whether ``gridgeo serve`` and ``gridgeo db check`` take a PostgreSQL login that no policy holds
    for, such as a superuser; for development.

    mode: ``embedded``, one user on this machine; ``server``, many users, each known by a token, a key or a session.
    public_url: address under which browsers reach a server, such as https://grid.bank.example; its host and scheme are
    the only ones answered to.
    oidc_issuer, oidc_audience: whose tokens are taken, and the audience they must name. oidc_jwks: file or https
    address of the provider's signing keys; the provider's own description names it where this is empty.
    oidc_client_id, oidc_client_secret: of the sign-in by browser; without an id there is none.
    oidc_scope: what the sign-in asks the provider for.
    oidc_actor_claim, oidc_staff_claim: claims with the id of the actor and with its id among the staff.
    session_hours: length of a browser's session. access_cache_s: so long a change of a role, a key or a session may
    take to be noticed by every process.
    rate_per_s, rate_burst: cost units an actor of a server may spend a second and at once; 0 is no limit.
    metrics_token: bearer token that opens /metrics of a server; without it they are closed there.
    log_json: log as JSON lines; a server does unless told otherwise.
    drain_s: how long a server that is told to stop answers on while its readiness says so. drain_file: a file that is
    there once it is to stop; made by ``gridgeo serve``.
    """

    model_config = SettingsConfigDict(env_prefix="GRIDGEO_", extra="ignore", populate_by_name=True)

    store_url: str = DEFAULT_STORE_URL
    host: str = "127.0.0.1"
    port: int = Field(default=8321, ge=0, le=65535)
    login_token: SecretStr | None = None
    language: str = Field(
        default="en", validation_alias=AliasChoices("GRIDGEO_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")
    )
    max_cells_per_answer: int = Field(default=200_000, ge=1)
    max_body_bytes: int = Field(default=16 * 1024 * 1024, ge=1024)
    request_timeout_s: float = Field(default=10.0, gt=0)
    tile_cache_bytes: int = Field(default=64 * 1024 * 1024, ge=0)
    publication_cache_s: float = Field(default=0.1, ge=0, le=5)
    tile_server: str = ""
    allow_unsafe_role: bool = False

    mode: Literal["embedded", "server"] = "embedded"
    public_url: str = ""
    oidc_issuer: str = ""
    oidc_audience: str = ""
    oidc_jwks: str = ""
    oidc_client_id: str = ""
    oidc_client_secret: SecretStr | None = None
    oidc_scope: str = "openid profile"
    oidc_actor_claim: str = "sub"
    oidc_staff_claim: str = "staff_id"
    session_hours: float = Field(default=10.0, gt=0, le=24 * 7)
    access_cache_s: float = Field(default=5.0, ge=0, le=300)
    rate_per_s: float = Field(default=50.0, ge=0)
    rate_burst: float = Field(default=500.0, ge=1)
    metrics_token: SecretStr | None = None
    log_json: bool | None = None
    drain_s: float = Field(default=5.0, ge=0, le=300)
    drain_file: str = ""

    @property
    def is_server(self) -> bool:
        """Whether many users are served, each with credentials of their own."""
        return self.mode == "server"

    @property
    def logs_json(self) -> bool:
        """Whether the service logs JSON lines: as set, else a server does."""
        return self.is_server if self.log_json is None else self.log_json


def check_server(settings: Settings) -> None:
    """Check that a server knows its own address, and everything that its identity provider takes.

    What is missing is said at the start, not at the first login; embedded mode needs nothing of it.
    Raises InvalidInputError naming the setting. Tokens are off without an issuer: keys alone open the service then.
    """
    if not settings.is_server:
        return
    public = urlsplit(settings.public_url)
    safe = public.scheme == "https" or (public.scheme == "http" and public.hostname in LOOPBACK)
    if not public.hostname or not safe or public.path.strip("/"):
        raise InvalidInputError(
            "GRIDGEO_PUBLIC_URL must be an address such as https://grid.bank.example, got {given}",
            given=settings.public_url or "-",
        )
    provider = any((settings.oidc_issuer, settings.oidc_audience, settings.oidc_client_id, settings.oidc_jwks))
    for name, value in (("OIDC_ISSUER", settings.oidc_issuer), ("OIDC_AUDIENCE", settings.oidc_audience)):
        if provider and not value:
            raise InvalidInputError(
                "GRIDGEO_{setting} is missing: the other settings of the provider need it", setting=name
            )


def tile_server(settings: Settings) -> TileServer | None:
    """Read what is set of the bank's tile server, None where nothing is.

    Raises InvalidInputError naming what does not fit, an address without https under a service with it among it: no
    browser shows such tiles.
    """
    if not settings.tile_server:
        return None
    found = tile_server_from_file(settings.tile_server)
    if settings.is_server and settings.public_url.startswith("https:") and not found.url.startswith("https:"):
        raise InvalidInputError(
            "GRIDGEO_TILE_SERVER: url in {path} must begin with https as {public} does: browsers refuse its tiles",
            path=settings.tile_server,
            public=settings.public_url,
        )
    return found

"""What the environment may set: every name begins with ``GRIDGEO_``. Built by the command line and the service only."""

from __future__ import annotations

from pydantic import AliasChoices, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

DEFAULT_STORE_URL = "sqlite:///gridgeo.db"


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
    allow_unsafe_role: whether ``gridgeo serve`` and ``gridgeo db check`` take a PostgreSQL login that no policy holds
    for, such as a superuser; for development.
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
    allow_unsafe_role: bool = False

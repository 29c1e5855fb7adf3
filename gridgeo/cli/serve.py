"""`gridgeo serve`: the service over a store."""

from __future__ import annotations

import os
import secrets
import sys
from dataclasses import dataclass
from typing import Annotated

import typer

from gridgeo.cli.common import JsonOption, StoreOption, emit, language, session
from gridgeo.cli.db import UnsafeOption, refuse_unsafe_role
from gridgeo.errors import InvalidInputError
from gridgeo.i18n import translate
from gridgeo.settings import LOOPBACK, Settings, check_server, tile_server

HostOption = Annotated[
    str | None, typer.Option("--host", help="Address to listen on; only a server may take another one than loopback.")
]
PortOption = Annotated[int | None, typer.Option("--port", min=1, max=65535, help="Port to listen on.")]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("serve")(serve)


def serve(
    store: StoreOption = None,
    host: HostOption = None,
    port: PortOption = None,
    allow_unsafe_role: UnsafeOption = False,
    as_json: JsonOption = False,
) -> None:
    """Serve the map, the JSON and the tiles of the live publication.

    On PostgreSQL only with a login that row-level security holds for; see gridgeo db init.
    With GRIDGEO_MODE=server it serves many users, who come with a token, a key or by the identity provider; else one,
    by a login link.

    Example: gridgeo serve --store sqlite:///gridgeo.db --port 8321
    """
    with session(store, as_json=False, actor=None) as opened:
        url = opened.url
        refuse_unsafe_role(opened.engine, allow_unsafe_role)
    start_server(url, server_address(host, port), as_json=as_json, link_as_json=as_json)


@dataclass(frozen=True)
class Address:
    """Where the service listens."""

    host: str
    port: int

    @property
    def url(self) -> str:
        """The address as a browser takes it."""
        shown = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{shown}:{self.port}"


def server_address(host: str | None = None, port: int | None = None) -> Address:
    """Return where to listen: as given, else as set.

    Raises InvalidInputError for an address that is not loopback in embedded mode (one user, one machine), for a server
    that lacks a setting, and for a tile server whose description does not fit.
    """
    settings = Settings()
    check_server(settings)
    tile_server(settings)
    address = Address(host or settings.host, port or settings.port)
    if address.host not in LOOPBACK and not settings.is_server:
        raise InvalidInputError(
            "gridgeo serve listens on loopback only ({known}) but with GRIDGEO_MODE=server, got {given}",
            known=", ".join(LOOPBACK),
            given=address.host,
        )
    return address


def login_link(store_url: str, address: Address) -> str | None:
    """Set up the environment of the server's worker and return the link that logs one browser in, once.

    None in server mode, where everybody brings credentials of their own.
    """
    settings = Settings()
    # The worker is a process of its own and reads its settings from the environment.
    os.environ |= {"GRIDGEO_STORE_URL": store_url, "GRIDGEO_HOST": address.host, "GRIDGEO_PORT": str(address.port)}
    if settings.is_server:
        return None
    token = settings.login_token.get_secret_value() if settings.login_token else secrets.token_urlsafe(32)
    os.environ["GRIDGEO_LOGIN_TOKEN"] = token
    return f"{address.url}/login?token={token}"


def start_server(store_url: str, address: Address, *, as_json: bool = False, link_as_json: bool = False) -> None:
    """Start granian and beside it a worker for the jobs; returns when the server stops, and the worker with it.

    The address and the one-time login link are told when the port answers: whoever opens the link then is let in.
    as_json: standard output is for objects alone, so the server's log is silent. link_as_json: address and link are
    such an object; they stand on standard error otherwise.
    """
    from gridgeo.cli.draining import draining_server
    from gridgeo.jobs.child import worker_beside

    link = login_link(store_url, address)
    with worker_beside(store_url), draining_server(Settings(), address.host, address.port, not as_json) as server:
        server.answering = lambda: _tell(address, link, link_as_json)
        server.serve()


def _tell(address: Address, link: str | None, as_json: bool) -> None:
    if as_json:
        emit(True, {"url": address.url, "login": link})
    else:
        said = "Open this link once in your browser: {link}" if link else "Serving {url} at {address}."
        words = translate(said, language(), link=link, url=Settings().public_url, address=address.url)
        sys.stderr.write(words + "\n")
    sys.stdout.flush()
    sys.stderr.flush()

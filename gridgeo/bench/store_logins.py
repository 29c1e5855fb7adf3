"""Logins of a PostGIS store as `gridgeo db init` makes them, for benches and tests."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import sqlalchemy as sa

from gridgeo.bench.postgis_server import PostgisServer
from gridgeo.storage import open_engine
from gridgeo.storage.grants import Logins
from gridgeo.storage.making import make_store


@dataclass(frozen=True)
class StoreLogins:
    """The roles of one store, and the URL to log in with each."""

    names: Logins
    administrator: str
    migrator: str
    application: str


@contextmanager
def store_logins(url: str, server: PostgisServer) -> Iterator[StoreLogins]:
    """Give a migrated PostGIS store its logins for the length of a block; database and roles are gone afterwards."""
    base = sa.make_url(url)
    tag = uuid.uuid4().hex[:12]
    engine = open_engine(url)
    made = make_store(engine, {role: f"{role}_{tag}" for role in ("owner", "migrator", "application")}, {})
    engine.dispose()
    names = made.logins
    if names is None:
        raise ValueError(f"{base.drivername} knows no logins")
    as_role = {name: base.set(username=name).render_as_string(hide_password=False) for name in vars(names).values()}
    try:
        yield StoreLogins(names, url, as_role[names.migrator], as_role[names.application])
    finally:
        server.drop_database(str(base.database))
        with server.connect() as connection:
            for name in (names.application, names.migrator, names.owner):
                connection.execute(f'DROP ROLE "{name}"')

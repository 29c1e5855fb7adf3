"""A store that the examples of one property share: each example writes under a version of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
import sqlalchemy as sa

from gridgeo.storage import open_engine

STORAGE_KINDS = ("sqlite", "postgis", "plain")


@pytest.fixture(params=STORAGE_KINDS)
def store_kind(request: pytest.FixtureRequest) -> str:
    """Each kind of store in turn, PostgreSQL without PostGIS too."""
    kind: str = request.param
    return kind


@pytest.fixture(scope="module", params=STORAGE_KINDS)
def shared_connection(request: pytest.FixtureRequest, make_store: Callable[[str], str]) -> Iterator[sa.Connection]:
    """A connection to one store a module; never committed."""
    engine = open_engine(make_store(request.param))
    with engine.connect() as connection:
        yield connection
        connection.rollback()
    engine.dispose()

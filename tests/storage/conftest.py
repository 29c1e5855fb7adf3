"""A store that the examples of one property share: each example writes under a version of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
import sqlalchemy as sa

from gridgeo.storage import open_engine


@pytest.fixture(scope="module", params=["sqlite", "postgis"])
def shared_connection(request: pytest.FixtureRequest, make_store: Callable[[str], str]) -> Iterator[sa.Connection]:
    """A connection to one store a module; never committed."""
    engine = open_engine(make_store(request.param))
    with engine.connect() as connection:
        yield connection
        connection.rollback()
    engine.dispose()

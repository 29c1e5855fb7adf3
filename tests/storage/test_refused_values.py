"""A value that the store cannot hold is the caller's fault and named so, on either store."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa

from gridgeo.errors import InvalidInputError
from gridgeo.storage import open_engine


@pytest.mark.parametrize("value", [2**70, "\ud800"])
def test_a_number_too_large_and_half_a_character_are_refused(
    make_store: Callable[[str], str], store_kind: str, value: object
) -> None:
    engine = open_engine(make_store(store_kind))
    try:
        with engine.connect() as connection, pytest.raises(InvalidInputError):
            connection.execute(sa.text("SELECT CAST(:value AS BIGINT)"), {"value": value})
    finally:
        engine.dispose()


def test_a_nul_character_is_refused_where_the_store_cannot_hold_it(make_store: Callable[[str], str]) -> None:
    engine = open_engine(make_store("postgis"))
    try:
        with engine.connect() as connection, pytest.raises(InvalidInputError):
            connection.execute(sa.text("SELECT :value"), {"value": "a\x00b"})
    finally:
        engine.dispose()

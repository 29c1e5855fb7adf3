"""The house datum: every position in a store is in one datum, fixed before the first version is written."""

from __future__ import annotations

import sqlalchemy as sa

from gridgeo.domain.words import HOUSE_DATUMS
from gridgeo.errors import ConflictError, InvalidInputError
from gridgeo.storage.models import StoreSetting, Version

DEFAULT_HOUSE_DATUM = "wgs84"
_KEY = "house_datum"


def house_datum(connection: sa.Connection) -> str:
    """Return the datum of every position in the store: wgs84, cgcs2000 or gcj02."""
    found = connection.scalar(sa.select(StoreSetting.value).where(StoreSetting.key == _KEY))
    return found or DEFAULT_HOUSE_DATUM


def fix_house_datum(connection: sa.Connection, datum: str) -> None:
    """Set the house datum of a store that holds nothing yet; naming the one it has already is fine.

    Raises InvalidInputError for an unknown datum, ConflictError when the store holds versions in another one.
    """
    if datum not in HOUSE_DATUMS:
        raise InvalidInputError(
            "house datum must be one of {known}, got {given}", known=", ".join(HOUSE_DATUMS), given=datum
        )
    current = house_datum(connection)
    if current == datum:
        return
    if connection.scalar(sa.select(Version.id).limit(1)) is not None:
        raise ConflictError(
            "the store's house datum is {current} and it holds data: make a new store for {given}",
            current=current,
            given=datum,
        )
    connection.execute(sa.delete(StoreSetting).where(StoreSetting.key == _KEY))
    connection.execute(sa.insert(StoreSetting).values(key=_KEY, value=datum))

"""A store has one house datum, and a composed version is read through its parts."""

from __future__ import annotations

from datetime import datetime

import polars as pl
import pytest
import sqlalchemy as sa

from gridgeo.domain import Actor
from gridgeo.domain.tables import STAFF
from gridgeo.errors import ConflictError, InvalidInputError
from gridgeo.storage import fix_house_datum, house_datum, new_version, read_frame, write_frame


def test_a_store_is_wgs84_unless_told_otherwise_before_its_first_version(
    connection: sa.Connection, actor: Actor, now: datetime
) -> None:
    assert house_datum(connection) == "wgs84"
    fix_house_datum(connection, "gcj02")
    assert house_datum(connection) == "gcj02"
    new_version(connection, actor, "orgs", params={}, now=now)
    fix_house_datum(connection, "gcj02")
    with pytest.raises(ConflictError, match="house datum is gcj02 and it holds data"):
        fix_house_datum(connection, "wgs84")
    assert house_datum(connection) == "gcj02"


def test_an_unknown_house_datum_is_named(connection: sa.Connection) -> None:
    with pytest.raises(InvalidInputError, match="wgs84, cgcs2000, gcj02, got bd09"):
        fix_house_datum(connection, "bd09")


def staff(name: str) -> pl.DataFrame:
    """Return one member of staff."""
    return pl.DataFrame([("s1", "b1", name, "rm", 40.0, False)], schema=STAFF, orient="row")


def test_a_composed_version_reads_each_table_from_its_part(
    connection: sa.Connection, actor: Actor, now: datetime
) -> None:
    part = new_version(connection, actor, "staff", params={}, now=now)
    write_frame(connection, "staff", staff("Wang"), version_id=part)
    composed = new_version(connection, actor, "bank", params={"parts": {"staff": part}}, now=now)
    plain = new_version(connection, actor, "bank", params={}, now=now)
    assert read_frame(connection, "staff", version_id=composed).equals(staff("Wang"))
    assert read_frame(connection, "staff", version_id=plain).is_empty()
    assert read_frame(connection, "org_unit", version_id=composed).is_empty()

"""What one store would refuse or change is refused by both, in one clear line, before anything is written."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import polars as pl
import pytest
import shapely
import sqlalchemy as sa

from gridgeo.domain import Actor
from gridgeo.errors import ConflictError, GridgeoError, InvalidInputError, NotFoundError
from gridgeo.storage import finish_version, new_version, read_frame, write_frame

GOOD = {
    "denominator": {"zone": ["a", "b"], "people": [1.0, 2.0], "dated_on": None, "source": "s", "assumed": True},
    "catchment_cell": {"branch_id": ["a", "b"], "cell": [5, 6], "travel_s": [1.0, None]},
    "street": {
        "id": ["a", "b"],
        "name": ["n", None],
        "highway": "h",
        "geometry": list(shapely.to_wkb(shapely.points([1, 2], [3, 4]))),
    },
    "certificate": {"branch_id": ["a", "b"], "body": ['{"a": 1}', "[]"]},
}
BAD: dict[str, tuple[str, pl.Expr | pl.Series, str]] = {
    "a number that is none": ("denominator", pl.Series("people", [1.0, float("nan")]), "people"),
    "an infinite number": ("denominator", pl.Series("people", [1.0, float("-inf")]), "people"),
    "a text with a NUL": ("denominator", pl.Series("source", ["a", "b\0c"]), "source"),
    "a key that is null": ("denominator", pl.Series("zone", ["a", None]), "zone must not be null"),
    "a value that must be known": ("denominator", pl.Series("assumed", [True, None]), "assumed must not be null"),
    "a key that stands twice": ("denominator", pl.Series("zone", ["a", "a"]), "zone = a stands more than once"),
    "a cell of two branches": ("catchment_cell", pl.Series("cell", [5, 5]), "cell = 5 stands more than once"),
    "a cell below zero": ("catchment_cell", pl.Series("cell", [5, -6]), "catchment_cell"),
    "a cell with its top bit set": ("catchment_cell", pl.Series("cell", [5, 2**63], pl.UInt64), "top bit"),
    "a text for a number": ("denominator", pl.Series("people", ["1", "x"]), "denominator"),
    "bytes that are no geometry": ("street", pl.Series("geometry", [b"", b"\x01"]), "not WKB"),
    "a geometry that breaks off": (
        "street",
        pl.Series("geometry", [GOOD["street"]["geometry"][0][:-1]] * 2),
        "not WKB",
    ),
    "heights": ("street", pl.Series("geometry", [shapely.to_wkb(shapely.Point(1, 2, 3))] * 2), "heights"),
    "a geometry that is null": ("street", pl.Series("geometry", [None, GOOD["street"]["geometry"][0]]), "geometry"),
    "text that is no JSON": ("certificate", pl.Series("body", ["{}", "{a"]), "certificate"),
}


def version(connection: sa.Connection, actor: Actor, now: datetime) -> int:
    """Begin a version to write under."""
    return new_version(connection, actor, "ground", params={}, now=now)


@pytest.mark.parametrize("table", GOOD)
def test_the_good_frame_passes(connection: sa.Connection, actor: Actor, now: datetime, table: str) -> None:
    version_id = version(connection, actor, now)
    assert write_frame(connection, table, pl.DataFrame(GOOD[table]), version_id=version_id) == 2


@pytest.mark.parametrize("fault", BAD)
def test_a_faulty_frame_is_refused_and_leaves_nothing(
    connection: sa.Connection, actor: Actor, now: datetime, fault: str
) -> None:
    table, column, words = BAD[fault]
    version_id = version(connection, actor, now)
    frame = pl.DataFrame(GOOD[table]).with_columns(column)
    savepoint = connection.begin_nested()
    with pytest.raises(InvalidInputError, match=words):
        write_frame(connection, table, frame, version_id=version_id)
    savepoint.rollback()
    assert read_frame(connection, table, version_id=version_id).is_empty()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda frame: frame.drop("people"), "missing columns"),
        (lambda frame: frame.with_columns(extra=1), "unknown columns"),
        (lambda frame: frame.rename({"people": "People"}), "missing columns"),
    ],
)
def test_a_frame_off_its_contract_is_refused(
    connection: sa.Connection, actor: Actor, now: datetime, change: Callable[[pl.DataFrame], pl.DataFrame], words: str
) -> None:
    frame = change(pl.DataFrame(GOOD["denominator"]))
    with pytest.raises(InvalidInputError, match=words):
        write_frame(connection, "denominator", frame, version_id=version(connection, actor, now))


def test_a_key_written_before_is_a_conflict(connection: sa.Connection, actor: Actor, now: datetime) -> None:
    version_id, frame = version(connection, actor, now), pl.DataFrame(GOOD["denominator"])
    write_frame(connection, "denominator", frame, version_id=version_id)
    savepoint = connection.begin_nested()
    with pytest.raises(ConflictError, match="holds a row with the same key"):
        write_frame(connection, "denominator", frame.tail(1), version_id=version_id)
    savepoint.rollback()
    assert (
        write_frame(connection, "denominator", frame.with_columns(zone="c" + pl.col("zone")), version_id=version_id)
        == 2
    )


def test_a_finished_version_takes_no_more_rows(connection: sa.Connection, actor: Actor, now: datetime) -> None:
    version_id, frame = version(connection, actor, now), pl.DataFrame(GOOD["denominator"])
    finish_version(connection, version_id, {})
    with pytest.raises(ConflictError, match="finished"):
        write_frame(connection, "denominator", frame, version_id=version_id)


def test_rows_need_a_version_that_exists(connection: sa.Connection) -> None:
    with pytest.raises(NotFoundError, match="no version 77"):
        write_frame(connection, "denominator", pl.DataFrame(GOOD["denominator"]), version_id=77)


@pytest.mark.parametrize(
    ("table", "arguments"),
    [
        ("no_such", {}),
        ("version", {}),
        ("street", {"columns": ["id", "no_such"]}),
        ("street", {"columns": ["version_id"]}),
        ("street", {"where": {"id; DROP TABLE street": "x"}}),
    ],
)
def test_names_that_are_not_on_the_list_are_refused(
    connection: sa.Connection, table: str, arguments: dict[str, Any]
) -> None:
    with pytest.raises(GridgeoError, match=r"no_such|version|DROP"):
        read_frame(connection, table, version_id=1, **arguments)

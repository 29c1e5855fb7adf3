"""Versions are written once, and the live pointer moves as one."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta, timezone

import numpy as np
import polars as pl
import pytest
import sqlalchemy as sa

from gridgeo.domain import Actor
from gridgeo.errors import BusyError, ConflictError, InvalidInputError, NotFoundError
from gridgeo.storage import (
    KINDS,
    finish_version,
    list_versions,
    live,
    new_version,
    open_engine,
    read_frame,
    reading,
    set_live,
    version_record,
    write_frame,
)
from gridgeo.storage.models import LiveLog

CELLS = pl.DataFrame({"branch_id": ["b"] * 3, "cell": [1, 2, 3], "travel_s": [1.0, 2.0, 3.0]})


def finished(connection: sa.Connection, actor: Actor, now: datetime, kind: str = "plan") -> int:
    """Write and finish an empty version."""
    version_id = new_version(connection, actor, kind, params={}, now=now)
    finish_version(connection, version_id, {})
    return version_id


def test_a_version_keeps_who_when_and_what(connection: sa.Connection, now: datetime) -> None:
    planner = Actor("李", "planner")
    params = {"名": "值", "share": np.float64(0.25), "ids": [1, None], "nested": {"a": True}}
    version_id = new_version(connection, planner, "plan", params=params, now=now)
    record = version_record(connection, version_id)
    assert (record.kind, record.actor_id, record.actor_role, record.created_at) == ("plan", "李", "planner", now)
    assert record.params == {"名": "值", "share": 0.25, "ids": [1, None], "nested": {"a": True}}
    assert record.report is None
    finish_version(connection, version_id, {"rows": {"a": 1}})
    assert version_record(connection, version_id).report == {"rows": {"a": 1}}


def test_moments_come_back_in_utc(connection: sa.Connection, actor: Actor) -> None:
    beijing = datetime(2026, 3, 2, 8, 0, 0, 123456, tzinfo=timezone(timedelta(hours=8)))
    version_id = new_version(connection, actor, "plan", params={}, now=beijing)
    found = version_record(connection, version_id).created_at
    assert found == beijing
    assert found.tzinfo is UTC


def test_a_moment_without_a_zone_is_refused(connection: sa.Connection, actor: Actor) -> None:
    with pytest.raises(InvalidInputError, match="time zone"):
        new_version(connection, actor, "plan", params={}, now=datetime(2026, 3, 2))  # noqa: DTZ001 (what is refused)


def test_a_version_is_finished_once(connection: sa.Connection, actor: Actor, now: datetime) -> None:
    version_id = finished(connection, actor, now)
    with pytest.raises(ConflictError, match="finished"):
        finish_version(connection, version_id, {"other": 1})
    assert version_record(connection, version_id).report == {}


@pytest.mark.parametrize("kind", ["", "Plan", "no_such"])
def test_an_unknown_kind_is_refused(connection: sa.Connection, actor: Actor, now: datetime, kind: str) -> None:
    for call in (
        lambda: new_version(connection, actor, kind, params={}, now=now),
        lambda: live(connection, kind),
        lambda: list_versions(connection, kind),
    ):
        with pytest.raises(InvalidInputError, match="version kind"):
            call()


def test_versions_are_listed_newest_first(connection: sa.Connection, actor: Actor, now: datetime) -> None:
    made = [finished(connection, actor, now, kind) for kind in ("plan", "score", "plan")]
    assert [record.id for record in list_versions(connection)] == made[::-1]
    assert [record.id for record in list_versions(connection, "plan")] == [made[2], made[0]]
    assert made == sorted(made)


def test_the_pointer_goes_forth_and_back_and_every_move_is_logged(
    connection: sa.Connection, actor: Actor, now: datetime
) -> None:
    first, second = finished(connection, actor, now), finished(connection, actor, now)
    with pytest.raises(NotFoundError, match="no live plan"):
        live(connection, "plan")
    for hours, version_id in enumerate((first, second, first)):
        set_live(connection, actor, "plan", version_id, now + timedelta(hours=hours))
        assert live(connection, "plan").id == version_id
        assert live(connection, "plan").live_since == now + timedelta(hours=hours)
    log = connection.execute(sa.select(LiveLog.version_id, LiveLog.previous_version_id).order_by(LiveLog.id)).all()
    assert [tuple(row) for row in log] == [(first, None), (second, first), (first, second)]
    with pytest.raises(NotFoundError):
        live(connection, "score")


def test_only_a_finished_version_of_the_kind_goes_live(connection: sa.Connection, actor: Actor, now: datetime) -> None:
    unfinished = new_version(connection, actor, "plan", params={}, now=now)
    for version_id in (unfinished, finished(connection, actor, now, "score")):
        with pytest.raises(InvalidInputError, match="not a finished plan version"):
            set_live(connection, actor, "plan", version_id, now)
    with pytest.raises(NotFoundError, match="no version 999"):
        set_live(connection, actor, "plan", 999, now)


def test_a_number_is_never_given_twice(engine: sa.Engine, actor: Actor, now: datetime) -> None:
    with engine.begin() as connection:
        first = finished(connection, actor, now)
        connection.execute(sa.text("DELETE FROM version"))
    with engine.begin() as connection:
        assert finished(connection, actor, now) > first


def test_a_failed_write_leaves_nothing_and_the_old_version_live(engine: sa.Engine, actor: Actor, now: datetime) -> None:
    with engine.begin() as connection:
        old = publish(connection, actor, now, CELLS)
    with pytest.raises(InvalidInputError), engine.begin() as connection:
        publish(connection, actor, now, CELLS.with_columns(branch_id=None))
    with reading(engine) as connection:
        assert live(connection, "catchment").id == old
        assert [record.id for record in list_versions(connection)] == [old]
        assert read_frame(connection, "catchment_cell", version_id=old).equals(CELLS.cast({"cell": pl.UInt64}))


def test_a_reader_sees_the_old_set_or_the_new_never_a_mixture(store_url: str, actor: Actor, now: datetime) -> None:
    """One writer publishes 15 times while a reader looks; each look finds the rows that belong to the pointer."""
    engine = open_engine(store_url)
    with engine.begin() as connection:
        publish(connection, actor, now, CELLS.with_columns(travel_s=pl.lit(1.0)))
    done, seen, torn = threading.Event(), set(), []

    def read() -> None:
        while not done.is_set():
            with reading(engine) as connection:
                record = live(connection, "catchment")
                values = set(read_frame(connection, "catchment_cell", version_id=record.id)["travel_s"])
            seen.add(record.id)
            if values != {float(record.id)}:
                torn.append((record.id, values))

    reader = threading.Thread(target=read)
    reader.start()
    for _ in range(15):
        with engine.begin() as connection:
            last = publish(connection, actor, now, CELLS, travel_is_version=True)
    done.set()
    reader.join()
    assert torn == []
    assert seen <= set(range(1, last + 1))
    engine.dispose()


def test_two_writers_of_one_pointer_do_not_both_win_unseen(store_url: str, actor: Actor, now: datetime) -> None:
    """The second writer waits no longer than its limit and is told that somebody else writes."""
    from gridgeo.storage import Timeouts

    hasty = Timeouts(lock_s=0.2)
    engine, other = open_engine(store_url), open_engine(store_url, timeouts=hasty)
    with engine.begin() as connection:
        first, second = finished(connection, actor, now), finished(connection, actor, now)
        set_live(connection, actor, "plan", first, now)
    with engine.begin() as connection:
        set_live(connection, actor, "plan", second, now)
        with pytest.raises(BusyError, match="somebody else is writing"), other.begin() as late:
            set_live(late, actor, "plan", first, now)
    with reading(other) as connection:
        assert live(connection, "plan").id == second
    engine.dispose()
    other.dispose()


def publish(
    connection: sa.Connection, actor: Actor, now: datetime, frame: pl.DataFrame, *, travel_is_version: bool = False
) -> int:
    """Write a catchment version of these cells and make it live."""
    version_id = new_version(connection, actor, "catchment", params={}, now=now)
    if travel_is_version:
        frame = frame.with_columns(travel_s=pl.lit(float(version_id)))
    write_frame(connection, "catchment_cell", frame, version_id=version_id)
    finish_version(connection, version_id, {})
    set_live(connection, actor, "catchment", version_id, now)
    return version_id


def test_every_kind_can_go_live(connection: sa.Connection, actor: Actor, now: datetime) -> None:
    for kind in KINDS:
        version_id = finished(connection, actor, now, kind)
        set_live(connection, actor, kind, version_id, now)
        assert live(connection, kind).id == version_id

"""A writer killed at any moment leaves the old version live, no half-written rows, and no lock behind."""

from __future__ import annotations

import signal
from collections.abc import Callable
from datetime import datetime

import polars as pl
import pytest
import sqlalchemy as sa

from gridgeo.domain import Actor
from gridgeo.errors import NotFoundError
from gridgeo.storage import (
    check_schema,
    downgrade,
    finish_version,
    list_versions,
    live,
    new_version,
    open_engine,
    read_frame,
    reading,
    run_steps,
    set_live,
    start_or_resume_run,
    upgrade,
    write_frame,
)
from gridgeo.storage.contracts import stored
from gridgeo.storage.migrations import store_revision
from tests.warm_commands import WarmCommands

CELLS = pl.DataFrame({"branch_id": ["b"] * 3, "cell": [1, 2, 3], "travel_s": [1.0, 2.0, 3.0]}).cast({"cell": pl.UInt64})

WRITER = """
import os, signal, sys
from datetime import UTC, datetime
import numpy as np, polars as pl
from gridgeo.domain import local_actor
from gridgeo.storage import *

def pause(point):
    if point == sys.argv[2]:
        print("here", flush=True)
        os.kill(os.getpid(), signal.SIGKILL)

now, actor = datetime(2026, 3, 3, tzinfo=UTC), local_actor()
engine = open_engine(sys.argv[1])
with engine.begin() as connection:
    run_id, _ = start_or_resume_run(connection, actor, digest="d", now=now)
with engine.begin() as connection:
    version_id = new_version(connection, actor, "catchment", params={}, now=now)
    cells = np.arange(60_000, dtype=np.uint64)
    for part in range(3):
        frame = pl.DataFrame({"branch_id": f"b{part}", "cell": cells + 60_000 * part, "travel_s": 1.0})
        write_frame(connection, "catchment_cell", frame, version_id=version_id)
        pause(f"part {part} written")
    finish_version(connection, version_id, {})
    pause("version finished")
    set_live(connection, actor, "catchment", version_id, now)
    record_step(connection, run_id, "catchment", version_id)
    pause("pointer moved")
pause("committed")
"""
INSIDE = ["part 1 written", "version finished", "pointer moved"]

UPGRADER = """
import os, signal, sys
import sqlalchemy as sa
from gridgeo.storage import open_engine, upgrade

engine = open_engine(sys.argv[1])

@sa.event.listens_for(engine, "before_cursor_execute")
def pause(connection, cursor, statement, parameters, context, executemany):
    if "CREATE TABLE " + sys.argv[2] in statement:
        print("here", flush=True)
        os.kill(os.getpid(), signal.SIGKILL)

upgrade(engine)
"""

Kill = Callable[[str, str, str], None]


@pytest.fixture
def kill_at(warm_commands: WarmCommands) -> Kill:
    """Run a program in a process of its own that is killed, no warning given, at the point it names."""

    def run(program: str, url: str, point: str) -> None:
        done = warm_commands.run([url, point], code=program)
        assert done.stdout == "here\n", done.stderr
        assert done.returncode == -signal.SIGKILL

    return run


def publish(engine: sa.Engine, actor: Actor, now: datetime) -> int:
    """Write a catchment version and make it live."""
    with engine.begin() as connection:
        version_id = new_version(connection, actor, "catchment", params={}, now=now)
        write_frame(connection, "catchment_cell", CELLS, version_id=version_id)
        finish_version(connection, version_id, {})
        set_live(connection, actor, "catchment", version_id, now)
    return version_id


def rows_of_other_versions(connection: sa.Connection, version_id: int) -> int:
    """Count rows that belong to no version that can be seen."""
    table = stored("catchment_cell")
    query = sa.select(sa.func.count()).select_from(table).where(table.columns["version_id"] != version_id)
    return int(connection.execute(query).scalar_one())


@pytest.mark.parametrize("point", INSIDE)
def test_a_killed_write_leaves_the_old_version_live(
    store_url: str, actor: Actor, now: datetime, kill_at: Kill, point: str
) -> None:
    engine = open_engine(store_url)
    old = publish(engine, actor, now)
    kill_at(WRITER, store_url, point)
    with reading(engine) as connection:
        assert live(connection, "catchment").id == old
        assert [record.id for record in list_versions(connection)] == [old]
        assert rows_of_other_versions(connection, old) == 0
        assert read_frame(connection, "catchment_cell", version_id=old).equals(CELLS)
    with engine.begin() as connection:
        run_id, done = start_or_resume_run(connection, actor, digest="d", now=now)
    assert (run_id, done) == (1, {})
    assert publish(engine, actor, now) > old
    engine.dispose()


def test_a_writer_killed_after_its_commit_has_written(
    store_url: str, actor: Actor, now: datetime, kill_at: Kill
) -> None:
    engine = open_engine(store_url)
    old = publish(engine, actor, now)
    kill_at(WRITER, store_url, "committed")
    with reading(engine) as connection:
        new = live(connection, "catchment").id
        assert new > old
        assert rows_of_other_versions(connection, old) == 180_000
        assert run_steps(connection, 1) == {"catchment": new}
    engine.dispose()


@pytest.mark.parametrize("table", ["building", "run_step"])
def test_a_killed_upgrade_leaves_an_empty_store(store_url: str, kill_at: Kill, table: str) -> None:
    engine = open_engine(store_url)
    downgrade(engine, "base")
    engine.dispose()
    kill_at(UPGRADER, store_url, table)
    engine = open_engine(store_url)
    assert set(sa.inspect(engine).get_table_names()) <= {"alembic_version", "spatial_ref_sys"}
    upgrade(engine)
    check_schema(engine)
    with reading(engine) as connection, pytest.raises(NotFoundError, match="no live catchment"):
        live(connection, "catchment")
    engine.dispose()


def test_an_upgrade_of_a_full_store_keeps_its_rows_even_when_it_is_killed(
    store_url: str, actor: Actor, now: datetime, kill_at: Kill
) -> None:
    engine = open_engine(store_url)
    version = publish(engine, actor, now)
    downgrade(engine, "0011")
    engine.dispose()
    kill_at(UPGRADER, store_url, "audit_log")
    engine = open_engine(store_url)
    assert store_revision(engine) == "0011"
    upgrade(engine)
    check_schema(engine)
    with reading(engine) as connection:
        assert read_frame(connection, "catchment_cell", version_id=version).equals(CELLS)
        assert live(connection, "catchment").id == version
    engine.dispose()

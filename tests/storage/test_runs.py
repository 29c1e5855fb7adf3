"""A run goes on where it stopped, and never does a step twice."""

from __future__ import annotations

from datetime import datetime

import pytest
import sqlalchemy as sa

from gridgeo.domain import Actor
from gridgeo.errors import BusyError, ConflictError, NotFoundError
from gridgeo.storage import (
    Timeouts,
    finish_run,
    finish_version,
    list_versions,
    new_version,
    open_engine,
    record_step,
    start_or_resume_run,
)


def step(connection: sa.Connection, actor: Actor, now: datetime, run_id: int, name: str) -> int:
    """Do a step: its version and its note together."""
    version_id = new_version(connection, actor, name, params={}, now=now)
    finish_version(connection, version_id, {})
    record_step(connection, run_id, name, version_id)
    return version_id


def test_a_new_run_has_nothing_done(connection: sa.Connection, actor: Actor, now: datetime) -> None:
    _, done = start_or_resume_run(connection, actor, digest="d", now=now)
    assert done == {}


def test_an_unfinished_run_is_taken_up_with_its_steps(engine: sa.Engine, actor: Actor, now: datetime) -> None:
    with engine.begin() as connection:
        run_id, _ = start_or_resume_run(connection, actor, digest="d", now=now)
    with engine.begin() as connection:
        drawn = step(connection, actor, now, run_id, "catchment")
    with engine.begin() as connection:
        located = step(connection, actor, now, run_id, "location")
    with engine.begin() as connection:
        again, done = start_or_resume_run(connection, actor, digest="d", now=now)
        other, nothing = start_or_resume_run(connection, actor, digest="e", now=now)
    assert (again, done) == (run_id, {"catchment": drawn, "location": located})
    assert list(done) == ["catchment", "location"]
    assert (other != run_id, nothing) == (True, {})


def test_a_step_that_fails_leaves_neither_version_nor_note(engine: sa.Engine, actor: Actor, now: datetime) -> None:
    with engine.begin() as connection:
        run_id, _ = start_or_resume_run(connection, actor, digest="d", now=now)
    with pytest.raises(NotFoundError), engine.begin() as connection:
        step(connection, actor, now, run_id + 1, "catchment")
    with engine.begin() as connection:
        assert start_or_resume_run(connection, actor, digest="d", now=now) == (run_id, {})
        assert list_versions(connection) == []


def test_a_finished_run_is_not_taken_up(connection: sa.Connection, actor: Actor, now: datetime) -> None:
    run_id, _ = start_or_resume_run(connection, actor, digest="d", now=now)
    version_id = step(connection, actor, now, run_id, "catchment")
    finish_run(connection, run_id, now)
    again, done = start_or_resume_run(connection, actor, digest="d", now=now)
    assert again != run_id
    assert done == {}
    for call in (
        lambda: record_step(connection, run_id, "score", version_id),
        lambda: finish_run(connection, run_id, now),
    ):
        with pytest.raises(ConflictError, match="finished"):
            call()


def test_a_step_is_recorded_once(connection: sa.Connection, actor: Actor, now: datetime) -> None:
    run_id, _ = start_or_resume_run(connection, actor, digest="d", now=now)
    version_id = step(connection, actor, now, run_id, "catchment")
    with pytest.raises(ConflictError, match=r"step catchment of run \d+ has been done by somebody else"):
        record_step(connection, run_id, "catchment", version_id)


def test_an_unknown_run_is_not_found(connection: sa.Connection, now: datetime) -> None:
    with pytest.raises(NotFoundError, match="no run 77"):
        finish_run(connection, 77, now)


def test_two_processes_that_start_one_run_do_not_make_two(store_url: str, actor: Actor, now: datetime) -> None:
    engine, other = open_engine(store_url), open_engine(store_url, timeouts=Timeouts(lock_s=0.2))
    with engine.begin() as connection:
        run_id, _ = start_or_resume_run(connection, actor, digest="d", now=now)
        with pytest.raises(BusyError), other.begin() as late:
            start_or_resume_run(late, actor, digest="d", now=now)
    with other.begin() as connection:
        assert start_or_resume_run(connection, actor, digest="d", now=now) == (run_id, {})
    engine.dispose()
    other.dispose()


def test_two_processes_at_one_run_do_not_both_do_a_step(store_url: str, actor: Actor, now: datetime) -> None:
    engine, other = open_engine(store_url), open_engine(store_url, timeouts=Timeouts(lock_s=0.2))
    with engine.begin() as connection:
        run_id, _ = start_or_resume_run(connection, actor, digest="d", now=now)
    with engine.begin() as connection:
        step(connection, actor, now, run_id, "catchment")
        with pytest.raises(BusyError), other.begin() as late:
            step(late, actor, now, run_id, "catchment")
    with pytest.raises(ConflictError), other.begin() as late:
        step(late, actor, now, run_id, "catchment")
    with engine.begin() as connection:
        assert len(list_versions(connection)) == 1
    engine.dispose()
    other.dispose()

"""Thousands of random operations on both stores: the partition holds after each, and the log replays to what stands."""

from __future__ import annotations

from collections.abc import Callable
from threading import Barrier, Thread

import numpy as np
import pytest
import sqlalchemy as sa

from gridgeo.bench import partition
from gridgeo.bench.partition import BRANCH, MOMENT, box_cells, run_operations, write_branch
from gridgeo.domain import local_actor
from gridgeo.errors import BusyError, ConflictError
from gridgeo.grids import check_partition
from gridgeo.pipeline.grids.sets import Operation, begin_set, edit, grid_state, replayed
from gridgeo.storage import grids as stored
from gridgeo.storage import open_engine

OPERATIONS = {"sqlite": 1_200, "postgis": 800}


@pytest.fixture
def branch(engine: sa.Engine) -> sa.Engine:
    """A store with one branch of about 400 cells."""
    with engine.begin() as connection:
        write_branch(connection, box_cells(400))
    return engine


@pytest.mark.slow
def test_the_partition_holds_after_every_one_of_thousands_of_operations(engine: sa.Engine, store_kind: str) -> None:
    operations = OPERATIONS[store_kind]
    with engine.begin() as connection:
        # Few enough cells that operations get into each other's way.
        write_branch(connection, box_cells(200))
    figures = run_operations(engine, operations, seed=7)
    assert figures.violations == 0
    assert figures.same_on_replay
    assert figures.done > 0.7 * operations
    assert figures.refused > 10


Give = Callable[[sa.Connection, int, np.ndarray, str | None], None]


def forget_half(give: Give) -> Give:
    """A write that leaves half of the moved cells where they were."""
    return lambda connection, set_id, cells, grid: give(connection, set_id, cells[: len(cells) // 2], grid)


def lose_one(give: Give) -> Give:
    """A write that drops the first of the moved cells out of the set."""

    def broken(connection: sa.Connection, set_id: int, cells: np.ndarray, grid: str | None) -> None:
        give(connection, set_id, cells[1:], grid)
        give(connection, set_id, cells[:1], None)

    return broken


@pytest.mark.parametrize(("breaks", "shows_as_violation"), [(forget_half, False), (lose_one, True)])
def test_a_broken_write_is_caught(
    branch: sa.Engine,
    monkeypatch: pytest.MonkeyPatch,
    breaks: Callable[[Give], Give],
    shows_as_violation: bool,
) -> None:
    """The guards of the case: what the key of the table cannot see, the replay of the log does."""
    monkeypatch.setattr(stored, "_for_cells", breaks(stored._for_cells))
    figures = run_operations(branch, 25, seed=7)
    assert not figures.same_on_replay
    assert (figures.violations > 0) >= shows_as_violation


def test_of_edits_at_the_same_moment_none_is_lost_and_none_half_done(branch: sa.Engine) -> None:
    with branch.begin() as connection:
        begin_set(connection, local_actor(), BRANCH, MOMENT)
        state = grid_state(connection, local_actor(), BRANCH)
    start, outcomes = Barrier(4), list[str]()

    def work(number: int) -> None:
        engine = open_engine(branch.url.render_as_string(hide_password=False))
        cells = state.cells[number * 20 : number * 20 + 10]
        args = {"name": f"by {number}", "cells": partition.cell_strings(cells)}
        start.wait()
        try:
            with engine.begin() as connection:
                edit(connection, local_actor(), BRANCH, Operation("create_cells", args, expected_revision=1), MOMENT)
            outcomes.append("done")
        except (ConflictError, BusyError) as error:
            outcomes.append(type(error).__name__)
        engine.dispose()

    threads = [Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with branch.connect() as connection:
        last = grid_state(connection, local_actor(), BRANCH)
        assert replayed(connection, local_actor(), BRANCH)["same"]
    assert outcomes.count("done") == 1
    assert last.revision == 2
    assert check_partition(last, state.cells) == []

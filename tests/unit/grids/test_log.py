"""Undo and redo to any depth, against a plain stack; the log replays to the same state."""

from __future__ import annotations

from datetime import UTC, datetime

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridgeo.cells import cells_from_polygon
from gridgeo.errors import ConflictError
from gridgeo.grids import GridSetState, LogEntry, Patch, apply, begin, redo_target, rename, replay, undo_target
from gridgeo.grids.log import MARKS

from .conftest import AREA


@given(st.lists(st.sampled_from(["edit", "undo", "redo"]), max_size=60))
def test_undo_and_redo_are_those_of_two_stacks(steps: list[str]) -> None:
    rows: list[tuple[int, int | None, int | None]] = [(1, None, None)]
    done: list[int] = []
    undone: list[int] = []
    for step in steps:
        marks = pl.DataFrame(rows, schema=MARKS, orient="row")
        assert undo_target(marks) == (done[-1] if done else None)
        assert redo_target(marks) == (undone[-1] if undone else None)
        seq = len(rows) + 1
        if step == "edit":
            rows.append((seq, None, None))
            done.append(seq)
            undone.clear()
        elif step == "undo" and done:
            undone.append(done.pop())
            rows.append((seq, undone[-1], None))
        elif step == "redo" and undone:
            done.append(undone.pop())
            rows.append((seq, None, done[-1]))


def entries() -> tuple[GridSetState, list[LogEntry], GridSetState]:
    """An empty state, a log of four entries, and the state after it."""
    empty = GridSetState("B1", 9)
    log: list[LogEntry] = []
    state = empty

    def note(patch: Patch) -> None:
        nonlocal state
        log.append(LogEntry(len(log) + 1, "x", "a", "hq", datetime(2026, 1, 1, tzinfo=UTC), {}, patch))
        state = apply(state, patch)

    note(begin(empty, cells_from_polygon(AREA, 9), 1))
    for name in ("a", "b", "c"):
        note(rename(state, "B1-1-1", name))
    return empty, log, state


def test_a_replayed_log_gives_the_same_digest() -> None:
    empty, log, state = entries()
    assert replay(empty, log).digest() == state.digest()


def test_a_log_with_a_missing_or_changed_entry_is_refused() -> None:
    empty, log, _ = entries()
    with pytest.raises(ConflictError, match="entry 3 where 2"):
        replay(empty, [log[0], *log[2:]])
    swapped = [log[0], LogEntry(**{**vars(log[2]), "seq": 2}), LogEntry(**{**vars(log[1]), "seq": 3})]
    with pytest.raises(ConflictError):
        replay(empty, swapped)

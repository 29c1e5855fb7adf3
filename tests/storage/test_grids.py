"""Area grids in the store: what a write touches, who wins of two, and that what is read is what was written."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

import numpy as np
import pytest
import shapely
import sqlalchemy as sa

from gridgeo.bench.partition import BRANCH, box_cells, write_branch
from gridgeo.domain import Actor
from gridgeo.errors import ConflictError, NotFoundError
from gridgeo.grids import (
    GridSetState,
    LogEntry,
    NewGrid,
    Patch,
    apply,
    begin,
    create,
    paint,
    rebase,
    redo_target,
    rename,
    set_note,
    set_stage,
    undo_target,
)
from gridgeo.storage.grids import (
    GridSetRecord,
    add_grid_set,
    empty_state,
    entry_of_key,
    find_grid_set,
    grid_cell_frame,
    grid_frame,
    grid_set,
    grid_sets,
    read_entry,
    read_log,
    read_marks,
    read_state,
    write_operation,
)
from gridgeo.storage.models import Grid, GridCell

CELLS = box_cells(120)
LNG, LAT = 9.53, 47.14
Write = Callable[[Patch], GridSetState]


def entry(state: GridSetState, patch: Patch, now: datetime, **more: object) -> LogEntry:
    """An entry for the operation after a state."""
    return LogEntry(state.revision + 1, "x", "ann", "hq", now, {"a": [1]}, patch, **more)  # type: ignore[arg-type]


@pytest.fixture
def found(connection: sa.Connection, actor: Actor, now: datetime) -> GridSetRecord:
    """A set at revision 1: one grid."""
    catchment = write_branch(connection, CELLS)
    made = add_grid_set(connection, actor, BRANCH, 9, catchment, now)
    empty = empty_state(made)
    write_operation(connection, made, entry(empty, begin(empty, CELLS, catchment), now))
    return grid_set(connection, BRANCH)


@pytest.fixture
def write(connection: sa.Connection, found: GridSetRecord, now: datetime) -> Write:  # noqa: ARG001 - made first
    """A function that writes a patch and returns the state in memory after it, which the store must equal."""

    def do(patch: Patch) -> GridSetState:
        record = grid_set(connection, BRANCH)
        before = read_state(connection, record)
        write_operation(connection, record, entry(before, patch, now))
        after = apply(before, patch)
        assert read_state(connection, grid_set(connection, BRANCH)).digest() == after.digest()
        return after

    return do


def state_of(connection: sa.Connection) -> GridSetState:
    return read_state(connection, grid_set(connection, BRANCH))


def test_every_kind_of_patch_is_read_as_it_was_applied(connection: sa.Connection, write: Write) -> None:
    first = state_of(connection).ids[0]
    box = shapely.box(LNG - 0.02, LAT - 0.01, LNG + 0.013, LAT + 0.01)
    write(create(state_of(connection), [NewGrid("中心 grid", "market", "420106;X", boundary=box)]))
    write(set_note(state_of(connection), first, "quote ' and ; and 注"))
    day = date(2026, 1, 5)
    write(set_stage(state_of(connection), [first], day, "develop", {"survey_done_on": day}))
    state = state_of(connection)
    brush = state.cells[::3]
    write(paint(state, brush, [state.ids[at] for at in state.grid_of[::3]], [first] * len(brush)))
    moved = np.union1d(CELLS[20:], box_cells(200)[:40])
    state = write(rebase(state_of(connection), moved, state.catchment_id).patch)
    assert np.array_equal(state.cells, moved)


def test_a_grid_without_cells_leaves_the_tables_and_its_inverse_brings_it_back(
    connection: sa.Connection, write: Write
) -> None:
    before = write(create(state_of(connection), [NewGrid("Two", cells=CELLS[:2])]))
    second = before.find("Two").id
    patch = paint(before, CELLS[:2], [second] * 2, [before.ids[0]] * 2)
    write(patch)
    assert second not in grid_frame(connection)["id"].to_list()
    assert write(patch.inverse()).digest() == before.digest()


def test_a_write_touches_only_the_rows_of_its_patch(connection: sa.Connection, write: Write) -> None:
    state = write(create(state_of(connection), [NewGrid("Two", cells=CELLS[:9])]))
    counted: dict[str, int] = {}

    def count(_conn: object, cursor: sa.CursorResult[object], statement: str, *_: object) -> None:
        verb, table = statement.split()[0], statement.split()[1]
        if verb in ("UPDATE", "INSERT", "DELETE"):
            counted[f"{verb} {table}"] = counted.get(f"{verb} {table}", 0) + cursor.rowcount

    sa.event.listen(connection, "after_cursor_execute", count)
    write(paint(state, CELLS[3:5], [state.find("Two").id] * 2, [state.ids[0]] * 2))
    sa.event.remove(connection, "after_cursor_execute", count)
    assert counted["UPDATE grid_cell"] == 2
    assert {key for key in counted if " grid" in key} <= {"UPDATE grid_cell", "UPDATE grid_set", "INSERT INTO"}


def test_of_two_writes_from_one_revision_one_is_refused(
    connection: sa.Connection, found: GridSetRecord, now: datetime
) -> None:
    state = read_state(connection, found)
    write_operation(connection, found, entry(state, rename(state, state.ids[0], "first"), now))
    with pytest.raises(ConflictError, match="in between"):
        write_operation(connection, found, entry(state, rename(state, state.ids[0], "second"), now))
    assert state_of(connection).grids[0].name == "first"
    assert len(read_log(connection, found.id)) == 2


def test_the_log_reads_as_it_was_written(connection: sa.Connection, found: GridSetRecord, now: datetime) -> None:
    state = read_state(connection, found)
    patch = rename(state, state.ids[0], "new")
    write_operation(connection, found, entry(state, patch, now, key="k1"))
    after = apply(state, patch)
    last = grid_set(connection, BRANCH)
    write_operation(connection, last, entry(after, patch.inverse(), now, undoes=2))
    assert [row.seq for row in read_log(connection, found.id, most=2)] == [2, 3]
    assert [row.seq for row in read_log(connection, found.id, after=2)] == [3]
    assert read_entry(connection, found.id, 2).patch.as_json() == patch.as_json()
    assert read_entry(connection, found.id, 2).at == now
    known = entry_of_key(connection, found.id, "k1")
    assert known is not None
    assert known.seq == 2
    assert entry_of_key(connection, found.id, "k2") is None
    marks = read_marks(connection, found.id)
    assert (undo_target(marks), redo_target(marks)) == (None, 2)
    with pytest.raises(NotFoundError):
        read_entry(connection, found.id, 9)


def test_a_branch_has_one_set_and_a_scope_hides_the_others(
    connection: sa.Connection, found: GridSetRecord, actor: Actor, now: datetime
) -> None:
    with pytest.raises(ConflictError, match="already"):
        add_grid_set(connection, actor, BRANCH, 9, found.catchment_id, now)
    assert [row.branch_id for row in grid_sets(connection, actor)] == [BRANCH]
    assert grid_sets(connection, Actor("m", "branch_manager", frozenset({"other"}))) == []
    assert find_grid_set(connection, "other") is None
    with pytest.raises(NotFoundError, match="gridgeo grid new"):
        grid_set(connection, "other")


def test_frames_hold_the_grids_of_the_branches_asked_for(connection: sa.Connection, write: Write) -> None:
    state = write(create(state_of(connection), [NewGrid("Two", boundary=shapely.box(9.52, 47.13, 9.54, 47.15))]))
    grids, cells = grid_frame(connection, [BRANCH]), grid_cell_frame(connection)
    assert grids["id"].to_list() == state.ids
    assert grids["geometry"].to_list() == [grid.geometry for grid in state.grids]
    assert np.array_equal(cells["cell"].to_numpy(), state.cells)
    assert cells["grid_id"].to_list() == [state.ids[at] for at in state.grid_of]
    assert grid_frame(connection, ["other"]).is_empty()
    assert grid_cell_frame(connection, []).is_empty()


def test_a_cell_cannot_be_in_two_grids_even_by_hand(connection: sa.Connection, found: GridSetRecord) -> None:
    """The key of the table is the last guard of the partition."""
    row = {"set_id": found.id, "cell": int(CELLS[0]), "grid_id": "other"}
    with pytest.raises(ConflictError), connection.begin_nested():
        connection.execute(sa.insert(GridCell).values(row))
    assert connection.scalar(sa.select(sa.func.count()).select_from(Grid)) == 1

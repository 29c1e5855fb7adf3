"""Area grids in the store: the set as it stands, its append-only log, and the one write that joins both.

A write touches only the rows that its patch names, and moves the set's revision by compare and set: of two edits from
one revision one wins, and nothing of the other is written.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import polars as pl
import sqlalchemy as sa

from gridgeo.domain import Actor
from gridgeo.errors import ConflictError, NotFoundError
from gridgeo.grids import GridRecord, GridSetState, LogEntry, Patch, patch_from_json
from gridgeo.grids.log import MARKS
from gridgeo.grids.state import FIELDS, SHAPES
from gridgeo.storage.conditions import among, scoped
from gridgeo.storage.models import Grid, GridCell, GridOperation, GridSet


@dataclass(frozen=True)
class GridSetRecord:
    """One branch's set of area grids; revision counts its operations."""

    id: int
    branch_id: str
    resolution: int
    catchment_id: int
    revision: int
    created_at: datetime
    actor_id: str


def find_grid_set(connection: sa.Connection, branch_id: str, *, lock: bool = False) -> GridSetRecord | None:
    """Return the set of a branch, None when it has none.

    lock: other edits of this set wait until the transaction ends, so that what is read next belongs together.
    """
    query = sa.select(GridSet.__table__).where(GridSet.branch_id == branch_id)
    row = connection.execute(query.with_for_update() if lock else query).one_or_none()
    return None if row is None else GridSetRecord(*row)


def grid_set(connection: sa.Connection, branch_id: str, *, lock: bool = False) -> GridSetRecord:
    """Return the set of a branch; NotFoundError when it has none."""
    found = find_grid_set(connection, branch_id, lock=lock)
    if found is None:
        raise NotFoundError("branch {branch} has no area grids yet: run gridgeo grid new", branch=branch_id)
    return found


def grid_sets(connection: sa.Connection, actor: Actor | None = None) -> list[GridSetRecord]:
    """Return every set in the actor's scope, ordered by branch."""
    table: Any = GridSet.__table__
    query = scoped(sa.select(table).order_by(table.c.branch_id), table, actor, connection.dialect.name)
    return [GridSetRecord(*row) for row in connection.execute(query)]


def add_grid_set(
    connection: sa.Connection, actor: Actor, branch_id: str, resolution: int, catchment_id: int, now: datetime
) -> GridSetRecord:
    """Make the empty set of a branch, at revision 0; ConflictError when the branch has one."""
    if find_grid_set(connection, branch_id) is not None:
        raise ConflictError("branch {branch} has area grids already", branch=branch_id)
    values = {
        "branch_id": branch_id,
        "resolution": resolution,
        "catchment_id": catchment_id,
        "revision": 0,
        "created_at": now,
        "actor_id": actor.id,
    }
    connection.execute(sa.insert(GridSet).values(values))
    return grid_set(connection, branch_id)


def read_state(connection: sa.Connection, found: GridSetRecord) -> GridSetState:
    """Return the grids of a set as they stand; inside a transaction that locks the set or reads one snapshot."""
    if found.revision == 0:
        return empty_state(found)
    query = sa.select(GridCell.cell, GridCell.grid_id).where(GridCell.set_id == found.id).order_by(GridCell.cell)
    result = connection.execute(query)
    # The driver's own tuples: SQLAlchemy's rows take several times longer.
    rows = result.cursor.fetchall() if result.cursor is not None else []
    result.close()
    cells, names = zip(*rows, strict=True)
    grids = _records(connection, found.id)
    ids = np.array([grid.id for grid in grids], dtype=object)
    labels = np.array(names, dtype=object)
    return GridSetState(
        branch_id=found.branch_id,
        resolution=found.resolution,
        catchment_id=found.catchment_id,
        revision=found.revision,
        cells=np.array(cells, dtype=np.uint64),
        grid_of=np.searchsorted(ids, labels).astype(np.int32),
        grids=grids,
    )


def empty_state(found: GridSetRecord) -> GridSetState:
    """Return the state that the log of a set begins from."""
    return GridSetState(found.branch_id, found.resolution)


def write_operation(connection: sa.Connection, found: GridSetRecord, entry: LogEntry) -> None:
    """Write an operation: its entry in the log, the rows that its patch names, and the set's next revision.

    found: the set at the revision before the entry's.
    Raises ConflictError when somebody else moved the set on; the caller rolls back.
    """
    values: dict[str, Any] = {"revision": entry.seq}
    if entry.patch.catchment:
        values["catchment_id"] = entry.patch.catchment[1]
    mine = (GridSet.id == found.id) & (GridSet.revision == entry.seq - 1)
    if connection.execute(sa.update(GridSet).where(mine).values(values)).rowcount != 1:
        raise ConflictError(
            "the grids of branch {branch} were changed in between: nothing was changed, read them again",
            branch=found.branch_id,
        )
    _write_log(connection, found, entry)
    _write_cells(connection, found.id, entry.patch)
    _write_grids(connection, found.id, entry.patch)


def read_marks(connection: sa.Connection, set_id: int) -> pl.DataFrame:
    """Return seq, undoes and redoes of the whole log, in order."""
    table = GridOperation
    query = sa.select(table.seq, table.undoes, table.redoes).where(table.set_id == set_id).order_by(table.seq)
    rows = [tuple(row) for row in connection.execute(query)]
    return pl.DataFrame(rows, schema=MARKS, orient="row")


def read_log(
    connection: sa.Connection, set_id: int, *, after: int = 0, before: int | None = None, most: int | None = None
) -> list[LogEntry]:
    """Return the entries after a revision, oldest first; most: no more than so many, the newest ones.

    before: only entries of lower number.
    """
    query = _log_query(set_id).where(GridOperation.seq > after).order_by(GridOperation.seq.desc()).limit(most)
    if before is not None:
        query = query.where(GridOperation.seq < before)
    return [_entry(row) for row in reversed(connection.execute(query).all())]


def read_entry(connection: sa.Connection, set_id: int, seq: int) -> LogEntry:
    """Return one entry; NotFoundError when the log has none of that number."""
    row = connection.execute(_log_query(set_id).where(GridOperation.seq == seq)).one_or_none()
    if row is None:
        raise NotFoundError("the log has no entry {seq}", seq=seq)
    return _entry(row)


def entry_of_key(connection: sa.Connection, set_id: int, key: str) -> LogEntry | None:
    """Return the entry that carries an idempotency key, None when it is new."""
    row = connection.execute(_log_query(set_id).where(GridOperation.idempotency_key == key)).one_or_none()
    return None if row is None else _entry(row)


def grid_frame(connection: sa.Connection, branch_ids: Collection[str] | None = None) -> pl.DataFrame:
    """Return the grids of branches (None: of all), ordered by branch and id.

    Columns: branch_id, the fields of `GridRecord`; geometry and border are WKB or null.
    """
    columns = [Grid.__table__.c[name] for name in FIELDS]
    query = sa.select(GridSet.branch_id, *columns).join(GridSet, GridSet.id == Grid.set_id)
    query = _of_branches(query, branch_ids, connection).order_by(GridSet.branch_id, Grid.id)
    rows = [tuple(row) for row in connection.execute(query)]
    return pl.DataFrame(rows, schema=GRIDS, orient="row")


def grid_cell_frame(connection: sa.Connection, branch_ids: Collection[str] | None = None) -> pl.DataFrame:
    """Return branch_id, cell (uint64), grid_id of branches (None: of all), ordered by branch and cell."""
    columns: Any = (GridSet.branch_id, GridCell.cell, GridCell.grid_id)
    query: Any = sa.select(*columns).join(GridSet, GridSet.id == GridCell.set_id)
    query = _of_branches(query, branch_ids, connection).order_by(GridSet.branch_id, GridCell.cell)
    result = connection.execute(query)
    rows = result.cursor.fetchall() if result.cursor is not None else []
    result.close()
    schema = {"branch_id": pl.String, "cell": pl.Int64, "grid_id": pl.String}
    return pl.DataFrame(rows, schema=schema, orient="row").with_columns(pl.col("cell").cast(pl.UInt64))


GRIDS = {
    name: pl.Binary if name in SHAPES else pl.Date if name.endswith("_on") else pl.String
    for name in ("branch_id", *FIELDS)
}
"""Columns of `grid_frame`."""


def _of_branches(
    query: sa.Select[Any], branch_ids: Collection[str] | None, connection: sa.Connection
) -> sa.Select[Any]:
    if branch_ids is None:
        return query
    column: Any = GridSet.__table__.c.branch_id
    return query.where(among(column, sorted(branch_ids), connection.dialect.name))


def _records(connection: sa.Connection, set_id: int) -> tuple[GridRecord, ...]:
    columns = [Grid.__table__.c[name] for name in FIELDS]
    query = sa.select(*columns).where(Grid.set_id == set_id).order_by(Grid.id)
    return tuple(GridRecord(*row) for row in connection.execute(query))


def _log_query(set_id: int) -> sa.Select[Any]:
    return sa.select(GridOperation.__table__).where(GridOperation.set_id == set_id)


def _entry(row: sa.Row[Any]) -> LogEntry:
    return LogEntry(
        seq=row.seq,
        kind=row.kind,
        actor_id=row.actor_id,
        actor_role=row.actor_role,
        at=row.at,
        args=row.args,
        patch=patch_from_json(row.patch),
        undoes=row.undoes,
        redoes=row.redoes,
        key=row.idempotency_key,
    )


def _write_log(connection: sa.Connection, found: GridSetRecord, entry: LogEntry) -> None:
    values = {
        "set_id": found.id,
        "seq": entry.seq,
        "kind": entry.kind,
        "actor_id": entry.actor_id,
        "actor_role": entry.actor_role,
        "at": entry.at,
        "args": entry.args,
        "patch": entry.patch.as_json(),
        "undoes": entry.undoes,
        "redoes": entry.redoes,
        "idempotency_key": entry.key,
    }
    connection.execute(sa.insert(GridOperation).values(values))


def _write_cells(connection: sa.Connection, set_id: int, patch: Patch) -> None:
    stays = (patch.source >= 0) & (patch.target >= 0)
    _for_cells(connection, set_id, patch.cells[patch.target < 0], None)
    for at, grid in enumerate(patch.names):
        _for_cells(connection, set_id, patch.cells[stays & (patch.target == at)], grid)
    comes = patch.source < 0
    if comes.any():
        frame = pl.DataFrame(
            {
                "set_id": np.full(int(comes.sum()), set_id),
                "cell": patch.cells[comes].astype(np.int64),
                "grid_id": np.array(patch.names, dtype=object)[patch.target[comes]],
            }
        )
        connection.execute(sa.insert(GridCell), frame.to_dicts())


def _for_cells(connection: sa.Connection, set_id: int, cells: np.ndarray, grid: str | None) -> None:
    """Give cells of a set to a grid, or take them out of it."""
    if not len(cells):
        return
    column: Any = GridCell.__table__.c.cell
    mine = (GridCell.set_id == set_id) & among(column, cells.astype(np.int64), connection.dialect.name)
    if grid is None:
        connection.execute(sa.delete(GridCell).where(mine))
    else:
        connection.execute(sa.update(GridCell).where(mine).values(grid_id=grid))


def _write_grids(connection: sa.Connection, set_id: int, patch: Patch) -> None:
    gone = [change.id for change in patch.grids if change.after is None]
    if gone:
        column: Any = Grid.__table__.c.id
        named = among(column, gone, connection.dialect.name)
        connection.execute(sa.delete(Grid).where((Grid.set_id == set_id) & named))
    fresh: Sequence[dict[str, Any]] = [
        {"set_id": set_id, **change.after} for change in patch.grids if change.before is None and change.after
    ]
    if fresh:
        connection.execute(sa.insert(Grid), fresh)
    for change in patch.grids:
        if change.before is not None and change.after is not None:
            mine = (Grid.set_id == set_id) & (Grid.id == change.id)
            connection.execute(sa.update(Grid).where(mine).values(change.after))

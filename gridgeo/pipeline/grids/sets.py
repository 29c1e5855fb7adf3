"""Area grids: begin a set, edit it by operations, undo and redo, read it, replay its log.

Head office and planners may edit every set, a branch manager those of the own branches; an RM reads. Another branch's
grids do not exist as far as the answer tells.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import numpy as np
import polars as pl
import sqlalchemy as sa

from gridgeo.cells import API_LIMITS, GateLimits, check_resolution
from gridgeo.domain import Actor
from gridgeo.errors import ConflictError, InvalidInputError, NotAllowedError, NotFoundError
from gridgeo.grids import (
    FIRST_NAME,
    GridSetState,
    LogEntry,
    apply,
    begin,
    check_partition,
    redo_target,
    replay,
    undo_target,
)
from gridgeo.grids.state import SHAPES
from gridgeo.i18n import Language, translate
from gridgeo.pipeline.grids.approval import require_second_person
from gridgeo.pipeline.grids.args import Args, Begin, read_args, written_args
from gridgeo.pipeline.grids.edits import Edited, Site, edited
from gridgeo.pipeline.grids.ground import branch_ground, newest_catchment
from gridgeo.storage.grids import (
    GRIDS,
    GridSetRecord,
    add_grid_set,
    empty_state,
    entry_of_key,
    grid_set,
    grid_sets,
    read_entry,
    read_log,
    read_marks,
    read_state,
    write_operation,
)

RECORDS = {name: kind for name, kind in GRIDS.items() if name != "branch_id"}
EDITORS = ("hq", "planner", "branch_manager")
READERS = (*EDITORS, "rm", "helper", "auditor")


@dataclass(frozen=True)
class Operation:
    """One operation as it is asked for.

    kind: a key of `grid_edit_args.ARGS`; undo and redo are kinds too. args: a body for it. expected_revision: the
    revision that the caller has seen; None leaves only the operation's own checks. key: the same key again answers with
    what it did the first time. limits: of the polygon gate. second_person: who submitted a grid for review may not say
    that it is live; a store's only user, who is nobody in particular, is both.
    """

    kind: str
    args: Mapping[str, Any] = field(default_factory=dict)
    expected_revision: int | None = None
    key: str | None = None
    limits: GateLimits = API_LIMITS
    second_person: bool = True


@dataclass(frozen=True)
class EditResult:
    """What one operation did.

    seq: its number in the log, which is also the set's revision after it. made, removed: id -> name. changed: ids of
    the grids whose record changed. moved: cells that changed hands. undoes, redoes: the operation that an undo or redo
    is about. report: what the operation has to say besides. repeated: an earlier call with the same key did it.
    """

    branch_id: str
    seq: int
    kind: str
    made: dict[str, str]
    removed: dict[str, str]
    changed: list[str]
    moved: int
    undoes: int | None = None
    redoes: int | None = None
    report: dict[str, Any] = field(default_factory=dict)
    repeated: bool = False

    def as_dict(self) -> dict[str, Any]:
        """Return the result as plain JSON values."""
        return {
            "branch_id": self.branch_id,
            "revision": self.seq,
            "operation": self.kind,
            "made": self.made,
            "removed": self.removed,
            "changed": self.changed,
            "cells_moved": self.moved,
            "undoes": self.undoes,
            "redoes": self.redoes,
            "report": self.report,
            "repeated": self.repeated,
        }


@dataclass(frozen=True)
class FirstGrid:
    """What the first grid of a branch is made of, and the language it is named in.

    catchment_id: version of the catchment, the newest one with the branch by default. resolution: 7 to 11, that of the
    catchment by default.
    """

    catchment_id: int | None = None
    resolution: int | None = None
    language: Language = "en"


def begin_set(
    connection: sa.Connection, actor: Actor, branch_id: str, now: datetime, first: FirstGrid = FirstGrid()
) -> EditResult:
    """Make the area grids of a branch: one grid with every cell of its catchment.

    Raises NotFoundError for a branch without a catchment, ConflictError when it has grids already, NotAllowedError.
    """
    _require(actor, branch_id, EDITORS)
    catchment = newest_catchment(connection, branch_id) if first.catchment_id is None else first.catchment_id
    resolution = None if first.resolution is None else check_resolution(first.resolution)
    ground = branch_ground(connection, branch_id, catchment, resolution)
    args = Begin(catchment=catchment, resolution=ground.resolution, name=translate(FIRST_NAME, first.language))
    found = add_grid_set(connection, actor, branch_id, ground.resolution, catchment, now)
    state = empty_state(found)
    patch = begin(state, ground.cells, catchment, args.name)
    entry = LogEntry(1, "new", actor.id, actor.role, now, args.model_dump(), patch)
    return _written(connection, found, state, entry)


def edit(connection: sa.Connection, actor: Actor, branch_id: str, operation: Operation, now: datetime) -> EditResult:
    """Do one operation on the grids of a branch, all of it or nothing.

    Raises ConflictError when the set has moved on or cells are not where they were, naming what changed; NotFoundError
    for a grid or branch that is not there or not in scope; NotAllowedError; InvalidInputError for anything that does
    not fit.
    """
    _require(actor, branch_id, EDITORS)
    args = read_args(operation.kind, operation.args)
    written = written_args(args)
    found = grid_set(connection, branch_id, lock=True)
    done = None if operation.key is None else entry_of_key(connection, found.id, operation.key)
    if done is not None:
        return _repeated(found, done, operation.kind, written)
    _check_revision(connection, found, operation.expected_revision)
    state = read_state(connection, found)
    change = _change(connection, found, state, operation, args, now)
    if operation.second_person:
        require_second_person(connection, actor, found, state, change.patch)
    if change.patch.is_empty:
        raise InvalidInputError("operation {kind} changes nothing", kind=operation.kind)
    entry = LogEntry(
        seq=found.revision + 1,
        kind=operation.kind,
        actor_id=actor.id,
        actor_role=actor.role,
        at=now,
        args=written,
        patch=change.patch,
        undoes=change.undoes,
        redoes=change.redoes,
        key=operation.key,
    )
    return replace(_written(connection, found, state, entry), report=change.report)


def grid_state(connection: sa.Connection, actor: Actor, branch_id: str) -> GridSetState:
    """Return the grids of a branch as they stand; NotFoundError when there are none in the actor's scope."""
    _require(actor, branch_id, READERS)
    return read_state(connection, grid_set(connection, branch_id))


def sets(connection: sa.Connection, actor: Actor) -> list[dict[str, Any]]:
    """Return one record a branch with grids in the actor's scope: branch_id, resolution, catchment_id, revision, ..."""
    _require_role(actor, READERS)
    return [
        {
            "branch_id": found.branch_id,
            "resolution": found.resolution,
            "catchment_id": found.catchment_id,
            "revision": found.revision,
            "created_at": found.created_at.isoformat(),
            "created_by": found.actor_id,
        }
        for found in grid_sets(connection, actor)
    ]


def grid_table(state: GridSetState) -> pl.DataFrame:
    """Return one row a grid: the fields of `GridRecord` without its shapes, has_boundary, has_border, cells (count)."""
    records = pl.DataFrame([grid.as_dict() for grid in state.grids], schema=RECORDS)
    return records.with_columns(
        has_boundary=pl.col("geometry").is_not_null(),
        has_border=pl.col("border").is_not_null(),
        cells=pl.Series(state.counts(), dtype=pl.Int64),
    ).drop(SHAPES)


def log(
    connection: sa.Connection, actor: Actor, branch_id: str, *, most: int | None = 50, before: int | None = None
) -> list[dict[str, Any]]:
    """Return the newest entries of a branch's log, newest first, each with who, when, before and after.

    before: only entries of lower number.
    """
    _require(actor, branch_id, READERS)
    found = grid_set(connection, branch_id)
    return [_log_record(entry) for entry in reversed(read_log(connection, found.id, before=before, most=most))]


def replayed(connection: sa.Connection, actor: Actor, branch_id: str) -> dict[str, Any]:
    """Build the grids again from the log alone and compare them with those that stand.

    Returns branch_id, revision, digest, replayed_digest (None where the log does not fit together), same, and the
    violations of the partition.
    """
    _require(actor, branch_id, READERS)
    found = grid_set(connection, branch_id)
    state = read_state(connection, found)
    try:
        again = replay(empty_state(found), read_log(connection, found.id)).digest()
    except ConflictError:
        again = None
    return {
        "branch_id": branch_id,
        "revision": found.revision,
        "digest": state.digest(),
        "replayed_digest": again,
        "same": state.digest() == again,
        "violations": [{"what": wrong.what, "where": list(wrong.where)} for wrong in violations(connection, state)],
    }


def violations(connection: sa.Connection, state: GridSetState) -> list[Any]:
    """Return where the grids are not a partition of their catchment's cells; empty when all is well."""
    ground = branch_ground(connection, state.branch_id, state.catchment_id, state.resolution)
    return check_partition(state, np.sort(ground.cells))


def _require(actor: Actor, branch_id: str, roles: tuple[str, ...]) -> None:
    if not actor.sees(branch_id):
        raise NotFoundError("there is no branch {branch}", branch=branch_id)
    _require_role(actor, roles)


def _require_role(actor: Actor, roles: tuple[str, ...]) -> None:
    if actor.role not in roles:
        raise NotAllowedError(
            "role {role} may not do that with area grids; it takes {allowed}", role=actor.role, allowed=", ".join(roles)
        )


def _check_revision(connection: sa.Connection, found: GridSetRecord, expected: int | None) -> None:
    if expected is None or expected == found.revision:
        return
    since = read_log(connection, found.id, after=expected) if 0 <= expected < found.revision else []
    touched = sorted({grid for entry in since for grid in entry.patch.touched})
    raise ConflictError(
        "the grids of branch {branch} are at revision {current}, not {expected}: since then {who} changed {grids}; "
        "nothing was changed, read them again",
        branch=found.branch_id,
        current=found.revision,
        expected=expected,
        who=", ".join(sorted({entry.actor_id for entry in since})) or "-",
        grids=", ".join(touched[:10]) + (f" (+{len(touched) - 10})" if len(touched) > 10 else "") or "-",
    )


def _change(
    connection: sa.Connection,
    found: GridSetRecord,
    state: GridSetState,
    operation: Operation,
    args: Args,
    now: datetime,
) -> Edited:
    """Return what an operation would change; an undo or redo takes its patch out of the log."""
    kind = operation.kind
    if kind not in ("undo", "redo"):
        return edited(Site(connection, state, now, operation.limits), args)
    marks = read_marks(connection, found.id)
    target = undo_target(marks) if kind == "undo" else redo_target(marks)
    if target is None:
        raise InvalidInputError("branch {branch}: there is nothing to {kind}", branch=state.branch_id, kind=kind)
    patch = read_entry(connection, found.id, target).patch
    return Edited(patch.inverse(), undoes=target) if kind == "undo" else Edited(patch, redoes=target)


def _written(connection: sa.Connection, found: GridSetRecord, state: GridSetState, entry: LogEntry) -> EditResult:
    """Apply the entry's patch in memory, which checks it, then write it."""
    apply(state, entry.patch)
    write_operation(connection, found, entry)
    return _result(found, entry)


def _result(found: GridSetRecord, entry: LogEntry) -> EditResult:
    changes = entry.patch.grids
    return EditResult(
        branch_id=found.branch_id,
        seq=entry.seq,
        kind=entry.kind,
        made={change.id: change.after["name"] for change in changes if change.before is None and change.after},
        removed={change.id: change.before["name"] for change in changes if change.after is None and change.before},
        changed=[change.id for change in changes if change.before is not None and change.after is not None],
        moved=len(entry.patch.cells),
        undoes=entry.undoes,
        redoes=entry.redoes,
    )


def _repeated(found: GridSetRecord, done: LogEntry, kind: str, args: dict[str, Any]) -> EditResult:
    if (done.kind, done.args) != (kind, args):
        raise ConflictError("the key {key} was used for another operation", key=done.key)
    return replace(_result(found, done), repeated=True)


def _log_record(entry: LogEntry) -> dict[str, Any]:
    return {
        "seq": entry.seq,
        "operation": entry.kind,
        "actor": entry.actor_id,
        "role": entry.actor_role,
        "at": entry.at.isoformat(),
        "undoes": entry.undoes,
        "redoes": entry.redoes,
        "args": entry.args,
        "patch": entry.patch.as_json(),
    }

"""The operation log of a grid set: append only; undo and redo are entries too, and replay gives the same state."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import polars as pl

from gridgeo.domain.tables import Contract
from gridgeo.errors import ConflictError
from gridgeo.grids.patches import Patch, apply
from gridgeo.grids.state import GridSetState

MARKS: Contract = {"seq": pl.Int64, "undoes": pl.Int64, "redoes": pl.Int64}
"""One row an entry; undoes, redoes: the entry that it takes back or brings back, null for an edit."""
GENESIS = 1
"""The first entry makes the set; it is never taken back."""


@dataclass(frozen=True, eq=False)
class LogEntry:
    """One operation as it was done: who, when, with what, and exactly what it changed."""

    seq: int
    kind: str
    actor_id: str
    actor_role: str
    at: datetime
    args: dict[str, Any]
    patch: Patch
    undoes: int | None = None
    redoes: int | None = None
    key: str | None = None


def undo_target(marks: pl.DataFrame) -> int | None:
    """Return the entry that an undo takes back: the newest edit that stands; None when there is none.

    marks: MARKS, the whole log.
    """
    standing = _edits(marks).filter((pl.col("undone") == pl.col("redone")) & (pl.col("seq") > GENESIS))
    return _whole(standing["seq"].max())


def redo_target(marks: pl.DataFrame) -> int | None:
    """Return the entry that a redo brings back: of those undone since the newest edit, the one undone last.

    An edit after an undo leaves nothing to redo; what was undone stays in the log. None when there is none.
    """
    edits = _edits(marks)
    newest = edits["seq"].max()
    open_ = edits.filter((pl.col("undone") > pl.col("redone")) & (pl.col("last_undo") > pl.lit(newest)))
    return _whole(open_.sort("last_undo")["seq"].last() if open_.height else None)


def replay(empty: GridSetState, entries: Iterable[LogEntry]) -> GridSetState:
    """Return the state after all entries, in their order, from nothing.

    Raises ConflictError when an entry is missing or does not fit what is there.
    """
    state = empty
    for entry in entries:
        if entry.seq != state.revision + 1:
            raise ConflictError(
                "the log of branch {branch} has entry {given} where {expected} should be",
                branch=state.branch_id,
                given=entry.seq,
                expected=state.revision + 1,
            )
        state = apply(state, entry.patch)
    return state


def _edits(marks: pl.DataFrame) -> pl.DataFrame:
    """Return one row an edit: seq, how often it was undone and redone, and the entry that undid it last."""
    undone = marks.drop_nulls("undoes").group_by(seq="undoes").agg(undone=pl.len(), last_undo=pl.col("seq").max())
    redone = marks.drop_nulls("redoes").group_by(seq="redoes").agg(redone=pl.len())
    return (
        marks.filter(pl.col("undoes").is_null() & pl.col("redoes").is_null())
        .select("seq")
        .join(undone, on="seq", how="left")
        .join(redone, on="seq", how="left")
        .with_columns(pl.col("undone", "redone").fill_null(0))
    )


def _whole(value: object) -> int | None:
    return int(value) if isinstance(value, int) else None

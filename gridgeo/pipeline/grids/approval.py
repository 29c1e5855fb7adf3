"""Maker and checker of area grids: who submitted a grid for review does not say that it is live."""

from __future__ import annotations

import sqlalchemy as sa

from gridgeo.domain import Actor
from gridgeo.errors import NotAllowedError
from gridgeo.grids import GridSetState, LogEntry, Patch
from gridgeo.storage.grids import GridSetRecord, read_log

REVIEW, LIVE = "review", "live"


def require_second_person(
    connection: sa.Connection, actor: Actor, found: GridSetRecord, state: GridSetState, patch: Patch
) -> None:
    """Let a patch of a state pass unless it makes grids live that the actor submitted.

    The maker of a grid is who put it up for review last, by whichever operation; undone and done again counts, too.
    Raises NotAllowedError naming the first of them.
    """
    going = [change for change in patch.grids if _status(change.before) == REVIEW and _status(change.after) == LIVE]
    if not going:
        return
    makers, names = submitters(read_log(connection, found.id)), {grid.id: grid.name for grid in state.grids}
    for change in going:
        if makers.get(change.id) == actor.id:
            raise NotAllowedError(
                "{actor} put grid {grid} up for review and cannot say that it is live: it takes a second person",
                actor=actor.id,
                grid=names.get(change.id, change.id),
            )


def submitters(entries: list[LogEntry]) -> dict[str, str]:
    """Return grid -> who put it up for review last. entries: of the log, oldest first."""
    return {
        change.id: entry.actor_id
        for entry in entries
        for change in entry.patch.grids
        if _status(change.after) == REVIEW and _status(change.before) != REVIEW
    }


def _status(fields: dict[str, object] | None) -> object:
    return (fields or {}).get("status")

"""Operations on what is kept of a grid: name, kind, code, owner, status, stage and its dates, note."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from gridgeo.domain.words import GRID_KINDS, GRID_STAGES, GRID_STATUS
from gridgeo.errors import InvalidInputError
from gridgeo.grids.patches import Patch, difference
from gridgeo.grids.state import DATES, GridRecord, GridSetState, labels_of, rebuilt, records_of

NEXT_STATUS: dict[str, tuple[str, ...]] = {
    "draft": ("draft", "review"),
    "review": ("review", "live", "draft"),
    "live": ("live", "draft"),
}
MAX_NAME_CHARACTERS = 120
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2100, 12, 31)
DAY_LINE = timedelta(days=1)
"""The day of a planner east of Greenwich may be one ahead of the day in UTC."""


def rename(state: GridSetState, grid_id: str, name: str) -> Patch:
    """Give a grid another name; InvalidInputError when it is empty, too long or taken."""
    return changed(state, [grid_id], {"name": checked_name(name)})


def set_kind(state: GridSetState, grid_ids: Sequence[str], kind: str) -> Patch:
    """Say what kind of place grids are; InvalidInputError for an unknown kind."""
    return changed(state, grid_ids, {"kind": require_kind(kind)})


def set_code(state: GridSetState, grid_id: str, code: str | None) -> Patch:
    """Give a grid the register's code of its village or community, or take it away."""
    return changed(state, [grid_id], {"code": code or None})


def set_note(state: GridSetState, grid_id: str, note: str | None) -> Patch:
    """Write a remark to a grid, or take it away."""
    return changed(state, [grid_id], {"note": note or None})


def assign_owner(state: GridSetState, grid_ids: Sequence[str], owner_id: str | None) -> Patch:
    """Give grids to one member of staff, or to nobody; that the person is of the branch is for the caller to check."""
    return changed(state, grid_ids, {"owner_id": owner_id})


def set_status(state: GridSetState, grid_ids: Sequence[str], status: str) -> Patch:
    """Move grids along draft, review, live, or back to draft.

    Raises InvalidInputError for an unknown status or a step that is left out.
    """
    _one_of("status", status, GRID_STATUS)
    for grid in map(state.grid, grid_ids):
        if status not in NEXT_STATUS[grid.status]:
            raise InvalidInputError(
                "grid {grid} is {current} and cannot become {status}: it may become {allowed}",
                grid=grid.name,
                current=grid.status,
                status=status,
                allowed=", ".join(NEXT_STATUS[grid.status][1:]),
            )
    return changed(state, grid_ids, {"status": status})


def set_stage(
    state: GridSetState, grid_ids: Sequence[str], today: date, stage: str | None, dates: Mapping[str, date | None]
) -> Patch:
    """Move grids one step along survey, develop, maintain (or back), and set planned and actual dates.

    stage: None leaves it. dates: any of DATES -> day, or None to take it away. A step forward needs the day on which
    the stage before was done; a step back takes away the days of what is no longer done. today: no stage is done later.
    Raises InvalidInputError when a stage is left out, or days are out of order or out of reach.
    """
    for name, day in dates.items():
        _one_of("date", name, DATES)
        if day is not None and not FIRST_DAY <= day <= LAST_DAY:
            raise InvalidInputError(
                "{field} must lie between {first} and {last}, got {given}",
                field=name,
                first=FIRST_DAY,
                last=LAST_DAY,
                given=day,
            )
    records = records_of(state)
    for grid in map(state.grid, grid_ids):
        moved = replace(_at_stage(grid, stage), **dates)  # type: ignore[arg-type]
        _check_stage(moved, today)
        records[grid.id] = moved
    return difference(state, rebuilt(state, state.cells, labels_of(state), records))


def changed(state: GridSetState, grid_ids: Sequence[str], fields: Mapping[str, Any]) -> Patch:
    """Return the patch that gives grids these fields; NotFoundError for an unknown grid."""
    records = records_of(state)
    for grid in map(state.grid, grid_ids):
        records[grid.id] = replace(grid, **fields)
    return difference(state, rebuilt(state, state.cells, labels_of(state), records))


def checked_name(name: str) -> str:
    """Return a grid's name without blanks around it; InvalidInputError when nothing is left or it is too long."""
    text = " ".join(name.split())
    if not 0 < len(text) <= MAX_NAME_CHARACTERS or "\0" in text:
        raise InvalidInputError(
            "a grid's name has 1 to {most} characters, got {given}",
            most=MAX_NAME_CHARACTERS,
            given=repr(name[:MAX_NAME_CHARACTERS]),
        )
    return text


def require_kind(kind: str) -> str:
    """Return a kind of grid; InvalidInputError when it is none."""
    return _one_of("kind", kind, GRID_KINDS)


def _one_of(field: str, given: str, known: Sequence[str]) -> str:
    if given not in known:
        raise InvalidInputError(
            "{field} must be one of {known}, got {given}", field=field, known=", ".join(known), given=given
        )
    return given


def _at_stage(grid: GridRecord, stage: str | None) -> GridRecord:
    if stage is None:
        return grid
    _one_of("stage", stage, GRID_STAGES)
    now, then = GRID_STAGES.index(grid.stage), GRID_STAGES.index(stage)
    if abs(then - now) > 1:
        raise InvalidInputError(
            "grid {grid} is at stage {current}; stage {stage} comes after {between}",
            grid=grid.name,
            current=grid.stage,
            stage=stage,
            between=GRID_STAGES[1],
        )
    undone = {f"{name}_done_on": None for name in GRID_STAGES[then:]} if then < now else {}
    return replace(grid, stage=stage, **undone)  # type: ignore[arg-type]


def _check_stage(grid: GridRecord, today: date) -> None:
    at = GRID_STAGES.index(grid.stage)
    done = [getattr(grid, f"{name}_done_on") for name in GRID_STAGES]
    planned = [getattr(grid, f"{name}_planned_on") for name in GRID_STAGES]
    if at and done[at - 1] is None:
        raise InvalidInputError(
            "grid {grid} cannot be at stage {stage}: give the day on which {before} was done",
            grid=grid.name,
            stage=grid.stage,
            before=GRID_STAGES[at - 1],
        )
    early = [name for name, day in zip(GRID_STAGES[at + 1 :], done[at + 1 :], strict=True) if day is not None]
    if early:
        raise InvalidInputError(
            "grid {grid} is at stage {stage}: {later} cannot be done yet",
            grid=grid.name,
            stage=grid.stage,
            later=early[0],
        )
    for days in (done, planned):
        known = [day for day in days if day is not None]
        if known != sorted(known):
            raise InvalidInputError(
                "grid {grid}: the days of survey, develop and maintain must follow each other, got {given}",
                grid=grid.name,
                given=", ".join(day.isoformat() for day in known),
            )
    late = [day for day in done if day is not None and day > today + DAY_LINE]
    if late:
        raise InvalidInputError(
            "grid {grid}: {given} is not over yet and nothing can have been done on it", grid=grid.name, given=late[0]
        )

"""`gridgeo grid`: begin the area grids of a branch, look at them, undo, redo, replay, export; edits stand beside."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from gridgeo.cli import grid_edits
from gridgeo.cli.common import ActorOption, JsonOption, StoreOption, emit, language, session
from gridgeo.cli.grid_options import BranchArgument, RevisionOption, do, doing, pairs, result_table
from gridgeo.cli.groups import GRID
from gridgeo.errors import InvalidInputError
from gridgeo.i18n import translate

COLUMNS = ("id", "name", "kind", "status", "stage", "owner_id", "cells", "has_boundary")
CLOSED = ("kind", "status", "stage", "operation")


def register(app: typer.Typer) -> None:
    """Add the commands of this module and those of the edits."""
    for name, command in (
        ("new", new),
        ("list", list_sets),
        ("show", show),
        ("undo", undo),
        ("redo", redo),
        ("log", log),
        ("replay", replay),
        ("rebase", rebase),
        ("export", export),
    ):
        GRID.command(name)(command)
    grid_edits.register(app)


def new(  # noqa: PLR0913 - the options are the command's interface
    branch: BranchArgument,
    resolution: Annotated[
        int | None, typer.Option(help="H3 resolution of the grids, 7 to 11; the catchment's own by default.")
    ] = None,
    catchment: Annotated[
        int | None, typer.Option(help="Version of the catchment; the newest with the branch by default.")
    ] = None,
    proposal: Annotated[
        str | None, typer.Option(help="Begin with a proposal: boundaries, blocks, balanced or derived.")
    ] = None,
    option: Annotated[
        list[str] | None, typer.Option(help="NAME=VALUE of the proposal; can be given several times.")
    ] = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
    actor: ActorOption = None,
) -> None:
    """Begin the area grids of a branch: one grid with every cell of its catchment, or those of a proposal.

    Example: gridgeo grid new B1 --proposal balanced --option low=500 --option high=1000
    """
    from gridgeo.cli.common import now
    from gridgeo.pipeline.grids.sets import FirstGrid, Operation, begin_set, edit

    if option and proposal is None:
        raise InvalidInputError("--option belongs to a proposal: name one with --proposal")
    with session(store, as_json, actor) as opened, opened.engine.begin() as connection:
        first = FirstGrid(catchment, resolution, opened.language)
        result = begin_set(connection, opened.actor, branch, now(), first)
        if proposal is not None:
            args = {"method": proposal, "options": pairs(option)}
            result = edit(connection, opened.actor, branch, Operation("create_proposal", args), now())
    emit(as_json, result.as_dict(), result_table(result.as_dict(), language()))


def list_sets(store: StoreOption = None, as_json: JsonOption = False, actor: ActorOption = None) -> None:
    """List the branches that have area grids, with resolution, catchment version and revision.

    Example: gridgeo grid list --json
    """
    from gridgeo.pipeline.grids.sets import sets
    from gridgeo.storage import reading

    with session(store, as_json, actor) as opened, reading(opened.engine) as connection:
        rows = sets(connection, opened.actor)
    emit(as_json, {"sets": rows}, _table(rows, tuple(rows[0]) if rows else ("branch_id",)))


def show(
    branch: BranchArgument, store: StoreOption = None, as_json: JsonOption = False, actor: ActorOption = None
) -> None:
    """Show the area grids of a branch: name, kind, owner, status, stage and its days, number of cells.

    Example: gridgeo grid show B1
    """
    from gridgeo.pipeline.grids.sets import grid_state, grid_table
    from gridgeo.storage import reading

    with session(store, as_json, actor) as opened, reading(opened.engine) as connection:
        state = grid_state(connection, opened.actor, branch)
    rows = grid_table(state).to_dicts()
    head = {
        "branch_id": state.branch_id,
        "resolution": state.resolution,
        "catchment_id": state.catchment_id,
        "revision": state.revision,
    }
    emit(as_json, head | {"grids": rows}, _table(rows, COLUMNS))


def undo(
    branch: BranchArgument,
    times: Annotated[int, typer.Option(min=1, help="How many operations, the newest first.")] = 1,
    revision: RevisionOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
    actor: ActorOption = None,
) -> None:
    """Take back the newest operation that stands; it stays in the log.

    Example: gridgeo grid undo B1 --times 2
    """
    doing(("undo", times), branch, revision, (store, as_json, actor))


def redo(
    branch: BranchArgument,
    times: Annotated[int, typer.Option(min=1, help="How many operations, the one undone last first.")] = 1,
    revision: RevisionOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
    actor: ActorOption = None,
) -> None:
    """Bring back the operation that was undone last.

    Example: gridgeo grid redo B1
    """
    doing(("redo", times), branch, revision, (store, as_json, actor))


def log(
    branch: BranchArgument,
    most: Annotated[int, typer.Option(min=1, help="At most so many operations, the newest ones.")] = 20,
    store: StoreOption = None,
    as_json: JsonOption = False,
    actor: ActorOption = None,
) -> None:
    """List the newest operations: who, when, what; --json gives what each changed, before and after.

    Example: gridgeo grid log B1 --most 50
    """
    from gridgeo.pipeline.grids.sets import log as entries
    from gridgeo.storage import reading

    with session(store, as_json, actor) as opened, reading(opened.engine) as connection:
        rows = entries(connection, opened.actor, branch, most=most)
    shown = [row | {"cells": len(row["patch"]["cells"]), "grids": len(row["patch"]["grids"])} for row in rows]
    columns = ("seq", "at", "actor", "operation", "undoes", "redoes", "cells", "grids")
    emit(as_json, {"branch_id": branch, "operations": rows}, _table(shown, columns))


def replay(
    branch: BranchArgument, store: StoreOption = None, as_json: JsonOption = False, actor: ActorOption = None
) -> None:
    """Build the grids again from the log alone, compare, and check that they divide the catchment.

    Example: gridgeo grid replay B1 --json
    """
    from gridgeo.errors import ConflictError
    from gridgeo.pipeline.grids.sets import replayed
    from gridgeo.storage import reading

    with session(store, as_json, actor) as opened, reading(opened.engine) as connection:
        body = replayed(connection, opened.actor, branch)
    emit(as_json, body)
    if not body["same"] or body["violations"]:
        raise ConflictError("the grids of branch {branch} are not what their log says", branch=branch)


def rebase(
    branch: BranchArgument,
    catchment: Annotated[
        int | None, typer.Option(help="Version of the catchment; the newest with the branch by default.")
    ] = None,
    revision: RevisionOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
    actor: ActorOption = None,
) -> None:
    """Bring the grids onto a redrawn catchment: new cells join the grid they touch, lost cells leave.

    Example: gridgeo grid rebase B1
    """
    do(("rebase", {"catchment": catchment}), branch, revision, (store, as_json, actor))


def export(
    branch: BranchArgument,
    out: Annotated[Path, typer.Option(help="File to write: .geojson with shapes, .csv with records.")],
    store: StoreOption = None,
    as_json: JsonOption = False,
    actor: ActorOption = None,
) -> None:
    """Write the area grids of a branch to a file; coordinates are in the store's house datum.

    Example: gridgeo grid export B1 --out grids.geojson
    """
    from gridgeo.pipeline.grids.files import export_grids
    from gridgeo.storage import reading

    with session(store, as_json, actor) as opened, reading(opened.engine) as connection:
        emit(as_json, export_grids(connection, opened.actor, branch, out))


def _table(rows: list[dict[str, Any]], columns: tuple[str, ...]) -> Table:
    table = Table()
    for column in columns:
        table.add_column(translate(column, language()))
    for row in rows:
        table.add_row(*("" if row.get(name) is None else _word(name, row[name]) for name in columns))
    return table


def _word(column: str, value: object) -> str:
    """Return a value as people read it; only closed words are translated, never what a planner wrote."""
    if isinstance(value, bool):
        return translate("yes" if value else "no", language())
    return translate(str(value), language()) if column in CLOSED else str(value)

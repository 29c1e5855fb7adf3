"""`gridgeo grid create|paint|split|merge|...`: edits of the area grids of a branch, one operation each."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from gridgeo.cli.common import ActorOption, JsonOption, StoreOption, session
from gridgeo.cli.grid_options import (
    BranchArgument,
    DatumOption,
    GridArgument,
    GridsArgument,
    KindOption,
    NamesOption,
    RevisionOption,
    do,
    pairs,
)
from gridgeo.cli.groups import GRID
from gridgeo.errors import InvalidInputError

CodeOption = Annotated[str | None, typer.Option(help="The register's code of the village or community.")]
NOBODY = "-"


def register(app: typer.Typer) -> None:  # noqa: ARG001 - the group is hung up by its own module
    """Add the commands of this module."""
    for command in (create, places, propose, paint, split, merge, rename, kind, code, note, owner, status, stage):
        GRID.command(command.__name__)(command)


def create(  # noqa: PLR0913 - the options are the command's interface
    branch: BranchArgument,
    name: Annotated[str, typer.Argument(help="Name of the new grid.")],
    polygon: Annotated[Path | None, typer.Option(help="GeoJSON file with the one polygon of its boundary.")] = None,
    datum: DatumOption = None,
    cells: Annotated[Path | None, typer.Option(help="Text file with its cells, 15 hexadecimal digits each.")] = None,
    between: Annotated[
        tuple[str, str] | None, typer.Option(metavar="ROAD ROAD", help="The two roads that it lies between.")
    ] = None,
    kind: KindOption = "other",
    code: CodeOption = None,
    revision: RevisionOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
    actor: ActorOption = None,
) -> None:
    """Make one grid, out of a polygon, a list of cells, or what lies between two roads; others give up the cells.

    Example: gridgeo grid create B1 "Old town" --polygon town.geojson --datum wgs84 --kind residential
    """
    what = {"grid_kind": kind, "code": code, "name": name}
    do(_created(what, polygon, datum, cells, between), branch, revision, (store, as_json, actor))


def _created(
    what: dict[str, Any],
    polygon: Path | None,
    datum: str | None,
    cells: Path | None,
    between: tuple[str, str] | None,
) -> tuple[str, dict[str, Any]]:
    """Return the operation; exactly one way of saying where the grid lies."""
    from gridgeo.pipeline.grids.files import words_of_file
    from gridgeo.sources.geojson import geometry_of_file

    if sum(given is not None for given in (polygon, cells, between)) != 1:
        raise InvalidInputError("say where the grid lies by one of --polygon, --cells and --between")
    if polygon is not None:
        return "create_polygon", what | {"polygon": geometry_of_file(polygon), "datum": _required_datum(datum)}
    if cells is not None:
        return "create_cells", what | {"cells": words_of_file(cells)}
    assert between is not None  # noqa: S101 - for the type checker
    return "create_between", what | {"road": between[0], "other_road": between[1]}


def places(  # noqa: PLR0913 - the options are the command's interface
    branch: BranchArgument,
    names: Annotated[
        list[str] | None, typer.Argument(help="Villages, communities or streets, by name or code.")
    ] = None,
    file: Annotated[Path | None, typer.Option(help="Text file with one name or code a line, as pasted.")] = None,
    as_one: Annotated[str | None, typer.Option(help="Make one grid of them all, with this name.")] = None,
    kind: Annotated[str | None, typer.Option(help="Kind of the grids; that of each place by default.")] = None,
    revision: RevisionOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
    actor: ActorOption = None,
) -> None:
    """Make a grid of each village, community or street of a list; unknown names are listed and nothing is done.

    Example: gridgeo grid places B1 Vaduz Triesen --as-one "South"
    """
    from gridgeo.pipeline.grids.files import lines_of_file

    listed = [*(names or ()), *(lines_of_file(file) if file else ())]
    args = {"places": listed, "as_one": as_one, "grid_kind": kind}
    do(("create_places", args), branch, revision, (store, as_json, actor))


def propose(  # noqa: PLR0913 - the options are the command's interface
    branch: BranchArgument,
    method: Annotated[str, typer.Argument(help="boundaries, blocks, balanced or derived.")],
    option: Annotated[
        list[str] | None, typer.Option(help="NAME=VALUE of the proposal; can be given several times.")
    ] = None,
    revision: RevisionOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
    actor: ActorOption = None,
) -> None:
    """Replace the grids of a branch by a proposal, as one operation that can be undone.

    Example: gridgeo grid propose B1 balanced --option low=500 --option high=1000
    """
    args = {"method": method, "options": pairs(option)}
    do(("create_proposal", args), branch, revision, (store, as_json, actor))


def paint(  # noqa: PLR0913 - the options are the command's interface
    branch: BranchArgument,
    to: Annotated[str | None, typer.Option(help="Grid that the cells go to, by id or name.")] = None,
    cells: Annotated[Path | None, typer.Option(help="Text file with the cells, wherever they are now.")] = None,
    moves: Annotated[Path | None, typer.Option(help="CSV with the columns cell, from, to.")] = None,
    revision: RevisionOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
    actor: ActorOption = None,
) -> None:
    """Move cells from grid to grid; with --moves a cell that is no longer in its grid stops the whole stroke.

    Example: gridgeo grid paint B1 --to "Old town" --cells cells.txt
    """
    from gridgeo.pipeline.grids.files import moves_of_file, moves_to, words_of_file
    from gridgeo.pipeline.grids.sets import grid_state
    from gridgeo.storage import reading

    if (moves is None) == (cells is None or to is None):
        raise InvalidInputError("say what to paint by --moves, or by --cells and --to")
    if moves is not None:
        stroke = moves_of_file(moves)
    else:
        assert cells is not None  # noqa: S101 - for the type checker
        with session(store, as_json, actor) as opened, reading(opened.engine) as connection:
            stroke = moves_to(grid_state(connection, opened.actor, branch), words_of_file(cells), str(to))
    do(("paint", {"moves": stroke}), branch, revision, (store, as_json, actor))


def split(  # noqa: PLR0913 - the options are the command's interface
    branch: BranchArgument,
    grid: GridArgument,
    line: Annotated[Path | None, typer.Option(help="GeoJSON file with the line that cuts it.")] = None,
    datum: DatumOption = None,
    parts: Annotated[int | None, typer.Option(help="Number of connected parts of about equal weight.")] = None,
    weight: Annotated[
        str, typer.Option(help="What they share: cells, households, people, customers, merchants.")
    ] = "cells",
    names: NamesOption = None,
    revision: RevisionOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
    actor: ActorOption = None,
) -> None:
    """Divide a grid along a line, which goes on straight beyond its ends, or into parts of about equal weight.

    Example: gridgeo grid split B1 "Old town" --parts 3 --weight people
    """
    from gridgeo.sources.geojson import geometry_of_file

    if (line is None) == (parts is None):
        raise InvalidInputError("say how to split by one of --line and --parts")
    args: dict[str, Any] = {"grid": grid, "names": names}
    if line is not None:
        operation = ("split_line", args | {"line": geometry_of_file(line), "datum": _required_datum(datum)})
    else:
        operation = ("split_parts", args | {"parts": parts, "weight": weight})
    do(operation, branch, revision, (store, as_json, actor))


def merge(  # noqa: PLR0913 - the options are the command's interface
    branch: BranchArgument,
    grids: GridsArgument,
    name: Annotated[str | None, typer.Option(help="Name of the joined grid; that of the first by default.")] = None,
    revision: RevisionOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
    actor: ActorOption = None,
) -> None:
    """Join grids into the first of them, which keeps its owner, kind and status.

    Example: gridgeo grid merge B1 "Old town" "New town" --name Town
    """
    do(("merge", {"grids": grids, "name": name}), branch, revision, (store, as_json, actor))


def rename(  # noqa: PLR0913 - the options are the command's interface
    branch: BranchArgument,
    grid: GridArgument,
    name: Annotated[str, typer.Argument(help="Its new name; no two grids of a branch have one.")],
    revision: RevisionOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
    actor: ActorOption = None,
) -> None:
    """Give a grid another name.

    Example: gridgeo grid rename B1 "whole catchment" "East side"
    """
    do(("rename", {"grid": grid, "name": name}), branch, revision, (store, as_json, actor))


def kind(  # noqa: PLR0913 - the options are the command's interface
    branch: BranchArgument,
    word: Annotated[
        str, typer.Argument(help="residential, village, commercial, industrial_park, school, market or other.")
    ],
    grids: GridsArgument,
    revision: RevisionOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
    actor: ActorOption = None,
) -> None:
    """Say what kind of place grids are.

    Example: gridgeo grid kind B1 village "Old town"
    """
    do(("kind", {"grids": grids, "grid_kind": word}), branch, revision, (store, as_json, actor))


def code(  # noqa: PLR0913 - the options are the command's interface
    branch: BranchArgument,
    grid: GridArgument,
    text: Annotated[str, typer.Argument(help="The register's code; - takes it away.")],
    revision: RevisionOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
    actor: ActorOption = None,
) -> None:
    """Give a grid the register's code of its village or community, by which parties find it.

    Example: gridgeo grid code B1 "Old town" 420106001001
    """
    do(("code", {"grid": grid, "code": _or_null(text)}), branch, revision, (store, as_json, actor))


def note(  # noqa: PLR0913 - the options are the command's interface
    branch: BranchArgument,
    grid: GridArgument,
    text: Annotated[str, typer.Argument(help="The remark; - takes it away.")],
    revision: RevisionOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
    actor: ActorOption = None,
) -> None:
    """Write a remark to a grid.

    Example: gridgeo grid note B1 "Old town" "gate closes at eight"
    """
    do(("note", {"grid": grid, "note": _or_null(text)}), branch, revision, (store, as_json, actor))


def owner(  # noqa: PLR0913 - the options are the command's interface
    branch: BranchArgument,
    staff: Annotated[str, typer.Argument(help="Member of the branch's staff, by id; - takes the owner away.")],
    grids: GridsArgument,
    revision: RevisionOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
    actor: ActorOption = None,
) -> None:
    """Say who answers for grids.

    Example: gridgeo grid owner B1 S7 "Old town" "New town"
    """
    do(("owner", {"grids": grids, "owner_id": _or_null(staff)}), branch, revision, (store, as_json, actor))


def status(  # noqa: PLR0913 - the options are the command's interface
    branch: BranchArgument,
    word: Annotated[str, typer.Argument(help="draft, review or live.")],
    grids: GridsArgument,
    revision: RevisionOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
    actor: ActorOption = None,
) -> None:
    """Move grids from draft to review to live, or back to draft.

    Example: gridgeo grid status B1 review "Old town"
    """
    do(("status", {"grids": grids, "status": word}), branch, revision, (store, as_json, actor))


def stage(  # noqa: PLR0913 - the options are the command's interface
    branch: BranchArgument,
    grids: GridsArgument,
    to: Annotated[str | None, typer.Option(help="survey, develop or maintain.")] = None,
    day: Annotated[
        list[str] | None,
        typer.Option(help="survey_done_on=2026-03-01 and the like, planned or done; without a day it is taken away."),
    ] = None,
    revision: RevisionOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
    actor: ActorOption = None,
) -> None:
    """Move grids one step along survey, develop, maintain, and set the planned and the actual days.

    Example: gridgeo grid stage B1 "Old town" --to develop --day survey_done_on=2026-03-01
    """
    dates = {name: value or None for name, value in pairs(day).items()}
    do(("stage", {"grids": grids, "stage": to, "dates": dates}), branch, revision, (store, as_json, actor))


def _or_null(text: str) -> str | None:
    return None if text == NOBODY else text


def _required_datum(datum: str | None) -> str:
    if datum is None:
        raise InvalidInputError("a drawn shape needs --datum: wgs84, cgcs2000, gcj02 or bd09; it is never guessed")
    return datum

"""What the commands of area grids share: their options, and doing one operation."""

from __future__ import annotations

from typing import Annotated, Any

import orjson
import typer
from rich.table import Table

from gridgeo.cli.common import emit, language, now, session
from gridgeo.errors import InvalidInputError
from gridgeo.i18n import Language, translate

BranchArgument = Annotated[str, typer.Argument(help="Branch whose area grids are meant.")]
GridArgument = Annotated[str, typer.Argument(help="Grid, by id or name.")]
GridsArgument = Annotated[list[str], typer.Argument(help="Grids, by id or name.")]
RevisionOption = Annotated[
    int | None,
    typer.Option(min=0, help="Revision that you have seen; the edit is refused when somebody has moved it on."),
]
NamesOption = Annotated[
    list[str] | None, typer.Option("--name", help="Name of a part; give one a part, in their order.")
]
KindOption = Annotated[
    str, typer.Option("--kind", help="residential, village, commercial, industrial_park, school, market or other.")
]
DatumOption = Annotated[
    str | None, typer.Option(help="Datum of the coordinates: wgs84, cgcs2000, gcj02 or bd09. Never guessed.")
]
Store = tuple[str | None, bool, str | None]
"""The options --store, --json and --as of a command."""


def do(operation: tuple[str, dict[str, Any]], branch: str, revision: int | None, where: Store) -> None:
    """Do one operation (kind, arguments), in a transaction of its own, and print what came of it."""
    from gridgeo.cells import CLI_LIMITS
    from gridgeo.pipeline.grids.sets import Operation, edit

    store, as_json, actor = where
    asked = Operation(*operation, expected_revision=revision, limits=CLI_LIMITS, second_person=actor is not None)
    with session(store, as_json, actor) as opened, opened.engine.begin() as connection:
        result = edit(connection, opened.actor, branch, asked, now()).as_dict()
    emit(as_json, result, result_table(result, language()))


def doing(operation: tuple[str, int], branch: str, revision: int | None, where: Store) -> None:
    """Do an operation without arguments several times, all or none; print the results."""
    from gridgeo.pipeline.grids.sets import Operation, edit

    store, as_json, actor = where
    kind, times = operation
    results = []
    with session(store, as_json, actor) as opened, opened.engine.begin() as connection:
        for number in range(times):
            asked = Operation(
                kind, expected_revision=revision if number == 0 else None, second_person=actor is not None
            )
            try:
                results.append(edit(connection, opened.actor, branch, asked, now()).as_dict())
            except InvalidInputError as error:
                if number == 0:
                    raise
                raise _too_often(branch, times, number) from error
    last = results[-1] | {"operations": results}
    emit(as_json, last, result_table(results[-1], language()))


def _too_often(branch: str, times: int, possible: int) -> InvalidInputError:
    return InvalidInputError(
        "branch {branch}: {times} times were asked for and {possible} are possible; nothing was changed",
        branch=branch,
        times=times,
        possible=possible,
    )


def pairs(options: list[str] | None) -> dict[str, Any]:
    """Read NAME=VALUE texts; a value that is a JSON number, truth value or list is taken as such."""
    found: dict[str, Any] = {}
    for text in options or ():
        name, mark, value = text.partition("=")
        if not (mark and name):
            raise InvalidInputError("an option is written NAME=VALUE, got {given}", given=text)
        try:
            found[name] = orjson.loads(value)
        except orjson.JSONDecodeError:
            found[name] = value
    return found


def result_table(result: dict[str, Any], tongue: Language) -> Table:
    """Return what an operation did, for people."""
    table = Table(show_header=False, box=None, pad_edge=False)
    shown = {
        "revision": str(result["revision"]),
        "operation": translate(result["operation"], tongue),
        "made": _named(result["made"]),
        "removed": _named(result["removed"]),
        "changed": ", ".join(result["changed"]),
        "cells moved": str(result["cells_moved"]),
        **{key: _report(value, tongue) for key, value in result["report"].items() if value not in (None, [], {})},
    }
    for words, text in shown.items():
        if text:
            table.add_row(translate(words, tongue), text)
    return table


def _named(grids: dict[str, str]) -> str:
    return ", ".join(f"{name} ({grid})" for grid, name in grids.items())


def _report(value: Any, tongue: Language) -> str:  # noqa: ANN401 - plain JSON values
    """Return a part of a report; remarks come as templates with their fields."""
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return "\n".join(_line(row, tongue) for row in value)
    return value if isinstance(value, str) else orjson.dumps(value).decode()


def _line(row: dict[str, Any], tongue: Language) -> str:
    if "template" in row:
        return translate(row["template"], tongue, **row["values"])
    return ", ".join(f"{translate(key, tongue)}: {value}" for key, value in row.items())

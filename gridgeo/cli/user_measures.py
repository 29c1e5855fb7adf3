"""`gridgeo score measures`, `add-measure` and `remove-measure`: the measures of cells, the users' own among them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Group
from rich.table import Table

from gridgeo.cli.common import ActorOption, JsonOption, StoreOption, emit, now, session
from gridgeo.cli.groups import SCORE
from gridgeo.i18n import Language, translate

FileArgument = Annotated[Path, typer.Argument(metavar="FILE.toml", help="TOML file with one [[measure]] each.")]
CheckOption = Annotated[bool, typer.Option("--check", help="Say what would become of the file and change nothing.")]


def register(app: typer.Typer) -> None:  # noqa: ARG001 - every module is registered alike
    """Add the commands of this module."""
    SCORE.command("measures")(measures)
    SCORE.command("add-measure")(add_measure)
    SCORE.command("remove-measure")(remove_measure)


def measures(store: StoreOption = None, as_json: JsonOption = False, actor: ActorOption = None) -> None:
    """List every measure, built in or added by a user, and the further columns that formulas may name.

    Example: gridgeo score measures --json
    """
    from gridgeo.pipeline.user_measures import list_measures
    from gridgeo.storage import reading

    with session(store, as_json, actor) as opened, reading(opened.engine) as connection:
        body = list_measures(connection, opened.actor)
        emit(as_json, body, _listed(body, opened.language))


def add_measure(
    file: FileArgument,
    check: CheckOption = False,
    store: StoreOption = None,
    as_json: JsonOption = False,
    actor: ActorOption = None,
) -> None:
    """Add the measures of a TOML file, all of them or none; the next score step computes them.

    Example: gridgeo score add-measure shops.toml --check
    """
    from gridgeo.pipeline.user_measures import add_measures

    with session(store, as_json, actor) as opened:
        with opened.engine.begin() as connection:
            body = add_measures(connection, opened.actor, file, now(), check_only=check)
        emit(as_json, body, _table(body["measures"], opened.language, ("outcome",)))


def remove_measure(
    measure: Annotated[str, typer.Argument(metavar="ID", help="Id of a measure that a user has added.")],
    store: StoreOption = None,
    as_json: JsonOption = False,
    actor: ActorOption = None,
) -> None:
    """Remove a user's measure; what was scored and published with it keeps it.

    Example: gridgeo score remove-measure shops_per_thousand
    """
    from gridgeo.pipeline.user_measures import remove_measure as remove

    with session(store, as_json, actor) as opened:
        with opened.engine.begin() as connection:
            body = remove(connection, opened.actor, measure, now())
        emit(as_json, body)


def _listed(body: dict[str, Any], tongue: Language) -> Group:
    columns = translate("Formulas may also name these columns: {columns}", tongue, columns=", ".join(body["columns"]))
    return Group(_table(body["measures"], tongue, ("origin", "published")), columns)


def _table(rows: list[dict[str, Any]], tongue: Language, more: tuple[str, ...]) -> Table:
    table = Table()
    for column in ("id", "measure", "unit", "kind", "formula", *more):
        table.add_column(translate(column, tongue), no_wrap=column == "id")
    for row in rows:
        end = [translate(_word(row[name]), tongue) for name in more]
        formula = row["formula"] or (f"{row['numerator']} / {row['denominator']}" if row["numerator"] else "")
        words = (row[f"name_{tongue}"], translate(row["unit"], tongue), translate(row["kind"], tongue))
        table.add_row(row["id"], *words, formula, *end)
    return table


def _word(value: str | bool) -> str:
    return ("yes" if value else "no") if isinstance(value, bool) else value

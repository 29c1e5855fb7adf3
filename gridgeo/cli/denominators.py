"""`gridgeo denominators`: sources of people, households and businesses, their conflicts, what cells have of them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Group, RenderableType

from gridgeo.cli.common import ActorOption, JsonOption, StoreOption, emit, now, session
from gridgeo.cli.import_tables import list_table
from gridgeo.cli.tables import number
from gridgeo.errors import InvalidInputError
from gridgeo.i18n import Language, translate

NameOption = Annotated[
    list[str] | None, typer.Option("--name", help="Count, such as people; again for several. All by default.")
]
NameArgument = Annotated[str, typer.Argument(help="Count, such as people, households, or an age band.")]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    group = typer.Typer(
        help="People, households, businesses and other counts: sources, conflicts, cells.",
        no_args_is_help=True,
        rich_markup_mode=None,
    )
    group.command("list")(list_)
    group.command("conflicts")(conflicts)
    group.command("choose")(choose)
    group.command("cells")(cells)
    app.add_typer(group, name="denominators")


def list_(store: StoreOption = None, as_json: JsonOption = False, actor: ActorOption = None) -> None:
    """List the sources of denominators side by side, and which of them scores take each count from, and why.

    Example: gridgeo denominators list --json
    """
    from gridgeo.pipeline.denominators.overview import list_sources
    from gridgeo.storage import reading

    with session(store, as_json, actor) as opened, reading(opened.engine) as connection:
        body = list_sources(connection, opened.actor)
        emit(as_json, body, _sources_table(body, opened.language))


def conflicts(
    by: Annotated[
        str, typer.Option(help="Places to compare: zone, catchment, or a kind of boundary such as municipality.")
    ] = "zone",
    name: Annotated[str | None, typer.Option("--name", help="One count, such as people.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="Rows shown, the worst first.")] = 20,
    store: StoreOption = None,
    as_json: JsonOption = False,
    actor: ActorOption = None,
) -> None:
    """Show where sources of the same count differ: both totals, the difference and its share, both dates, worst first.

    Example: gridgeo denominators conflicts --by municipality --name people
    """
    from gridgeo.pipeline.denominators.overview import list_conflicts
    from gridgeo.storage import reading

    with session(store, as_json, actor) as opened, reading(opened.engine) as connection:
        body = list_conflicts(connection, opened.actor, by, name, limit)
        emit(as_json, body, _conflicts_table(body, opened.language))


def choose(
    name: NameArgument,
    source: Annotated[str | None, typer.Option(help="Key of the source, see gridgeo denominators list.")] = None,
    by_rule: Annotated[bool, typer.Option("--by-rule", help="Take it by the rule again.")] = False,
    store: StoreOption = None,
    as_json: JsonOption = False,
    actor: ActorOption = None,
) -> None:
    """Let scores take one count from a source of your choice; by the rule it is the newest, then the finest one.

    Example: gridgeo denominators choose people --source census
    """
    from gridgeo.pipeline.denominators.overview import choose_source

    if (source is None) != by_rule:
        raise InvalidInputError("say which source with --source, or --by-rule")
    with session(store, as_json, actor) as opened:
        with opened.engine.begin() as connection:
            body = choose_source(connection, opened.actor, name, source, now())
        emit(as_json, body)


def cells(  # noqa: PLR0913 - the options are the command's interface
    out: Annotated[Path, typer.Option("--out", help="File to write, .csv or .parquet.")],
    resolution: Annotated[int, typer.Option(help="H3 resolution, 7 to 11; 9 is about 0.1 km2 a cell.")] = 9,
    name: NameOption = None,
    source: Annotated[str | None, typer.Option(help="Key of one source; by default those that scores use.")] = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
    actor: ActorOption = None,
) -> None:
    """Write what each cell has of the denominators, with an account of every sum.

    Example: gridgeo denominators cells --resolution 9 --out people.csv
    """
    from gridgeo.pipeline.denominators.overview import write_cells
    from gridgeo.storage import reading

    with session(store, as_json, actor) as opened, reading(opened.engine) as connection:
        body = write_cells(connection, opened.actor, out, resolution, tuple(name or ()), source)
        emit(as_json, body, _accounts_table(body, opened.language))


def _sources_table(body: dict[str, Any], language: Language) -> RenderableType:
    rows = [
        {
            "source": row["key"],
            "rows are": translate(row["form"], language),
            "date": row["dated_on"],
            "spread by": row["method"],
            "counts": ", ".join(row["names"]),
        }
        for row in body["sources"]
    ]
    used = [
        {
            "count": name,
            "source": row["source"],
            "date": row["dated_on"],
            "why": translate(row["why"], language),
            "others": ", ".join(row["others"]),
        }
        for name, row in body["used"].items()
    ]
    titles = (translate("Sources of denominators", language), translate("Scores use", language))
    return Group(*(list_table(part, title, language) for part, title in zip((rows, used), titles, strict=True)))


def _conflicts_table(body: dict[str, Any], language: Language) -> RenderableType:
    rows = [
        {
            "count": row["name"],
            "place": row["place"],
            "source": f"{row['source']} {row['dated_on'] or ''}",
            "total": number(row["total"]),
            "other source": f"{row['other']} {row['other_dated_on'] or ''}",
            "other total": number(row["other_total"]),
            "difference": number(row["difference"]),
            "share": "" if row["relative"] is None else f"{row['relative']:+.1%}",
        }
        for row in body["conflicts"]
    ]
    title = translate("{count} places where sources differ, the worst first", language, count=body["count"])
    return list_table(rows, title, language)


def _accounts_table(body: dict[str, Any], language: Language) -> RenderableType:
    rows = [
        {
            "count": name,
            "source": row["key"],
            "date": row["dated_on"],
            "in": number(row["in"]),
            "on cells": number(row["out"]),
            "outside": number(row["outside"]),
        }
        for name, row in body["accounts"].items()
    ]
    return list_table(rows, f"{body['path']} · {body['cells']} {translate('cells', language)}", language)

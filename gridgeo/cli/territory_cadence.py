"""`gridgeo territory cadence show|set` and `gridgeo territory handover`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from gridgeo.cli.common import ActorOption, JsonOption, StoreOption, emit, language, now, session
from gridgeo.cli.groups import TERRITORY
from gridgeo.cli.territory_options import ScenarioArgument
from gridgeo.errors import InvalidInputError, NotFoundError
from gridgeo.i18n import translate

FileArgument = Annotated[Path, typer.Argument(metavar="FILE", help="File to read.")]


def register(app: typer.Typer) -> None:  # noqa: ARG001 - the group is hung up by its own module
    """Add the commands of this module."""
    words = "The cadence table: how often customers of a tier are contacted."
    group = typer.Typer(help=words, no_args_is_help=True, rich_markup_mode=None)
    group.command("show")(show)
    group.command("set")(set_table)
    TERRITORY.add_typer(group, name="cadence")
    TERRITORY.command("handover")(handover)


def show(store: StoreOption = None, as_json: JsonOption = False, actor: ActorOption = None) -> None:
    """Show the cadence table that counts now: tier, channel, period, n, minimum gap, minutes.

    Example: gridgeo territory cadence show
    """
    from gridgeo.pipeline.territories.cadence import show_cadence
    from gridgeo.storage import reading

    with session(store, as_json, actor) as opened, reading(opened.engine) as connection:
        body = show_cadence(connection, opened.actor)
    emit(as_json, body, _table(body))


def set_table(
    file: FileArgument, store: StoreOption = None, as_json: JsonOption = False, actor: ActorOption = None
) -> None:
    """Set the cadence table from TOML or CSV; plans made from now on rest on it.

    Example: gridgeo territory cadence set cadence.csv
    """
    from gridgeo.pipeline.territories.cadence import cadence_from_text, set_cadence

    body = cadence_from_text(text_of(file), kind_of(file, ("toml", "csv")))
    with session(store, as_json, actor) as opened, opened.engine.begin() as connection:
        stored = set_cadence(connection, opened.actor, body, now())
    emit(as_json, stored, _table(stored))


def text_of(file: Path) -> str:
    """Return the text of a file; NotFoundError when there is none, InvalidInputError when it is not UTF-8."""
    if not file.is_file():
        raise NotFoundError("there is no file {path}", path=file)
    try:
        return file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidInputError("{path} is not UTF-8 text", path=file) from error


def kind_of(file: Path, known: tuple[str, ...]) -> str:
    """Return the kind of a file by its ending; InvalidInputError for one that is not known."""
    kind = file.suffix.lower().removeprefix(".")
    if kind not in known:
        raise InvalidInputError("{path} must end in one of {known}", path=file.name, known=", ".join(known))
    return kind


def _table(body: dict[str, object]) -> Table:
    tongue = language()
    note = body["note"]
    table = Table(title=translate(str(note), tongue) if note else None)
    rows = body["rows"]
    assert isinstance(rows, list)  # noqa: S101 - for the type checker
    for column in rows[0]:
        table.add_column(translate(column, tongue))
    for row in rows:
        table.add_row(*(translate(str(value), tongue) for value in row.values()))
    return table


def handover(
    scenario: ScenarioArgument,
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="Where the list goes: .xlsx or .csv.")] = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
    actor: ActorOption = None,
) -> None:
    """List every customer whose area goes to another manager, with what is due next and a place for both signatures.

    Example: gridgeo territory handover Spring --out handover.xlsx
    """
    from gridgeo.pipeline.territories.handover import handover as hand_over
    from gridgeo.storage import reading

    target = None if out is None else (out, language())
    with session(store, as_json, actor) as opened, reading(opened.engine) as connection:
        body = hand_over(connection, opened.actor, scenario, now().date(), target)
    tongue = language()
    table = Table(title=f"{body['customers']} {translate('customers', tongue)}")
    for column in ("from_rm", "to_rm", "customers", "balance_fen"):
        table.add_column(translate(column, tongue))
    for row in body["by_pair"]:
        table.add_row(*("" if value is None else str(value) for value in row.values()))
    emit(as_json, body, table)

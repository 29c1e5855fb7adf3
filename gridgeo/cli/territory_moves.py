"""`gridgeo territory move|repair`: cells placed by hand, and the solver around them."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Group

from gridgeo.cli.common import (
    ActorOption,
    JsonOption,
    StoreOption,
    emit,
    language,
    now,
    progress_bar,
    require_feasible,
    session,
)
from gridgeo.cli.groups import TERRITORY
from gridgeo.cli.tables import number
from gridgeo.cli.territory_options import ScenarioArgument, names_in, scenario_table
from gridgeo.i18n import translate


def register(app: typer.Typer) -> None:  # noqa: ARG001 - the group is hung up by its own module
    """Add the commands of this module."""
    TERRITORY.command("move")(move)
    TERRITORY.command("repair")(repair)


def move(
    scenario: ScenarioArgument,
    cell: Annotated[str, typer.Argument(help="Cell, 15 hexadecimal digits; several joined by commas.")],
    territory: Annotated[str, typer.Argument(help="Territory or manager that gets it.")],
    store: StoreOption = None,
    as_json: JsonOption = False,
    actor: ActorOption = None,
) -> None:
    """Give cells of a draft to another territory; loads, pieces and compactness are told, and a repair leaves them.

    Example: gridgeo territory move Spring 891f8d7a49bffff T-RM02
    """
    from gridgeo.pipeline.territories.moves import move_cells

    wanted = [(name.strip(), territory) for name in cell.split(",") if name.strip()]
    with session(store, as_json, actor) as opened, opened.engine.begin() as connection:
        body = move_cells(connection, opened.actor, scenario, wanted, now())
    tongue = language()
    lines = [
        translate(
            "{cell}: {before} to {after}, compactness {change} km, in one piece each: {whole}",
            tongue,
            cell=entry["cell"],
            before=entry["from"],
            after=entry["to"],
            change=number(entry["J_change_km"]),
            whole=translate("yes" if entry["contiguous"] else "no", tongue),
        )
        for entry in body["moves"]
    ]
    emit(as_json, body, Group(*lines, scenario_table(body)))


def repair(
    scenario: ScenarioArgument,
    lock: Annotated[
        list[str] | None, typer.Option(metavar="TERRITORY", help="Territory or manager that keeps all of its cells.")
    ] = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
    actor: ActorOption = None,
) -> None:
    """Let the solver mend a draft around the cells that were placed by hand, and around locked territories.

    Example: gridgeo territory repair Spring --lock T-RM03
    """
    from gridgeo.pipeline.territories.drafts import asking
    from gridgeo.pipeline.territories.moves import keep_mended, mending

    with session(store, as_json, actor) as opened, progress_bar({"plan": "Assigning territories"}) as progress:
        progress("plan")
        with asking(opened.engine, opened.actor) as connection:
            asked = mending(connection, opened.actor, scenario, names_in(lock))
        mended = asked, asked.answers()
        with opened.engine.begin() as connection:
            body = keep_mended(connection, opened.actor, mended, now())
    emit(as_json, body, scenario_table(body))
    require_feasible(body["branches"])

"""`gridgeo where-next`: where to work next, and why."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.console import Group
from rich.table import Table

from gridgeo.cli.common import ActorOption, JsonOption, StoreOption, emit, now, session
from gridgeo.cli.tables import number
from gridgeo.i18n import Language, translate
from gridgeo.maps.notes import MARKETING_ONLY

BranchOption = Annotated[str | None, typer.Option(help="Only this branch; every branch in scope without it.")]
GridOption = Annotated[str | None, typer.Option(help="Only the cells of this area grid: its id or name.")]
LimitOption = Annotated[int, typer.Option(help="Cells a list at most, 1 to 200.")]


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command("where-next")(where_next)


def where_next(
    branch: BranchOption = None,
    grid: GridOption = None,
    limit: LimitOption = 20,
    store: StoreOption = None,
    as_json: JsonOption = False,
    actor: ActorOption = None,
) -> None:
    """List the cells of each branch, or of one grid, where most customers are missing, with reasons in words.

    Example: gridgeo where-next --branch B1 --limit 5
    """
    from gridgeo.pipeline.where_next import where_next as listed
    from gridgeo.storage import reading

    with session(store, as_json, actor, for_consumers=True) as opened, reading(opened.engine) as connection:
        body = listed(connection, opened.actor, branch, grid, limit, today=now().date())
        emit(as_json, body, _tables(body, opened.language))


def _tables(body: dict[str, Any], language: Language) -> Group:
    found = []
    for each in body["lists"]:
        name = each["name"] or each["branch_id"]
        table = Table(title=f"{translate('Where next', language)} · {name}", caption=MARKETING_ONLY[language])
        for column in ("", "cell", "gap", "evidence", "reasons"):
            table.add_column(translate(column, language) if column else "")
        for cell in each["cells"]:
            why = "\n".join(reason[language] for reason in cell["reasons"])
            shown = translate(cell["evidence"], language)
            table.add_row(str(cell["place"]), cell["cell"], number(cell["gap"]), shown, why)
        found.append(table)
    return Group(*found)

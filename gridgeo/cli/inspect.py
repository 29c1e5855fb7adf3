"""Commands that look: what stands behind a score, the versions of a store."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.table import Table

from gridgeo.cli.common import ActorOption, JsonOption, StoreOption, emit, session
from gridgeo.cli.tables import number, summary_table
from gridgeo.i18n import Language, translate


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("explain")(explain)
    app.command("versions")(versions)
    app.command("show")(show)


def explain(
    cell: Annotated[str, typer.Argument(help="H3 cell as 15 hexadecimal digits.")],
    branch: Annotated[str | None, typer.Option(help="Branch that the cell is expected in.")] = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
    actor: ActorOption = None,
) -> None:
    """Show every measure of a published cell with its interval, evidence, territory and data versions.

    Example: gridgeo explain 891f8e70907ffff
    """
    from gridgeo.pipeline.explain import explain_cell
    from gridgeo.storage import reading

    with session(store, as_json, actor, for_consumers=True) as opened, reading(opened.engine) as connection:
        body = explain_cell(connection, opened.actor, cell, branch)
        emit(as_json, body, _measures_table(body, opened.language))


def _measures_table(body: dict[str, Any], language: Language) -> Table:
    table = Table(title=f"{body['cell']} · {body['branch_id']}")
    for column in ("measure", "value", "90 % band", "unit", "evidence"):
        table.add_column(translate(column, language))
    for row in body["measures"].values():
        band = "" if row["low"] is None else f"{number(row['low'])} - {number(row['high'])}"
        table.add_row(
            row[f"name_{language}"],
            number(row["value"]),
            band,
            translate(row["unit"], language),
            translate(row["evidence"] or "", language) or (row[f"reason_{language}"] or ""),
        )
    return table


def versions(store: StoreOption = None, as_json: JsonOption = False, actor: ActorOption = None) -> None:
    """List every version in the store, newest first, and which publication is live.

    Example: gridgeo versions --json
    """
    from gridgeo.pipeline.versions import history
    from gridgeo.storage import reading

    with session(store, as_json, actor) as opened, reading(opened.engine) as connection:
        body = history(connection, opened.actor)
        table = Table()
        for column in ("version", "kind", "created at", "created by", "live"):
            table.add_column(translate(column, opened.language))
        for row in body["versions"]:
            table.add_row(*(str(row[name]) for name in ("id", "kind", "created_at", "created_by", "live")))
        emit(as_json, body, table)


def show(store: StoreOption = None, as_json: JsonOption = False, actor: ActorOption = None) -> None:
    """Summarise the live publication: branches, cells, scores, territories and how they balance.

    Example: gridgeo show --json
    """
    from gridgeo.pipeline.summary import summary
    from gridgeo.storage import reading

    with session(store, as_json, actor) as opened, reading(opened.engine) as connection:
        body = summary(connection, opened.actor)
        emit(as_json, body, summary_table(body, opened.language))

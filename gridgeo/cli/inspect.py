"""Commands that look: what stands behind a score, the versions of a store."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.console import Group
from rich.table import Table

from gridgeo.cli.common import ActorOption, JsonOption, StoreOption, emit, session
from gridgeo.cli.tables import number, summary_table
from gridgeo.i18n import Language, translate
from gridgeo.maps.notes import MARKETING_ONLY

SOURCE_WORDS = {"score": "scores"}
"""Kinds of data whose own word means something else in a table."""


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("explain")(explain)
    app.command("versions")(versions)
    app.command("show")(show)


def explain(
    cell: Annotated[str, typer.Argument(help="H3 cell as 15 hexadecimal digits.")],
    branch: Annotated[str | None, typer.Option(help="Branch that the cell is expected in.")] = None,
    measure: Annotated[
        str | None, typer.Option(help="Take the score of this measure apart: every number that went into it.")
    ] = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
    actor: ActorOption = None,
) -> None:
    """Show every measure of a published cell with its interval, evidence, territory and data versions.

    Example: gridgeo explain 891f8e70907ffff --measure penetration
    """
    from gridgeo.pipeline.explain import explain_cell, explain_measure
    from gridgeo.storage import reading

    with session(store, as_json, actor, for_consumers=True) as opened, reading(opened.engine) as connection:
        if measure is not None:
            body = explain_measure(connection, opened.actor, cell, measure, branch)
            emit(as_json, body, _parts_table(body, opened.language))
            return
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


def _parts_table(body: dict[str, Any], language: Language) -> Group:
    title = f"{body['cell']} · {body['branch_id']} · {body[f'name_{language}']}"
    table = Table(title=title, caption=MARKETING_ONLY[language])
    for column in ("symbol", "value", "unit", "what it is", "from"):
        table.add_column(translate(column, language))
    for part in body["parts"]:
        value = part["value"]
        shown = number(value) if isinstance(value, float) else str("" if value is None else value)
        source = (
            f"{translate(SOURCE_WORDS.get(part['source'], part['source']), language)} {part['version'] or ''}".strip()
        )
        table.add_row(part["symbol"], shown, translate(part["unit"], language), part[f"name_{language}"], source)
    known = body["recomputed"] is not None
    whole = f"{body['formula']}{' = ' + number(body['recomputed']) if known else ''}" if body["formula"] else ""
    band = "" if body["low"] is None else f" ({number(body['low'])} - {number(body['high'])})"
    stands = "" if body["value"] is None else f"{translate('value', language)}: {number(body['value'])}{band}"
    compared = [
        f"{each['cell']} {each['branch_id']}: {number(each['customers'])} / {number(each['people'])}"
        for each in body["comparable_cells"]
    ]
    remarks = [each[language] for each in body["notes"]]
    hidden = [body[f"reason_{language}"]] if body["reason"] else []
    return Group(table, *(line for line in (stands, whole) if line), *hidden, *remarks, *compared)


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

"""`gridgeo grid members|disputed`: who belongs to which area grid, and where the rules disagree."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from gridgeo.cli.common import ActorOption, JsonOption, StoreOption, emit, now, progress_bar, session
from gridgeo.cli.groups import GRID
from gridgeo.i18n import Language, translate

SHOWN = 50
"""Rows of a list that are printed; a file has them all."""


def register(app: typer.Typer) -> None:  # noqa: ARG001 - the group is added by its own module
    """Add the commands of this module."""
    GRID.command("members")(members)
    GRID.command("disputed")(disputed)


def members(
    store: StoreOption = None,
    as_json: JsonOption = False,
    actor: ActorOption = None,
) -> None:
    """Assign every customer, merchant and household to its area grid: by code, exact boundary, or cell.

    Example: gridgeo grid members --json
    """
    from gridgeo.pipeline.membership import assign_members
    from gridgeo.pipeline.versions import newest_inputs

    words = {"assign": "Assigning parties to grids"}
    with session(store, as_json, actor) as opened, progress_bar(words) as progress:
        progress("assign")
        with opened.engine.begin() as connection:
            result = assign_members(connection, opened.actor, newest_inputs(connection), now())
        emit(as_json, {"version": result.version_id} | result.report, _counts(result.report, opened.language))


def disputed(
    out: Annotated[Path | None, typer.Option(help="CSV to write the whole list to.")] = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
    actor: ActorOption = None,
) -> None:
    """List the parties for whom code, boundary and cell name different grids.

    Example: gridgeo grid disputed --out disputed.csv
    """
    from gridgeo.maps.csv_files import formula_safe
    from gridgeo.pipeline.membership import disagreements
    from gridgeo.storage import reading

    with session(store, as_json, actor) as opened, reading(opened.engine) as connection:
        rows = disagreements(connection, opened.actor)
        if out is not None:
            formula_safe(rows).write_csv(out, include_bom=True)
        shown = rows.head(SHOWN)
        emit(as_json, {"count": rows.height, "parties": rows.to_dicts()}, _rows(shown.to_dicts(), opened.language))


def _counts(report: dict[str, Any], tongue: Language) -> Table:
    table = Table()
    for column in ("party", "rule", "count"):
        table.add_column(translate(column, tongue))
    for kind, rules in report["parties"].items():
        for rule, count in rules.items():
            table.add_row(
                translate(kind, tongue), translate(f"by {rule}" if rule != "none" else "no grid", tongue), str(count)
            )
    table.add_row(translate("all", tongue), translate("rules disagree", tongue), str(report["disagreements"]))
    return table


def _rows(rows: list[dict[str, Any]], tongue: Language) -> Table:
    table = Table()
    for column in ("party", "id", "by code", "by boundary", "by cell"):
        table.add_column(translate(column, tongue))
    for row in rows:
        ids = (row[name] or "-" for name in ("party_id", "by_code", "by_boundary", "by_cell"))
        table.add_row(translate(row["party_kind"], tongue), *ids)
    return table

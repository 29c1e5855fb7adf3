"""`gridgeo grid card`: what is known of an area grid."""

from __future__ import annotations

from typing import Any

import typer
from rich.table import Table

from gridgeo.cli.common import ActorOption, JsonOption, StoreOption, emit, language, now, session
from gridgeo.cli.grid_options import BranchArgument, GridArgument
from gridgeo.cli.groups import GRID
from gridgeo.i18n import translate

CLOSED = ("kind", "status", "stage")
FACTS = ("name", "kind", "code", "owner_name", "status", "stage", "cells")
FIGURES = ("people", "households", "businesses", "registered_households", "penetration")


def register(app: typer.Typer) -> None:  # noqa: ARG001 - the group is added by its own module
    """Add the commands of this module."""
    GRID.command("card")(card)


def card(
    branch: BranchArgument,
    grid: GridArgument,
    store: StoreOption = None,
    as_json: JsonOption = False,
    actor: ActorOption = None,
) -> None:
    """Show what is known of an area grid: people, households, customers, merchants, owner, stage, evidence.

    Example: gridgeo grid card B1 "Village A" --json
    """
    from gridgeo.pipeline.grids.card import grid_card
    from gridgeo.storage import reading

    with session(store, as_json, actor) as opened, reading(opened.engine) as connection:
        body = grid_card(connection, opened.actor, branch, grid, now().date())
    emit(as_json, body, _table(body))


def _table(body: dict[str, Any]) -> Table:
    tongue = language()
    table = Table(show_header=False, title=f"{body['name']} · {body['grid_id']}")
    for name in FACTS:
        value = body[name]
        closed = name in CLOSED and value is not None
        table.add_row(translate(name, tongue), translate(value, tongue) if closed else _text(value))
    area = body["area_km2"]
    table.add_row(translate("area, km2", tongue), f"{area['boundary'] or area['cells']:,.2f}")
    for name in FIGURES:
        figure = body[name]
        reason = translate(figure["reason"], tongue) if figure["reason"] else ""
        table.add_row(translate(name, tongue), reason or _text(figure["value"]))
    tiers = body["customers"]["by_tier"]
    by_tier = ", ".join(f"{translate(tier, tongue)} {count}" for tier, count in tiers.items())
    table.add_row(translate("customers", tongue), f"{body['customers']['count']} ({by_tier})")
    sections = body["merchants"]["by_section"]
    name_of = "name_zh" if tongue == "zh" else "name_en"
    by_section = ", ".join(f"{row['code']} {row[name_of] or ''} {row['count']}" for row in sections)
    table.add_row(translate("merchants", tongue), f"{body['merchants']['count']} ({by_section})")
    contested = body["membership"]["disagreements"]
    table.add_row(translate("rules disagree", tongue), str(sum(contested.values())))
    return table


def _text(value: object) -> str:
    return "" if value is None else f"{value:,.3f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)

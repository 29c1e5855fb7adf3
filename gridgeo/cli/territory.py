"""Every command of `gridgeo territory` but the one step of a run."""

from __future__ import annotations

import typer

from gridgeo.cli import (
    territory_accounts,
    territory_cadence,
    territory_disputes,
    territory_file,
    territory_live,
    territory_moves,
    territory_plans,
    territory_replan,
    territory_report,
)

MODULES = (
    territory_file,
    territory_plans,
    territory_live,
    territory_moves,
    territory_replan,
    territory_cadence,
    territory_report,
    territory_accounts,
    territory_disputes,
)


def register(app: typer.Typer) -> None:
    """Add the commands of these modules."""
    for module in MODULES:
        module.register(app)

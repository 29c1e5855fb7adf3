"""`gridgeo territory report`: a plan on paper."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gridgeo.cli.common import ActorOption, JsonOption, StoreOption, emit, now, progress_bar, session
from gridgeo.cli.groups import TERRITORY
from gridgeo.cli.territory_options import ScenarioArgument


def register(app: typer.Typer) -> None:  # noqa: ARG001 - the group is hung up by its own module
    """Add the command of this module."""
    TERRITORY.command("report")(report)


def report(
    scenario: ScenarioArgument,
    out: Annotated[Path, typer.Option(metavar="FILE", help="HTML file to write.")],
    store: StoreOption = None,
    as_json: JsonOption = False,
    actor: ActorOption = None,
) -> None:
    """Write a scenario's report: maps, bars and tables in Chinese and English, to be printed, without a network.

    Example: gridgeo territory report Spring --out spring.html
    """
    from gridgeo.pipeline.territories.report import write_report
    from gridgeo.storage import reading

    with (
        session(store, as_json, actor) as opened,
        reading(opened.engine) as connection,
        progress_bar({"report": "Writing the report"}) as begin,
    ):
        begin("report")
        body = write_report(connection, opened.actor, scenario, now().date(), out)
    emit(as_json, body)

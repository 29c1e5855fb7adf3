"""`gridgeo score plots`: the published scores as pictures for a report."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gridgeo.cli.common import ActorOption, JsonOption, StoreOption, emit, session
from gridgeo.cli.groups import SCORE


def register(app: typer.Typer) -> None:  # noqa: ARG001 - the group is added by its own module
    """Add the command of this module."""
    SCORE.command("plots")(plots)


def plots(
    out: Annotated[Path, typer.Option(help="Folder for the pictures and the page that shows them.")],
    measure: Annotated[
        list[str] | None,
        typer.Option(help="Measure to map, again for several, all for every one; the main ones by default."),
    ] = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
    actor: ActorOption = None,
) -> None:
    """Draw the published scores: a map a measure, spread by branch, reliability, one score step by step.

    Example: gridgeo score plots --out report --measure penetration --measure gap
    """
    from gridgeo.pipeline.score_plots import score_plots
    from gridgeo.storage import reading

    with session(store, as_json, actor, for_consumers=True) as opened, reading(opened.engine) as connection:
        emit(as_json, score_plots(connection, opened.actor, out, tuple(measure or ()), opened.language))

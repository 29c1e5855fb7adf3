"""`gridgeo territory submit|approve|reject|delete|publish|rollback|history`: from a draft to what is live, and back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

import typer
from rich.table import Table

from gridgeo.cli.common import ActorOption, JsonOption, StoreOption, emit, language, now, progress_bar, session
from gridgeo.cli.groups import TERRITORY
from gridgeo.cli.territory_options import ScenarioArgument, day_from, scenario_table
from gridgeo.i18n import translate

RemarkOption = Annotated[str, typer.Option(help="Reason, kept in the log.")]


def register(app: typer.Typer) -> None:  # noqa: ARG001 - the group is hung up by its own module
    """Add the commands of this module."""
    for command in (submit, approve, reject, delete, publish, rollback, history):
        TERRITORY.command(command.__name__)(command)


def submit(
    scenario: ScenarioArgument, store: StoreOption = None, as_json: JsonOption = False, actor: ActorOption = None
) -> None:
    """Hand a draft to a checker; it cannot be changed from then on.

    Example: gridgeo territory submit Spring --as Li:planner
    """
    from gridgeo.pipeline.territories.approval import submit as step

    _decide(lambda connection, who: step(connection, who, scenario, now()), (store, as_json, actor))


def approve(
    scenario: ScenarioArgument,
    remark: RemarkOption = "",
    store: StoreOption = None,
    as_json: JsonOption = False,
    actor: ActorOption = None,
) -> None:
    """Approve a submitted scenario; nobody approves what they made.

    Example: gridgeo territory approve Spring --as Wang:hq
    """
    from gridgeo.pipeline.territories.approval import approve as step

    _decide(lambda connection, who: step(connection, who, scenario, now(), remark), (store, as_json, actor))


def reject(
    scenario: ScenarioArgument,
    remark: RemarkOption = "",
    store: StoreOption = None,
    as_json: JsonOption = False,
    actor: ActorOption = None,
) -> None:
    """Send a submitted or approved scenario back to its makers.

    Example: gridgeo territory reject Spring --remark "RM03 cannot reach the north" --as Wang:hq
    """
    from gridgeo.pipeline.territories.approval import reject as step

    _decide(lambda connection, who: step(connection, who, scenario, now(), remark), (store, as_json, actor))


def delete(
    scenario: ScenarioArgument, store: StoreOption = None, as_json: JsonOption = False, actor: ActorOption = None
) -> None:
    """Delete a draft or a rejected scenario that was never published, with its log, comments, disputes and jobs.

    Example: gridgeo territory delete Spring --as Li:planner
    """
    from gridgeo.pipeline.territories.removal import delete_scenario

    with session(store, as_json, actor) as opened, opened.engine.begin() as connection:
        body = delete_scenario(connection, opened.actor, scenario, now())
    told = "deleted {scenario}: {entries} entries of its log, {disputes} disputes, {jobs} jobs"
    emit(as_json, body, translate(told, language(), **body))


def _decide(step: Callable[[Any, Any], dict[str, Any]], where: tuple[str | None, bool, str | None]) -> None:
    with session(*where) as opened, opened.engine.begin() as connection:
        body = step(connection, opened.actor)
    emit(where[1], body, scenario_table(body))


def publish(
    scenario: ScenarioArgument,
    effective_on: Annotated[
        str, typer.Option("--effective-on", metavar="YYYY-MM-DD", help="Day from which duties follow the plan.")
    ],
    store: StoreOption = None,
    as_json: JsonOption = False,
    actor: ActorOption = None,
) -> None:
    """Publish an approved scenario; its certificates are recomputed from the store by the independent checker first.

    Example: gridgeo territory publish Spring --effective-on 2027-01-01 --as Wang:hq
    """
    from gridgeo.pipeline.territories.live import publish_scenario

    day = day_from(effective_on)
    with session(store, as_json, actor) as opened, progress_bar({"publish": "Publishing"}) as begin:
        begin("publish")
        with opened.engine.begin() as connection:
            body = publish_scenario(connection, opened.actor, scenario, day, now())
    emit(as_json, body)


def rollback(
    scenario: Annotated[
        str | None, typer.Argument(help="Scenario whose publication is taken back; the last one by default.")
    ] = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
    actor: ActorOption = None,
) -> None:
    """Take the publication of a scenario back: what was live before it is live again.

    Example: gridgeo territory rollback Spring
    """
    from gridgeo.pipeline.territories.live import rollback as take_back

    with session(store, as_json, actor) as opened, opened.engine.begin() as connection:
        body = take_back(connection, opened.actor, scenario, now())
    emit(as_json, body)


def history(store: StoreOption = None, as_json: JsonOption = False, actor: ActorOption = None) -> None:
    """List what was published and rolled back, newest first, with the day of effect and what is in force today.

    Example: gridgeo territory history
    """
    from gridgeo.pipeline.territories.live import history as listed
    from gridgeo.storage import reading

    with session(store, as_json, actor) as opened, reading(opened.engine) as connection:
        rows = listed(connection, opened.actor, now().date())
    tongue = language()
    table = Table()
    columns = ("scenario", "what", "branches", "by", "at", "effective_on", "live", "in_force")
    for column in columns:
        table.add_column(translate(column, tongue))
    for row in rows:
        marks = [translate("yes" if row[name] else "no", tongue) for name in ("live", "in_force")]
        told = (row["scenario"], translate(row["what"], tongue), ", ".join(row["branches"]), row["by"], row["at"])
        table.add_row(*told, row["effective_on"] or "", *marks)
    emit(as_json, {"count": len(rows), "history": rows}, table)

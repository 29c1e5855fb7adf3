"""`gridgeo territory check|list|show|compare|comment`: scenarios before anybody decides on them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Group
from rich.table import Table

from gridgeo.cli.common import ActorOption, JsonOption, StoreOption, emit, language, now, progress_bar, session
from gridgeo.cli.groups import TERRITORY
from gridgeo.cli.tables import number
from gridgeo.cli.territory_options import (
    BranchOption,
    GrowthOption,
    HomeOption,
    KOption,
    MeasuresOption,
    ScenarioArgument,
    ScenarioOption,
    ToleranceOption,
    UnitsOption,
    draft_from,
    scenario_table,
)
from gridgeo.errors import InfeasibleError, InvalidInputError
from gridgeo.i18n import translate

PlanArgument = Annotated[str, typer.Argument(help="A scenario by name, or live.")]


def register(app: typer.Typer) -> None:  # noqa: ARG001 - the group is hung up by its own module
    """Add the commands of this module."""
    TERRITORY.command("check")(check)
    TERRITORY.command("list")(list_all)
    TERRITORY.command("show")(show)
    TERRITORY.command("compare")(compare)
    TERRITORY.command("comment")(comment)


def check(  # noqa: PLR0913 - the options are the command's interface
    problem: Annotated[
        Path | None, typer.Option("--problem", metavar="FILE", help="Problem file to check, without a store.")
    ] = None,
    scenario: ScenarioOption = None,
    branch: BranchOption = None,
    k: KOption = None,
    measures: MeasuresOption = None,
    tolerance: ToleranceOption = None,
    growth: GrowthOption = None,
    home: HomeOption = None,
    units: UnitsOption = "cells",
    store: StoreOption = None,
    as_json: JsonOption = False,
    actor: ActorOption = None,
) -> None:
    """Name what cannot work before anything is solved: territory, measure and the smallest tolerance that would do.

    Example: gridgeo territory check --branch B1 --k 6 --tolerance 5,5
    """
    if sum((problem is not None, scenario is not None, bool(branch))) != 1:
        raise InvalidInputError("say what to check by one of --problem, --scenario and --branch")
    if problem is not None:
        from gridgeo.pipeline.territory_file import check_problem_file

        body = check_problem_file(_content(problem))
    else:
        aim = {"measures": measures, "tolerance": tolerance, "growth": growth, "units": units}
        body = _checked(scenario, draft_from(branch, aim, k, home) if branch else None, (store, as_json, actor))
    emit(as_json, body, _findings_table(body))
    if not body["feasible"]:
        first = body["findings"][0]
        raise InfeasibleError(
            "{count} findings; the first: {finding}", count=len(body["findings"]), finding=first["message"]
        )


def _content(path: Path) -> bytes:
    from gridgeo.errors import NotFoundError

    if not path.is_file():
        raise NotFoundError("there is no file {path}", path=path)
    return path.read_bytes()


def _checked(scenario: str | None, draft: Any, where: tuple[str | None, bool, str | None]) -> dict[str, Any]:  # noqa: ANN401
    from gridgeo.pipeline.territories.drafts import check_draft, spec_of, spec_of_draft
    from gridgeo.storage import reading
    from gridgeo.storage.scenarios import scenario_record

    with session(*where) as opened, reading(opened.engine) as connection:
        if scenario is None:
            spec = spec_of_draft(connection, opened.actor, draft)
        else:
            spec = spec_of(connection, scenario_record(connection, scenario, opened.actor))
        return check_draft(connection, opened.actor, spec)


def _findings_table(body: dict[str, Any]) -> Group | str:
    tongue = language()
    if body["feasible"]:
        return translate("nothing stands against it; whether a plan exists, solving will tell", tongue)
    lines = [translate(each["template"], tongue, **each["values"]) for each in body["findings"]]
    return Group(*lines)


def list_all(store: StoreOption = None, as_json: JsonOption = False, actor: ActorOption = None) -> None:
    """List the scenarios with their state.

    Example: gridgeo territory list
    """
    from gridgeo.pipeline.territories.drafts import list_scenarios
    from gridgeo.storage import reading

    with session(store, as_json, actor) as opened, reading(opened.engine) as connection:
        rows = list_scenarios(connection, opened.actor)
    tongue = language()
    table = Table()
    columns = ("scenario", "status", "branches", "territories", "feasible", "notes")
    for column in columns:
        table.add_column(translate(column, tongue))
    for row in rows:
        feasible = translate("yes" if row["feasible"] else "no", tongue)
        state = translate(row["status"], tongue)
        table.add_row(row["scenario"], state, ", ".join(row["planned"]), str(row["k"]), feasible, row["notes"] or "")
    emit(as_json, {"count": len(rows), "scenarios": rows}, table)


def show(
    scenario: ScenarioArgument, store: StoreOption = None, as_json: JsonOption = False, actor: ActorOption = None
) -> None:
    """Show a scenario: what was asked, figures and certificate a branch, comments, what happened to it.

    Example: gridgeo territory show Spring --json
    """
    from gridgeo.pipeline.territories.drafts import show as show_scenario
    from gridgeo.storage import reading

    with session(store, as_json, actor) as opened, reading(opened.engine) as connection:
        body = show_scenario(connection, opened.actor, scenario)
    lines = [f"{entry['by']} · {entry['at']} · {entry['text']}" for entry in body["comments"]]
    emit(as_json, body, Group(scenario_table(body), *lines))


def compare(
    one: PlanArgument,
    other: PlanArgument,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder for the figures and the map difference.")
    ] = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
    actor: ActorOption = None,
) -> None:
    """Compare two plans: figures side by side, cells and customers moved, the map difference as GeoJSON and PNG.

    Example: gridgeo territory compare live Spring --out changes
    """
    from gridgeo.pipeline.territories.compare import compare as compare_plans
    from gridgeo.storage import reading

    with (
        session(store, as_json, actor) as opened,
        reading(opened.engine) as connection,
        progress_bar({"compare": "Comparing plans"}) as begin,
    ):
        begin("compare")
        body = compare_plans(connection, opened.actor, (one, other), out)
    emit(as_json, body, _compared(body))


def _compared(body: dict[str, Any]) -> Group:
    tongue = language()
    table = Table(title=f"{body['one']} → {body['other']}")
    for column in ("branch", "figure", body["one"], body["other"], "change"):
        table.add_column(translate(column, tongue))
    for branch, figures in body["figures"].items():
        for name, row in figures.items():
            table.add_row(branch, translate(name, tongue), *(_shown(row[key]) for key in ("one", "other", "change")))
    moved = translate(
        "{cells} of {all} cells and {customers} customers change hands",
        tongue,
        cells=body["cells_moved"],
        all=body["cells"],
        customers=number(body["customers_moved"]),
    )
    return Group(table, moved, *body["files"].values())


def _shown(value: Any) -> str:  # noqa: ANN401 - a figure of a plan
    if isinstance(value, bool):
        return translate("yes" if value else "no", language())
    return "" if value is None else number(value)


def comment(
    scenario: ScenarioArgument,
    text: Annotated[str, typer.Argument(help="The remark.")],
    store: StoreOption = None,
    as_json: JsonOption = False,
    actor: ActorOption = None,
) -> None:
    """Add a remark to a scenario.

    Example: gridgeo territory comment Spring "The river divides T-RM02" --as Li:planner
    """
    from gridgeo.pipeline.territories.drafts import comment as add_comment

    with session(store, as_json, actor) as opened, opened.engine.begin() as connection:
        body = add_comment(connection, opened.actor, scenario, text, now())
    emit(as_json, body)

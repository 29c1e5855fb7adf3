"""`gridgeo territory solve`: a draft scenario of the store's branches, or any graph that a problem file describes."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import orjson
import typer

from gridgeo.cli.common import (
    ActorOption,
    JsonOption,
    StoreOption,
    emit,
    language,
    now,
    progress_bar,
    require_feasible,
    session,
)
from gridgeo.cli.groups import TERRITORY
from gridgeo.cli.territory_options import (
    BranchOption,
    CoresOption,
    GrowthOption,
    HomeOption,
    KOption,
    MeasuresOption,
    NotesOption,
    ScenarioOption,
    SeedOption,
    StartsOption,
    ToleranceOption,
    UnitsOption,
    draft_from,
    scenario_table,
)
from gridgeo.errors import InfeasibleError, InvalidInputError, NotFoundError
from gridgeo.i18n import translate

if TYPE_CHECKING:
    from gridgeo.pipeline.territories.drafts import Draft


def register(app: typer.Typer) -> None:  # noqa: ARG001 - the command belongs to a group
    """Add the command of this module."""
    TERRITORY.command("solve")(solve)


def solve(  # noqa: PLR0913 - the options are the command's interface
    problem: Annotated[
        Path | None, typer.Option("--problem", metavar="FILE", help="Problem file, JSON: nodes, edges, k ...")
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Where the plan goes, JSON.")] = None,
    scenario: ScenarioOption = None,
    branch: BranchOption = None,
    k: KOption = None,
    measures: MeasuresOption = None,
    tolerance: ToleranceOption = None,
    growth: GrowthOption = None,
    home: HomeOption = None,
    units: UnitsOption = "cells",
    seed: SeedOption = 1,
    starts: StartsOption = 4,
    cores: CoresOption = 1,
    notes: NotesOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
    actor: ActorOption = None,
) -> None:
    """Plan contiguous, balanced territories: branches of the store as a draft scenario, or any graph of a problem file.

    Example: gridgeo territory solve --scenario Spring --branch B1 --k 6 --measures customers,workload --tolerance 5,5
    """
    if (problem is None) == (scenario is None) or (problem is None) != (out is None):
        raise InvalidInputError("solve a problem file by --problem and --out, or a scenario by --scenario and --branch")
    if problem is not None and out is not None:
        _require_alone({"--branch": branch, "--k": k, "--measures": measures, "--tolerance": tolerance,
                        "--growth": growth, "--home": home, "--notes": notes})  # fmt: skip
        _solve_file((problem, out), cores, as_json)
        return
    aim: dict[str, Any] = {"measures": measures, "tolerance": tolerance, "growth": growth}
    aim |= {"units": units, "seed": seed, "starts": starts}
    draft = draft_from(branch, aim, k, home)
    _solve_scenario((str(scenario), draft, notes), cores, (store, as_json, actor))


def _require_alone(given: dict[str, object]) -> None:
    """Refuse what a problem file says itself."""
    for option, value in given.items():
        if value is not None:
            raise InvalidInputError("{option} is for a scenario; a problem file says it itself", option=option)


def _solve_file(files: tuple[Path, Path], cores: int, as_json: bool) -> None:
    from gridgeo.maps.files import written
    from gridgeo.pipeline.territory_file import plan_problem_file

    problem, out = files
    if not problem.is_file():
        raise NotFoundError("there is no file {path}", path=problem)
    with progress_bar({"plan": "Assigning territories"}) as progress:
        progress("plan")
        plan = plan_problem_file(problem.read_bytes(), cores)
    if plan.unused:
        words = translate("not used: {names}", language(), names=", ".join(plan.unused))
        typer.echo(f"{problem}: {words}", err=True)
    with written(out) as fresh:
        fresh.write_bytes(orjson.dumps(plan.body))
    emit(as_json, _summary(plan.body) | {"out": str(out), "unused": list(plan.unused)})
    if not plan.body["feasible"]:
        raise _infeasible(plan.body)


def _solve_scenario(
    asked: tuple[str, Draft, str | None], cores: int, where: tuple[str | None, bool, str | None]
) -> None:
    from gridgeo.pipeline.territories.answers import fresh
    from gridgeo.pipeline.territories.drafts import asking, keep_answers, question, spec_of_draft

    name, draft, notes = asked
    with session(*where) as opened, progress_bar({"plan": "Assigning territories"}) as progress:
        progress("plan")
        with asking(opened.engine, opened.actor) as connection:
            asked_for = question(connection, opened.actor, name, spec_of_draft(connection, opened.actor, draft))
        solved = asked_for, asked_for.answers(partial(fresh, cores=cores))
        with opened.engine.begin() as connection:
            body = keep_answers(connection, opened.actor, solved, now(), notes=notes)
    emit(where[1], body, scenario_table(body))
    require_feasible(body["branches"])


def _summary(body: dict[str, Any]) -> dict[str, Any]:
    certificate = body["certificate"]
    worst = [max(map(abs, column)) for column in zip(*certificate["imbalance_percent"], strict=True)]
    figures = ("J_km", "bound_gap_percent", "price_of_balance_percent", "kept_share", "seed")
    return {
        "feasible": body["feasible"],
        "territories": len(certificate["pieces"]),
        "pieces_max": max(certificate["pieces"]),
        "imbalance_percent": worst,
        **{name: certificate[name] for name in figures},
        "violations": len(body["violations"]),
        "findings": body["findings"],
        "cpu_s": body["cpu_s"],
    }


def _infeasible(body: dict[str, Any]) -> InfeasibleError:
    worst = max(body["violations"], key=lambda found: abs(found["value"]) - found["limit"])
    a_count = worst["measure"] in ("pieces", "barred")
    return InfeasibleError(
        "no plan within the limits was found; the one that violates least is written. "
        "Largest violation: territory {territory}, {measure}: {value}{unit}, allowed {limit}{unit}",
        territory=worst["territory"],
        measure=worst["measure"] if a_count else f"measure {worst['measure']}",
        value=round(worst["value"], 3),
        limit=round(worst["limit"], 3),
        unit="" if a_count else " %",
    )

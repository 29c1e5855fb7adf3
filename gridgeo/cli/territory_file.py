"""`gridgeo territory solve`: plan any graph that a problem file describes."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import orjson
import typer

from gridgeo.cli.common import JsonOption, emit, language, progress_bar
from gridgeo.cli.groups import TERRITORY
from gridgeo.errors import InfeasibleError, NotFoundError
from gridgeo.i18n import translate


def register(app: typer.Typer) -> None:  # noqa: ARG001 - the command belongs to a group
    """Add the command of this module."""
    TERRITORY.command("solve")(solve)


def solve(
    problem: Annotated[Path, typer.Option("--problem", metavar="FILE", help="Problem file, JSON: nodes, edges, k ...")],
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="Where the plan goes, JSON.")],
    as_json: JsonOption = False,
) -> None:
    """Plan any graph: contiguous, balanced territories with their certificate, from a problem file.

    Example: gridgeo territory solve --problem problem.json --out plan.json
    """
    from gridgeo.maps.files import written
    from gridgeo.pipeline.territory_file import plan_problem_file

    if not problem.is_file():
        raise NotFoundError("there is no file {path}", path=problem)
    with progress_bar({"plan": "Assigning territories"}) as progress:
        progress("plan")
        plan = plan_problem_file(problem.read_bytes())
    if plan.unused:
        words = translate("not used: {names}", language(), names=", ".join(plan.unused))
        typer.echo(f"{problem}: {words}", err=True)
    with written(out) as fresh:
        fresh.write_bytes(orjson.dumps(plan.body))
    emit(as_json, _summary(plan.body) | {"out": str(out), "unused": list(plan.unused)})
    if not plan.body["feasible"]:
        raise _infeasible(plan.body)


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
    in_pieces = worst["measure"] == "pieces"
    return InfeasibleError(
        "no plan within the limits was found; the one that violates least is written. "
        "Largest violation: territory {territory}, {measure}: {value}{unit}, allowed {limit}{unit}",
        territory=worst["territory"],
        measure="pieces" if in_pieces else f"measure {worst['measure']}",
        value=round(worst["value"], 3),
        limit=round(worst["limit"], 3),
        unit="" if in_pieces else " %",
    )

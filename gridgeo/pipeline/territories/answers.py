"""Solve the parts of a scenario and write the answer as a scenario version; nothing live is touched."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Protocol

import numpy as np
import orjson
import polars as pl
import sqlalchemy as sa

from gridgeo.cells import cell_strings
from gridgeo.domain import Actor, CellArray, FloatArray, LabelArray
from gridgeo.pipeline.assign import plan_colours, plan_report, require_true, rounds_for
from gridgeo.pipeline.steps import Inputs
from gridgeo.pipeline.territories.ground import PartGround, part_ground
from gridgeo.pipeline.territories.spec import Aim, Part, Spec
from gridgeo.storage import finish_version, new_version, write_frame
from gridgeo.territory import (
    Certificate,
    FirstOf,
    NoImprovement,
    Params,
    Problem,
    Progress,
    Result,
    Rounds,
    Watched,
    certify,
    check_problem,
    matched_labels,
    solve,
    violations_of,
)

Watch = Callable[[float], None]
"""Told how much of a part is solved (0 to 1), time and again; it may raise to stop the work."""
Solver = Callable[[PartGround, Part, Aim], "Answer"]


class WatchedSolver(Protocol):
    """A solver that tells how far it is."""

    def __call__(self, ground: PartGround, part: Part, aim: Aim, watch: Watch = ...) -> Answer:
        """Solve a part."""
        ...


@dataclass(frozen=True, eq=False)
class Answer:
    """One part, solved. part: as it was asked, with what the solver chose (such as the change cost)."""

    part: Part
    ground: PartGround
    result: Result

    @property
    def by_cell(self) -> LabelArray:
        """Territory of every cell."""
        return self.ground.of_cells(self.result.labels)


def unwatched(share: float) -> None:
    """Take no note."""


def fresh(ground: PartGround, part: Part, aim: Aim, watch: Watch = unwatched, cores: int = 1) -> Answer:
    """Solve a part from nothing, several times over; the best plan is kept.

    cores: starts that run side by side; the plan does not depend on it.
    Managers with equal hours are then named so that as many customers as possible stay with theirs.
    """
    problem = ground.problem
    stop = FirstOf((NoImprovement(aim.starts), Rounds(rounds_for(problem.n))))

    def look(progress: Progress) -> None:
        ahead = max(aim.starts - progress.stale_rounds, 0)
        watch(progress.rounds / (progress.rounds + ahead))

    result = solve(problem, Watched(stop, look), seed=aim.seed, cores=cores)
    if problem.previous is None or problem.homes is not None or problem.locks is not None:
        return Answer(part, ground, result)
    labels = matched_labels(result.labels, problem.previous, problem.weights[:, 0], problem.k, problem.targets)
    if np.array_equal(labels, result.labels):
        return Answer(part, ground, result)
    renamed = measured(ground, part, aim, labels).result
    return Answer(part, ground, replace(renamed, rounds=result.rounds, cpu_s=result.cpu_s))


def measured(ground: PartGround, part: Part, aim: Aim, labels: LabelArray) -> Answer:
    """Certify a plan as it stands, without solving: of a manual move, or of a deputy."""
    found = violations_of(ground.problem, labels)
    certificate: Certificate = certify(ground.problem, labels, not found, _travel(ground.problem), aim.seed, Params())
    findings = tuple(check_problem(ground.problem))
    return Answer(part, ground, Result(labels, not found, found, certificate, findings, 0, 0.0))


def _travel(problem: Problem) -> FloatArray:
    return problem.home_paths if problem.objective == "travel" else np.zeros((0, 0))


def write_answers(
    connection: sa.Connection, actor: Actor, inputs: Inputs, asked: tuple[Spec, list[Answer]], now: datetime
) -> tuple[int, dict[str, Any]]:
    """Write one finished scenario version; return its number and its report.

    Raises RuntimeError when the independent checker does not find a certificate true: a fault of the solver.
    """
    spec, answers = asked
    for answer in answers:
        certificate = answer.result.certificate.as_json()
        require_true(", ".join(answer.part.branches), answer.ground.problem, answer.result.labels, certificate)
    spec = replace(spec, parts=tuple(answer.part for answer in answers))
    params = {"spec": spec.as_dict(), "inputs": inputs.as_dict()}
    version_id = new_version(connection, actor, "scenario", params=params, now=now)
    territories, cells = _tables(answers)
    reports = {branch: report for answer in answers for branch, report in _reports(answer).items()}
    bodies = [orjson.dumps(report).decode() for report in reports.values()]
    write_frame(connection, "territory", territories, version_id=version_id)
    write_frame(connection, "territory_cell", cells, version_id=version_id)
    write_frame(
        connection, "certificate", pl.DataFrame({"branch_id": list(reports), "body": bodies}), version_id=version_id
    )
    report = {"branches": reports, "feasible": all(body["feasible"] for body in reports.values())}
    finish_version(connection, version_id, report=report)
    return version_id, report


def _reports(answer: Answer) -> dict[str, dict[str, Any]]:
    """Return branch -> report of a part; branches that were planned together share one."""
    first = np.unique(answer.ground.unit, return_index=True)[1]
    body = plan_report(answer.ground.cells[first], answer.result)
    holding = sorted({seat.branch_id for seat in answer.part.seats})
    together = {"together_with": holding} if len(holding) > 1 else {}
    return dict.fromkeys(holding, body | together)


def _tables(answers: list[Answer]) -> tuple[pl.DataFrame, pl.DataFrame]:
    seats = [seat for answer in answers for seat in answer.part.seats]
    first = np.cumsum([0, *(len(answer.part.seats) for answer in answers)])[:-1]
    labels = np.concatenate([answer.by_cell + start for answer, start in zip(answers, first, strict=True)])
    cells = np.concatenate([answer.ground.cells for answer in answers])
    colours = plan_colours(cells, labels.astype(np.int32))
    territories = pl.DataFrame(
        {
            "id": [seat.id for seat in seats],
            "branch_id": [seat.branch_id for seat in seats],
            "rm_id": pl.Series([seat.rm_id for seat in seats], dtype=pl.String),
            "name": [seat.name for seat in seats],
            "colour": pl.Series(_padded(colours, len(seats)), dtype=pl.Int32),
        }
    )
    rows = pl.DataFrame(
        {
            "branch_id": territories["branch_id"].to_numpy()[labels],
            "territory_id": territories["id"].to_numpy()[labels],
            "cell": cells,
        }
    )
    return territories, rows.sort("branch_id", "cell")


def _padded(colours: LabelArray, count: int) -> LabelArray:
    """Colours end at the last territory with a cell; those after it have the first colour."""
    padded = np.zeros(count, np.int32)
    padded[: len(colours)] = colours
    return padded


def findings_of(connection: sa.Connection, inputs: Inputs, spec: Spec) -> list[dict[str, Any]]:
    """Name what cannot work before anything is solved: branch, territory, measure, the smallest tolerance, in words."""
    return [
        {
            "branches": list(part.branches),
            "territory": finding.territory,
            "measure": finding.measure,
            "smallest_tolerance_percent": percent_up(finding.smallest_tolerance),
            "message": finding.message,
            "template": finding.template,
            "values": finding.values | _cell_of(ground, finding.values),
        }
        for part in spec.parts
        for ground in [part_ground(connection, inputs, spec.aim, part)]
        for finding in check_problem(ground.problem)
    ]


def percent_up(share: float | None) -> float | None:
    """Return a share in percent with three digits, rounded up, so that the tolerance it names does suffice."""
    return None if share is None else math.ceil(1e5 * share - 1e-6) / 1e3


def _cell_of(ground: PartGround, values: dict[str, Any]) -> dict[str, str]:
    """Name the cell of a node that a finding speaks of."""
    if "node" not in values:
        return {}
    named: CellArray = np.array([ground.named_cell(int(values["node"]))], dtype=np.uint64)
    return {"cell": cell_strings(named)[0]}

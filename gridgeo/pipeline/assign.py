"""Assign the cells of each branch to its relationship managers: contiguous, balanced, with a certificate."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

import numpy as np
import orjson
import polars as pl
import sqlalchemy as sa

from gridgeo.cells import cell_strings
from gridgeo.domain import Actor, CellArray, FloatArray, LabelArray
from gridgeo.pipeline.cell_groups import touching_cells
from gridgeo.pipeline.steps import BALANCED, REPORTED, Inputs, RunParams, StepResult, require_planner
from gridgeo.storage import finish_version, new_version, read_frame, write_frame
from gridgeo.territory import (
    FirstOf,
    NoImprovement,
    Problem,
    Result,
    Rounds,
    problem_from_cells,
    solve,
    territory_colours,
    verify_plan,
)

MAX_ROUNDS = 20
USUAL_CELLS = 1_500
"""A round takes a second or so at a branch's usual size; a larger branch gets fewer, so that a plan always ends."""


@dataclass(frozen=True)
class BranchPlan:
    """One branch's answer: which of its managers each cell goes to."""

    branch_id: str
    cells: CellArray
    staff: pl.DataFrame
    problem: Problem
    result: Result
    report: dict[str, Any]


def assign(connection: sa.Connection, actor: Actor, inputs: Inputs, params: RunParams, now: datetime) -> StepResult:
    """Write one plan version: territories, their cells, and a certificate a branch.

    Targets are shares of the branch's own totals in proportion to its managers' hours. Where a tolerance is not
    reached the least violating plan is written as such, with the violations named; the tolerance is not relaxed. A
    branch without a relationship manager gets no territory and is named in the report.
    """
    require_planner(actor)
    staff = read_frame(connection, "staff", version_id=inputs.bank).filter(pl.col("post") == "rm").sort("id")
    scores = _wide_scores(connection, inputs.score)
    managed = pl.col("branch_id").is_in(staff["org_unit_id"].implode())
    plans = [
        _plan_branch(str(branch), rows, staff.filter(pl.col("org_unit_id") == branch), params)
        for (branch,), rows in scores.filter(managed).group_by("branch_id", maintain_order=True)
    ]
    version_id = new_version(connection, actor, "plan", params=params.as_dict() | {"inputs": inputs.as_dict()}, now=now)
    if plans:
        territories, cells = _tables(plans)
        write_frame(connection, "territory", territories, version_id=version_id)
        write_frame(connection, "territory_cell", cells, version_id=version_id)
    bodies = [orjson.dumps(plan.report).decode() for plan in plans]
    certificates = pl.DataFrame(
        {"branch_id": [plan.branch_id for plan in plans], "body": bodies},
        schema={"branch_id": pl.String, "body": pl.String},
    )
    write_frame(connection, "certificate", certificates, version_id=version_id)
    report = {
        "branches": {plan.branch_id: plan.report for plan in plans},
        "without_manager": scores.filter(~managed)["branch_id"].unique().sort().to_list(),
        "measure_correlation": _correlation(scores),
    }
    finish_version(connection, version_id, report=report)
    return StepResult(version_id, report)


def _wide_scores(connection: sa.Connection, score_id: int) -> pl.DataFrame:
    long = read_frame(connection, "cell_score", version_id=score_id, columns=["branch_id", "measure", "cell", "value"])
    wide = long.filter(pl.col("measure").is_in(REPORTED)).pivot("measure", index=["branch_id", "cell"], values="value")
    return wide.sort("branch_id", "cell").with_columns(pl.col(*REPORTED).fill_null(0.0))


def _plan_branch(branch_id: str, rows: pl.DataFrame, staff: pl.DataFrame, params: RunParams) -> BranchPlan:
    cells = rows["cell"].to_numpy()
    problem = _problem(cells, rows.select(REPORTED).to_numpy(), staff, params.tolerance)
    # A plan that balances potential as well is within the tolerance of the others too: a place to begin.
    also_potential = replace(problem, tolerance=np.full(len(REPORTED), params.tolerance))
    rounds = rounds_for(len(cells))
    other = solve(also_potential, Rounds(min(params.starts, rounds)), seed=params.seed)
    stop = FirstOf((NoImprovement(params.starts), Rounds(rounds)))
    result = solve(problem, stop, seed=params.seed, initial=other.labels)
    require_true(branch_id, problem, result.labels, result.certificate.as_json())
    report = plan_report(cells, result) | {"balancing_potential_too": _price(result, other)}
    return BranchPlan(branch_id, cells, staff, problem, result, report)


def rounds_for(cells: int) -> int:
    """Return the most solver rounds for so many cells, so that a plan always ends."""
    return max(1, min(MAX_ROUNDS, MAX_ROUNDS * USUAL_CELLS // cells))


def require_true(branch_id: str, problem: Problem, labels: LabelArray, certificate: dict[str, Any]) -> None:
    """Have the independent checker recompute a plan's certificate before it is written.

    Raises RuntimeError naming the first figure that is not what the certificate says: a fault of the solver, never of
    the input.
    """
    wrong = verify_plan(problem, labels, certificate)
    if wrong:
        raise RuntimeError(
            f"branch {branch_id}: certified {wrong[0].what} {wrong[0].certified}, found {wrong[0].found}"
        )


def _problem(cells: CellArray, weights: FloatArray, staff: pl.DataFrame, tolerance: float) -> Problem:
    hours = staff["hours_per_week"].to_numpy()
    limits = np.array([tolerance if name in BALANCED else np.nan for name in REPORTED])
    shares = np.repeat((hours / hours.sum())[:, None], len(REPORTED), axis=1)
    problem = problem_from_cells(cells, weights, k=len(hours), tolerance=limits, target_shares=shares)
    return replace(problem, measures=REPORTED, territories=tuple(staff["id"]))


def plan_report(cells: CellArray, result: Result) -> dict[str, Any]:
    """Return the certificate of a branch's plan with names in place of positions.

    cells: one that stands for each node of the problem, shape (n,).
    """
    certificate = result.certificate
    imbalance = np.abs(certificate.imbalance_percent).max(axis=0)
    measures = certificate.measures
    return {
        "count": len(certificate.territories),
        "feasible": result.feasible,
        "violations": [asdict(violation) for violation in result.violations],
        "findings": [
            {"message": finding.message, "template": finding.template, "values": finding.values}
            for finding in result.findings
        ],
        "pieces_max": max(certificate.pieces),
        "bridges": [cell_strings(cells[bridge]) for bridge in certificate.bridges],
        "imbalance_percent": {name: round(float(imbalance[at]), 3) for at, name in enumerate(measures)},
        "targets": {
            name: {measure: round(row[at], 3) for at, measure in enumerate(measures)}
            for name, row in zip(certificate.territories, certificate.targets, strict=True)
        },
        "bound_gap_percent": certificate.bound_gap_percent,
        "certificate": certificate.as_json(),
    }


def _price(result: Result, other: Result) -> dict[str, Any]:
    """Say what it would cost to balance potential as well: compactness given up, and whether it can be done."""
    length, longer = result.certificate.J_km, other.certificate.J_km
    return {
        "feasible": other.feasible,
        # Where every territory is one place there is no length that another could be a share of.
        "compactness_percent": round(100 * (longer / length - 1), 2) + 0.0 if length else None,
        "violations": [asdict(violation) for violation in other.violations],
    }


def _tables(plans: list[BranchPlan]) -> tuple[pl.DataFrame, pl.DataFrame]:
    first = np.concatenate([[0], np.cumsum([plan.staff.height for plan in plans])])[:-1]
    labels = np.concatenate([plan.result.labels + start for plan, start in zip(plans, first, strict=True)])
    cells = np.concatenate([plan.cells for plan in plans])
    branch_ids = np.repeat([plan.branch_id for plan in plans], [len(plan.cells) for plan in plans])
    staff = pl.concat([plan.staff for plan in plans])
    territories = staff.select(
        id=pl.format("T-{}", pl.col("id")),
        branch_id="org_unit_id",
        rm_id="id",
        name="name",
    ).with_columns(colour=pl.Series(plan_colours(cells, labels.astype(np.int32)), dtype=pl.Int32))
    rows = pl.DataFrame({"branch_id": branch_ids, "territory_id": territories["id"].to_numpy()[labels], "cell": cells})
    return territories, rows.sort("branch_id", "cell")


def plan_colours(cells: CellArray, labels: LabelArray) -> LabelArray:
    """Colour the territories of the whole ground at once, so that touching ones of two branches differ as well."""
    one, other = touching_cells(cells)
    order = np.argsort(one, kind="stable")
    indptr = np.searchsorted(one[order], np.arange(len(cells) + 1)).astype(np.int64)
    return territory_colours(labels, indptr, other[order].astype(np.int32))


def _correlation(scores: pl.DataFrame) -> dict[str, float]:
    """Correlation over the cells with people or customers: near 1, balancing the second measure adds nothing."""
    some = scores.filter(pl.sum_horizontal(REPORTED) > 0).select(REPORTED).to_numpy()
    matrix = np.corrcoef(some, rowvar=False)
    pairs = [(a, b) for a in range(len(REPORTED)) for b in range(a)]
    return {f"{REPORTED[b]}~{REPORTED[a]}": round(float(matrix[a, b]), 4) for a, b in pairs}

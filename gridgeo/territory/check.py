"""Feasibility first: name what cannot work before anything is solved, with the smallest tolerance that could."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from gridgeo.domain.arrays import FloatArray, IntArray, LabelArray
from gridgeo.territory.graph import components
from gridgeo.territory.problem import Problem

SLACK = 1e-9
MOST_SUBSETS = 14
"""Up to so many unequal territories, every subset of targets is compared with a component."""


@dataclass(frozen=True)
class Finding:
    """One reason why no plan can keep the limits.

    template, values: message in English with named fields, as in errors. territory, measure: names, None where the
    reason is not about one. smallest_tolerance: share at which this reason would go away, None where no tolerance
    helps.
    """

    template: str
    values: dict[str, Any]
    territory: str | None = None
    measure: str | None = None
    smallest_tolerance: float | None = None

    @property
    def message(self) -> str:
        """The message in English."""
        return self.template.format(**self.values)


NODE_ABOVE = "{node} alone holds {percent:.1f} % of a target of {measure}; the smallest tolerance is {tolerance:.1f} %"
LOCKS_ABOVE = (
    "the locked nodes of territory {territory} hold {percent:.1f} % of its target of {measure}; "
    "the smallest tolerance is {tolerance:.1f} %"
)
LOCKS_APART = "the locked nodes of territory {territory} lie in {pieces} parts that nothing can connect"
TOO_MANY_PARTS = "the ground has {parts} separate parts and only {k} territories"
PART_NOT_WHOLE = (
    "a part of {nodes} nodes holds {percent:.1f} % of {measure}, no whole number of territories; "
    "the smallest tolerance is {tolerance:.1f} %"
)
TOO_COARSE = (
    "{measure} comes in steps of {step:g} and a target is {target:g}; the smallest tolerance is {tolerance:.1f} %"
)
TOO_FEW = "only {count} nodes have any {measure}, for {k} territories"
HOMES_APART = "a part of {nodes} nodes has no home inside"
BARRED_EVERYWHERE = "{count} nodes may belong to no territory, the first is node {node}"
TOO_FAR = (
    "{count} nodes lie farther than {limit:g} from every home, the farthest is node {node}; "
    "the smallest longest travel is {needed:g}"
)
BARRED_LOCK = "node {node} is locked to territory {territory}, which may not have it"


def check_problem(problem: Problem) -> list[Finding]:
    """List the reasons why no plan can keep the limits; an empty list does not promise that one exists."""
    component = components(problem)
    found = _locks_apart(problem) + _parts(problem, component) + _barred(problem)
    for m in problem.balanced.tolist():
        found += _heavy_nodes(problem, m) + _heavy_locks(problem, m) + _steps(problem, m)
        found += _parts_not_whole(problem, component, m)
    return found


def _heavy_nodes(problem: Problem, m: int) -> list[Finding]:
    node = int(np.argmax(problem.shares[:, m]))
    lock = problem.locked[node]
    target = problem.targets[:, m].max() if lock < 0 else problem.targets[lock, m]
    over = float(problem.shares[node, m] / target) - 1.0
    if over <= problem.tolerance[m] + SLACK:
        return []
    return [_about(NODE_ABOVE, problem, m, over, {"node": node, "percent": 100.0 * (1.0 + over)})]


def _heavy_locks(problem: Problem, m: int) -> list[Finding]:
    held = problem.locked >= 0
    loads = np.bincount(problem.locked[held], problem.shares[held, m], minlength=problem.k)
    over = loads / problem.targets[:, m] - 1.0
    return [
        _about(
            LOCKS_ABOVE,
            problem,
            m,
            float(over[j]),
            {"territory": problem.territory_names[j], "percent": 100.0 * (1.0 + float(over[j]))},
        )
        for j in np.flatnonzero(over > problem.tolerance[m] + SLACK)
    ]


def _about(template: str, problem: Problem, m: int, tolerance: float, values: dict[str, Any]) -> Finding:
    # Shown to one digit: rounded up, so that whoever takes the figure at its word is not refused again.
    shown = math.ceil(1000.0 * tolerance - SLACK) / 10.0
    values = values | {"measure": problem.measure_names[m], "tolerance": shown}
    return Finding(template, values, values.get("territory"), problem.measure_names[m], tolerance)


def _locks_apart(problem: Problem) -> list[Finding]:
    found = []
    for j in np.unique(problem.locked[problem.locked >= 0]).tolist():
        part = _parts_without(problem, (problem.locked >= 0) & (problem.locked != j))
        pieces = len(np.unique(part[problem.locked == j]))
        if pieces > 1:
            values = {"territory": problem.territory_names[j], "pieces": pieces}
            found.append(Finding(LOCKS_APART, values, problem.territory_names[j]))
    return found


def _parts_without(problem: Problem, closed: np.ndarray) -> LabelArray:
    source = np.repeat(np.arange(problem.n), np.diff(problem.indptr))
    open_edge = ~closed[source] & ~closed[problem.indices]
    ends = (source[open_edge], problem.indices[open_edge])
    graph = csr_array((np.ones(len(ends[0]), np.int8), ends), shape=(problem.n, problem.n))
    return np.asarray(connected_components(graph, directed=False)[1], np.int32)


def _parts(problem: Problem, component: IntArray) -> list[Finding]:
    sizes = np.bincount(component)
    if len(sizes) > problem.k:
        return [Finding(TOO_MANY_PARTS, {"parts": len(sizes), "k": problem.k})]
    if problem.homes is None:
        return []
    without = np.flatnonzero(np.bincount(component[problem.homes], minlength=len(sizes)) == 0)
    return [Finding(HOMES_APART, {"nodes": int(sizes[part])}) for part in without]


def _barred(problem: Problem) -> list[Finding]:
    """Find nodes that nobody may have, and fixed ones that their territory may not have."""
    if not len(problem.barred):
        return []
    found = []
    nobody = np.flatnonzero(problem.barred.all(axis=0))
    if problem.max_travel is not None:
        nearest = problem.home_paths.min(axis=0)
        far = np.flatnonzero(nearest > problem.max_travel)
        nobody = np.setdiff1d(nobody, far)
        if len(far):
            node = int(far[np.argmax(nearest[far])])
            values = {"count": len(far), "node": node, "limit": problem.max_travel, "needed": float(nearest[node])}
            found.append(Finding(TOO_FAR, values))
    if len(nobody):
        found.append(Finding(BARRED_EVERYWHERE, {"count": len(nobody), "node": int(nobody[0])}))
    fixed = np.flatnonzero(problem.fixed >= 0)
    for node in fixed[problem.barred[problem.fixed[fixed], fixed]].tolist():
        name = problem.territory_names[problem.fixed[node]]
        found.append(Finding(BARRED_LOCK, {"node": node, "territory": name}, name))
    return found


def _parts_not_whole(problem: Problem, component: IntArray, m: int) -> list[Finding]:
    sizes = np.bincount(component)
    if len(sizes) == 1 or len(sizes) > problem.k:
        return []
    sums = _sums_of_targets(problem.targets[:, m])
    found = []
    for part, held in enumerate(np.bincount(component, problem.shares[:, m]).tolist()):
        over = float(np.min(np.abs(held / sums - 1.0)))
        if over > problem.tolerance[m] + SLACK:
            values = {"nodes": int(sizes[part]), "percent": 100.0 * held}
            found.append(_about(PART_NOT_WHOLE, problem, m, over, values))
    return found


def _sums_of_targets(targets: FloatArray) -> FloatArray:
    """Every sum that some set of territories can ask for; of many unequal ones only the runs of the sorted list."""
    if np.allclose(targets, targets[0]) or len(targets) > MOST_SUBSETS:
        sums: FloatArray = np.sort(targets).cumsum()
        return sums
    chosen = (np.arange(1, 2 ** len(targets))[:, None] >> np.arange(len(targets))) & 1
    return np.asarray(chosen @ targets, np.float64)


def _steps(problem: Problem, m: int) -> list[Finding]:
    """Find targets between two whole steps of a measure, and measures that fewer nodes have than k."""
    weight = problem.weights[:, m]
    positive = weight[weight > 0]
    if len(positive) < problem.k:
        return [Finding(TOO_FEW, {"count": len(positive), "measure": problem.measure_names[m], "k": problem.k},
                        measure=problem.measure_names[m])]  # fmt: skip
    step = float(positive.min())
    if not np.allclose(positive / step, np.round(positive / step), rtol=0, atol=1e-9):
        return []
    targets = problem.targets[:, m] * weight.sum()
    steps = targets / step
    near = np.minimum(np.ceil(steps - SLACK) / steps - 1.0, 1.0 - np.floor(steps + SLACK) / steps)
    if np.allclose(steps, steps[0]):
        # With equal targets some territory gets at least the step above, and some at most the step below.
        near = np.maximum(np.ceil(steps - SLACK) / steps - 1.0, 1.0 - np.floor(steps + SLACK) / steps)
    worst = int(np.argmax(near))
    if near[worst] <= problem.tolerance[m] + SLACK:
        return []
    values = {"step": step, "target": float(targets[worst])}
    return [_about(TOO_COARSE, problem, m, float(near[worst]), values)]

"""Improve a contiguous plan: annealing of boundary moves with prices on the loads, then a strict descent."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gridgeo.domain.arrays import FloatArray, LabelArray
from gridgeo.territory import kernels, regions
from gridgeo.territory.params import Params
from gridgeo.territory.problem import Problem

FAR = 1e7
"""Stands for no path in a travel matrix: finite, so that differences of two such distances are numbers."""

BAN = 100.0
"""Ways across the ground that a barred territory is farther away: the lightest node weighs a fiftieth of the mean."""

BEHIND = 1.005
"""Melting shortens a plan by about half a percent."""


@dataclass(frozen=True, eq=False)
class Candidate:
    """A plan with its score: total excess over the tolerance (0 is feasible), then distance."""

    labels: LabelArray
    centres: FloatArray
    total_excess: float
    distance: float

    def beats(self, other: Candidate | None) -> bool:
        """Tell whether this plan violates less, or as little and is shorter."""
        return other is None or (self.total_excess, self.distance) < (other.total_excess, other.distance)


def ground_of(problem: Problem) -> kernels.Ground:
    """Collect what the kernels read; made once a solve.

    Copies: numba compiles every kernel once more for an array that must not be written, and those of a region may be.
    """
    none = np.full(problem.n, -1, np.int32)
    kept = problem.shares[:, problem.kept_measure] * problem.n
    indptr, indices = problem.indptr.copy(), problem.indices.copy()
    return kernels.Ground(
        indptr,
        indices,
        kernels.ring_masks(indptr, indices),
        problem.xy_km.copy(),
        problem.pulls.copy(),
        problem.shares[:, problem.balanced].copy(),
        problem.fixed < 0,
        none if problem.previous is None or problem.change_cost == 0 else problem.previous.copy(),
        kept * problem.change_cost,
        _travel(problem),
        _ban(problem),
    )


def _travel(problem: Problem) -> FloatArray:
    """Shortest path from every home to every node, shape (k, n); (0, 0) where the straight distance counts."""
    if problem.objective != "travel" or problem.homes is None:
        return np.zeros((0, 0))
    travel: FloatArray = np.minimum(problem.home_paths, FAR)
    return travel


def _ban(problem: Problem) -> FloatArray:
    """Return what a barred territory adds to a node's distance, shape (k, n): more than any way across the ground."""
    if not len(problem.barred):
        return np.zeros((0, 0))
    across = np.hypot(*np.ptp(problem.xy_km, axis=0))
    if problem.objective == "travel":
        across = problem.home_paths[np.isfinite(problem.home_paths)].max()
    return np.where(problem.barred, BAN * max(float(across), 1e-6), 0.0)


def task_of(problem: Problem, ground: kernels.Ground, params: Params, scale: float) -> regions.Task:
    """Collect targets in kernel units; scale: mean distance to a centre."""
    targets = np.ascontiguousarray(problem.targets[:, problem.balanced])
    tolerance = problem.tolerance[problem.balanced]
    aim = kernels.Aim(
        1.0 / targets, targets * problem.n * scale, tolerance * params.inner_tolerance, params.perimeter * scale
    )
    return regions.Task(ground, aim, tolerance, params, scale, problem.homes is None)


def improve(
    problem: Problem,
    ground: kernels.Ground,
    start: tuple[LabelArray, FloatArray],
    params: Params,
    seed: int,
    rival: Candidate | None = None,
) -> Candidate:
    """Anneal a contiguous plan, then melt and anneal it again region by region; return the best plan met.

    rival: the best plan of other starts; a plan well behind it is not worth the melting.
    """
    labels, centres = start[0], start[1].copy()
    inverse_target = np.ascontiguousarray(1.0 / problem.targets[:, problem.balanced])
    rng = np.random.default_rng(seed)
    plan = regions.plan_of(ground, (labels, centres), inverse_target, rng)
    if problem.homes is None:
        kernels.recentre(ground, plan, 20)
    # Where every territory is one place there is no distance to measure heat by.
    scale = kernels.total_distance(ground, plan) / ground.pull.sum() or 1.0
    task = task_of(problem, ground, params, scale)
    best = kernels.Best(plan.labels.copy(), plan.centres.copy(), np.array([np.inf, np.inf]))
    kernels.anneal(ground, plan, task.aim, task.schedule(params.heat_start, params.sweeps), best, task.tolerance)
    if rival is None or rival.total_excess > 0.0 or best.score[1] < BEHIND * rival.distance:
        regions.melt_regions(task, best, rng)
    return Candidate(best.labels, best.centres, float(best.score[0]), float(best.score[1]))

"""Improve a contiguous plan: annealing of boundary moves with prices on the loads, then a strict descent."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from gridgeo.domain.arrays import FloatArray, LabelArray
from gridgeo.territory import kernels
from gridgeo.territory.params import Params
from gridgeo.territory.problem import Problem

FAR = 1e7
"""Stands for no path in a travel matrix: finite, so that differences of two such distances are numbers."""


@dataclass(frozen=True, eq=False)
class Candidate:
    """A plan with its score: worst excess over the tolerance (0 is feasible), then distance."""

    labels: LabelArray
    centres: FloatArray
    worst_excess: float
    distance: float

    def beats(self, other: Candidate | None) -> bool:
        """Tell whether this plan violates less, or as little and is shorter."""
        return other is None or (self.worst_excess, self.distance) < (other.worst_excess, other.distance)


def ground_of(problem: Problem) -> kernels.Ground:
    """Collect what the kernels read; made once a solve."""
    none = np.full(problem.n, -1, np.int32)
    kept = problem.shares[:, problem.kept_measure] * problem.n
    return kernels.Ground(
        problem.indptr,
        problem.indices,
        kernels.ring_masks(problem.indptr, problem.indices),
        problem.xy_km,
        problem.pulls,
        np.ascontiguousarray(problem.shares[:, problem.balanced]),
        problem.fixed < 0,
        none if problem.previous is None or problem.change_cost == 0 else problem.previous,
        kept * problem.change_cost,
        _travel(problem),
    )


def _travel(problem: Problem) -> FloatArray:
    """Shortest path from every home to every node, shape (k, n); (0, 0) where the straight distance counts."""
    if problem.objective != "travel" or problem.homes is None:
        return np.zeros((0, 0))
    graph = csr_array((problem.costs, problem.indices, problem.indptr), shape=(problem.n, problem.n))
    travel: FloatArray = np.minimum(dijkstra(graph, indices=problem.homes), FAR)
    return travel


def plan_of(problem: Problem, labels: LabelArray, centres: FloatArray, seed: int) -> kernels.Plan:
    """Set up the state that the kernels change."""
    shares, targets = problem.shares[:, problem.balanced], problem.targets[:, problem.balanced]
    loads = np.column_stack(
        [np.bincount(labels, share, minlength=problem.k) for share in shares.T] or [np.empty((problem.k, 0))]
    )
    return kernels.Plan(
        labels.astype(np.int32),
        np.ascontiguousarray(loads / targets),
        np.bincount(labels, minlength=problem.k).astype(np.int64),
        centres.copy(),
        np.zeros(targets.shape),
        np.empty(problem.n, np.int32),
        np.zeros(problem.n, np.int32),
        np.zeros(1, np.int32),
        np.array([np.random.SeedSequence(seed).generate_state(1, np.uint64)[0] | np.uint64(1)]),
    )


def aim_of(problem: Problem, scale: float, params: Params, inner: float) -> kernels.Aim:
    """Targets in kernel units; scale: mean distance to a centre."""
    targets = np.ascontiguousarray(problem.targets[:, problem.balanced])
    return kernels.Aim(
        1.0 / targets,
        targets * problem.n * scale,
        problem.tolerance[problem.balanced] * inner,
        params.perimeter * scale,
    )


def improve(
    problem: Problem, ground: kernels.Ground, start: tuple[LabelArray, FloatArray], params: Params, seed: int
) -> Candidate:
    """Anneal a contiguous plan and return the best one met; runs again, stiffer, while it is not within tolerance."""
    plan = plan_of(problem, *start, seed)
    moving = problem.homes is None
    if moving:
        kernels.recentre(ground, plan, 20)
    scale = kernels.total_distance(ground, plan) / ground.pull.sum()
    tolerance = problem.tolerance[problem.balanced]
    best = kernels.Best(plan.labels.copy(), plan.centres.copy(), np.array([np.inf, np.inf]))
    aim = aim_of(problem, scale, params, params.inner_tolerance)
    kernels.anneal(ground, plan, aim, _schedule(params, scale, moving), best, tolerance)
    for turn in range(params.rescue_runs):
        if best.score[0] <= 0.0:
            break
        stiffer = _rescue(params, scale, moving, turn)
        kernels.anneal(ground, plan, aim, stiffer, best, tolerance)
    return Candidate(best.labels, best.centres, float(best.score[0]), float(best.score[1]))


def _schedule(params: Params, scale: float, moving: bool) -> kernels.Schedule:
    return kernels.Schedule(
        params.sweeps,
        params.heat_start * scale,
        params.heat_end * scale,
        params.rho_start,
        params.rho_end,
        params.price_rate,
        moving,
    )


def _rescue(params: Params, scale: float, moving: bool, turn: int) -> kernels.Schedule:
    stiff = params.rho_end * 3.0 ** (turn + 1)
    heat = np.sqrt(params.heat_start * params.heat_end) * scale
    return kernels.Schedule(params.sweeps, heat, params.heat_end * scale, stiff / 3.0, stiff, params.price_rate, moving)

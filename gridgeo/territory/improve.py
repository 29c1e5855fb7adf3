"""Improve a contiguous plan: annealing of boundary moves with prices on the loads, then a strict descent."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from gridgeo.domain.arrays import BoolArray, FloatArray, LabelArray
from gridgeo.territory import kernels
from gridgeo.territory.graph import sums_by
from gridgeo.territory.params import Params
from gridgeo.territory.problem import Problem

FAR = 1e7
"""Stands for no path in a travel matrix: finite, so that differences of two such distances are numbers."""


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
    loads = sums_by(labels, shares, problem.k)
    return kernels.Plan(
        labels.astype(np.int32),
        loads / targets,
        np.bincount(labels, minlength=problem.k).astype(np.int64),
        centres.copy(),
        np.zeros(targets.shape),
        np.empty(problem.n, np.int32),
        np.zeros(problem.n, np.int32),
        np.zeros(1, np.int32),
        np.array([np.random.SeedSequence(seed).generate_state(1, np.uint64)[0] | np.uint64(1)]),
    )


def aim_of(problem: Problem, scale: float, params: Params) -> kernels.Aim:
    """Targets in kernel units; scale: mean distance to a centre."""
    targets = np.ascontiguousarray(problem.targets[:, problem.balanced])
    return kernels.Aim(
        1.0 / targets,
        targets * problem.n * scale,
        problem.tolerance[problem.balanced] * params.inner_tolerance,
        params.perimeter * scale,
        np.ones(problem.k, np.bool_),
    )


def improve(
    problem: Problem, ground: kernels.Ground, start: tuple[LabelArray, FloatArray], params: Params, seed: int
) -> Candidate:
    """Anneal a contiguous plan and return the best one met.

    A plan that is not within tolerance is melted again around a territory that leaves it, wider every time.
    """
    plan = plan_of(problem, *start, seed)
    if problem.homes is None:
        kernels.recentre(ground, plan, 20)
    scale = kernels.total_distance(ground, plan) / ground.pull.sum()
    best = kernels.Best(plan.labels.copy(), plan.centres.copy(), np.array([np.inf, np.inf]))
    tolerance = problem.tolerance[problem.balanced]
    aim = aim_of(problem, scale, params)
    schedule = _schedule(problem, params, scale)
    kernels.anneal(ground, plan, aim, schedule, best, tolerance)
    rng = np.random.default_rng(seed)
    for turn in range(params.rescue_runs):
        if best.score[0] <= 0.0:
            break
        plan = plan_of(problem, best.labels, best.centres, int(rng.integers(2**62)))
        region = _region_to_melt(problem, plan, 4 + turn // 2, rng)
        kernels.anneal(ground, plan, aim._replace(open=region), schedule, best, tolerance)
    return Candidate(best.labels, best.centres, float(best.score[0]), float(best.score[1]))


def _schedule(problem: Problem, params: Params, scale: float) -> kernels.Schedule:
    return kernels.Schedule(
        params.sweeps,
        params.heat_start * scale,
        params.heat_end * scale,
        params.rho_start,
        params.rho_end,
        params.price_rate,
        problem.homes is None,
    )


def _region_to_melt(problem: Problem, plan: kernels.Plan, size: int, rng: np.random.Generator) -> BoolArray:
    """Choose a territory by how far it leaves its tolerance, and at random some around it; shape (k,)."""
    over = np.maximum(np.abs(plan.loads - 1.0) - problem.tolerance[problem.balanced], 0.0).sum(1)
    source = plan.labels[np.repeat(np.arange(problem.n), np.diff(problem.indptr))]
    target = plan.labels[problem.indices]
    region = np.zeros(problem.k, np.bool_)
    region[rng.choice(problem.k, p=over / over.sum())] = True
    for _ in range(size - 1):
        around = np.unique(target[region[source] & ~region[target]])
        if not len(around):
            break
        region[rng.choice(around)] = True
    return region

"""Melt a few neighbouring territories and anneal them again, as a small problem of its own, while the rest stays.

First around territories that leave their tolerance, which a whole run at falling heat can no longer untie; then all
over the plan, kept where it is shorter.
Source: Shaw 1998, CP98 (large neighbourhood search); here the neighbourhood is re-annealed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gridgeo.domain.arrays import BoolArray, FloatArray, IntArray, LabelArray
from gridgeo.territory import kernels
from gridgeo.territory.graph import sums_by
from gridgeo.territory.params import Params

FIRST_RESCUE = 4
"""Territories in the first region of a rescue; every second one is wider by one."""
ROUNDING = 1e-10
"""Excess below this is the rounding of a sum."""


@dataclass(frozen=True, eq=False)
class Task:
    """What the runs of one solve share.

    scale: mean distance to a centre. moving: whether centres follow their nodes.
    """

    ground: kernels.Ground
    aim: kernels.Aim
    tolerance: FloatArray
    params: Params
    scale: float
    moving: bool

    def schedule(self, heat_start: float, sweeps: int) -> kernels.Schedule:
        """Return the schedule of a run of so many sweeps that starts at this heat, in mean distances."""
        dials = self.params
        return kernels.Schedule(
            sweeps,
            heat_start * self.scale,
            dials.heat_end * self.scale,
            dials.rho_start,
            dials.rho_end,
            dials.price_rate,
            self.moving,
        )


def plan_of(
    ground: kernels.Ground, start: tuple[LabelArray, FloatArray], inverse_target: FloatArray, rng: np.random.Generator
) -> kernels.Plan:
    """Set up the state that the kernels change, from labels and centres."""
    labels, centres = start
    k, n = len(centres), len(labels)
    return kernels.Plan(
        labels.astype(np.int32),
        sums_by(labels, ground.shares, k) * inverse_target,
        np.bincount(labels, minlength=k).astype(np.int64),
        centres.copy(),
        np.zeros(inverse_target.shape),
        np.empty(n, np.int32),
        np.zeros(n, np.int32),
        np.zeros(1, np.int32),
        rng.integers(1, 2**63, 1).astype(np.uint64),
    )


def melt_regions(task: Task, best: kernels.Best, rng: np.random.Generator) -> None:
    """Improve the best plan in place: rescues while it leaves its tolerance, then melts for length."""
    k = len(best.centres)
    if k < 2:
        return
    dials = task.params
    rescue = task.schedule(dials.heat_start, dials.sweeps)
    for turn in range(dials.rescue_runs):
        over = _excess(task, best.labels)
        if not over.any():
            break
        first = int(rng.choice(k, p=over / over.sum()))
        _melt(task, best, _grow_region(task.ground, best.labels, first, FIRST_RESCUE + turn // 2, rng), rescue, rng)
    if _excess(task, best.labels).any():
        return
    shorten = task.schedule(dials.melt_heat, dials.melt_sweeps)
    for _ in range(round(dials.melts * k)):
        first = int(rng.integers(k))
        _melt(task, best, _grow_region(task.ground, best.labels, first, dials.melt_size, rng), shorten, rng)


def _excess(task: Task, labels: LabelArray) -> FloatArray:
    """How far each territory leaves its tolerance, shape (k,)."""
    loads = sums_by(labels, task.ground.shares, len(task.aim.inverse_target)) * task.aim.inverse_target
    over = np.abs(loads - 1.0) - task.tolerance
    total: FloatArray = np.where(over > ROUNDING, over, 0.0).sum(1)
    return total


def _grow_region(
    ground: kernels.Ground, labels: LabelArray, first: int, wanted: int, rng: np.random.Generator
) -> BoolArray:
    """Add to a territory some around it, one at a time at random, up to so many wanted; shape (k,)."""
    source = labels[np.repeat(np.arange(len(labels)), np.diff(ground.indptr))]
    target = labels[ground.indices]
    region = np.zeros(int(labels.max()) + 1, np.bool_)
    region[first] = True
    for _ in range(wanted - 1):
        around = np.unique(target[region[source] & ~region[target]])
        if not len(around):
            break
        region[rng.choice(around)] = True
    return region


def _melt(
    task: Task, best: kernels.Best, region: BoolArray, schedule: kernels.Schedule, rng: np.random.Generator
) -> None:
    """Anneal the region alone; write the plan back where it violates less, or nothing and is shorter."""
    nodes, members = np.flatnonzero(region[best.labels]), np.flatnonzero(region)
    ground = _part_of_ground(task.ground, nodes, members)
    aim = task.aim._replace(inverse_target=task.aim.inverse_target[members], stiffness=task.aim.stiffness[members])
    labels = np.searchsorted(members, best.labels[nodes]).astype(np.int32)
    plan = plan_of(ground, (labels, best.centres[members]), aim.inverse_target, rng)
    score = np.array([kernels.total_excess(plan, task.tolerance), kernels.total_distance(ground, plan)])
    found = kernels.Best(plan.labels.copy(), plan.centres.copy(), score.copy())
    kernels.anneal(ground, plan, aim, schedule, found, task.tolerance)
    if tuple(found.score) < tuple(score):
        best.labels[nodes] = members[found.labels]
        best.centres[members] = found.centres
        best.score[0] = _excess(task, best.labels).sum()
        best.score[1] += found.score[1] - score[1]


def _part_of_ground(ground: kernels.Ground, nodes: IntArray, members: IntArray) -> kernels.Ground:
    """Cut nodes out of the ground, numbered anew; neighbours and former territories outside are dropped."""
    place = np.full(len(ground.pull), -1, np.int64)
    place[nodes] = np.arange(len(nodes))
    degree = np.diff(ground.indptr)[nodes]
    source = np.repeat(np.arange(len(nodes)), degree)
    offset = np.arange(len(source)) - np.repeat(degree.cumsum() - degree, degree)
    target = place[ground.indices[ground.indptr[nodes][source] + offset]]
    inside = target >= 0
    indptr = np.concatenate([[0], np.cumsum(np.bincount(source[inside], minlength=len(nodes)))]).astype(np.int64)
    indices = target[inside].astype(np.int32)
    stay_at = np.full(len(nodes), -1, np.int32)
    for j, member in enumerate(members):
        stay_at[ground.stay_at[nodes] == member] = j
    return kernels.Ground(
        indptr,
        indices,
        kernels.ring_masks(indptr, indices),
        ground.xy[nodes],
        ground.pull[nodes],
        ground.shares[nodes],
        ground.free[nodes],
        stay_at,
        ground.stay_cost[nodes],
        _part_of_table(ground.travel, members, nodes),
        _part_of_table(ground.ban, members, nodes),
    )


def _part_of_table(table: FloatArray, members: IntArray, nodes: IntArray) -> FloatArray:
    """Cut territories and nodes out of a table of them, shape (k, n) or (0, 0)."""
    return np.ascontiguousarray(table[np.ix_(members, nodes)]) if len(table) else table

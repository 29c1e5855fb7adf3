"""The inner loops, compiled by numba: boundary moves with prices, contiguity tests, centres.

Everything here works on plain arrays in normalised units: loads are relative to their target (1 is on target), pulls
have mean 1, distances are in the problem's unit (km, or seconds where travel counts). Import this module only where a
plan is solved: numba alone costs about a second to import.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from gridgeo.domain.arrays import BoolArray, FloatArray, IntArray, LabelArray

U64 = np.uint64
SeedArray = NDArray[np.uint64]
ONE = np.uint64(1)
MAX_RING = 64
"""Neighbours a ring mask can hold; nodes with more are always tested by flooding."""


class Ground(NamedTuple):
    """What the kernels only read. Shapes: n nodes, e directed edges, m measures; travel and ban are (k, n) or (0, 0).

    ban: what is added to the distance of a node to a territory that may not have it.
    """

    indptr: IntArray
    indices: LabelArray
    ring: SeedArray
    xy: FloatArray
    pull: FloatArray
    shares: FloatArray
    free: BoolArray
    stay_at: LabelArray
    stay_cost: FloatArray
    travel: FloatArray
    ban: FloatArray


class Plan(NamedTuple):
    """What the kernels change. loads: (k, m) relative to target; shift: (k, m) price divided by rho."""

    labels: LabelArray
    loads: FloatArray
    counts: IntArray
    centres: FloatArray
    shift: FloatArray
    queue: LabelArray
    seen: LabelArray
    stamp: LabelArray
    random: SeedArray


class Aim(NamedTuple):
    """Targets and weights of a run. inverse_target: (k, m); stiffness: (k, m) scales rho; tolerance: (m,)."""

    inverse_target: FloatArray
    stiffness: FloatArray
    tolerance: FloatArray
    perimeter: float


@njit(cache=True)
def random_bits(state: SeedArray) -> np.uint64:
    """Advance xorshift64*; own generator, so that a seed gives one plan with any numba."""
    x = state[0]
    x ^= x >> U64(12)
    x ^= x << U64(25)
    x ^= x >> U64(27)
    state[0] = x
    mixed: np.uint64 = x * U64(2685821657736338717)
    return mixed


@njit(cache=True)
def uniform(state: SeedArray) -> float:
    """Return a number in (0, 1)."""
    return ((random_bits(state) >> U64(11)) + 0.5) * (1.0 / 9007199254740992.0)


@njit(cache=True)
def below(state: SeedArray, n: int) -> int:
    """Return an integer in 0 to n - 1."""
    return int(((random_bits(state) >> U64(32)) * U64(n)) >> U64(32))


@njit(cache=True)
def ring_masks(indptr: IntArray, indices: LabelArray) -> SeedArray:
    """For each directed edge (i, j): which of i's neighbours, by position in i's list, are neighbours of j too."""
    ring = np.zeros(len(indices), np.uint64)
    position = np.full(len(indptr) - 1, -1, np.int64)
    for i in range(len(indptr) - 1):
        first, last = indptr[i], min(indptr[i + 1], indptr[i] + MAX_RING)
        for e in range(first, last):
            position[indices[e]] = e - first
        for e in range(first, last):
            ring[e] = _common(indptr, indices, indices[e], position)
        for e in range(first, last):
            position[indices[e]] = -1
    return ring


@njit(cache=True)
def _common(indptr: IntArray, indices: LabelArray, j: int, position: IntArray) -> np.uint64:
    mask = U64(0)
    for f in range(indptr[j], indptr[j + 1]):
        if position[indices[f]] >= 0:
            mask |= ONE << U64(position[indices[f]])
    return mask


@njit(cache=True)
def distance(ground: Ground, plan: Plan, i: int, j: int) -> float:
    """Distance of node i from the centre of territory j, longer by the ban where j may not have it."""
    ban = ground.ban[j, i] if ground.ban.shape[0] > 0 else 0.0
    if ground.travel.shape[0] > 0:
        return float(ground.travel[j, i] + ban)
    dx = ground.xy[i, 0] - plan.centres[j, 0]
    dy = ground.xy[i, 1] - plan.centres[j, 1]
    return float(np.sqrt(dx * dx + dy * dy) + ban)


@njit(cache=True)
def stays_whole(ground: Ground, plan: Plan, i: int) -> bool:
    """Tell whether i's territory is in one piece, and not empty, without i.

    First by the ring of i: if its neighbours of the same territory hold together among themselves, it is. Only where
    that is not conclusive is the territory flooded.
    """
    a = plan.labels[i]
    if plan.counts[a] <= 1:
        return False
    first, last = ground.indptr[i], ground.indptr[i + 1]
    if last - first > MAX_RING:
        return flood_holds(ground, plan, i)
    same = U64(0)
    for e in range(first, last):
        if plan.labels[ground.indices[e]] == a:
            same |= ONE << U64(e - first)
    reached = same & (~same + ONE)
    before = U64(0)
    while reached != before and reached != same:
        before = reached
        for e in range(first, last):
            if reached & (ONE << U64(e - first)):
                reached |= ground.ring[e] & same
    return reached == same or flood_holds(ground, plan, i)


@njit(cache=True)
def flood_holds(ground: Ground, plan: Plan, i: int) -> bool:
    """Flood i's territory without i from one neighbour; tell whether every other neighbour is reached."""
    a = plan.labels[i]
    plan.stamp[0] += 1
    stamp = plan.stamp[0]
    plan.seen[i] = stamp
    start = -1
    for e in range(ground.indptr[i], ground.indptr[i + 1]):
        if plan.labels[ground.indices[e]] == a:
            start = int(ground.indices[e])
    if start < 0:
        return True
    _flood(ground, plan, a, start)
    for e in range(ground.indptr[i], ground.indptr[i + 1]):
        other = ground.indices[e]
        if plan.labels[other] == a and plan.seen[other] != stamp:
            return False
    return True


@njit(cache=True)
def _flood(ground: Ground, plan: Plan, a: int, start: int) -> None:
    """Mark with the current stamp what hangs together with start inside territory a."""
    stamp = plan.stamp[0]
    plan.queue[0] = start
    plan.seen[start] = stamp
    tail, head = 1, 0
    while head < tail:
        node = plan.queue[head]
        head += 1
        for e in range(ground.indptr[node], ground.indptr[node + 1]):
            other = ground.indices[e]
            if plan.seen[other] != stamp and plan.labels[other] == a:
                plan.seen[other] = stamp
                plan.queue[tail] = other
                tail += 1


@njit(cache=True)
def excess(load: float, shift: float, tolerance: float) -> float:
    """Square of how far a shifted load lies outside its band."""
    e = abs(load - 1.0 + shift) - tolerance
    return e * e if e > 0.0 else 0.0


@njit(cache=True)
def balance_change(ground: Ground, plan: Plan, aim: Aim, i: int, b: int) -> float:
    """Change of the penalty, per unit of rho, when node i goes to territory b."""
    a = plan.labels[i]
    total = 0.0
    for m in range(plan.loads.shape[1]):
        share = ground.shares[i, m]
        tolerance = aim.tolerance[m]
        out, into = plan.loads[a, m], plan.loads[b, m]
        less, more = out - share * aim.inverse_target[a, m], into + share * aim.inverse_target[b, m]
        total += aim.stiffness[a, m] * (
            excess(less, plan.shift[a, m], tolerance) - excess(out, plan.shift[a, m], tolerance)
        )
        total += aim.stiffness[b, m] * (
            excess(more, plan.shift[b, m], tolerance) - excess(into, plan.shift[b, m], tolerance)
        )
    return total


@njit(cache=True)
def distance_change(ground: Ground, plan: Plan, aim: Aim, i: int, b: int) -> float:
    """Change of distance, change cost and perimeter when node i goes to territory b."""
    a = plan.labels[i]
    delta = ground.pull[i] * (distance(ground, plan, i, b) - distance(ground, plan, i, a))
    home = ground.stay_at[i]
    if home >= 0:
        delta += ground.stay_cost[i] * (np.float64(home == a) - np.float64(home == b))
    cut = 0
    for e in range(ground.indptr[i], ground.indptr[i + 1]):
        label = plan.labels[ground.indices[e]]
        cut += int(label == a) - int(label == b)
    return float(delta + aim.perimeter * cut)


@njit(cache=True)
def move(ground: Ground, plan: Plan, aim: Aim, i: int, b: int) -> None:
    """Give node i to territory b."""
    a = plan.labels[i]
    for m in range(plan.loads.shape[1]):
        plan.loads[a, m] -= ground.shares[i, m] * aim.inverse_target[a, m]
        plan.loads[b, m] += ground.shares[i, m] * aim.inverse_target[b, m]
    plan.counts[a] -= 1
    plan.counts[b] += 1
    plan.labels[i] = b


@njit(cache=True)
def border(ground: Ground, labels: LabelArray, out: LabelArray) -> int:
    """Write the free nodes that touch another territory into out; return their count."""
    count = 0
    for i in range(len(labels)):
        if not ground.free[i]:
            continue
        for e in range(ground.indptr[i], ground.indptr[i + 1]):
            if labels[ground.indices[e]] != labels[i]:
                out[count] = i
                count += 1
                break
    return count


@njit(cache=True)
def sweep(ground: Ground, plan: Plan, aim: Aim, force: tuple[float, float], nodes: LabelArray) -> int:
    """Offer as many random moves as there are border nodes; return how many were taken.

    force: (heat, the temperature in the unit of the objective; rho, the weight of the balance penalty).
    """
    heat, rho = force
    count = border(ground, plan.labels, nodes)
    taken = 0
    for _ in range(count):
        i = nodes[below(plan.random, count)]
        first = ground.indptr[i]
        b = plan.labels[ground.indices[first + below(plan.random, ground.indptr[i + 1] - first)]]
        if b == plan.labels[i]:
            continue
        delta = distance_change(ground, plan, aim, i, b) + rho * balance_change(ground, plan, aim, i, b)
        if delta < -heat * np.log(uniform(plan.random)) and stays_whole(ground, plan, i):
            move(ground, plan, aim, i, b)
            taken += 1
    return taken


@njit(cache=True)
def recentre(ground: Ground, plan: Plan, steps: int) -> None:
    """Move each centre towards the weighted median of its territory by Weiszfeld steps."""
    k = plan.centres.shape[0]
    sums = np.empty((k, 3))
    for _ in range(steps):
        sums[:] = 0.0
        for i in range(len(plan.labels)):
            j = plan.labels[i]
            dx, dy = ground.xy[i, 0] - plan.centres[j, 0], ground.xy[i, 1] - plan.centres[j, 1]
            q = ground.pull[i] / (np.sqrt(dx * dx + dy * dy) + 1e-6)
            sums[j, 0] += q * ground.xy[i, 0]
            sums[j, 1] += q * ground.xy[i, 1]
            sums[j, 2] += q
        for j in range(k):
            if sums[j, 2] > 0.0:
                plan.centres[j, 0] = sums[j, 0] / sums[j, 2]
                plan.centres[j, 1] = sums[j, 1] / sums[j, 2]


@njit(cache=True)
def raise_prices(plan: Plan, aim: Aim, rate: float, softening: float) -> None:
    """Step the multipliers towards what the loads ask for; softening: old rho divided by new rho."""
    for j in range(plan.loads.shape[0]):
        for m in range(plan.loads.shape[1]):
            shift = plan.shift[j, m]
            e = plan.loads[j, m] - 1.0 + shift
            over = max(abs(e) - aim.tolerance[m], 0.0)
            wanted = over if e > 0.0 else -over
            plan.shift[j, m] = (shift + rate * (wanted - shift)) * softening


@njit(cache=True)
def total_excess(plan: Plan, tolerance: FloatArray) -> float:
    """Sum of the amounts by which loads leave their bands, in units of their targets."""
    total = 0.0
    for j in range(plan.loads.shape[0]):
        for m in range(plan.loads.shape[1]):
            total += max(abs(plan.loads[j, m] - 1.0) - tolerance[m], 0.0)
    return total


@njit(cache=True)
def total_distance(ground: Ground, plan: Plan) -> float:
    """Sum over nodes of pull times distance, plus change costs."""
    total = 0.0
    for i in range(len(plan.labels)):
        total += ground.pull[i] * distance(ground, plan, i, plan.labels[i])
        if ground.stay_at[i] >= 0 and ground.stay_at[i] != plan.labels[i]:
            total += ground.stay_cost[i]
    return total


class Schedule(NamedTuple):
    """How one annealing run goes: geometric paths of heat and rho over the sweeps."""

    sweeps: int
    heat_start: float
    heat_end: float
    rho_start: float
    rho_end: float
    price_rate: float
    move_centres: bool


class Best(NamedTuple):
    """Best plan seen in a run. score: (sum of excesses over the asked tolerance, distance)."""

    labels: LabelArray
    centres: FloatArray
    score: FloatArray


@njit(cache=True)
def keep_if_better(ground: Ground, plan: Plan, best: Best, tolerance: FloatArray) -> None:
    """Remember the plan when it violates less, or violates nothing and is shorter."""
    over = total_excess(plan, tolerance)
    if over > best.score[0]:
        return
    length = total_distance(ground, plan)
    if over < best.score[0] or length < best.score[1]:
        best.labels[:] = plan.labels
        best.centres[:] = plan.centres
        best.score[0] = over
        best.score[1] = length


@njit(cache=True, nogil=True)
def anneal(ground: Ground, plan: Plan, aim: Aim, schedule: Schedule, best: Best, tolerance: FloatArray) -> None:
    """Run boundary moves under falling heat and rising rho; the best plan at the asked tolerance is kept in best."""
    nodes = np.empty(len(plan.labels), np.int32)
    last = max(schedule.sweeps - 1, 1)
    cooling = (schedule.heat_end / schedule.heat_start) ** (1.0 / last)
    stiffening = (schedule.rho_end / schedule.rho_start) ** (1.0 / last)
    heat, rho = schedule.heat_start, schedule.rho_start
    for step in range(schedule.sweeps):
        sweep(ground, plan, aim, (heat, rho), nodes)
        if schedule.move_centres:
            recentre(ground, plan, 1)
        raise_prices(plan, aim, schedule.price_rate, 1.0 / stiffening)
        if 2 * step >= last:
            keep_if_better(ground, plan, best, tolerance)
        heat *= cooling
        rho *= stiffening

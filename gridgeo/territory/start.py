"""First plans: seeds by weighted k-means++ (or the homes), then Lloyd moves of a balanced Voronoi."""

from __future__ import annotations

import numpy as np

from gridgeo.domain.arrays import FloatArray, IntArray, LabelArray
from gridgeo.territory import _voronoi
from gridgeo.territory.graph import components, sums_by
from gridgeo.territory.params import Params
from gridgeo.territory.problem import Problem

COARSE_ABOVE = 3000
"""Above this many nodes the start works on groups of neighbours: it only has to place centres."""


def allocate_territories(problem: Problem, component: IntArray) -> IntArray:
    """Give every territory a component of the graph, shape (k,); components want a whole number of territories each.

    Homes and locks decide where they are given; the rest goes, heaviest target first, where most load is left over.
    """
    count = int(component.max()) + 1
    balanced = problem.balanced if len(problem.balanced) else np.arange(problem.weights.shape[1])
    need = np.bincount(component, problem.shares[:, balanced].mean(1), minlength=count)
    target = problem.targets[:, balanced].mean(1)
    place = _fixed_places(problem, component)
    for j in np.flatnonzero(place >= 0):
        need[place[j]] -= target[j]
    for j in sorted(np.flatnonzero(place < 0), key=lambda j: (-target[j], j)):
        without = np.flatnonzero(~np.isin(np.arange(count), place))
        left = int((place < 0).sum())
        choice = without[np.argmax(need[without])] if 0 < len(without) >= left else np.argmax(need)
        place[j] = choice
        need[choice] -= target[j]
    return place


def _fixed_places(problem: Problem, component: IntArray) -> IntArray:
    place = np.full(problem.k, -1, np.int64)
    locked = problem.locked
    place[locked[locked >= 0]] = component[locked >= 0]
    if problem.homes is not None:
        place[:] = component[problem.homes]
    return place


def starting_plan(problem: Problem, params: Params, rng: np.random.Generator) -> tuple[LabelArray, FloatArray]:
    """Return labels, shape (n,), and centres, shape (k, 2), of a balanced Voronoi plan.

    The plan need not be in one piece each; components without a territory go to the nearest one outside.
    """
    component = components(problem)
    place = allocate_territories(problem, component)
    labels = np.full(problem.n, -1, np.int32)
    centres = np.zeros((problem.k, 2))
    for number in range(int(component.max()) + 1):
        nodes, members = np.flatnonzero(component == number), np.flatnonzero(place == number)
        if len(members):
            inside, centres[members] = _start_component(problem, params, rng, (nodes, members))
            labels[nodes] = members[inside]
    outside = np.flatnonzero(labels < 0)
    if len(outside):
        labels[outside] = _voronoi.nearest(problem.xy_km[outside], centres, np.zeros(problem.k))
    return _with_fixed(problem, labels), centres


def _with_fixed(problem: Problem, labels: LabelArray) -> LabelArray:
    locked = problem.fixed
    return np.where(locked >= 0, locked, labels).astype(np.int32)


def _start_component(
    problem: Problem, params: Params, rng: np.random.Generator, part: tuple[IntArray, IntArray]
) -> tuple[IntArray, FloatArray]:
    nodes, members = part
    balanced = problem.balanced if len(problem.balanced) else np.arange(problem.weights.shape[1])
    target = problem.targets[np.ix_(members, balanced)].mean(1)
    load = problem.shares[np.ix_(nodes, balanced)].mean(1)
    pull = problem.pulls[nodes]
    xy = problem.xy_km[nodes]
    sites = _voronoi.Sites(xy, pull, load / target.sum())
    if len(nodes) > COARSE_ABOVE:
        sites = _grouped(problem, nodes, sites, rng)
    fixed = _fixed_centres(problem, members)
    centres = _seed_centres(sites, fixed, rng)
    moving = np.full(len(members), problem.homes is None)
    price = _voronoi.balanced_lloyd(
        sites, centres, target / target.sum(), moving, (params.lloyd_rounds, params.price_steps)
    )
    return _voronoi.nearest(xy, centres, price), centres


def _fixed_centres(problem: Problem, members: IntArray) -> FloatArray:
    """Return where a centre is given: at its home, or in the middle of its locked nodes; NaN elsewhere."""
    if problem.homes is not None:
        return problem.xy_km[problem.homes[members]]
    held = problem.locked >= 0
    ones = np.ones((problem.n, 1))
    sums = sums_by(problem.locked[held], np.hstack([problem.xy_km, ones])[held], problem.k)[members]
    with np.errstate(invalid="ignore"):
        middle: FloatArray = sums[:, :2] / sums[:, 2:]
    return middle


def _seed_centres(sites: _voronoi.Sites, fixed: FloatArray, rng: np.random.Generator) -> FloatArray:
    given = fixed[~np.isnan(fixed[:, 0])]
    seeds = _voronoi.plus_plus(sites, given, len(fixed), rng)
    centres = fixed.copy()
    centres[np.isnan(fixed[:, 0])] = seeds[len(given) :]
    return centres


def _grouped(problem: Problem, nodes: IntArray, sites: _voronoi.Sites, rng: np.random.Generator) -> _voronoi.Sites:
    """Merge each node with its not yet merged neighbours; a group pulls from its weighted middle."""
    order = rng.permutation(nodes)
    group_of = _voronoi.neighbour_groups(problem.indptr, problem.indices, order)
    group = np.unique(group_of[nodes], return_inverse=True)[1]
    columns = np.column_stack([sites.pull[:, None] * sites.xy, sites.pull, sites.load])
    sums = sums_by(group, columns, int(group.max()) + 1)
    return _voronoi.Sites(sums[:, :2] / sums[:, 2:3], sums[:, 2].copy(), sums[:, 3].copy())

"""The local prior of penetration: what a cell's ring says, how strongly, and how sure the ring itself is.

A cell's share scatters around its ring's with a beta distribution of `strength` people. The ring's mean is an estimate
too. Its variance is added, so a cell with an empty ring gets a wide prior and one with a full ring the plain one:

    1 / (strength of the cell's prior + 1) = 1 / (strength + 1) + 1 / (effective people of the ring + anchor)

The effective people of a neighbour are n (strength + 1) / (strength + n): its share scatters too, so a town block of
2,000 people does not drown 17 other neighbours. `anchor` is how many people the share of all other cells counts for in
the ring's mean. Both are found by maximum likelihood of all counts together.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import optimize, sparse, special

from gridgeo.domain import BoolArray, FloatArray, IntArray

MIN_CELLS = 10
"""Below this many usable cells the likelihood says nothing about the strength."""
FIT_CELLS = 20_000
"""Two numbers need no more cells than this; larger tables are thinned evenly over their range of counts."""
ASSUMED_STRENGTH, ASSUMED_ANCHOR = 10.0, 10.0
STRENGTH_BOUNDS, ANCHOR_BOUNDS = (1.0, 1e5), (0.5, 1e5)
EDGE = 1e-6
"""A prior mean of exactly 0 or 1 would forbid what it has not seen."""


@dataclass(frozen=True)
class LocalPrior:
    """strength and anchor in people; estimated is false where they are assumed for want of cells."""

    strength: float
    anchor: float
    estimated: bool
    n_cells: int


def fit_prior(customers: FloatArray, people: FloatArray, ring: sparse.csr_array, *, widen: bool = True) -> LocalPrior:
    """Find strength and anchor by maximum likelihood of the beta-binomial.

    customers, people: shape (n_cells,); ring: (n_cells, n_cells) of ones. Cells without people or with more customers
    than people tell nothing about the strength and are left out of the likelihood, not out of their neighbours' rings.
    """
    usable = np.flatnonzero((people > 0) & (customers <= people))
    if len(usable) < MIN_CELLS:
        return LocalPrior(ASSUMED_STRENGTH, ASSUMED_ANCHOR, estimated=False, n_cells=len(usable))
    chosen = _thinned(usable, customers, people, ring)
    rows, pool = ring[chosen], _pool(customers, people)[chosen]
    # Of the neighbours only those count who have anybody: most cells have no merchant of an industry.
    reached = np.zeros(len(people), dtype=bool)
    reached[rows.indices] = True
    near = np.flatnonzero(reached & ((people > 0) | (customers > 0)))
    rows, around = rows[:, near], (customers[near], people[near], pool)

    def loss(log_parameters: FloatArray) -> float:
        strength, anchor = np.exp(log_parameters)
        mean, spread = _local(strength, anchor, around, rows, widen=widen)
        return -_log_likelihood(customers[chosen], people[chosen], mean, spread)

    bounds = [tuple(np.log(STRENGTH_BOUNDS)), tuple(np.log(ANCHOR_BOUNDS))]
    start = np.log([50.0, 10.0])
    best = optimize.minimize(
        loss, start, method="Nelder-Mead", bounds=bounds, options={"xatol": 1e-3, "fatol": 1e-4, "maxiter": 400}
    )
    strength, anchor = np.exp(best.x)
    return LocalPrior(float(strength), float(anchor), estimated=True, n_cells=len(chosen))


def prior_of_cells(
    prior: LocalPrior, customers: FloatArray, people: FloatArray, ring: sparse.csr_array, *, widen: bool = True
) -> tuple[FloatArray, FloatArray, BoolArray]:
    """Return each cell's prior mean, its strength in people, and whether anybody but the cell itself informs it."""
    data = (customers, people, _pool(customers, people))
    mean, strength = _local(prior.strength, prior.anchor, data, ring, widen=widen)
    others = people.sum() - people > 0
    # With nobody else to learn from, the prior is the one that says least (Jeffreys).
    return np.where(others, mean, 0.5), np.where(others, strength, 1.0), others


def ring_evidence(
    prior: LocalPrior, customers: FloatArray, people: FloatArray, ring: sparse.csr_array
) -> tuple[FloatArray, FloatArray]:
    """Return the people and customers of each cell's ring, neighbours weighted by what they tell of the cell."""
    factor = (prior.strength + 1) / (prior.strength + people)
    return np.asarray(ring @ (people * factor)), np.asarray(ring @ (customers * factor))


def prior_from_ring(
    prior: LocalPrior, evidence: tuple[FloatArray, FloatArray], pool: FloatArray, *, widen: bool = True
) -> tuple[FloatArray, FloatArray]:
    """Return mean and strength of each cell's prior, given its ring (`ring_evidence`) and the share of all others."""
    effective, found = evidence
    mean = np.clip((found + prior.anchor * pool) / (effective + prior.anchor), EDGE, 1 - EDGE)
    if not widen:
        return mean, np.full(len(mean), prior.strength)
    own = 1 / (1 / (prior.strength + 1) + 1 / (effective + prior.anchor)) - 1
    return mean, np.maximum(own, 0.1)


def _local(
    strength: float,
    anchor: float,
    data: tuple[FloatArray, FloatArray, FloatArray],
    ring: sparse.csr_array,
    *,
    widen: bool,
) -> tuple[FloatArray, FloatArray]:
    customers, people, pool = data
    given = LocalPrior(strength, anchor, estimated=True, n_cells=0)
    return prior_from_ring(given, ring_evidence(given, customers, people, ring), pool, widen=widen)


def _pool(customers: FloatArray, people: FloatArray) -> FloatArray:
    """Return the share of all other cells: a cell must not be its own prior."""
    others = people.sum() - people
    share = np.divide(customers.sum() - customers, others, out=np.full(len(people), 0.5), where=others > 0)
    pool: FloatArray = np.clip(share, EDGE, 1 - EDGE)
    return pool


def _log_likelihood(customers: FloatArray, people: FloatArray, mean: FloatArray, strength: FloatArray) -> float:
    a, b = strength * mean, strength * (1 - mean)
    return float((special.betaln(customers + a, people - customers + b) - special.betaln(a, b)).sum())


def _thinned(usable: IntArray, customers: FloatArray, people: FloatArray, ring: sparse.csr_array) -> IntArray:
    if len(usable) <= FIT_CELLS:
        return usable
    keys = (np.asarray(ring @ customers)[usable], np.asarray(ring @ people)[usable], customers[usable], people[usable])
    # Ordered by everything that enters the likelihood: the choice does not depend on the order of the cells.
    order = np.lexsort(keys)
    return usable[order[np.linspace(0, len(order) - 1, FIT_CELLS).astype(np.int64)]]

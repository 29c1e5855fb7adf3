"""The independent check of how much of a plan before can stay: the flow's other side, prices instead of amounts."""

from __future__ import annotations

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import coo_array

from gridgeo.domain.arrays import FloatArray, IntArray
from gridgeo.territory.problem import Problem


def kept_by_prices(problem: Problem) -> float | None:
    """Return the share that can stay, from the dual of the least flow; both have one optimum.

    Territories that are short pay for load, full ones ask for it, and the prices of neighbours are at most 1 apart.
    Source: linear programming duality, Ahuja, Magnanti and Orlin 1993, Network Flows, chapter 9.
    """
    measures = np.flatnonzero(np.isfinite(problem.tolerance))
    if problem.previous is None or not len(measures):
        return None
    arcs = _arcs(problem)
    moved = [_dearest(problem, int(measure), arcs) for measure in measures]
    return None if None in moved else 1.0 - max(share for share in moved if share is not None)


def _arcs(problem: Problem) -> IntArray:
    """Return (from, to) of territories that touched, 0 for no territory, from 1 on for the others; shape (a, 2)."""
    owner = np.asarray(problem.previous, dtype=np.int64) + 1
    source = np.repeat(owner, problem.indptr[1:] - problem.indptr[:-1])
    met = np.column_stack([source, owner[problem.indices]])
    present = np.unique(owner)
    empty = np.setdiff1d(np.arange(1, problem.k + 1), present)
    met = np.vstack([met, np.array(np.meshgrid(present, empty)).reshape(2, -1).T])
    return np.unique(met[(met[:, 0] != met[:, 1]) & (met[:, 1] > 0)], axis=0)


def _dearest(problem: Problem, measure: int, arcs: IntArray) -> float | None:
    k, weight = problem.k, problem.weights[:, measure]
    share = weight / weight.sum()
    owner = np.asarray(problem.previous, dtype=np.int64) + 1
    held = np.array([float(share[owner == j].sum()) for j in range(k + 1)])
    target, band = problem.targets[:, measure], problem.tolerance[measure]
    if not len(arcs):
        within = (held[1:] >= target * (1 - band) - 1e-9) & (held[1:] <= target * (1 + band) + 1e-9)
        return 0.0 if within.all() and held[1:].sum() > 0 else None
    # Columns: the price of what nobody had, what each territory pays for more, what it asks for giving some.
    gain: FloatArray = np.concatenate([held[:1], target * (1 - band) - held[1:], held[1:] - target * (1 + band)])
    row = np.arange(len(arcs))
    owned, unowned = arcs[:, 0] > 0, arcs[:, 0] == 0
    entries = [
        (row, arcs[:, 1], 1.0),
        (row, arcs[:, 1] + k, -1.0),
        (row[owned], arcs[owned, 0], -1.0),
        (row[owned], arcs[owned, 0] + k, 1.0),
        (row[unowned], np.zeros(unowned.sum(), dtype=np.int64), 1.0),
    ]
    values = np.concatenate([np.full(len(at), value) for at, _, value in entries])
    places = tuple(np.concatenate([entry[axis] for entry in entries]) for axis in (0, 1))
    steps = coo_array((values, places), shape=(len(arcs), 1 + 2 * k)).tocsr()
    bounds = [(None, None), *[(0, None)] * (2 * k)]
    # The stubs lack sparse matrices, which are documented.
    found = linprog(-gain, A_ub=steps, b_ub=owned.astype(np.float64), bounds=bounds, method="highs")  # type: ignore[call-overload]
    total = held[1:].sum()
    return float(-found.fun / total) if found.status == 0 and total > 0 else None

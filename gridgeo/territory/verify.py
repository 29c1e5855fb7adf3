"""An independent check of a plan: its own code path, from the problem's raw fields to every certified figure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components, dijkstra

from gridgeo.domain.arrays import FloatArray, LabelArray
from gridgeo.territory.problem import Problem
from gridgeo.territory.verify_flow import kept_by_prices

RELATIVE_SLACK = 1e-6
BLOCK = 20_000_000
"""Pairs of a node and a territory looked at in one go."""


@dataclass(frozen=True)
class Disagreement:
    """A figure that is not what the certificate says. what: its name; certified, found: the two values."""

    what: str
    certified: Any
    found: Any


def verify_plan(problem: Problem, labels: LabelArray, certificate: dict[str, Any]) -> list[Disagreement]:
    """Recompute a plan's certificate and list what differs; an empty list means that all of it is true.

    certificate: as stored, the dictionary of `Certificate.as_json`. Shares no code with the solver.
    """
    labels = np.asarray(labels)
    if labels.shape != (len(problem.xy_km),) or labels.min() < 0 or labels.max() >= problem.k:
        return [Disagreement("labels", "one territory a node", "something else")]
    wrong = _check_fixed(problem, labels)
    found = _recomputed(problem, labels)
    for what, value in found.items():
        if not _agree(certificate.get(what), value):
            wrong.append(Disagreement(what, certificate.get(what), value))
    return wrong + _check_bound(problem, certificate, found["distance"])


def _check_fixed(problem: Problem, labels: LabelArray) -> list[Disagreement]:
    wrong = []
    if problem.locks is not None:
        moved = np.flatnonzero((problem.locks >= 0) & (problem.locks != labels))
        if len(moved):
            wrong.append(Disagreement("locks", "kept", moved.tolist()))
    if problem.homes is not None and (labels[problem.homes] != np.arange(problem.k)).any():
        wrong.append(Disagreement("homes", "in their own territory", labels[problem.homes].tolist()))
    return wrong


def _has_barred(problem: Problem, labels: LabelArray) -> bool:
    """Tell whether a territory has a node that a pair forbids it, or that lies too far from its home."""
    pairs = problem.forbidden
    if (labels[pairs[:, 0]] == pairs[:, 1]).any():
        return True
    if problem.max_travel is None:
        return False
    return bool((_paths_from_homes(problem)[labels, np.arange(len(labels))] > problem.max_travel).any())


def _recomputed(problem: Problem, labels: LabelArray) -> dict[str, Any]:
    member = coo_array((np.ones(len(labels)), (labels, np.arange(len(labels)))), shape=(problem.k, len(labels))).tocsr()
    loads = np.asarray(member @ problem.weights)
    total = problem.weights.sum(axis=0)
    targets = problem.targets * total
    imbalance = [
        [100.0 * (load / target - 1.0) if target > 0 else 0.0 for load, target in zip(*rows, strict=True)]
        for rows in zip(loads.tolist(), targets.tolist(), strict=True)
    ]
    pieces = _pieces(problem, labels)
    return {
        "nodes": np.bincount(labels, minlength=problem.k).tolist(),
        "loads": loads.tolist(),
        "targets": targets.tolist(),
        "imbalance_percent": imbalance,
        "pieces": pieces,
        "bridges": [[int(a), int(b)] for a, b in problem.bridges if labels[a] == labels[b]],
        "J_km": _compactness(problem, labels),
        "distance": _distance(problem, labels),
        "kept_share": _kept(problem, labels),
        "kept_estimate": kept_by_prices(problem),
        "feasible": _within(imbalance, problem.tolerance.tolist())
        and all(count == 1 for count in pieces)
        and not _has_barred(problem, labels),
    }


def _within(imbalance: list[list[float]], tolerance: list[float]) -> bool:
    # A comparison with NaN is false: a measure without tolerance never counts.
    return not any(
        abs(value) > 100.0 * limit + 1e-7 for row in imbalance for value, limit in zip(row, tolerance, strict=True)
    )


def _pieces(problem: Problem, labels: LabelArray) -> list[int]:
    n = len(labels)
    edges = coo_array(
        (
            np.ones(len(problem.indices)),
            (np.repeat(np.arange(n), problem.indptr[1:] - problem.indptr[:-1]), problem.indices),
        ),
        shape=(n, n),
    ).tocsr()
    counts = []
    for j in range(problem.k):
        inside = np.flatnonzero(labels == j)
        counts.append(int(connected_components(edges[inside][:, inside], directed=False)[0]) if len(inside) else 0)
    return counts


def _compactness(problem: Problem, labels: LabelArray) -> float:
    total = 0.0
    for j in range(problem.k):
        weight, place = problem.weights[labels == j, 0], problem.xy_km[labels == j]
        if weight.sum() == 0:
            continue
        centre = np.average(place, axis=0, weights=weight)
        for _ in range(50):
            pull = weight / (np.sqrt(((place - centre) ** 2).sum(1)) + 1e-6)
            centre = (place * pull[:, None]).sum(0) / pull.sum()
        total += float((weight * np.sqrt(((place - centre) ** 2).sum(1))).sum())
    return total


def _distance(problem: Problem, labels: LabelArray) -> float:
    if problem.homes is None:
        return _compactness(problem, labels)
    own = _distances_from_homes(problem)[labels, np.arange(len(labels))]
    return float(problem.weights[:, 0] @ own)


def _distances_from_homes(problem: Problem) -> FloatArray:
    homes = problem.homes
    assert homes is not None  # noqa: S101  only asked with homes
    if problem.objective == "median":
        gap = problem.xy_km[None, :, :] - problem.xy_km[homes][:, None, :]
        straight: FloatArray = np.sqrt((gap**2).sum(2))
        return straight
    return _paths_from_homes(problem)


def _paths_from_homes(problem: Problem) -> FloatArray:
    n = len(problem.xy_km)
    source = np.repeat(np.arange(n), problem.indptr[1:] - problem.indptr[:-1])
    ways = coo_array((problem.costs, (source, problem.indices)), shape=(n, n)).tocsr()
    paths: FloatArray = dijkstra(ways, indices=problem.homes)
    return paths


def _kept(problem: Problem, labels: LabelArray) -> float | None:
    if problem.previous is None:
        return None
    before = problem.previous >= 0
    weight = problem.weights[before, problem.kept_measure]
    if weight.sum() == 0:
        return None
    return float(weight[(labels == problem.previous)[before]].sum() / weight.sum())


def _check_bound(problem: Problem, certificate: dict[str, Any], distance: float) -> list[Disagreement]:
    """Follow the bound from its prices by weak duality; it must lie below the plan and give the stated gap."""
    value, prices = certificate.get("lower_bound"), certificate.get("bound_prices")
    if value is None or prices is None:
        missing = [("lower_bound", value), ("bound_prices", prices)] if certificate.get("feasible") else []
        return [Disagreement(what, None, "a number") for what, given in missing if given is None]
    price = np.asarray(prices, dtype=np.float64)
    share = problem.weights / np.where(problem.weights.sum(0) > 0, problem.weights.sum(0), 1.0)
    slack = np.abs(price) * np.nan_to_num(problem.tolerance)
    dual = _least_costs(problem, certificate, share @ price.T) - float((problem.targets * (price + slack)).sum())
    wrong = [] if _agree(value, dual) else [Disagreement("lower_bound", value, dual)]
    if value > distance * (1 + RELATIVE_SLACK):
        wrong.append(Disagreement("lower_bound", value, f"above the plan's {distance}"))
    gap = max(100.0 * (distance / value - 1.0), 0.0) if value > 0 else None
    if not _agree(certificate.get("bound_gap_percent"), gap, absolute=1e-4):
        wrong.append(Disagreement("bound_gap_percent", certificate.get("bound_gap_percent"), gap))
    return wrong


def _least_costs(problem: Problem, certificate: dict[str, Any], rent: FloatArray) -> float:
    """Sum over the nodes of the least weighted distance and rent, a block of nodes at a time: the table is n by k."""
    n = len(problem.xy_km)
    own = np.full(n, -1) if problem.locks is None else problem.locks.copy()
    if problem.homes is not None:
        own[problem.homes] = np.arange(problem.k)
    centres = np.asarray(certificate["centres_km"], dtype=np.float64)
    paths = None if problem.homes is None else _distances_from_homes(problem)
    total = 0.0
    for block in np.array_split(np.arange(n), 1 + n * problem.k // BLOCK):
        gap = problem.xy_km[block][:, None, :] - centres[None, :, :]
        away = np.sqrt((gap**2).sum(axis=2)) if paths is None else paths[:, block].T
        closed = (own[block, None] >= 0) & (own[block, None] != np.arange(problem.k))
        total += float(np.where(closed, np.inf, problem.weights[block, :1] * away + rent[block]).min(axis=1).sum())
    return total


def _agree(certified: Any, found: Any, absolute: float = 1e-7) -> bool:  # noqa: ANN401
    if certified is None or found is None or isinstance(found, bool):
        return bool(certified == found)
    given, value = np.asarray(certified, dtype=np.float64), np.asarray(found, dtype=np.float64)
    return given.shape == value.shape and bool(np.allclose(given, value, rtol=RELATIVE_SLACK, atol=absolute))

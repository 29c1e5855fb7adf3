"""What a plan is worth, in figures that anybody can recompute."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from gridgeo.domain.arrays import FloatArray, LabelArray
from gridgeo.territory.bound import lower_bound
from gridgeo.territory.flow import kept_by_flow
from gridgeo.territory.graph import pieces_of, sums_by
from gridgeo.territory.params import Params
from gridgeo.territory.problem import Problem

FEASIBLE_SLACK = 1e-9
MEDIAN_STEPS = 50


@dataclass(frozen=True)
class Violation:
    """A limit that a plan does not keep.

    measure: name of a measure (value and limit are the imbalance and the tolerance in percent) or ``pieces`` (value is
    the number of pieces, limit 1).
    """

    territory: str
    measure: str
    value: float
    limit: float


@dataclass(frozen=True)
class Certificate:
    """Figures of a plan; rows are territories, columns measures, in the order of the names.

    loads, targets: in the unit of the weights. tolerance_percent: null where a measure is reported and not balanced.
    imbalance_percent: signed distance of a load from its target. pieces: connected parts of each territory, listed
    bridges excused. bridges: the listed bridges that lie inside a territory. J_km: sum of the weights of measure 0
    times km to the territory's weighted median. distance: the same to the centre that counted (the home, and
    seconds where travel counts). lower_bound: no plan within the tolerance is shorter for these centres;
    bound_gap_percent: the gap to the best assignment for these centres (a worse plan with odd centres can show a
    smaller one); both null for an infeasible plan. bound_prices: with them the bound can be recomputed.
    price_of_balance_percent: how much longer the distance is than if every node went to its nearest centre.
    kept_share: share of the kept measure's load that stays with its territory; null without a previous plan.
    kept_estimate: the share that could stay by the least flow between territories that touch (`kept_by_flow`).
    measure_correlation: Pearson, over nodes; null where a measure does not vary.
    """

    measures: tuple[str, ...]
    territories: tuple[str, ...]
    nodes: tuple[int, ...]
    loads: list[list[float]]
    targets: list[list[float]]
    tolerance_percent: list[float | None]
    imbalance_percent: list[list[float]]
    measure_correlation: list[list[float | None]]
    pieces: list[int]
    bridges: list[list[int]]
    centres_km: list[list[float]]
    J_km: float
    distance: float
    lower_bound: float | None
    bound_gap_percent: float | None
    bound_prices: list[list[float]] | None
    price_of_balance_percent: float | None
    kept_share: float | None
    kept_estimate: float | None
    feasible: bool
    objective: str
    seed: int
    params: dict[str, float]

    def as_json(self) -> dict[str, Any]:
        """Return plain lists, numbers and text."""
        return asdict(self)


def medians(problem: Problem, labels: LabelArray) -> FloatArray:
    """Weighted geometric median of every territory, shape (k, 2): Weiszfeld steps from the weighted mean.

    A territory without weight of measure 0 has the plain mean of its nodes.
    Source: Weiszfeld 1937, Tohoku Mathematical Journal 43.
    """
    weight = problem.weights[:, 0]
    held = np.bincount(labels, weight, minlength=problem.k)
    weight = np.where(held[labels] > 0, weight, 1.0)
    centres = _weighted_means(problem, labels, weight)
    for _ in range(MEDIAN_STEPS):
        gap = np.hypot(*(problem.xy_km - centres[labels]).T) + 1e-6
        centres = _weighted_means(problem, labels, weight / gap)
    return centres


def _weighted_means(problem: Problem, labels: LabelArray, weight: FloatArray) -> FloatArray:
    total = np.bincount(labels, weight, minlength=problem.k)
    sums = [np.bincount(labels, weight * problem.xy_km[:, axis], minlength=problem.k) for axis in (0, 1)]
    means: FloatArray = np.ascontiguousarray(np.column_stack(sums) / np.where(total > 0, total, 1.0)[:, None])
    return means


def loads_of(problem: Problem, labels: LabelArray) -> FloatArray:
    """Sum the weights of each territory, shape (k, m)."""
    return sums_by(labels, problem.weights, problem.k)


def imbalance_percent(problem: Problem, loads: FloatArray) -> FloatArray:
    """Return the signed distance of each load from its target in percent, shape (k, m); zero for an empty measure."""
    targets = problem.targets * problem.weights.sum(0)
    imbalance: FloatArray = 100.0 * (loads / np.where(targets > 0, targets, 1.0) - (targets > 0))
    return imbalance


def violations_of(problem: Problem, labels: LabelArray) -> tuple[Violation, ...]:
    """Name every territory and measure out of tolerance, and every territory that is not exactly one piece."""
    found = []
    imbalance = imbalance_percent(problem, loads_of(problem, labels))
    limit = 100.0 * problem.tolerance
    with np.errstate(invalid="ignore"):
        outside = np.argwhere(np.abs(imbalance) > limit + 100.0 * FEASIBLE_SLACK)
    for j, m in outside.tolist():
        found.append(
            Violation(problem.territory_names[j], problem.measure_names[m], float(imbalance[j, m]), float(limit[m]))
        )
    for j, count in enumerate(pieces_per_territory(problem, labels)):
        if count != 1:
            found.append(Violation(problem.territory_names[j], "pieces", float(count), 1.0))
    return (*found, *_barred(problem, labels))


def _barred(problem: Problem, labels: LabelArray) -> list[Violation]:
    """Name the territories that have nodes that they may not have, with how many."""
    if not len(problem.barred):
        return []
    held = np.bincount(labels[problem.barred[labels, np.arange(problem.n)]], minlength=problem.k)
    return [Violation(problem.territory_names[j], "barred", float(held[j]), 0.0) for j in np.flatnonzero(held)]


def pieces_per_territory(problem: Problem, labels: LabelArray) -> list[int]:
    """Count the connected parts of each territory on the graph with its bridges."""
    piece = pieces_of(problem.indptr, problem.indices, labels)
    owners = labels[np.unique(piece, return_index=True)[1]]
    return [int(count) for count in np.bincount(owners, minlength=problem.k)]


def certify(
    problem: Problem, labels: LabelArray, feasible: bool, travel: FloatArray, seed: int, params: Params
) -> Certificate:
    """Measure a plan. travel: shape (k, n) from each home, or (0, 0) where the straight distance counts."""
    centres = medians(problem, labels)
    loads = loads_of(problem, labels)
    compactness = _length(problem, labels, centres, np.zeros((0, 0)))
    if problem.homes is not None:
        centres = np.ascontiguousarray(problem.xy_km[problem.homes])
    length = _length(problem, labels, centres, travel)
    bounds = _bound_figures(problem, feasible, length, (centres, travel), params)
    return Certificate(
        measures=problem.measure_names,
        territories=problem.territory_names,
        nodes=tuple(np.bincount(labels, minlength=problem.k).tolist()),
        loads=loads.tolist(),
        targets=(problem.targets * problem.weights.sum(0)).tolist(),
        tolerance_percent=[None if np.isnan(t) else float(100.0 * t) for t in problem.tolerance],
        imbalance_percent=imbalance_percent(problem, loads).tolist(),
        measure_correlation=_correlation(problem.weights),
        pieces=pieces_per_territory(problem, labels),
        bridges=_used_bridges(problem, labels),
        centres_km=centres.tolist(),
        J_km=compactness,
        distance=length,
        kept_share=kept_share(problem, labels),
        kept_estimate=kept_by_flow(problem),
        feasible=feasible,
        objective=problem.objective,
        seed=seed,
        params=asdict(params),
        **bounds,
    )


def plan_length(problem: Problem, labels: LabelArray, travel: FloatArray) -> float:
    """Return a plan's length as its certificate tells it (`distance`). travel: as `certify` takes it."""
    centres = medians(problem, labels) if problem.homes is None else np.ascontiguousarray(problem.xy_km[problem.homes])
    return _length(problem, labels, centres, travel)


def compactness_km(problem: Problem, labels: LabelArray) -> float:
    """Return J: the weight of measure 0 times the km to the territory's median, summed over the nodes."""
    return _length(problem, labels, medians(problem, labels), np.zeros((0, 0)))


def _length(problem: Problem, labels: LabelArray, centres: FloatArray, travel: FloatArray) -> float:
    own = np.arange(problem.n)
    gap = travel[labels, own] if len(travel) else np.hypot(*(problem.xy_km - centres[labels]).T)
    return float((problem.weights[:, 0] * gap).sum())


def _bound_figures(
    problem: Problem, feasible: bool, length: float, place: tuple[FloatArray, FloatArray], params: Params
) -> dict[str, Any]:
    bound = lower_bound(problem, *place, length, params.bound_steps)
    price = 100.0 * (length / bound.unbalanced - 1.0) if bound.unbalanced > 0 else None
    if not feasible:
        return {
            "lower_bound": None,
            "bound_gap_percent": None,
            "bound_prices": None,
            "price_of_balance_percent": price,
        }
    return {
        "lower_bound": bound.value,
        "bound_gap_percent": max(100.0 * (length / bound.value - 1.0), 0.0) if bound.value > 0 else None,
        "bound_prices": bound.prices.tolist(),
        "price_of_balance_percent": price,
    }


def _used_bridges(problem: Problem, labels: LabelArray) -> list[list[int]]:
    inside = labels[problem.bridges[:, 0]] == labels[problem.bridges[:, 1]]
    used: list[list[int]] = problem.bridges[inside].tolist()
    return used


def kept_share(problem: Problem, labels: LabelArray) -> float | None:
    """Share of the kept measure's load, where there was a territory before, that stays with it."""
    if problem.previous is None:
        return None
    weight = np.where(problem.previous >= 0, problem.weights[:, problem.kept_measure], 0.0)
    total = weight.sum()
    return float(weight[labels == problem.previous].sum() / total) if total > 0 else None


def _correlation(weights: FloatArray) -> list[list[float | None]]:
    centred = weights - weights.mean(0)
    spread = np.sqrt((centred**2).sum(0))
    scale = np.outer(spread, spread)
    with np.errstate(invalid="ignore", divide="ignore"):
        table = np.where(scale > 0, centred.T @ centred / scale, np.nan)
    return [[None if np.isnan(value) else float(value) for value in row] for row in table]

"""Problems and plans as plain JSON objects, so that any graph can be planned and any plan checked elsewhere.

References are 0-based positions in ``nodes``; territories are 0 to k - 1.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any, cast

import numpy as np

from gridgeo.domain.arrays import FloatArray, IntArray, LabelArray
from gridgeo.errors import InvalidInputError
from gridgeo.territory.graph import components
from gridgeo.territory.problem import Objective, Problem
from gridgeo.territory.solve import Result

REQUIRED = ("nodes", "xy_km", "weights", "edges", "k", "tolerance")
OPTIONAL = (
    "homes", "target_shares", "locks", "previous", "change_cost", "objective", "forbidden", "max_travel",
    "seed", "starts", "max_cpu_s",
)  # fmt: skip
DEFAULT_STARTS = 3
MOST_STARTS = 10_000


@dataclass(frozen=True, eq=False)
class Request:
    """What a problem file asks for.

    nodes: names of the nodes as written, position for position. starts: rounds of the solver; max_cpu_s: CPU seconds
    it may take, None for as many as the starts need. unused: names in the file that mean nothing here.
    """

    problem: Problem
    nodes: tuple[Any, ...]
    seed: int
    starts: int
    max_cpu_s: float | None
    unused: tuple[str, ...]


def request_from_json(body: object) -> Request:
    """Read a problem file's object.

    Raises InvalidInputError naming the field, the position in it, the value and what would do; also for a
    graph on which no plan could be contiguous.
    """
    given = _object(body)
    nodes = _nodes(given)
    n = len(nodes)
    weights = _table(given["weights"], "weights", n)
    k = _whole(given, "k", low=1, high=n)
    xy_km = _table(given["xy_km"], "xy_km", n, width=2)
    indptr, indices, cost = _graph(_list(given, "edges"), xy_km)
    shares = given.get("target_shares")
    problem = Problem(
        xy_km=xy_km,
        weights=weights,
        indptr=indptr,
        indices=indices,
        k=k,
        tolerance=_tolerance(given, weights.shape[1]),
        edge_cost=cost,
        target_shares=None if shares is None else _table(shares, "target_shares", k, width=weights.shape[1]),
        homes=_homes(given, n, k),
        locks=_locks(given.get("locks"), n, k),
        previous=_previous(given, n, k),
        change_cost=_number(given, "change_cost", 0.0),
        forbidden=_forbidden(given, n, k),
        max_travel=None if given.get("max_travel") is None else _number(given, "max_travel", 0.0, above_zero=True),
        objective=cast(Objective, given.get("objective") or "median"),
    )
    _require_reachable(problem)
    budget = given.get("max_cpu_s")
    return Request(
        problem=problem,
        nodes=tuple(nodes),
        seed=_whole(given, "seed", low=0, high=2**63 - 1, default=1),
        starts=_whole(given, "starts", low=1, high=MOST_STARTS, default=DEFAULT_STARTS),
        max_cpu_s=None if budget is None else _number(given, "max_cpu_s", 0.0, above_zero=True),
        unused=tuple(sorted(set(given) - {*REQUIRED, *OPTIONAL})),
    )


def result_to_json(result: Result) -> dict[str, Any]:
    """Return a plan as a plain object: labels, feasible, violations, certificate, findings, cpu_s."""
    return {
        "labels": result.labels.tolist(),
        "feasible": result.feasible,
        "violations": [
            {
                "territory": int(found.territory),
                "measure": int(found.measure) if found.measure.isdigit() else found.measure,
                "value": found.value,
                "limit": found.limit,
            }
            for found in result.violations
        ],
        "certificate": result.certificate.as_json(),
        "findings": [found.message for found in result.findings],
        "cpu_s": round(result.cpu_s, 3),
    }


def _object(body: object) -> Mapping[str, Any]:
    if not isinstance(body, dict):
        raise InvalidInputError("a problem file holds one JSON object, got {given}", given=type(body).__name__)
    missing = [name for name in REQUIRED if body.get(name) is None]
    if missing:
        raise InvalidInputError("problem file: {fields} is missing", fields=", ".join(missing))
    return body


def _list(given: Mapping[str, Any], name: str) -> list[Any]:
    values = given[name]
    if not isinstance(values, list):
        raise InvalidInputError("problem file: {field} must be a list, got {given}", field=name, given=_short(values))
    return values


def _nodes(given: Mapping[str, Any]) -> list[Any]:
    nodes = _list(given, "nodes")
    if not nodes:
        raise InvalidInputError("a problem needs at least one node and one measure")
    for at, node in enumerate(nodes):
        if not isinstance(node, str | int | float):
            raise InvalidInputError(
                "problem file: {field}[{place}] is {given}; it must be a text or a number",
                field="nodes",
                place=at,
                given=_short(node),
            )
    once: dict[Any, int] = {}
    for at, node in enumerate(nodes):
        if once.setdefault(node, at) != at:
            raise InvalidInputError(
                "problem file: {field}[{place}] is {given}; it must be another name than that of nodes[{first}]",
                field="nodes",
                place=at,
                given=_short(node),
                first=once[node],
            )
    return nodes


def _sized(given: Mapping[str, Any], name: str, count: int) -> list[Any]:
    """Return a list of the file that must have so many entries."""
    values = _list(given, name)
    if len(values) != count:
        raise InvalidInputError(
            "problem file: {field} must have {count} rows, got {given}", field=name, count=count, given=len(values)
        )
    return values


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _table(rows: object, field: str, count: int, width: int | None = None) -> FloatArray:
    """Return a list of rows of numbers as an array, shape (count, width); without width that of the first row."""
    if not isinstance(rows, list) or len(rows) != count:
        size = len(rows) if isinstance(rows, list) else _short(rows)
        raise InvalidInputError(
            "problem file: {field} must have {count} rows, got {given}", field=field, count=count, given=size
        )
    if width is None:
        width = len(rows[0]) if rows and isinstance(rows[0], list) else 0
    try:
        table = np.array(rows, np.float64)
    except (TypeError, ValueError):
        table = np.empty(0)
    if table.shape == (count, width) and np.isfinite(table).all():
        return table
    place = next(
        at for at, row in enumerate(rows)
        if not (isinstance(row, list) and len(row) == width and all(map(_is_number, row)))
    )  # fmt: skip
    raise InvalidInputError(
        "problem file: {field}[{place}] is {given}; it must be {width} numbers",
        field=field,
        place=place,
        given=_short(rows[place]),
        width=width,
    )


def _whole(given: Mapping[str, Any], name: str, *, low: int, high: int, default: int | None = None) -> int:
    value = given.get(name)
    if value is None and default is not None:
        return default
    if not _is_whole(value) or not low <= cast(int, value) <= high:
        raise InvalidInputError(
            "problem file: {field} must be a whole number from {low} to {high}, got {given}",
            field=name,
            low=low,
            high=high,
            given=_short(value),
        )
    return cast(int, value)


def _number(given: Mapping[str, Any], name: str, default: float, *, above_zero: bool = False) -> float:
    value = given.get(name)
    if value is None:
        return default
    if not _is_number(value) or value < 0 or (above_zero and value == 0):
        raise InvalidInputError(
            "problem file: {field} must be a number of at least 0, got {given}", field=name, given=_short(value)
        )
    return float(value)


def _tolerance(given: Mapping[str, Any], measures: int) -> FloatArray:
    values = _sized(given, "tolerance", measures)
    for at, value in enumerate(values):
        if value is not None and not (_is_number(value) and value > 0):
            raise InvalidInputError(
                "problem file: {field}[{place}] is {given}; it must be a share above 0, or null",
                field="tolerance",
                place=at,
                given=_short(value),
            )
    return np.array([np.nan if value is None else value for value in values], np.float64)


def _graph(edges: list[Any], xy_km: FloatArray) -> tuple[IntArray, LabelArray, FloatArray]:
    """Return indptr, indices and cost of the edges both ways; an edge given twice counts with its lower cost."""
    n = len(xy_km)
    pairs, costs = _edge_columns(edges, n)
    straight = np.hypot(*(xy_km[pairs[:, 0]] - xy_km[pairs[:, 1]]).T)
    cost = np.where(np.isnan(costs), straight, costs)
    source, target = np.concatenate([pairs, pairs[:, ::-1]]).T
    cost = np.concatenate([cost, cost])
    order = np.lexsort((cost, target, source))
    source, target, cost = source[order], target[order], cost[order]
    fresh = np.ones(len(source), bool)
    fresh[1:] = (source[1:] != source[:-1]) | (target[1:] != target[:-1])
    indptr = np.concatenate([[0], np.cumsum(np.bincount(source[fresh], minlength=n))]).astype(np.int64)
    return indptr, target[fresh].astype(np.int32), cost[fresh]


def _edge_columns(edges: list[Any], n: int) -> tuple[IntArray, FloatArray]:
    """Return the two ends, shape (e, 2), and the cost of every edge, NaN where none is given."""
    columns = _plain_edges(edges)
    if columns is not None:
        ends, costs = columns
        good = (ends == np.floor(ends)).all(1) & (ends >= 0).all(1) & (ends < n).all(1) & (ends[:, 0] != ends[:, 1])
        if (good & ~(costs < 0) & ~np.isinf(costs)).all():
            return ends.astype(np.int64), costs
    at = next(at for at, edge in enumerate(edges) if not _is_edge(edge, n))
    raise InvalidInputError(
        "problem file: {field}[{place}] is {given}; it must be two nodes 0 to {last} and at most a cost",
        field="edges",
        place=at,
        given=_short(edges[at]),
        last=n - 1,
    )


def _plain_edges(edges: list[Any]) -> tuple[FloatArray, FloatArray] | None:
    """Return ends and costs of edges that are lists of two or three numbers; None where one is not."""
    if not set(map(type, edges)) <= {list}:
        return None
    size = np.fromiter(map(len, edges), np.int64, len(edges))
    values = list(chain.from_iterable(edges))
    if not set(map(type, values)) <= {int, float} or not np.isin(size, (2, 3)).all():
        return None
    flat = np.append(np.array(values, np.float64), np.nan)
    first = np.cumsum(size) - size
    costs = np.where(size == 3, flat[first + 2 * (size == 3)], np.nan)
    return np.column_stack([flat[first], flat[first + 1]]), costs


def _is_edge(edge: object, n: int) -> bool:
    return (
        isinstance(edge, list)
        and len(edge) in (2, 3)
        and all(_is_whole(end) and 0 <= end < n for end in edge[:2])
        and edge[0] != edge[1]
        and (len(edge) == 2 or (_is_number(edge[2]) and edge[2] >= 0))
    )


def _homes(given: Mapping[str, Any], n: int, k: int) -> IntArray | None:
    if given.get("homes") is None:
        return None
    homes = _sized(given, "homes", k)
    for at, home in enumerate(homes):
        if not (_is_whole(home) and 0 <= home < n):
            raise InvalidInputError(
                "problem file: {field}[{place}] is {given}; it must be a node 0 to {last}",
                field="homes",
                place=at,
                given=_short(home),
                last=n - 1,
            )
    return np.array(homes, np.int64)


def _locks(locks: object, n: int, k: int) -> LabelArray | None:
    if locks is None:
        return None
    if not isinstance(locks, dict):
        raise InvalidInputError(
            'problem file: locks must be an object of "node": territory, got {given}', given=_short(locks)
        )
    held = np.full(n, -1, np.int32)
    for node, territory in locks.items():
        if not (node.isascii() and node.isdigit() and int(node) < n):
            raise InvalidInputError(
                "problem file: {field}[{place}] is {given}; it must be the territory of a node 0 to {last}",
                field="locks",
                place=node,
                given=_short(territory),
                last=n - 1,
            )
        if not (_is_whole(territory) and 0 <= territory < k):
            raise InvalidInputError(
                "problem file: {field}[{place}] is {given}; it must be a territory 0 to {last}",
                field="locks",
                place=node,
                given=_short(territory),
                last=k - 1,
            )
        held[int(node)] = territory
    return held


def _previous(given: Mapping[str, Any], n: int, k: int) -> LabelArray | None:
    if given.get("previous") is None:
        return None
    labels = _sized(given, "previous", n)
    for at, label in enumerate(labels):
        if label is not None and not (_is_whole(label) and 0 <= label < k):
            raise InvalidInputError(
                "problem file: {field}[{place}] is {given}; it must be a territory 0 to {last}, or null",
                field="previous",
                place=at,
                given=_short(label),
                last=k - 1,
            )
    return np.array([-1 if label is None else label for label in labels], np.int32)


def _forbidden(given: Mapping[str, Any], n: int, k: int) -> IntArray:
    """Read pairs of a node and a territory that may not have it, shape (f, 2)."""
    if given.get("forbidden") is None:
        return np.empty((0, 2), np.int64)
    pairs = _list(given, "forbidden")
    for place, pair in enumerate(pairs):
        whole = isinstance(pair, list) and len(pair) == 2 and all(_is_whole(value) for value in pair)
        if not whole or not (0 <= pair[0] < n and 0 <= pair[1] < k):
            raise InvalidInputError(
                "problem file: forbidden[{place}] must be a node 0 to {last} and a territory 0 to {most}, got {given}",
                place=place,
                last=n - 1,
                most=k - 1,
                given=_short(pair),
            )
    return np.array(pairs, dtype=np.int64).reshape(-1, 2)


def _require_reachable(problem: Problem) -> None:
    """Refuse a graph on which no plan could be contiguous: too many separate parts, or a part without a home."""
    part = components(problem)
    parts = int(part.max()) + 1
    if parts > problem.k:
        raise InvalidInputError(
            "the graph has {parts} separate parts and only {k} territories: add edges that join them, or raise k",
            parts=parts,
            k=problem.k,
        )
    if problem.homes is not None:
        lonely = np.flatnonzero(~np.isin(part, part[problem.homes]))
        if len(lonely):
            raise InvalidInputError(
                "node {node} lies in a separate part of the graph without a home: add an edge or a home there",
                node=int(lonely[0]),
            )

"""What is to be planned: an immutable problem, checked when it is made."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal, get_args

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from gridgeo.domain.arrays import BoolArray, FloatArray, IntArray, LabelArray
from gridgeo.errors import InvalidInputError

Objective = Literal["median", "travel"]


@dataclass(frozen=True, eq=False)
class Problem:
    """A graph whose nodes are to be given to k territories.

    xy_km: shape (n, 2). weights: shape (n, m), at least 0, in any unit a measure. indptr, indices, edge_cost: the
    neighbours of every node, both ways; edge_cost in km (or seconds of travel), by default the straight km.
    k: number of territories. tolerance: shape (m,), the share by which a load may leave its target; NaN is reported and
    not balanced. target_shares: shape (k, m), each column sums to 1; by default equal. homes: one node a territory
    where its centre is fixed. locks: shape (n,), the territory a node must keep, -1 is free. previous: shape (n,), the
    territory of the plan before, -1 is none; change_cost: the distance an average node's load may be worth staying;
    kept_measure: the measure whose load is to stay. bridges: shape (b, 2), edges that are not ground but a listed
    virtual connection. forbidden: shape (f, 2), pairs of a node and a territory that may not have it. max_travel: how
    long the shortest path over edge_cost from its home to a node may be, None for any length. objective: ``median``
    is the straight distance to a territory's median, ``travel`` the shortest path over edge_cost to its home.
    measures, territories: names for messages.
    Raises InvalidInputError naming what is wrong.
    """

    xy_km: FloatArray
    weights: FloatArray
    indptr: IntArray
    indices: LabelArray
    k: int
    tolerance: FloatArray
    edge_cost: FloatArray | None = None
    target_shares: FloatArray | None = None
    homes: IntArray | None = None
    locks: LabelArray | None = None
    previous: LabelArray | None = None
    change_cost: float = 0.0
    kept_measure: int = 0
    bridges: IntArray = field(default_factory=lambda: np.empty((0, 2), np.int64))
    forbidden: IntArray = field(default_factory=lambda: np.empty((0, 2), np.int64))
    max_travel: float | None = None
    objective: Objective = "median"
    measures: tuple[str, ...] = ()
    territories: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name, dtype in _TYPES.items():
            given = getattr(self, name)
            if given is not None:
                object.__setattr__(self, name, _frozen(given, dtype, name))
        _check_shapes(self)
        _check_graph(self)
        _check_weights(self)
        _check_targets(self)
        _check_nodes(self)

    @property
    def n(self) -> int:
        """Number of nodes."""
        return len(self.xy_km)

    @property
    def balanced(self) -> IntArray:
        """Positions of the measures that have a tolerance."""
        return np.flatnonzero(np.isfinite(self.tolerance)).astype(np.int64)

    @property
    def shares(self) -> FloatArray:
        """Weights as shares of their measure's total, shape (n, m); zero where a measure is zero everywhere."""
        total = self.weights.sum(0)
        shares: FloatArray = self.weights / np.where(total > 0, total, 1.0)
        return shares

    @cached_property
    def targets(self) -> FloatArray:
        """Share of every measure that each territory is to hold, shape (k, m)."""
        if self.target_shares is not None:
            return self.target_shares
        return np.full((self.k, len(self.tolerance)), 1.0 / self.k)

    @cached_property
    def costs(self) -> FloatArray:
        """Cost of every directed edge; the straight km where none was given."""
        if self.edge_cost is not None:
            return self.edge_cost
        source = np.repeat(np.arange(self.n), np.diff(self.indptr))
        step = self.xy_km[source] - self.xy_km[self.indices]
        return np.hypot(step[:, 0], step[:, 1])

    @property
    def measure_names(self) -> tuple[str, ...]:
        """Names of the measures, their positions where none were given."""
        return self.measures or tuple(str(m) for m in range(len(self.tolerance)))

    @property
    def territory_names(self) -> tuple[str, ...]:
        """Names of the territories, their positions where none were given."""
        return self.territories or tuple(str(j) for j in range(self.k))

    @property
    def locked(self) -> LabelArray:
        """Territory each node must keep, -1 where free."""
        return np.full(self.n, -1, np.int32) if self.locks is None else self.locks

    @property
    def fixed(self) -> LabelArray:
        """Territory of the nodes that may not move: locks, and each home for its own territory; -1 elsewhere."""
        fixed = self.locked.copy()
        if self.homes is not None:
            fixed[self.homes] = np.arange(self.k)
        return fixed

    @cached_property
    def home_paths(self) -> FloatArray:
        """Shortest path over the edge costs from every home to every node, shape (k, n); infinite where none leads."""
        graph = csr_array((self.costs, self.indices, self.indptr), shape=(self.n, self.n))
        paths: FloatArray = dijkstra(graph, indices=self.homes)
        return paths

    @cached_property
    def barred(self) -> BoolArray:
        """Territories that may not have a node, shape (k, n); (0, 0) where each may have any."""
        if self.max_travel is None and not len(self.forbidden):
            return np.zeros((0, 0), np.bool_)
        barred = np.zeros((self.k, self.n), np.bool_)
        barred[self.forbidden[:, 1], self.forbidden[:, 0]] = True
        if self.max_travel is not None:
            barred |= self.home_paths > self.max_travel
        return barred

    @property
    def pulls(self) -> FloatArray:
        """Weight of each node's distance, mean about 1: measure 0, and a little for nodes without any.

        The little (2 % of the mean) keeps the shape of empty ground sensible; it is in no reported figure.
        """
        pulls: FloatArray = np.maximum(self.shares[:, 0] * self.n, 0.02)
        return pulls


_TYPES: dict[str, type[np.generic]] = {
    "xy_km": np.float64,
    "weights": np.float64,
    "indptr": np.int64,
    "indices": np.int32,
    "tolerance": np.float64,
    "edge_cost": np.float64,
    "target_shares": np.float64,
    "homes": np.int64,
    "locks": np.int32,
    "previous": np.int32,
    "bridges": np.int64,
    "forbidden": np.int64,
}


def _frozen(values: Any, dtype: type[np.generic], name: str) -> Any:  # noqa: ANN401
    """Copy into a read-only array, so that a problem never changes under its solver."""
    try:
        array = np.array(values, dtype=dtype, order="C")
    except (TypeError, ValueError) as error:
        raise InvalidInputError("{name} is not an array of numbers: {detail}", name=name, detail=str(error)) from error
    if np.issubdtype(dtype, np.integer) and not np.array_equal(array, np.asarray(values)):
        raise InvalidInputError("{name} must be whole numbers", name=name)
    array.setflags(write=False)
    return array


def _check_shapes(problem: Problem) -> None:
    n, m = len(problem.xy_km), problem.weights.shape[-1] if problem.weights.ndim == 2 else 0
    if n == 0 or m == 0:
        raise InvalidInputError("a problem needs at least one node and one measure")
    wanted = {
        "xy_km": (n, 2),
        "weights": (n, m),
        "tolerance": (m,),
        "target_shares": (problem.k, m),
        "homes": (problem.k,),
        "locks": (n,),
        "previous": (n,),
        "edge_cost": problem.indices.shape,
        "indptr": (n + 1,),
    }
    for name, shape in wanted.items():
        given = getattr(problem, name)
        if given is not None and given.shape != shape:
            raise InvalidInputError(
                "{name} must have shape {shape}, got {given}", name=name, shape=shape, given=given.shape
            )
    _check_choices(problem, n)


def _check_choices(problem: Problem, n: int) -> None:
    if not 1 <= problem.k <= n:
        raise InvalidInputError("k must be 1 to the {n} nodes, got {given}", n=n, given=problem.k)
    if problem.objective == "travel" and problem.homes is None:
        raise InvalidInputError("objective travel needs a home for each territory")
    if problem.max_travel is not None and problem.homes is None:
        raise InvalidInputError("a longest travel needs a home for each territory")
    if problem.max_travel is not None and not problem.max_travel > 0:
        raise InvalidInputError("longest travel must be above 0, got {given}", given=problem.max_travel)
    if problem.objective not in get_args(Objective):
        raise InvalidInputError("objective must be median or travel, got {given}", given=problem.objective)


def _check_graph(problem: Problem) -> None:
    indptr, indices, n = problem.indptr, problem.indices, len(problem.xy_km)
    if indptr[0] != 0 or indptr[-1] != len(indices) or (np.diff(indptr) < 0).any():
        raise InvalidInputError("indptr must rise from 0 to the {edges} edges", edges=len(indices))
    _require_nodes(indices, n, "indices")
    _require_nodes(problem.bridges.ravel(), n, "bridges")
    if problem.bridges.shape[1:] != (2,):
        raise InvalidInputError("bridges must be pairs of nodes")
    source = np.repeat(np.arange(n), np.diff(indptr))
    there, back = source * n + indices, indices * np.int64(n) + source
    if (source == indices).any() or len(np.unique(there)) < len(there):
        raise InvalidInputError("an edge joins a node to itself or is given twice")
    lonely = ~np.isin(back, there)
    if lonely.any():
        first = int(np.flatnonzero(lonely)[0])
        raise InvalidInputError(
            "edge {source} to {target} has no way back", source=int(source[first]), target=int(indices[first])
        )


def _require_nodes(values: Any, n: int, name: str) -> None:  # noqa: ANN401
    outside = (values < 0) | (values >= n)
    if outside.any():
        raise InvalidInputError(
            "{name} must be nodes 0 to {last}, got {given}", name=name, last=n - 1, given=int(values[outside][0])
        )


def _check_weights(problem: Problem) -> None:
    if not np.isfinite(problem.xy_km).all():
        row = int(np.flatnonzero(~np.isfinite(problem.xy_km).all(1))[0])
        raise InvalidInputError("node {row} has no finite position", row=row)
    for name, values in (("weights", problem.weights), ("edge_cost", problem.edge_cost)):
        if values is None:
            continue
        bad = ~np.isfinite(values) | (values < 0)
        if bad.any():
            place = np.argwhere(bad)[0].tolist()
            raise InvalidInputError(
                "{name} must be finite and at least 0, got {given} at {place}",
                name=name,
                given=float(values[tuple(place)]),
                place=place,
            )


def _check_targets(problem: Problem) -> None:
    low = problem.tolerance <= 0
    if low.any() or np.isinf(problem.tolerance).any():
        bad = problem.tolerance[low | np.isinf(problem.tolerance)][0]
        raise InvalidInputError("tolerance must be above 0, or not a number for none, got {given}", given=float(bad))
    for m in problem.balanced:
        if problem.weights[:, m].sum() <= 0:
            raise InvalidInputError("measure {measure} is zero everywhere and cannot be balanced", measure=int(m))
    shares = problem.target_shares
    if shares is not None and (not (shares > 0).all() or not np.allclose(shares.sum(0), 1.0, atol=1e-6)):
        raise InvalidInputError("target shares must be above 0 and sum to 1 for each measure")
    if not (np.isfinite(problem.change_cost) and problem.change_cost >= 0):
        raise InvalidInputError("change cost must be at least 0, got {given}", given=problem.change_cost)
    if not 0 <= problem.kept_measure < len(problem.tolerance):
        raise InvalidInputError("kept measure {given} is not one of the measures", given=problem.kept_measure)


def _check_nodes(problem: Problem) -> None:
    _check_forbidden(problem)
    if problem.homes is not None:
        _require_nodes(problem.homes, len(problem.xy_km), "homes")
        if len(np.unique(problem.homes)) < problem.k:
            raise InvalidInputError("two territories have the same home")
        _check_homes_unlocked(problem)
    for name in ("locks", "previous"):
        labels = getattr(problem, name)
        if labels is not None and ((labels < -1) | (labels >= problem.k)).any():
            raise InvalidInputError("{name} must be territories 0 to {last}, or -1", name=name, last=problem.k - 1)
    for name, wanted in (("measures", len(problem.tolerance)), ("territories", problem.k)):
        names = getattr(problem, name)
        if names and len(names) != wanted:
            raise InvalidInputError(
                "{name} must be {wanted} names, got {given}", name=name, wanted=wanted, given=len(names)
            )


def _check_forbidden(problem: Problem) -> None:
    pairs = problem.forbidden
    if pairs.shape[1:] != (2,):
        raise InvalidInputError("forbidden must be pairs of a node and a territory")
    _require_nodes(pairs[:, 0], len(problem.xy_km), "forbidden")
    outside = (pairs[:, 1] < 0) | (pairs[:, 1] >= problem.k)
    if outside.any():
        raise InvalidInputError(
            "forbidden must name territories 0 to {last}, got {given}",
            last=problem.k - 1,
            given=int(pairs[outside][0, 1]),
        )


def _check_homes_unlocked(problem: Problem) -> None:
    given = problem.locked[problem.homes]
    for j in np.flatnonzero((given >= 0) & (given != np.arange(problem.k))):
        raise InvalidInputError("the home of territory {territory} is locked to another one", territory=int(j))

"""An auditor of what is shown to consumers: linear programs over everything that they are given.

It shares no code with the suppression: it finds the tree with h3-py, writes down every equation that holds between the
numbers shown and the hidden ones, and asks for each hidden number how low and how high it could be (HiGHS).
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field

import h3
import numpy as np
from scipy import sparse
from scipy.optimize import linprog
from scipy.sparse.csgraph import connected_components

from gridgeo.domain import FloatArray

Number = Hashable
"""Names one number: (version, cell, part) or whatever the caller likes."""
Interval = tuple[float, float]
Equation = tuple[dict[Number, float], float]
"""Factors of hidden numbers, and what they add up to."""
CLOSE, SLACK = 1e-5, 1e-7
SOLVED, UNBOUNDED = 0, 3
"""States of scipy's linprog."""
OPEN_BY = 3.0


def never(_name: Number, _low: float, _high: float) -> bool:
    """Ask for the whole interval of every number."""
    return False


@dataclass
class Knowledge:
    """What a reader knows: numbers shown, bounds of the hidden ones, and sums that hold.

    shown: name -> value. least: name of a hidden number -> the least it can be. sums: each a list of (factor, name)
    that adds up to a constant.
    """

    shown: dict[Number, float] = field(default_factory=dict)
    least: dict[Number, float] = field(default_factory=dict)
    sums: list[tuple[list[tuple[float, Number]], float]] = field(default_factory=list)

    def number(self, name: Number, value: float | None, least: float = 0.0) -> None:
        """Enter a number; None or not-a-number is hidden and at least `least`."""
        if value is not None and not np.isnan(value):
            self.shown[name] = float(value)
            self.least.pop(name, None)
        elif name not in self.shown:
            self.least[name] = max(least, self.least.get(name, 0.0))

    def adds_up(self, terms: Iterable[tuple[float, Number]], constant: float = 0.0) -> None:
        """Enter an equation; names that were never entered are taken as hidden and at least 0."""
        kept = list(terms)
        for _, name in kept:
            if name not in self.shown:
                self.least.setdefault(name, 0.0)
        self.sums.append((kept, constant))

    def intervals(self, satisfied: Callable[[Number, float, float], bool] = never) -> dict[Number, Interval]:
        """Return how low and how high each hidden number can be.

        satisfied: told a number and two values that it can take, whether more need not be asked; the interval is then
        a part of the whole one. By default the whole ones are found.
        Raises ValueError when the numbers contradict each other: then the audit itself is wrong.
        """
        rows = [self._row(terms, constant) for terms, constant in self.sums]
        found = {name: (low, np.inf) for name, low in self.least.items()}
        for part, equations in _components(list(self.least), [row for row in rows if row[0]]):
            found.update(self._solve(part, equations, satisfied))
        return found

    def _row(self, terms: list[tuple[float, Number]], constant: float) -> tuple[dict[Number, float], float]:
        """Return an equation over the hidden numbers alone."""
        unknown: dict[Number, float] = {}
        for factor, name in terms:
            if name in self.shown:
                constant -= factor * self.shown[name]
            else:
                unknown[name] = unknown.get(name, 0.0) + factor
        if not unknown and abs(constant) > CLOSE * max(1.0, len(terms)):
            raise ValueError(f"shown numbers do not add up: {terms[:3]} is off by {constant}")
        return unknown, constant

    def _solve(
        self, names: list[Number], equations: list[Equation], satisfied: Callable[[Number, float, float], bool]
    ) -> dict[Number, Interval]:
        """Solve for one component; every solution is a table that fits, so it widens all intervals at once."""
        place = {name: at for at, name in enumerate(names)}
        entries = [(at, place[name], factor) for at, (row, _) in enumerate(equations) for name, factor in row.items()]
        row, column, factor = map(np.array, zip(*entries, strict=True))
        matrix = sparse.csr_array((factor, (row, column)), shape=(len(equations), len(names))).toarray()
        right = np.array([constant for _, constant in equations])
        # Equations to within rounding: more of them than unknowns never hold to the last bit.
        limits = np.vstack([matrix, -matrix]), np.concatenate([right + SLACK, SLACK - right])
        bounds = [(self.least[name], None) for name in names]
        low, high = np.full(len(names), np.inf), np.full(len(names), -np.inf)
        for at, name in enumerate(names):
            for sign in (1.0, -1.0):
                if satisfied(name, low[at], high[at]):
                    break
                cost = np.zeros(len(names))
                cost[at] = sign
                table = _extreme(cost, limits, bounds)
                if table is None:
                    high[at] = np.inf
                    continue
                low, high = np.minimum(low, table), np.maximum(high, table)
        return {name: (float(low[at]), float(high[at])) for at, name in enumerate(names)}


def _components(names: list[Number], equations: list[Equation]) -> list[tuple[list[Number], list[Equation]]]:
    """Return the numbers that hang together through equations, with those equations."""
    place = {name: at for at, name in enumerate(names)}
    pairs = [(len(names) + row, place[name]) for row, (terms, _) in enumerate(equations) for name in terms]
    if not pairs:
        return []
    size = len(names) + len(equations)
    row, column = np.array(pairs).T
    _, label = connected_components(sparse.csr_array((np.ones(len(row)), (row, column)), shape=(size, size)), False)
    parts: dict[int, tuple[list[Number], list[Equation]]] = {}
    for at, equation in enumerate(equations):
        parts.setdefault(int(label[len(names) + at]), ([], []))[1].append(equation)
    for at, name in enumerate(names):
        if int(label[at]) in parts:
            parts[int(label[at])][0].append(name)
    return list(parts.values())


def _extreme(
    cost: FloatArray, limits: tuple[FloatArray, FloatArray], bounds: list[tuple[float, None]]
) -> FloatArray | None:
    """Return the numbers at which the cost is least; None where it has no end."""
    answer = linprog(cost, A_ub=limits[0], b_ub=limits[1], bounds=bounds, method="highs")
    if answer.status == UNBOUNDED:
        return None
    if answer.status != SOLVED or answer.x is None:
        raise ValueError(f"what is shown contradicts itself: {answer.message}")
    return np.asarray(answer.x, dtype=np.float64)


@dataclass(frozen=True)
class Shown:
    """What one version shows of one count: H3 number -> count, None where hidden; parts by family, a list a cell.

    version: its number. unchanged: cells of which the reader knows that count and parts are those of every other
    version that says so of them.
    """

    cells: Mapping[int, float | None]
    sums: Mapping[int, float | None]
    parts: Mapping[str, Mapping[int, list[float | None]]] = field(default_factory=dict)
    version: int = 0
    unchanged: frozenset[int] = frozenset()

    def name(self, cell: int, *part: Hashable) -> Number:
        """Return what a number is called; the same in two versions where it has not changed."""
        return (-1 if cell in self.unchanged else self.version, cell, *part)


def learn(knowledge: Knowledge, told: Shown) -> None:
    """Enter a version: every ancestor is the sum of what lies in it, the parts of a cell add up to its count.

    Zeros are shown, so a hidden cell holds at least 1, and so does a hidden part of a count that is shown.
    """
    children: dict[int, set[int]] = {}
    for cell, count in told.cells.items():
        knowledge.number(told.name(cell), count, 1.0)
        below = cell
        for resolution in range(h3.get_resolution(h3.int_to_str(cell)) - 1, -1, -1):
            above = h3.str_to_int(h3.cell_to_parent(h3.int_to_str(cell), resolution))
            children.setdefault(above, set()).add(below)
            below = above
    for parent, members in children.items():
        knowledge.number(told.name(parent), told.sums.get(parent))
        knowledge.adds_up([(1.0, told.name(parent)), *((-1.0, told.name(member)) for member in sorted(members))])
    for family, rows in told.parts.items():
        for cell, row in rows.items():
            least = 0.0 if told.cells[cell] is None else 1.0
            names = [told.name(cell, family, at) for at in range(len(row))]
            for name, value in zip(names, row, strict=True):
                knowledge.number(name, value, least)
            knowledge.adds_up([(1.0, told.name(cell)), *((-1.0, name) for name in names)])


@dataclass(frozen=True)
class Claim:
    """What is promised of hidden numbers: a small one can still be any of 1 to threshold - 1, others are open by 3.

    truth: what each is. inside: of sums, the hidden cells in them; that each holds at least 1 is known, since zeros
    are shown, so a small sum need not reach below their number.
    """

    truth: Mapping[Number, float]
    threshold: int
    inside: Mapping[Number, int] = field(default_factory=dict)

    def holds(self, name: Number, low: float, high: float) -> bool:
        """Tell whether a number that can be as low and as high as this is protected."""
        if not 0 < self.truth[name] < self.threshold:
            return high - low >= OPEN_BY - CLOSE
        return low <= max(1, self.inside.get(name, 1)) + CLOSE and high >= self.threshold - 1 - CLOSE

    def broken(self, knowledge: Knowledge) -> list[Number]:
        """Return the hidden numbers that a reader with this knowledge can work out, wholly or too nearly."""
        return [name for name, ends in knowledge.intervals(self.holds).items() if not self.holds(name, *ends)]

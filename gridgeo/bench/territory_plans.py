"""Fresh plans: feasible, short, near their bound, in few CPU seconds; the worst of three grounds counts."""

from __future__ import annotations

import resource
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

from gridgeo.bench.report import Case
from gridgeo.bench.territory_grounds import Kind, hidden_plan, made_up, planted, with_river
from gridgeo.territory import Params, Problem, Result, Rounds, solve, verify_plan
from gridgeo.territory.certificate import compactness_km

SEEDS = (1, 2, 3)
SOLVER_SEED = 1
TWO = (0.05, 0.05)
BROKEN = "plans infeasible or in pieces"
STRETCH = ", a stretch"
XL_PARAMS = Params(sweeps=800, melts=0.0, rescue_runs=20)
"""One start of fewer sweeps: 200,000 nodes are to be planned in minutes."""
BEST_KNOWN_KM: dict[str, tuple[float, float, float]] = {
    "s-mild-2": (1071.0, 1130.9, 969.7),
    "m-mild-2": (5408.5, 5674.8, 5301.9),
    "m-hard-2": (6428.5, 7031.1, 6239.3),
    "l-mild-1": (25507.0, 25629.9, 25637.5),
    "l-mild-2": (26570.1, 27377.5, 27687.6),
}
"""Shortest feasible plans of a prototype with 3 to 30 starts, on grounds 1 to 3."""


@dataclass(frozen=True)
class Planned:
    """One plan of the bench. length: J over the best known, or the hidden plan's; agrees: with an independent check."""

    case: str
    seed: int
    feasible: bool
    in_pieces: int
    J_km: float
    length: float | None
    bound_gap_percent: float | None
    cpu_s: float
    agrees: bool

    def as_dict(self) -> dict[str, Any]:
        """Return the plan as it stands in the JSON."""
        return asdict(self)


@dataclass
class Book:
    """Every plan that the bench made. scale: how many times slower this machine is than the floors' own."""

    scale: float
    plans: list[Planned] = field(default_factory=list)

    def enter(self, case: str, seed: int, problem: Problem, result: Result, best_km: float | None = None) -> Planned:
        """Have the plan checked by code that shares nothing with the solver, and keep it."""
        certificate = result.certificate
        planned = Planned(
            case,
            seed,
            result.feasible,
            sum(count != 1 for count in certificate.pieces),
            round(certificate.J_km, 1),
            None if best_km is None else certificate.J_km / best_km,
            certificate.bound_gap_percent,
            result.cpu_s,
            verify_plan(problem, result.labels, certificate.as_json()) == [],
        )
        self.plans.append(planned)
        return planned

    def independent(self) -> Case:
        """Return the share of all plans whose every certified figure an independent check finds true."""
        share = 100.0 * sum(plan.agrees for plan in self.plans) / len(self.plans)
        return Case("check-independent", "% of plans", share, "higher", 100.0)


@dataclass(frozen=True)
class Fresh:
    """Plans of one case: ground, tolerances, starts, floors. length: over the best known; stretch: not blocking."""

    id: str
    size: str
    kind: Kind
    tolerance: tuple[float, ...]
    starts: int = 1
    length: float | None = None
    gap_percent: float | None = None
    cpu_s: float | None = None
    stretch: bool = False

    def cases(self, book: Book, seeds: tuple[int, ...]) -> list[Case]:
        """Solve the grounds of the seeds and return a case a floor; a figure of an infeasible plan is missing."""
        plans = [self._plan(book, seed) for seed in seeds]
        broken = float(sum(not plan.feasible or plan.in_pieces > 0 for plan in plans))
        found = [Case(self.id, BROKEN + (STRETCH if self.stretch else ""), broken, "lower", 0.0)]
        if self.length is not None:
            found.append(_worst(self.id + "-length", "of the best known", plans, lambda one: one.length, self.length))
        if self.gap_percent is not None:
            gaps = _worst(self.id + "-gap", "% to the bound for its centres", plans, _gap, self.gap_percent)
            found.append(gaps)
        if self.cpu_s is not None:
            floor = self.cpu_s * book.scale
            found.append(_worst(self.id + "-cpu", "CPU s", plans, lambda one: one.cpu_s, round(floor, 2)))
        return found

    def _plan(self, book: Book, seed: int) -> Planned:
        problem = made_up(self.size, self.kind, seed).problem(self.tolerance)
        result = solve(problem, Rounds(self.starts), SOLVER_SEED)
        known = BEST_KNOWN_KM.get(self.id)
        return book.enter(self.id, seed, problem, result, known[seed - 1] if known else None)


FRESH = (
    Fresh("s-mild-2", "S", "mild", TWO, 3, length=1.01, gap_percent=2.5, cpu_s=0.5),
    Fresh("s-mild-3", "S", "mild", (0.05, 0.05, 0.05), 3),
    Fresh("m-mild-2", "M", "mild", TWO, 1, length=1.0, gap_percent=1.8, cpu_s=2.0),
    Fresh("m-hard-2", "M", "hard", TWO, 2, length=1.0, gap_percent=4.5, cpu_s=4.0),
    Fresh("m-mild-3", "M", "mild", (0.05, 0.05, 0.05), 3),
    Fresh("l-mild-1", "L", "mild", (0.05,), 1, gap_percent=0.2, cpu_s=4.0),
    Fresh("l-mild-2", "L", "mild", TWO, 1, length=1.0, gap_percent=1.2, cpu_s=8.0),
    Fresh("l-hard-2-at-10", "L", "hard", (0.10, 0.10), 1, stretch=True),
    Fresh("l-mild-3-at-6", "L", "mild", (0.06, 0.06, 0.06), 1, stretch=True),
    Fresh("l-mild-3-at-5", "L", "mild", (0.05, 0.05, 0.05), 1, stretch=True),
)
QUICK = ("s-mild-2", "s-mild-3")


def cases(book: Book, quick: bool) -> list[Case]:
    """Return the cases of fresh plans; quick: the small grounds, one seed."""
    seeds = SEEDS[:1] if quick else SEEDS
    found = [case for fresh in FRESH if not quick or fresh.id in QUICK for case in fresh.cases(book, seeds)]
    found += [case for size in ("S" if quick else "SML") for case in _planted(book, size, seeds)]
    found += [_planted_tight(book, size, seeds) for size in ("S" if quick else "SM")]
    found.append(_barrier(book, "S" if quick else "M", seeds))
    return found if quick else [*found, *_huge(book)]


def _planted(book: Book, size: str, seeds: tuple[int, ...]) -> list[Case]:
    """Measures that disagree, with a hidden plan within 2.5 %: found at 5 %, and shorter than the hidden one."""
    case, starts = f"planted-{size.lower()}", 6 if size == "S" else 2
    plans = [_planted_plan(book, case, (size, seed), TWO, starts) for seed in seeds]
    broken = float(sum(not plan.feasible or plan.in_pieces > 0 for plan in plans))
    found = [Case(case, BROKEN + STRETCH, broken, "lower", 0.0)]
    if size != "S":
        unit = "of the hidden plan's" + STRETCH
        found.append(_worst(f"{case}-length", unit, plans, lambda one: one.length, 0.95))
    return found


def _planted_tight(book: Book, size: str, seeds: tuple[int, ...]) -> Case:
    case = f"planted-tight-{size.lower()}"
    plans = [_planted_plan(book, case, (size, seed), (0.03, 0.03), 6) for seed in seeds]
    return Case(case, BROKEN + STRETCH, float(sum(not plan.feasible for plan in plans)), "lower", 0.0)


def _planted_plan(
    book: Book, case: str, ground: tuple[str, int], tolerance: tuple[float, float], starts: int
) -> Planned:
    problem = planted(*ground).problem(tolerance)
    result = solve(problem, Rounds(starts), SOLVER_SEED)
    return book.enter(case, ground[1], problem, result, compactness_km(problem, hidden_plan(*ground)))


def _barrier(book: Book, size: str, seeds: tuple[int, ...]) -> Case:
    """Return how many territories a river with three bridges leaves in pieces."""
    apart = 0
    for seed in seeds:
        problem = with_river(made_up(size, "mild", seed)).problem(TWO)
        apart += book.enter("barrier", seed, problem, solve(problem, Rounds(1), SOLVER_SEED)).in_pieces
    return Case("barrier", "territories in pieces", float(apart), "lower", 0.0)


def _huge(book: Book) -> list[Case]:
    """Two hundred thousand cells for a thousand territories, two measures within 5 %."""
    ground = made_up("XL", "mild", 1)
    problem = ground.problem(TWO)
    result = solve(problem, Rounds(1), SOLVER_SEED, XL_PARAMS)
    peak_gib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    plan = book.enter("xl", 1, problem, result)
    return [
        Case("xl", BROKEN, float(not plan.feasible or plan.in_pieces > 0), "lower", 0.0),
        Case("xl-cpu", "CPU s", round(plan.cpu_s, 1), "lower", round(180.0 * book.scale, 1)),
        Case("xl-memory", "GiB at most, of the whole bench", round(peak_gib, 2), "lower", 4.0),
    ]


def _gap(plan: Planned) -> float | None:
    return plan.bound_gap_percent


def _worst(name: str, unit: str, plans: list[Planned], figure: Callable[[Planned], float | None], floor: float) -> Case:
    """Return the largest figure of the plans; missing, and so not met, where a plan has none."""
    values = [figure(plan) for plan in plans]
    known = [value for value in values if value is not None]
    worst = round(max(known), 4) if len(known) == len(values) else None
    return Case(name, unit, worst, "lower", floor)

"""Plans that must respect something: homes, locks, the plan before, people who leave."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

import numpy as np

from gridgeo.bench.report import Case
from gridgeo.bench.territory_grounds import MadeUpGround, grown, made_up
from gridgeo.bench.territory_plans import SEEDS, SOLVER_SEED, TWO, Book
from gridgeo.domain import FloatArray, IntArray, LabelArray
from gridgeo.territory import Moves, Problem, Result, Rounds, replan, solve

KEPT_MEASURE = 1
CORE_SHARE = 0.3
MOVES_BY_HAND = 500


@dataclass(frozen=True, eq=False)
class Before:
    """A ground with the plan that is live on it."""

    seed: int
    ground: MadeUpGround
    plan: Result


def cases(book: Book, quick: bool) -> list[Case]:
    """Return the cases of changes; quick: the small ground, each kind of change once."""
    medium = [_before("S" if quick else "M", seed) for seed in (SEEDS[:1] if quick else SEEDS)]
    large = medium if quick else [_before("L", seed) for seed in SEEDS]
    found = [
        *_homes(book, large),
        _locks(book, large),
        _by_hand(large[0], book.scale),
        _replanned(book, "replan-m-35", medium, 0.35, 92.0),
        _one_leaves(book, "rm-leaves-m", medium, 94.0),
    ]
    if quick:
        return found
    return [*found, _replanned(book, "replan-l-20", large, 0.20, 91.0), _one_leaves(book, "rm-leaves-l", large, 96.0)]


def _before(size: str, seed: int) -> Before:
    ground = made_up(size, "mild", seed)
    return Before(seed, ground, solve(ground.problem(TWO), Rounds(1), SOLVER_SEED))


def _homes(book: Book, before: list[Before]) -> list[Case]:
    """Centres are given: the node nearest to the middle of each territory of a plan."""
    plans = []
    for one in before:
        problem = replace(one.ground.problem(TWO), homes=_homes_of(one))
        plans.append(book.enter("l-homes", one.seed, problem, solve(problem, Rounds(1), SOLVER_SEED)))
    gaps = [plan.bound_gap_percent for plan in plans if plan.feasible and plan.bound_gap_percent is not None]
    worst = round(max(gaps), 3) if len(gaps) == len(plans) else None
    slowest = round(max(plan.cpu_s for plan in plans), 2)
    return [
        Case("l-homes", "% to the bound for its centres", worst, "lower", 1.5),
        Case("l-homes-cpu", "CPU s", slowest, "lower", round(10.0 * book.scale, 2)),
    ]


def _homes_of(one: Before) -> IntArray:
    gap_km = _from_centre(one)
    order = np.lexsort((gap_km, one.plan.labels))
    first = np.searchsorted(one.plan.labels[order], np.arange(one.ground.k))
    return order[first].astype(np.int64)


def _from_centre(one: Before) -> FloatArray:
    centres = np.array(one.plan.certificate.centres_km)
    gap_km: FloatArray = np.hypot(*(one.ground.xy_km - centres[one.plan.labels]).T)
    return gap_km


def _locks(book: Book, before: list[Before]) -> Case:
    """Return how many locked nodes were moved where the inner 30 % of every territory are locked."""
    moved = 0
    for one in before:
        gap_km = _from_centre(one)
        rank = np.empty(len(gap_km))
        order = np.lexsort((gap_km, one.plan.labels))
        held = np.bincount(one.plan.labels, minlength=one.ground.k)
        rank[order] = np.arange(len(order)) - np.repeat(np.cumsum(held) - held, held)
        core = rank < CORE_SHARE * held[one.plan.labels]
        problem = replace(one.ground.problem(TWO), locks=np.where(core, one.plan.labels, -1).astype(np.int32))
        result = solve(problem, Rounds(1), SOLVER_SEED + 1)
        book.enter("l-locks", one.seed, problem, result)
        moved += int((result.labels != one.plan.labels)[core].sum())
    return Case("l-locks", "locked nodes moved", float(moved), "lower", 0.0)


def _by_hand(one: Before, scale: float) -> Case:
    """Return the 99th percentile of the milliseconds that a node moved by hand takes, over random border moves."""
    rng = np.random.default_rng(1)
    problem, labels = one.ground.problem(TWO), one.plan.labels
    source = np.repeat(np.arange(problem.n), np.diff(problem.indptr))
    across = np.flatnonzero(labels[source] != labels[problem.indices])
    moves, spent_ms = Moves(problem, labels), []
    for edge in rng.permutation(across)[:MOVES_BY_HAND].tolist():
        node, to = int(source[edge]), int(moves.labels[problem.indices[edge]])
        if moves.labels[node] == to:
            continue
        begun = time.process_time()
        moves.move(node, to)
        spent_ms.append(1000.0 * (time.process_time() - begun))
    slow = round(float(np.quantile(spent_ms, 0.99)), 2)
    return Case("manual-move", "ms, 99th percentile", slow, "lower", round(20.0 * scale, 2))


def _replanned(book: Book, case: str, before: list[Before], growth: float, floor: float) -> Case:
    """Return the least part of measure 2, in percent, that stays where it was after demand grew in one place."""
    kept = []
    for one in before:
        problem = _after(grown(one.ground, growth).problem(TWO), one.plan.labels)
        kept.append(_kept(book, (case, one.seed), problem, floor))
    return _least(case, kept, floor)


def _one_leaves(book: Book, case: str, before: list[Before], floor: float) -> Case:
    """Return the least part of the others' load of measure 2 that stays with them when the one in the middle leaves."""
    kept = []
    for one in before:
        middle = one.ground.xy_km.mean(axis=0)
        leaver = int(np.hypot(*(np.array(one.plan.certificate.centres_km) - middle).T).argmin())
        labels = one.plan.labels
        previous = np.where(labels == leaver, -1, labels - (labels > leaver)).astype(np.int32)
        problem = _after(replace(one.ground.problem(TWO), k=one.ground.k - 1), previous)
        kept.append(_kept(book, (case, one.seed), problem, floor))
    return _least(case, kept, floor)


def _after(problem: Problem, previous: LabelArray) -> Problem:
    return replace(problem, previous=previous, kept_measure=KEPT_MEASURE)


def _kept(book: Book, entry: tuple[str, int], problem: Problem, floor: float) -> float | None:
    result = replan(problem, floor / 100.0, Rounds(1), SOLVER_SEED)
    # The certificate is of the problem with the change cost that was found; length and loads do not depend on it.
    plan = book.enter(*entry, problem, result)
    kept = result.certificate.kept_share
    within = plan.in_pieces == 0 and all(violation.measure == "kept_share" for violation in result.violations)
    return 100.0 * kept if within and kept is not None else None


def _least(case: str, kept: list[float | None], floor: float) -> Case:
    known = [share for share in kept if share is not None]
    least = round(min(known), 2) if len(known) == len(kept) else None
    return Case(case, "% of measure 2 kept, least", least, "higher", floor)

"""Solve a problem: start, repair, improve, several times over; the best plan with its certificate."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import count
from typing import TYPE_CHECKING

import numpy as np

from gridgeo.domain.arrays import FloatArray, LabelArray
from gridgeo.errors import InvalidInputError
from gridgeo.territory.certificate import Certificate, Violation, certify, violations_of
from gridgeo.territory.check import Finding, check_problem
from gridgeo.territory.params import Params
from gridgeo.territory.problem import Problem
from gridgeo.territory.stop import Progress, Rounds, StopRule

if TYPE_CHECKING:
    from gridgeo.territory.improve import Candidate
    from gridgeo.territory.kernels import Ground

WARM_HEAT = 0.1
"""A given plan is annealed from this part of the usual heat, so that it is improved and not melted."""


@dataclass(frozen=True, eq=False)
class Result:
    """The best plan met.

    labels: territory of every node, int32, shape (n,). feasible: within every tolerance, one piece each. violations: of
    an infeasible plan, which is the one that violates least; never relaxed silently. findings: what the check before
    named as impossible. rounds: starts done. cpu_s: CPU seconds of this process.
    """

    labels: LabelArray
    feasible: bool
    violations: tuple[Violation, ...]
    certificate: Certificate
    findings: tuple[Finding, ...]
    rounds: int
    cpu_s: float


def solve(
    problem: Problem,
    stop: StopRule = Rounds(3),  # noqa: B008  a frozen value
    seed: int = 0,
    params: Params = Params(),  # noqa: B008  a frozen value
    initial: LabelArray | None = None,
    cores: int = 1,
) -> Result:
    """Give every node a territory: balanced, in one piece each, close to the centres.

    stop: asked after every round (one start, annealed). seed: same seed, same plan, whatever the machine, as long as
    the stop rule does not count time. initial: shape (n,), a plan to begin every round with; -1 is open.
    cores: rounds that run side by side; the plan does not depend on it.
    Returns the best plan; where none within tolerance was met, the least violating one, its violations named.
    Raises InvalidInputError when initial does not fit.
    """
    begun = time.process_time()
    found = best_plan(problem, stop, seed, params, initial, cores)
    return replace(certified(problem, found, seed, params), cpu_s=time.process_time() - begun)


@dataclass(frozen=True, eq=False)
class Found:
    """The best plan met, not certified yet. labels: shape (n,); travel: from each home, as the certificate takes it."""

    labels: LabelArray
    travel: FloatArray
    rounds: int


def best_plan(
    problem: Problem,
    stop: StopRule,
    seed: int,
    params: Params,
    initial: LabelArray | None = None,
    cores: int = 1,
) -> Found:
    """Do what `solve` does, but for the certificate."""
    # numba takes about a second to import: only those who solve pay for it.
    from gridgeo.territory.improve import ground_of

    begun = time.process_time()
    _check_initial(problem, initial)
    if cores < 1:
        raise InvalidInputError("cores must be at least 1, got {given}", given=cores)
    ground = ground_of(problem)
    best: Candidate | None = None
    rounds = stale = 0
    with closing(_rounds(problem, ground, (params, seed, initial), cores)) as candidates:
        while best is None or not stop(
            Progress(rounds, stale, time.process_time() - begun, best.total_excess, best.distance)
        ):
            found = next(candidates)
            stale = 0 if found.beats(best) else stale + 1
            best = found if found.beats(best) else best
            rounds += 1
    return Found(best.labels, ground.travel, rounds)


def certified(problem: Problem, found: Found, seed: int, params: Params) -> Result:
    """Return a plan with its certificate and its violations named."""
    begun = time.process_time()
    violations = violations_of(problem, found.labels)
    certificate = certify(problem, found.labels, not violations, found.travel, seed, params)
    return Result(
        labels=found.labels,
        feasible=not violations,
        violations=violations,
        certificate=certificate,
        findings=tuple(check_problem(problem)),
        rounds=found.rounds,
        cpu_s=time.process_time() - begun,
    )


def _rounds(
    problem: Problem, ground: Ground, dials: tuple[Params, int, LabelArray | None], cores: int
) -> Generator[Candidate]:
    """Yield the candidates of round 0, 1, 2 and so on; cores of them at a time after the first.

    The first one is the rival of all others, so that none waits for another and their order does not matter.
    """
    from gridgeo.territory.improve import improve

    params, seed, initial = dials

    def candidate(number: int, rival: Candidate | None) -> Candidate:
        return improve(problem, ground, *_begin(problem, params, (seed, number), initial), rival=rival)

    first = candidate(0, None)
    yield first
    if cores == 1:
        yield from (candidate(number, first) for number in count(1))
    pool = ThreadPoolExecutor(cores)
    try:
        ahead = deque(pool.submit(candidate, number, first) for number in range(1, cores + 1))
        for number in count(cores + 1):
            yield ahead.popleft().result()
            ahead.append(pool.submit(candidate, number, first))
    finally:
        pool.shutdown(cancel_futures=True)


def _check_initial(problem: Problem, initial: LabelArray | None) -> None:
    if initial is not None and (
        np.shape(initial) != (problem.n,)
        or (np.asarray(initial) < -1).any()
        or (np.asarray(initial) >= problem.k).any()
    ):
        raise InvalidInputError("an initial plan must give each of the {n} nodes a territory or -1", n=problem.n)


def _begin(
    problem: Problem, params: Params, seeds: tuple[int, int], initial: LabelArray | None
) -> tuple[tuple[LabelArray, np.ndarray], Params, int]:
    """Start of one round: plan and centres, dials, seed of its moves."""
    from gridgeo.territory.certificate import medians
    from gridgeo.territory.repair import one_piece_each
    from gridgeo.territory.start import starting_plan

    rng = np.random.default_rng(seeds)
    labels, centres = starting_plan(problem, params, rng)
    if initial is not None:
        labels = np.where(initial >= 0, initial, -1).astype(np.int32)
        params = replace(params, heat_start=max(params.heat_start * WARM_HEAT, params.heat_end))
    labels = one_piece_each(problem, labels, centres)
    if problem.homes is None:
        centres = medians(problem, labels)
    return (labels, centres), params, int(rng.integers(2**62))


def warm_up() -> None:
    """Compile the kernels, or load them compiled; the CPU seconds of a later solve are then its own."""
    ends = np.array([1, 0], np.int32)
    pair = Problem(
        xy_km=np.array([[0.0, 0.0], [1.0, 0.0]]),
        weights=np.ones((2, 2)),
        indptr=np.array([0, 1, 2]),
        indices=ends,
        k=2,
        tolerance=np.array([0.5, 0.5]),
    )
    solve(pair, Rounds(1), params=Params(sweeps=2, bound_steps=2))

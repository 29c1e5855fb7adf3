"""What other libraries make of the same grounds, and what an exact solver makes of a small one."""

from __future__ import annotations

import itertools
import json
import subprocess  # the peers live in an environment of their own
import tempfile
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array, kron, vstack

from gridgeo.bench.peers import peers_python
from gridgeo.bench.report import Case
from gridgeo.bench.territory_grounds import MadeUpGround, made_up
from gridgeo.bench.territory_plans import SEEDS, SOLVER_SEED, TWO
from gridgeo.cells import neighbour_graph
from gridgeo.domain import IntArray, LabelArray
from gridgeo.territory import Problem, Rounds, solve
from gridgeo.territory.certificate import compactness_km, pieces_per_territory

CHILD = "territory_peer_child.py"
EXACT_SEEDS = (1, 2, 3, 4, 5, 6)
"""More grounds than elsewhere: an exact plan is contiguous on some only."""
SHOWN = ("gerrychain", "spopt", "k-means-constrained")
"""They balance one measure, or counts, or nothing: shown beside, not counted."""
TIME_LIMIT_S = 60.0
EXACT_CELLS, EXACT_TERRITORIES, EXACT_LIMIT_S = 200, 4, 60.0


@dataclass(frozen=True, eq=False)
class Theirs:
    """A peer's plan, or None where it gave none within the time limit."""

    version: str
    labels: LabelArray


def cases(quick: bool) -> list[Case]:
    """Return the cases of peers; quick: the small ground for all, and no peer that is only shown."""
    found = [
        _metis("S" if quick else "L", SEEDS[:1] if quick else SEEDS),
        _exact(EXACT_SEEDS[:2] if quick else EXACT_SEEDS),
    ]
    return found if quick else [*found, *(_shown(peer) for peer in SHOWN)]


def _metis(size: str, seeds: tuple[int, ...]) -> Case:
    """Return by how many percent our plan of one measure is shorter than METIS's at the same tolerance, least."""
    gains, release = [], ""
    for seed in seeds:
        ground = made_up(size, "mild", seed)
        theirs = _plan_of("pymetis", ground)
        if theirs is None:
            return Case("peer-pymetis", "% shorter", None, "higher", 12.0, "pymetis")
        problem = ground.problem((0.05,))
        ours = solve(problem, Rounds(1), SOLVER_SEED).certificate.J_km
        gains.append(100.0 * (1.0 - ours / compactness_km(problem, theirs.labels)))
        release = theirs.version
    return Case("peer-pymetis", "% shorter, least", round(min(gains), 2), "higher", 12.0, "pymetis", release, 0.0)


def _shown(peer: str) -> Case:
    """Return our length and theirs on the small ground; theirs is missing where the time limit passed."""
    ground = made_up("S", "mild", 1)
    problem = ground.problem(TWO)
    ours = solve(problem, Rounds(3), SOLVER_SEED).certificate.J_km
    theirs = _plan_of(peer, ground)
    if theirs is None:
        return Case(
            f"peer-{peer}", f"km, no plan of theirs in {TIME_LIMIT_S:.0f} s", round(ours, 1), "lower", None, peer
        )
    unit = f"km; theirs leaves the targets by {_imbalance(problem, theirs.labels):.0f} %"
    length = round(compactness_km(problem, theirs.labels), 1)
    return Case(f"peer-{peer}", unit, round(ours, 1), "lower", None, peer, theirs.version, length)


def _imbalance(problem: Problem, labels: LabelArray) -> float:
    loads = np.array([np.bincount(labels, weight, minlength=problem.k) for weight in problem.shares[:, :2].T])
    return float(100.0 * np.abs(loads * problem.k - 1.0).max())


def _plan_of(peer: str, ground: MadeUpGround) -> Theirs | None:
    python = peers_python()
    if python is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "ground.npz"
        parts = ("xy_km", "weights", "indptr", "indices")
        np.savez(file, k=np.array(ground.k), **{name: getattr(ground, name) for name in parts})
        child = [str(python), str(Path(__file__).with_name(CHILD)), peer, str(file)]
        try:
            done = subprocess.run(  # noqa: S603 - our own module
                child, capture_output=True, text=True, timeout=TIME_LIMIT_S, check=True
            )
        except subprocess.TimeoutExpired:
            return None
    answer = json.loads(done.stdout)
    return Theirs(answer["version"], np.array(answer["labels"], dtype=np.int32))


def _exact(seeds: tuple[int, ...]) -> Case:
    """Return by how many percent our plans for given homes are longer than exact ones, where those are contiguous."""
    longer = []
    for seed, tolerance in itertools.product(seeds, (TWO[:1], TWO)):
        problem = _small(seed, tolerance)
        best = _optimum(problem)
        if best is None or max(pieces_per_territory(problem, best)) > 1:
            continue
        ours = solve(problem, Rounds(3), SOLVER_SEED)
        excess = _to_homes(problem, ours.labels) / _to_homes(problem, best) - 1.0
        longer.append(100.0 * excess if ours.feasible else np.inf)
    worst = round(max(longer), 3) if longer else None
    return Case("peer-exact", f"% longer, worst of {len(longer)}", worst, "lower", 0.5, "HiGHS", version("scipy"), 0.0)


def _small(seed: int, tolerance: tuple[float, ...]) -> Problem:
    """Cut the 200 cells in the middle out of the small ground; homes where a plan has its centres."""
    ground = made_up("S", "mild", seed)
    inside = np.sort(np.argsort(np.hypot(*(ground.xy_km - ground.xy_km.mean(axis=0)).T))[:EXACT_CELLS])
    cells, weights = ground.cells[inside], ground.weights[inside]
    graph = neighbour_graph(cells)
    cut = MadeUpGround(cells, ground.xy_km[inside], weights, graph.indptr, graph.indices, EXACT_TERRITORIES)
    problem = cut.problem(tolerance)
    centres = np.array(solve(problem, Rounds(1), SOLVER_SEED).certificate.centres_km)
    away = np.hypot(*(problem.xy_km[:, None] - centres[None]).transpose(2, 0, 1))
    return replace(problem, homes=away.argmin(axis=0).astype(np.int64))


def _optimum(problem: Problem) -> LabelArray | None:
    """Give every node a home at the least weighted distance, within the tolerance; contiguity is not asked for."""
    n, k, balanced = problem.n, problem.k, problem.balanced
    homes = _homes(problem)
    away = np.hypot(*(problem.xy_km[:, None] - problem.xy_km[homes][None]).transpose(2, 0, 1))
    once = kron(csr_array(np.eye(n)), np.ones((1, k)))
    loads = vstack([kron(problem.shares[None, :, measure], csr_array(np.eye(k))) for measure in balanced])
    target, band = problem.targets[:, balanced].T.ravel(), np.repeat(problem.tolerance[balanced], k)
    lower = np.zeros((n, k))
    lower[homes, np.arange(k)] = 1
    found = milp(
        (problem.weights[:, [0]] * away).ravel(),
        integrality=np.ones(n * k, dtype=np.int64),
        bounds=Bounds(lower.ravel(), np.ones(n * k)),
        constraints=[LinearConstraint(once, 1, 1), LinearConstraint(loads, target * (1 - band), target * (1 + band))],
        options={"time_limit": EXACT_LIMIT_S, "mip_rel_gap": 1e-4},
    )
    return np.round(found.x).reshape(n, k).argmax(axis=1).astype(np.int32) if found.status == 0 else None


def _to_homes(problem: Problem, labels: LabelArray) -> float:
    gap_km = np.hypot(*(problem.xy_km - problem.xy_km[_homes(problem)][labels]).T)
    return float((problem.weights[:, 0] * gap_km).sum())


def _homes(problem: Problem) -> IntArray:
    if problem.homes is None:
        raise RuntimeError("an exact plan needs homes")
    return problem.homes

"""A certificate is true, its bound is a bound, and the independent checker catches what is not."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import csr_array, hstack, identity, kron, vstack

from gridgeo.territory import Params, Problem, Result, Rounds, solve, verify_plan
from gridgeo.territory.bound import lower_bound

NO_TRAVEL = np.zeros((0, 0))


@pytest.fixture(scope="module")
def solved(hexagons: Callable[..., Problem]) -> tuple[Problem, Result]:
    """A feasible plan of 169 hexagons."""
    problem = replace(hexagons(7, 4), previous=np.arange(169) % 4)
    result = solve(problem, Rounds(2), 1)
    assert result.feasible
    return problem, result


def stored(result: Result) -> dict[str, Any]:
    """Return the certificate after a trip through JSON."""
    body: dict[str, Any] = json.loads(json.dumps(result.certificate.as_json()))
    return body


def names(problem: Problem, labels: np.ndarray, body: dict[str, Any]) -> set[str]:
    """Return what the checker objects to."""
    return {wrong.what for wrong in verify_plan(problem, labels, body)}


def test_a_certificate_is_true_after_a_trip_through_json(solved: tuple[Problem, Result]) -> None:
    problem, result = solved
    assert verify_plan(problem, result.labels, stored(result)) == []


def test_the_checker_catches_a_planted_piece(solved: tuple[Problem, Result]) -> None:
    problem, result = solved
    source = np.repeat(np.arange(problem.n), np.diff(problem.indptr))
    inside = np.bincount(source, result.labels[source] == result.labels[problem.indices]) == np.diff(problem.indptr)
    labels = result.labels.copy()
    labels[np.flatnonzero(inside & (labels == 0))[0]] = 1
    assert {"pieces", "loads", "feasible"} <= names(problem, labels, stored(result))


@pytest.mark.parametrize(
    ("what", "change"),
    [
        ("loads", lambda body: body["loads"][0].__setitem__(0, body["loads"][0][0] * 1.01)),
        ("targets", lambda body: body["targets"][1].__setitem__(1, 3.0)),
        ("imbalance_percent", lambda body: body["imbalance_percent"][2].__setitem__(0, 0.0)),
        ("pieces", lambda body: body["pieces"].__setitem__(0, 2)),
        ("nodes", lambda body: body["nodes"].__setitem__(0, 1)),
        ("J_km", lambda body: body.__setitem__("J_km", body["J_km"] * 0.999)),
        ("distance", lambda body: body.__setitem__("distance", body["distance"] * 0.999)),
        ("kept_share", lambda body: body.__setitem__("kept_share", 0.99)),
        ("feasible", lambda body: body.__setitem__("feasible", False)),
        ("bridges", lambda body: body["bridges"].append([0, 1])),
        ("lower_bound", lambda body: body.__setitem__("lower_bound", body["lower_bound"] * 1.001)),
        ("lower_bound", lambda body: body["bound_prices"][0].__setitem__(0, 1e4)),
        ("lower_bound", lambda body: body.__setitem__("lower_bound", None)),
        ("bound_gap_percent", lambda body: body.__setitem__("bound_gap_percent", 0.01)),
    ],
)
def test_the_checker_catches_a_wrong_figure(
    solved: tuple[Problem, Result], what: str, change: Callable[[dict[str, Any]], None]
) -> None:
    problem, result = solved
    body = stored(result)
    change(body)
    assert what in names(problem, result.labels, body)


def test_the_checker_catches_a_moved_lock_and_home(solved: tuple[Problem, Result]) -> None:
    problem, result = solved
    locks = np.full(problem.n, -1)
    locks[5] = (result.labels[5] + 1) % 4
    assert "locks" in names(replace(problem, locks=locks), result.labels, stored(result))
    homes = [int(np.flatnonzero(result.labels == (j + 1) % 4)[0]) for j in range(4)]
    assert "homes" in names(replace(problem, homes=homes), result.labels, stored(result))


def test_the_checker_refuses_labels_that_are_none(solved: tuple[Problem, Result]) -> None:
    problem, result = solved
    assert names(problem, np.full(problem.n, -1), stored(result)) == {"labels"}
    assert names(problem, result.labels[1:], stored(result)) == {"labels"}


@pytest.fixture(scope="module")
def small(from_pairs: Callable[..., Problem]) -> Problem:
    """Sixty nodes in a grid of squares, two measures at 5 %, four territories."""
    rng = np.random.default_rng(4)
    rows, columns = np.divmod(np.arange(60), 10)
    right = [[i, i + 1] for i in range(60) if i % 10 < 9]
    down = [[i, i + 10] for i in range(50)]
    weights = np.column_stack([rng.uniform(0.5, 2.0, 60), rng.uniform(0.5, 2.0, 60)])
    xy = np.column_stack([columns, rows]).astype(float)
    return from_pairs(xy, weights, np.array(right + down), 4, tolerance=np.array([0.05, 0.05]))


def assignment(problem: Problem, centres: np.ndarray) -> dict[str, Any]:
    """Write the assignment to given centres as a linear program, variables node by node."""
    n, k = problem.n, problem.k
    gap = np.sqrt(((problem.xy_km[:, None] - centres[None]) ** 2).sum(2))
    loads = vstack([kron(csr_array(problem.shares[:, [m]].T), identity(k)) for m in range(2)]).tocsr()
    once = kron(identity(n), csr_array(np.ones((1, k)))).tocsr()
    low, high = 0.95 / k * np.ones(2 * k), 1.05 / k * np.ones(2 * k)
    return {"cost": (problem.weights[:, :1] * gap).ravel(), "loads": loads, "once": once, "low": low, "high": high}


def test_the_bound_lies_just_below_the_linear_program(small: Problem) -> None:
    centres = np.array([[2.0, 1.0], [7.0, 1.0], [2.0, 4.0], [7.0, 4.0]])
    program = assignment(small, centres)
    exact = linprog(
        program["cost"],
        A_ub=vstack([program["loads"], -program["loads"]]),
        b_ub=np.concatenate([program["high"], -program["low"]]),
        A_eq=program["once"],
        b_eq=np.ones(small.n),
    )
    bound = lower_bound(small, centres, NO_TRAVEL, 1.05 * exact.fun, 1200)
    assert bound.value <= exact.fun * (1 + 1e-9)
    assert bound.value >= exact.fun * (1 - 2e-3)


def test_the_bound_lies_below_the_exact_contiguous_optimum_for_its_centres(small: Problem) -> None:
    """HiGHS with contiguity as flow from each centre's node; the certificate's bound may not be above it."""
    result = solve(small, Rounds(4), 1)
    assert result.feasible
    exact = contiguous_optimum(small, np.array(result.certificate.centres_km))
    assert result.certificate.lower_bound is not None
    assert result.certificate.lower_bound <= exact * (1 + 1e-6)
    assert exact <= result.certificate.distance * (1 + 1e-6)


def contiguous_optimum(problem: Problem, centres: np.ndarray) -> float:
    """Solve exactly: x assigns nodes, each territory sends flow from the node next to its centre to all it holds."""
    n, k = problem.n, problem.k
    program = assignment(problem, centres)
    source = np.repeat(np.arange(n), np.diff(problem.indptr))
    edges = len(source)
    into = csr_array((np.ones(edges), (problem.indices, np.arange(edges))), shape=(n, edges))
    out = csr_array((np.ones(edges), (source, np.arange(edges))), shape=(n, edges))
    roots = np.argmin(((problem.xy_km[None] - centres[:, None]) ** 2).sum(2), axis=1)
    keep = np.ones((n, k))
    keep[roots, np.arange(k)] = 0.0
    picked = np.flatnonzero(keep.ravel())
    # What flows into a node, less what flows out, is its own membership; nothing enters a node that is not held.
    balance = hstack([-identity(n * k), kron(into - out, identity(k))]).tocsr()[picked]
    entry = hstack([-n * identity(n * k), kron(into, identity(k))]).tocsr()
    flows = csr_array((1, edges * k))
    loads = hstack([program["loads"], kron(flows, np.zeros((2 * k, 1)))[:, : edges * k]]).tocsr()
    once = hstack([program["once"], csr_array((n, edges * k))]).tocsr()
    whole = np.concatenate([np.ones(n * k), np.zeros(edges * k)])
    found = milp(
        np.concatenate([program["cost"], np.zeros(edges * k)]),
        integrality=whole,
        bounds=Bounds(0.0, np.where(whole > 0, 1.0, np.inf)),
        constraints=[
            LinearConstraint(loads, program["low"], program["high"]),
            LinearConstraint(once, 1.0, 1.0),
            LinearConstraint(balance, 0.0, 0.0),
            LinearConstraint(entry, -np.inf, 0.0),
        ],
        options={"mip_rel_gap": 1e-4},
    )
    assert found.success
    return float(found.fun)


def test_measures_that_do_not_vary_have_no_correlation(hexagons: Callable[..., Problem], quick: Params) -> None:
    problem = hexagons(5, 2)
    flat = replace(problem, weights=np.column_stack([problem.weights[:, 0], np.ones(problem.n)]))
    table = solve(flat, Rounds(1), 1, quick).certificate.measure_correlation
    assert table[0][0] == pytest.approx(1.0)
    assert table[0][1] is None


def test_the_price_of_balance_is_zero_when_nothing_is_balanced(hexagons: Callable[..., Problem], quick: Params) -> None:
    free = replace(hexagons(6, 3), tolerance=[np.nan, np.nan])
    certificate = solve(free, Rounds(1), 1, quick).certificate
    assert certificate.price_of_balance_percent == pytest.approx(0.0, abs=0.5)
    assert certificate.feasible

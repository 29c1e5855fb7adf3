"""Plans are contiguous, balanced, keep their locks, and depend on nothing but the problem and the seed."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from gridgeo.errors import InvalidInputError
from gridgeo.territory import (
    CpuSeconds,
    FirstOf,
    NoImprovement,
    Params,
    Problem,
    Rounds,
    Watched,
    WhenAsked,
    check_problem,
    components,
    solve,
    verify_plan,
)
from gridgeo.territory.certificate import violations_of

RELAXED = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


def pieces(problem: Problem, labels: np.ndarray) -> list[int]:
    """Count the connected parts of each territory, by a subgraph each."""
    n = problem.n
    graph = csr_array((np.ones(len(problem.indices)), problem.indices, problem.indptr), shape=(n, n))
    parts = []
    for j in range(problem.k):
        inside = np.flatnonzero(labels == j)
        parts.append(connected_components(graph[inside][:, inside])[0] if len(inside) else 0)
    return parts


@RELAXED
@given(n=st.integers(12, 80), k=st.integers(1, 6), seed=st.integers(0, 10_000), cut=st.floats(0.0, 0.4))
def test_every_territory_is_contiguous(
    scattered: Callable[..., Problem], quick: Params, n: int, k: int, seed: int, cut: float
) -> None:
    problem = scattered(n, k, seed, cut)
    result = solve(problem, Rounds(1), seed, quick)
    if components(problem).max() + 1 <= k:
        assert pieces(problem, result.labels) == [1] * k
    assert result.certificate.pieces == pieces(problem, result.labels)
    assert verify_plan(problem, result.labels, json.loads(json.dumps(result.certificate.as_json()))) == []


@RELAXED
@given(seed=st.integers(0, 10_000), share=st.floats(0.05, 0.5))
def test_locks_are_kept(scattered: Callable[..., Problem], quick: Params, seed: int, share: float) -> None:
    problem = scattered(60, 4, seed, 0.0)
    rng = np.random.default_rng(seed)
    plan = solve(problem, Rounds(1), seed, quick).labels
    locks = np.where(rng.random(problem.n) < share, plan, -1)
    result = solve(replace(problem, locks=locks), Rounds(1), seed + 1, quick)
    assert (result.labels[locks >= 0] == locks[locks >= 0]).all()
    assert pieces(problem, result.labels) == [1] * problem.k


def test_homes_stay_in_their_own_territory(hexagons: Callable[..., Problem], quick: Params) -> None:
    problem = replace(hexagons(8, 4), homes=[3, 50, 120, 200])
    result = solve(problem, Rounds(2), 1, quick)
    assert result.labels[problem.homes].tolist() == [0, 1, 2, 3]
    assert verify_plan(problem, result.labels, result.certificate.as_json()) == []


def test_travel_counts_the_way_over_the_edges(hexagons: Callable[..., Problem], quick: Params) -> None:
    straight = replace(hexagons(8, 3), homes=[20, 110, 190])
    slow = replace(straight, objective="travel", edge_cost=straight.costs * 60.0)
    result = solve(slow, Rounds(1), 1, quick)
    assert result.feasible
    assert result.certificate.distance > 60.0 * solve(straight, Rounds(1), 1, quick).certificate.distance * 0.99
    assert verify_plan(slow, result.labels, result.certificate.as_json()) == []


def test_two_measures_are_met_within_five_percent(hexagons: Callable[..., Problem]) -> None:
    problem = hexagons(9, 5)
    result = solve(problem, Rounds(3), 1)
    assert result.feasible
    assert result.violations == ()
    assert np.abs(result.certificate.imbalance_percent).max() <= 5.0
    assert result.certificate.bound_gap_percent is not None
    assert result.certificate.bound_gap_percent < 6.0


def test_cells_without_weight_belong_somewhere_too(hexagons: Callable[..., Problem]) -> None:
    problem = hexagons(9, 4, zero_share=0.65)
    result = solve(problem, Rounds(3), 2)
    assert result.feasible
    assert set(result.labels) == {0, 1, 2, 3}
    assert result.certificate.pieces == [1, 1, 1, 1]


def test_unequal_shares_give_part_time_people_less(hexagons: Callable[..., Problem]) -> None:
    shares = np.repeat([[0.5], [0.3], [0.2]], 2, axis=1)
    result = solve(replace(hexagons(9, 3), target_shares=shares), Rounds(3), 1)
    loads = np.array(result.certificate.loads)
    assert result.feasible
    np.testing.assert_allclose(loads / loads.sum(0), shares, rtol=0.0501)


def test_a_measure_without_tolerance_is_reported_only(hexagons: Callable[..., Problem], quick: Params) -> None:
    problem = hexagons(8, 4)
    lopsided = problem.weights.copy()
    lopsided[:, 1] = problem.xy_km[:, 0] > 0
    result = solve(replace(problem, weights=lopsided, tolerance=[0.05, np.nan]), Rounds(2), 1, quick)
    assert result.feasible
    assert np.abs(result.certificate.imbalance_percent)[:, 1].max() > 5.0
    assert result.certificate.tolerance_percent == [5.0, None]


def test_one_territory_takes_everything(hexagons: Callable[..., Problem], quick: Params) -> None:
    result = solve(hexagons(3, 1), Rounds(1), 0, quick)
    assert result.feasible
    assert not result.labels.any()


def test_the_same_seed_gives_the_same_plan(hexagons: Callable[..., Problem], quick: Params) -> None:
    problem = hexagons(8, 5)
    first, again = (solve(problem, Rounds(2), 7, quick) for _ in range(2))
    np.testing.assert_array_equal(first.labels, again.labels)
    assert first.certificate == again.certificate
    assert (solve(problem, Rounds(2), 8, quick).labels != first.labels).any()


@pytest.mark.parametrize("scale", [[8.0, 1 / 1024.0], [2.0**20, 2.0**-20]])
def test_the_unit_of_a_measure_does_not_matter(
    hexagons: Callable[..., Problem], quick: Params, scale: list[float]
) -> None:
    problem = hexagons(8, 5)
    scaled = replace(problem, weights=problem.weights * scale)
    one, other = solve(problem, Rounds(1), 3, quick), solve(scaled, Rounds(1), 3, quick)
    np.testing.assert_array_equal(one.labels, other.labels)
    assert one.certificate.bound_gap_percent == pytest.approx(other.certificate.bound_gap_percent, abs=1e-6)


@RELAXED
@given(seed=st.integers(0, 1000))
def test_renumbered_nodes_keep_a_plan_true(scattered: Callable[..., Problem], quick: Params, seed: int) -> None:
    """A plan carried over to the same graph under other numbers has the same figures."""
    problem = scattered(40, 3, seed, 0.0)
    result = solve(problem, Rounds(1), seed, quick)
    order = np.random.default_rng(seed).permutation(problem.n)
    place = np.argsort(order)
    source = np.repeat(np.arange(problem.n), np.diff(problem.indptr))
    pairs = np.column_stack([place[source], place[problem.indices]])
    pairs = pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))]
    renamed = Problem(
        problem.xy_km[order],
        problem.weights[order],
        np.concatenate([[0], np.cumsum(np.bincount(pairs[:, 0], minlength=problem.n))]),
        pairs[:, 1],
        k=3,
        tolerance=problem.tolerance,
    )
    assert verify_plan(renamed, result.labels[order], result.certificate.as_json()) == []


def test_an_infeasible_plan_names_its_violators(hexagons: Callable[..., Problem], quick: Params) -> None:
    problem = hexagons(6, 3)
    weights = problem.weights.copy()
    weights[10, 1] = 2.0 * weights[:, 1].sum()
    named = replace(problem, weights=weights, measures=("customers", "workload"), territories=("A", "B", "C"))
    result = solve(named, Rounds(2), 1, quick)
    assert not result.feasible
    assert "workload" in {violation.measure for violation in result.violations}
    assert {violation.territory for violation in result.violations} <= {"A", "B", "C"}
    assert all(abs(violation.value) > violation.limit == 5.0 for violation in result.violations)
    assert result.certificate.bound_gap_percent is None
    assert result.certificate.lower_bound is None
    assert any("10 alone" in finding.message for finding in result.findings)
    assert verify_plan(named, result.labels, result.certificate.as_json()) == []


def test_more_parts_than_territories_is_a_violation_and_not_hidden(
    from_pairs: Callable[..., Problem], quick: Params
) -> None:
    xy = np.column_stack([np.arange(6.0), np.zeros(6)])
    apart = from_pairs(xy, np.ones((6, 1)), np.array([[0, 1], [2, 3], [4, 5]]), 2)
    result = solve(apart, Rounds(1), 1, quick)
    assert not result.feasible
    assert any(violation.measure == "pieces" for violation in result.violations)
    assert "3 separate parts" in result.findings[0].message


def test_a_given_plan_is_improved_and_not_forgotten(hexagons: Callable[..., Problem], quick: Params) -> None:
    problem = hexagons(9, 5)
    known = solve(problem, Rounds(3), 1)
    warm = solve(problem, Rounds(1), 2, quick, initial=known.labels)
    assert warm.feasible
    assert (warm.labels == known.labels).mean() > 0.5


def test_an_initial_plan_must_fit(hexagons: Callable[..., Problem]) -> None:
    problem = hexagons(4, 3)
    with pytest.raises(InvalidInputError, match="each of the 61 nodes"):
        solve(problem, initial=np.zeros(3, np.int32))
    with pytest.raises(InvalidInputError, match="each of the 61 nodes"):
        solve(problem, initial=np.full(problem.n, 3, np.int32))


def test_more_rounds_are_never_worse(hexagons: Callable[..., Problem], quick: Params) -> None:
    problem = hexagons(9, 6)
    lengths = [solve(problem, Rounds(count), 5, quick).certificate.distance for count in (1, 2, 4)]
    assert lengths == sorted(lengths, reverse=True)


def test_stop_rules_end_a_solve(hexagons: Callable[..., Problem], quick: Params) -> None:
    problem = hexagons(6, 3)
    assert solve(problem, Rounds(2), 1, quick).rounds == 2
    assert solve(problem, CpuSeconds(1e-6), 1, quick).rounds == 1
    assert solve(problem, FirstOf((NoImprovement(2), Rounds(50))), 1, quick).rounds <= 50


def test_the_cores_do_not_show_in_the_plan(hexagons: Callable[..., Problem], quick: Params) -> None:
    problem = hexagons(8, 5)
    alone, beside = (solve(problem, Rounds(4), 3, quick, cores=cores) for cores in (1, 2))
    assert (alone.labels == beside.labels).all()
    assert alone.rounds == beside.rounds == 4
    with pytest.raises(InvalidInputError, match="cores must be at least 1"):
        solve(problem, Rounds(1), 3, quick, cores=0)


def test_a_solve_is_watched_and_ends_when_asked(hexagons: Callable[..., Problem], quick: Params) -> None:
    seen: list[int] = []
    rule = FirstOf(
        (Watched(Rounds(50), lambda progress: seen.append(progress.rounds)), WhenAsked(lambda: len(seen) == 2))
    )
    assert solve(hexagons(5, 3), rule, 1, quick).rounds == 2
    assert seen == [1, 2]


def test_forbidden_pairs_are_kept_apart(hexagons: Callable[..., Problem], quick: Params) -> None:
    problem = hexagons(7, 4, tolerance=0.1)
    free = solve(problem, Rounds(2), 1, quick)
    homes = np.array([np.flatnonzero(free.labels == j)[0] for j in range(problem.k)])
    problem = replace(problem, homes=homes)
    free = solve(problem, Rounds(2), 1, quick)
    taken = np.setdiff1d(np.flatnonzero(free.labels == 0), homes)
    barred = np.column_stack([taken[::3], np.zeros(len(taken[::3]), np.int64)])
    kept = replace(problem, forbidden=barred)
    found = solve(kept, Rounds(3), 1, quick)
    assert not (found.labels[barred[:, 0]] == 0).any()
    assert verify_plan(kept, found.labels, found.certificate.as_json()) == []
    # Without the guard the same plan breaks the rule, and both the solver's own list and the checker say so.
    assert [one.value for one in violations_of(kept, free.labels) if one.measure == "barred"] == [len(barred)]
    assert [one.what for one in verify_plan(kept, free.labels, free.certificate.as_json())] == ["feasible"]


def test_nobody_travels_farther_than_allowed(hexagons: Callable[..., Problem], quick: Params) -> None:
    problem = replace(hexagons(7, 3, tolerance=0.5), homes=np.array([20, 84, 140]))
    reach = float(problem.home_paths.min(axis=0).max())
    limited = replace(problem, max_travel=1.05 * reach)
    found = solve(limited, Rounds(2), 1, quick)
    own = limited.home_paths[found.labels, np.arange(limited.n)]
    assert own.max() <= 1.05 * reach
    assert verify_plan(limited, found.labels, found.certificate.as_json()) == []
    too_far = [finding.message for finding in check_problem(replace(problem, max_travel=0.5 * reach))]
    assert len(too_far) == 1
    assert f"the smallest longest travel is {reach:g}" in too_far[0]
    with pytest.raises(InvalidInputError, match="needs a home"):
        replace(problem, homes=None, max_travel=1.0)


def test_importing_the_package_leaves_numba_alone() -> None:
    code = "import sys, gridgeo.territory; sys.exit('numba' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0

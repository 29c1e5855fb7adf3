"""Touching territories differ in colour."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gridgeo.territory import PALETTE_SIZE, Params, Problem, Rounds, solve, territory_colours


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(seed=st.integers(0, 10_000), k=st.integers(1, 40))
def test_touching_territories_differ(scattered: Callable[..., Problem], seed: int, k: int) -> None:
    problem = scattered(120, k, seed)
    # Nearest random centre on a planar graph with convex cells: about a planar map of territories.
    centres = np.random.default_rng(seed).random((k, 2)) * 10.0
    labels = np.argmin(((problem.xy_km[:, None] - centres[None]) ** 2).sum(2), 1).astype(np.int32)
    colours = territory_colours(labels, problem.indptr, problem.indices)
    source = labels[np.repeat(np.arange(problem.n), np.diff(problem.indptr))]
    target = labels[problem.indices]
    assert (colours[source[source != target]] != colours[target[source != target]]).all()
    assert colours.min(initial=0) >= 0
    assert colours.max(initial=0) < PALETTE_SIZE


def test_colours_are_int32_one_a_territory(hexagons: Callable[..., Problem], quick: Params) -> None:
    problem = hexagons(6, 5)
    colours = territory_colours(solve(problem, Rounds(1), 1, quick).labels, problem.indptr, problem.indices)
    assert colours.dtype == np.int32
    assert colours.shape == (5,)


def test_nodes_of_nobody_need_no_colour() -> None:
    labels = np.array([-1, 0, 1, -1], np.int32)
    colours = territory_colours(labels, np.array([0, 1, 3, 5, 6]), np.array([1, 0, 2, 1, 3, 2], np.int32))
    assert colours.shape == (2,)
    assert colours[0] != colours[1]
    assert len(territory_colours(np.full(4, -1, np.int32), np.zeros(5, np.int64), np.empty(0, np.int32))) == 0

"""Small problems for the solver's tests, and the shared instances where they are at hand."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import h3
import numpy as np
import pytest
from scipy.spatial import Delaunay

from gridgeo.territory import Params, Problem, problem_from_cells
from tests.modules import module_at

INSTANCES = Path(__file__).resolve().parents[4] / "shared" / "instances" / "territory.py"


@pytest.fixture(scope="session")
def instances() -> ModuleType:
    """The generator of shared instances, read from its file; the tests that need it are skipped without the folder."""
    if not INSTANCES.exists():
        reason = f"the shared instances are not beside the project: {INSTANCES} is absent"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return module_at("shared_territory_instances", INSTANCES)


@pytest.fixture(scope="session")
def quick() -> Params:
    """Dials for tests that ask whether a plan is right, not whether it is short."""
    return Params(sweeps=300, bound_steps=120, rescue_runs=4)


@pytest.fixture(scope="session")
def hexagons() -> Callable[..., Problem]:
    """Make a problem on an H3 disk: `hexagons(radius, k, seed=..., zero_share=..., tolerance=...)`."""

    def make(radius: int, k: int, seed: int = 1, zero_share: float = 0.0, tolerance: float = 0.05) -> Problem:
        rng = np.random.default_rng(seed)
        names = sorted(h3.grid_disk(h3.latlng_to_cell(47.15, 9.53, 9), radius))
        cells = np.array([int(name, 16) for name in names], np.uint64)
        base = np.exp(0.4 * rng.normal(size=len(cells))) * (rng.random(len(cells)) >= zero_share)
        weights = np.column_stack([base, base * rng.uniform(0.9, 1.1, len(cells))])
        return problem_from_cells(cells, weights, k, np.array([tolerance, tolerance]))

    return make


@pytest.fixture(scope="session")
def scattered() -> Callable[..., Problem]:
    """Make a problem on a triangulation of random points, with some edges taken away: planar, any number of parts."""

    def make(n: int, k: int, seed: int, cut_share: float = 0.2) -> Problem:
        rng = np.random.default_rng(seed)
        xy = rng.random((n, 2)) * 10.0
        corners = Delaunay(xy).simplices
        pairs = np.unique(np.sort(np.vstack([corners[:, [0, 1]], corners[:, [1, 2]], corners[:, [0, 2]]]), 1), axis=0)
        pairs = pairs[rng.random(len(pairs)) >= cut_share]
        weights = rng.gamma(2.0, 1.0, (n, 2)) * (rng.random((n, 1)) > 0.2)
        weights[0] = 1.0
        return problem_of_pairs(xy, weights, pairs, k)

    return make


def problem_of_pairs(xy: np.ndarray, weights: np.ndarray, pairs: np.ndarray, k: int, **more: Any) -> Problem:
    """Build the neighbour lists of undirected pairs."""
    both = np.vstack([pairs, pairs[:, ::-1]])
    both = both[np.lexsort((both[:, 1], both[:, 0]))]
    indptr = np.concatenate([[0], np.cumsum(np.bincount(both[:, 0], minlength=len(xy)))])
    tolerance = more.pop("tolerance", np.full(weights.shape[1], 0.1))
    return Problem(xy, weights, indptr, both[:, 1], k=k, tolerance=tolerance, **more)


@pytest.fixture(scope="session")
def from_pairs() -> Callable[..., Problem]:
    """Hand `problem_of_pairs` to tests."""
    return problem_of_pairs


@pytest.fixture(scope="session")
def two_islands() -> Callable[..., Problem]:
    """Make two disks of hexagons apart, `two_islands(large_radius, small_radius, k)`, joined where they must be."""

    def make(large: int, small: int, k: int, **more: Any) -> Problem:
        names = h3.grid_disk(h3.latlng_to_cell(47.15, 9.53, 9), large)
        names = sorted([*names, *h3.grid_disk(h3.latlng_to_cell(47.15, 9.70, 9), small)])
        cells = np.array([int(name, 16) for name in names], np.uint64)
        problem = problem_from_cells(cells, np.ones((len(cells), 1)), k, np.array([0.1]))
        return replace(problem, **more) if more else problem

    return make

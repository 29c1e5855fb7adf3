"""Balanced grids are connected, in range where that can be done, and the same for the same seed."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridgeo.cells import centres
from gridgeo.domain import FloatArray, IntArray
from gridgeo.errors import InvalidInputError
from gridgeo.grids.balanced import SizeRange, balanced_groups, by_place, grids_of_groups
from gridgeo.grids.proposals_common import Catchment, Proposal
from gridgeo.pipeline.grids.proposals import solver

from .grounds import pieces, require_partition, square_catchment

SIZE = SizeRange(500.0, 1000.0)


def proposed(catchment: Catchment, weights: FloatArray, seed: int = 1) -> Proposal:
    group = by_place(*centres(catchment.cells), balanced_groups(catchment.cells, weights, SIZE, solver(seed)))
    return grids_of_groups(catchment, group, weights, SIZE, [f"G{at}" for at in range(int(group.max()) + 1)])


def even(catchment: Catchment, total: float, seed: int = 0) -> FloatArray:
    """Weights a factor of ten apart that sum to a total."""
    raw = np.random.default_rng(seed).uniform(0.1, 1.0, len(catchment.cells))
    return raw * total / raw.sum()


@settings(deadline=None, max_examples=8)
@given(seed=st.integers(0, 1_000), grids=st.integers(1, 7))
def test_grids_of_ordinary_ground_are_in_range_and_connected(seed: int, grids: int) -> None:
    catchment = square_catchment(0.04)
    proposal = proposed(catchment, even(catchment, 740.0 * grids, seed))
    require_partition(catchment, proposal, by_boundary=False)
    assert proposal.remarks == ()
    assert all(pieces(grid.cells) == 1 for grid in proposal.grids)
    assert all(500.0 <= (grid.weight or 0.0) <= 1000.0 for grid in proposal.grids)


def test_the_same_seed_gives_the_same_grids() -> None:
    catchment = square_catchment(0.04)
    weights = even(catchment, 4_000.0)
    first, again = proposed(catchment, weights), proposed(catchment, weights)
    assert [grid.cells.tolist() for grid in first.grids] == [grid.cells.tolist() for grid in again.grids]


def test_a_cell_too_heavy_by_itself_is_a_grid_of_its_own_and_named() -> None:
    catchment = square_catchment(0.04)
    weights = even(catchment, 3_000.0)
    weights[len(weights) // 2] = 2_500.0
    proposal = proposed(catchment, weights)
    require_partition(catchment, proposal, by_boundary=False)
    assert [len(grid.cells) for grid in proposal.grids if (grid.weight or 0) > 1_000] == [1]
    assert "a finer resolution can divide it" in proposal.remarks[0].message


def test_what_a_heavy_cell_cuts_off_joins_it() -> None:
    catchment = square_catchment(0.04)
    corner = int(np.argmin(np.add(*centres(catchment.cells))))
    weights = even(catchment, 3_000.0)
    near = np.argsort(np.hypot(*(part - part[corner] for part in centres(catchment.cells))))
    ring = near[1:4]
    weights[ring] = 1_500.0
    weights[corner] = 1.0
    proposal = proposed(catchment, weights)
    require_partition(catchment, proposal, by_boundary=False)
    home = next(grid for grid in proposal.grids if catchment.cells[corner] in grid.cells)
    assert pieces(home.cells) == 1


def test_separate_ground_is_never_bridged_and_too_little_is_named() -> None:
    whole = square_catchment(0.04)
    lng, _ = centres(whole.cells)
    apart = Catchment(whole.polygon, whole.cells[(lng < 116.008) | (lng > 116.02)])
    small = centres(apart.cells)[0] < 116.008
    weights = np.where(small, 100.0 / small.sum(), 2_200.0 / (~small).sum())
    proposal = proposed(apart, weights)
    assert all(pieces(grid.cells) == 1 for grid in proposal.grids)
    assert [round(grid.weight or 0.0) for grid in proposal.grids if (grid.weight or 0) < 500] == [100]
    assert "has 100.0, outside 500.0 to 1000.0" in proposal.remarks[0].message


@pytest.mark.parametrize(("total", "count"), [(0, 1), (400, 1), (740, 1), (1_100, 2), (1_500, 2), (7_500, 10)])
def test_the_number_of_grids_keeps_them_in_range_where_a_number_does(total: float, count: int) -> None:
    assert SIZE.count(total) == count


def test_a_range_upside_down_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="LOW to HIGH"):
        SizeRange(1000.0, 500.0)
    with pytest.raises(InvalidInputError, match="at least 0"):
        balanced_groups(square_catchment().cells, np.full(len(square_catchment().cells), -1.0), SIZE, solver(1))


def test_the_solver_is_what_brings_grids_into_range() -> None:
    # negative control: a division by number instead of weight leaves the range and is named
    def by_number(cells: np.ndarray, weights: FloatArray, count: int, tolerance: float) -> IntArray:
        assert tolerance > 0
        assert len(weights) == len(cells)
        return np.minimum(np.arange(len(cells)) * count // len(cells), count - 1).astype(np.int64)

    catchment = square_catchment(0.04)
    weights = np.arange(len(catchment.cells), dtype=np.float64) ** 2
    weights *= 5_000.0 / weights.sum()
    group = balanced_groups(catchment.cells, weights, SIZE, by_number)
    proposal = grids_of_groups(catchment, group, weights, SIZE, ["G"] * int(group.max() + 1))
    assert proposal.remarks
    assert proposed(catchment, weights).remarks == ()


@settings(deadline=None, max_examples=12)
@given(seed=st.integers(0, 10_000), kept=st.floats(0.5, 1.0), heavy=st.integers(0, 4), total=st.floats(0.0, 6_000.0))
def test_torn_ground_with_heavy_cells_is_still_divided_and_every_miss_named(
    seed: int, kept: float, heavy: int, total: float
) -> None:
    whole = square_catchment(0.03)
    rng = np.random.default_rng(seed)
    cells = whole.cells[rng.random(len(whole.cells)) < kept]
    weights = rng.gamma(0.5, 1.0, len(cells)) * (rng.random(len(cells)) < 0.7)
    weights *= total / max(weights.sum(), 1e-9)
    weights[rng.integers(0, len(cells), heavy)] = rng.uniform(1_001, 5_000, heavy)
    proposal = proposed(Catchment(whole.polygon, cells), weights)
    require_partition(Catchment(whole.polygon, cells), proposal, by_boundary=False)
    assert all(pieces(grid.cells) == 1 for grid in proposal.grids)
    missed = {grid.name for grid in proposal.grids if not 499.99 <= (grid.weight or 0.0) <= 1000.01}
    assert {remark.values["name"] for remark in proposal.remarks} == missed

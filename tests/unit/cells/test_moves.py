"""Counts and scores move between cells with their mass kept."""

from __future__ import annotations

import h3
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridgeo.cells import areas_m2, cells_from_points, children, move_counts, move_scores, parents, rolled_up
from gridgeo.domain import CellArray
from gridgeo.errors import InvalidInputError

PENTAGON = np.array([h3.str_to_int(sorted(h3.get_pentagons(7))[3])], dtype=np.uint64)


def some_cells(seed: int, count: int, resolution: int) -> CellArray:
    rng = np.random.default_rng(seed)
    return np.unique(cells_from_points(rng.uniform(9.4, 9.6, count), rng.uniform(47.0, 47.2, count), resolution))


@given(seed=st.integers(0, 999), resolution=st.integers(7, 9), deeper=st.integers(0, 2))
def test_children_are_those_of_h3(seed: int, resolution: int, deeper: int) -> None:
    cells = some_cells(seed, 5, resolution)
    found, index = children(cells, resolution + deeper)
    expected = [sorted(h3.cell_to_children(h3.int_to_str(int(cell)), resolution + deeper)) for cell in cells]
    assert [h3.int_to_str(int(child)) for child in found] == [child for part in expected for child in part]
    np.testing.assert_array_equal(parents(found, resolution), cells[index])


@pytest.mark.parametrize("deeper", [1, 2, 3])
def test_a_pentagon_has_one_child_less_at_every_level(deeper: int) -> None:
    expected = sorted(h3.cell_to_children(h3.int_to_str(int(PENTAGON[0])), 7 + deeper))
    assert [h3.int_to_str(int(child)) for child in children(PENTAGON, 7 + deeper)[0]] == expected


@given(seed=st.integers(0, 999), resolution=st.integers(7, 11))
def test_whole_numbers_roll_up_exactly(seed: int, resolution: int) -> None:
    cells = np.repeat(some_cells(seed, 60, 11), 2)
    values = np.random.default_rng(seed).integers(0, 10**9, len(cells))
    found, sums = rolled_up(cells, values, resolution)
    expected: dict[int, int] = {}
    for parent, value in zip(parents(cells, resolution).tolist(), values.tolist(), strict=True):
        expected[parent] = expected.get(parent, 0) + value
    assert dict(zip(found.tolist(), sums.astype(np.int64).tolist(), strict=True)) == expected
    assert (np.diff(found.astype(np.int64)) > 0).all()


@given(seed=st.integers(0, 999), start=st.integers(7, 10), end=st.integers(7, 10))
def test_counts_keep_their_total_in_both_directions(seed: int, start: int, end: int) -> None:
    cells = some_cells(seed, 8, start)
    values = np.random.default_rng(seed).uniform(0, 1_000, len(cells))
    moved, there = move_counts(cells, values, end)
    assert there.sum() == pytest.approx(values.sum(), rel=1e-9)
    back, again = move_counts(moved, there, start)
    if end >= start:
        np.testing.assert_array_equal(back, cells)
        np.testing.assert_allclose(again, values, rtol=1e-9)


def test_finer_counts_follow_the_areas_of_the_children() -> None:
    cells = some_cells(1, 1, 8)
    finer, values = move_counts(cells, [7.0], 9)
    areas = areas_m2(finer)
    np.testing.assert_allclose(values, 7.0 * areas / areas.sum(), rtol=1e-12)


@given(
    seed=st.integers(0, 999),
    start=st.integers(8, 10),
    end=st.integers(8, 10),
    kind=st.sampled_from(["count", "intensity"]),
    exact_area=st.booleans(),
)
def test_no_mass_is_lost_between_any_two_sets_of_cells(
    seed: int, start: int, end: int, kind: str, exact_area: bool
) -> None:
    cells, targets = some_cells(seed, 10, start), some_cells(seed + 1, 40, end)
    values = np.random.default_rng(seed).uniform(0, 100, len(cells))
    moved = move_scores(cells, values, targets, kind=kind, exact_area=exact_area)  # type: ignore[arg-type]
    before, after = (
        (values, moved.values) if kind == "count" else (values * areas_m2(cells), moved.values * areas_m2(targets))
    )
    assert after.sum() + moved.outside.sum() == pytest.approx(before.sum(), rel=1e-9)


@pytest.mark.parametrize("exact_area", [False, True])
def test_an_even_intensity_stays_what_it_is_inside(exact_area: bool) -> None:
    around = some_cells(3, 4_000, 8)
    cell = cells_from_points([9.5], [47.1], 10)
    moved = move_scores(around, np.full(len(around), 0.25), cell, exact_area=exact_area)
    # by the tree the children of a cell are a hair larger or smaller than it
    np.testing.assert_allclose(moved.values, 0.25, rtol=1e-9 if not exact_area else 5e-3)


def test_the_tree_and_the_true_overlap_differ_at_the_border_of_a_parent() -> None:
    parent = some_cells(1, 1, 8)
    targets = children(
        np.array([h3.str_to_int(c) for c in h3.grid_disk(h3.int_to_str(int(parent[0])), 1)], np.uint64), 9
    )[0]
    tree = move_scores(parent, [1.0], targets, kind="count")
    exact = move_scores(parent, [1.0], targets, kind="count", exact_area=True)
    assert (tree.values > 0).sum() == 7
    assert (exact.values > 1e-6).sum() > 7
    assert exact.values.sum() == pytest.approx(1.0, rel=1e-9)


def test_what_cannot_be_moved_is_named() -> None:
    cell = some_cells(1, 1, 9)
    with pytest.raises(InvalidInputError, match="row 0: value nan"):
        move_counts(cell, [np.nan], 8)
    with pytest.raises(InvalidInputError, match="is given twice"):
        move_scores(np.repeat(cell, 2), [1.0, 2.0], cell)
    with pytest.raises(InvalidInputError, match="1 cells, 2 values"):
        rolled_up(cell, [1.0, 2.0], 8)
    with pytest.raises(InvalidInputError, match="allowed are"):
        children(some_cells(1, 40, 7), 15)
    with pytest.raises(InvalidInputError, match="9 to 15, got 8"):
        children(cell, 8)
    with pytest.raises(InvalidInputError, match="score kind"):
        move_scores(cell, [1.0], cell, kind="mean")  # type: ignore[arg-type]

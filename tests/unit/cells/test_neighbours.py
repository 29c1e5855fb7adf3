"""Neighbour graphs and rings against h3-py."""

from __future__ import annotations

import h3
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridgeo.cells import cell_strings, cells_from_points, neighbour_graph, ring_pairs
from gridgeo.domain.arrays import CellArray
from gridgeo.errors import InvalidInputError


def _patch(seed: int, resolution: int = 9, spread_deg: float = 0.02) -> CellArray:
    rng = np.random.default_rng(seed)
    lng, lat = rng.normal(9.5, spread_deg, 200), rng.normal(47.1, spread_deg, 200)
    cells = np.unique(cells_from_points(lng, lat, resolution))
    return np.asarray(rng.permutation(cells))


def _pairs_by_h3(cells: CellArray, k: int) -> set[tuple[int, int]]:
    names = cell_strings(cells)
    place = {name: position for position, name in enumerate(names)}
    return {
        (place[name], place[other])
        for name in names
        for other in h3.grid_disk(name, k)
        if other in place and other != name
    }


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 10_000), st.integers(1, 3), st.sampled_from([7, 9, 11]))
def test_ring_pairs_are_the_pairs_that_h3_names(seed: int, k: int, resolution: int) -> None:
    cells = _patch(seed, resolution)
    row, column = ring_pairs(cells, k)
    assert set(zip(row.tolist(), column.tolist(), strict=True)) == _pairs_by_h3(cells, k)
    assert len(row) == len(set(zip(row.tolist(), column.tolist(), strict=True)))


def test_ring_pairs_are_exact_around_a_pentagon() -> None:
    middle = h3.get_pentagons(8)[3]
    cells = np.array([h3.str_to_int(name) for name in h3.grid_disk(middle, 3)], dtype=np.uint64)
    row, column = ring_pairs(cells, 2)
    assert set(zip(row.tolist(), column.tolist(), strict=True)) == _pairs_by_h3(cells, 2)


def test_every_neighbour_is_a_neighbour_back() -> None:
    cells = _patch(1)
    row, column = ring_pairs(cells, 1)
    assert set(zip(row.tolist(), column.tolist(), strict=True)) == set(zip(column.tolist(), row.tolist(), strict=True))


def test_the_graph_holds_exactly_the_ring_pairs_in_compressed_rows() -> None:
    cells = _patch(2)
    graph = neighbour_graph(cells)
    row, column = ring_pairs(cells, 1)
    assert graph.n_cells == len(cells)
    assert graph.indptr.dtype == np.int64
    assert graph.indices.dtype == np.int32
    np.testing.assert_array_equal(np.repeat(np.arange(len(cells)), np.diff(graph.indptr)), row)
    np.testing.assert_array_equal(graph.indices, column)


def test_each_edge_of_the_graph_comes_once_with_the_lower_end_first() -> None:
    graph = neighbour_graph(_patch(3))
    low, high = graph.edges()
    assert (low < high).all()
    assert 2 * len(low) == len(graph.indices)


def test_the_order_of_cells_is_kept() -> None:
    cells = _patch(4)
    order = np.random.default_rng(0).permutation(len(cells))
    place = np.argsort(order)
    row, column = ring_pairs(cells, 1)
    row_again, column_again = ring_pairs(cells[order], 1)
    assert set(zip(place[row].tolist(), place[column].tolist(), strict=True)) == set(
        zip(row_again.tolist(), column_again.tolist(), strict=True)
    )


def test_a_cell_given_twice_is_refused() -> None:
    cells = _patch(5)
    assert neighbour_graph(cells).n_cells == len(cells)
    with pytest.raises(InvalidInputError, match="given twice"):
        neighbour_graph(np.concatenate([cells, cells[:1]]))


def test_mixed_resolutions_are_refused() -> None:
    with pytest.raises(InvalidInputError, match="one resolution"):
        neighbour_graph(np.concatenate([_patch(6, 9), _patch(6, 8)]))


def test_a_ring_of_zero_steps_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="at least 1, got 0"):
        ring_pairs(_patch(7), 0)


def test_no_cells_and_one_cell_have_no_neighbours() -> None:
    none = np.empty(0, dtype=np.uint64)
    assert neighbour_graph(none).n_cells == 0
    assert neighbour_graph(_patch(8)[:1]).indptr.tolist() == [0, 0]

"""Cells around one branch: a straight line is a straight line, customers make the smallest set that holds them."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pyproj
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gridgeo.cells import cells_from_points, centres, neighbour_graph
from gridgeo.domain import CellArray, IntArray
from gridgeo.errors import InvalidInputError
from gridgeo.sources.trade_areas import (
    buffer,
    customer_area,
    filled,
    home_of,
    joined,
    nearest_in_a_line,
    straight_line_m,
)

VADUZ = (9.5223543, 47.138154)
SHARED = {"deadline": None, "suppress_health_check": [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]}


def pieces(cells: CellArray, chosen: IntArray) -> int:
    low, high = neighbour_graph(cells[chosen]).edges()
    graph = nx.Graph()
    graph.add_nodes_from(range(len(chosen)))
    graph.add_edges_from(zip(low.tolist(), high.tolist(), strict=True))
    return nx.number_connected_components(graph)


def test_a_buffer_is_measured_along_the_ellipsoid(liechtenstein_cells: CellArray) -> None:
    """Not on the sphere and not in degrees: the nearest and farthest cell inside fit the radius to the metre."""
    geod = pyproj.Geod(ellps="WGS84")
    inside = buffer(*VADUZ, liechtenstein_cells, 3_000.0)
    lng, lat = centres(liechtenstein_cells)
    metres = np.array([geod.inv(*VADUZ, a, b)[2] for a, b in zip(lng, lat, strict=True)])
    assert inside.tolist() == np.flatnonzero(metres <= 3_000.0).tolist()
    np.testing.assert_allclose(straight_line_m(*VADUZ, liechtenstein_cells), metres)


@given(radii=st.tuples(st.floats(1, 30_000), st.floats(1, 30_000)))
@settings(max_examples=50, **SHARED)  # type: ignore[arg-type]
def test_a_larger_radius_never_loses_a_cell(radii: tuple[float, float], liechtenstein_cells: CellArray) -> None:
    small, large = sorted(radii)
    inner, outer = (buffer(*VADUZ, liechtenstein_cells, radius) for radius in (small, large))
    assert set(inner) <= set(outer)


def test_a_radius_that_is_none_is_refused(liechtenstein_cells: CellArray) -> None:
    with pytest.raises(InvalidInputError, match="radius must be above 0 m"):
        buffer(*VADUZ, liechtenstein_cells, 0.0)


@given(spots=st.lists(st.tuples(st.floats(9.47, 9.64), st.floats(47.05, 47.27)), min_size=1, max_size=8))
@settings(max_examples=30, **SHARED)  # type: ignore[arg-type]
def test_the_nearest_branch_in_a_line_is_nearest_in_metres(
    spots: list[tuple[float, float]], liechtenstein_cells: CellArray
) -> None:
    lng, lat = np.array(spots).T
    metres = np.array([straight_line_m(*spot, liechtenstein_cells) for spot in spots])
    found = nearest_in_a_line(lng, lat, liechtenstein_cells)
    np.testing.assert_allclose(metres[found, np.arange(len(found))], metres.min(axis=0), atol=1e-3)


def test_customers_make_the_smallest_set_that_holds_their_share() -> None:
    customers = np.array([0.0, 5, 1, 3, 1, 0])
    distance_m = np.array([1.0, 2, 9, 3, 4, 5])
    assert customer_area(customers, distance_m, 0.5).tolist() == [1]
    assert customer_area(customers, distance_m, 0.8).tolist() == [1, 3]
    # Of two cells with one customer each the nearer is taken first.
    assert customer_area(customers, distance_m, 0.9).tolist() == [1, 3, 4]
    assert customer_area(customers, distance_m, 1.0).tolist() == [1, 2, 3, 4]


@given(
    customers=st.lists(st.integers(0, 30), min_size=1, max_size=40).filter(lambda found: sum(found) > 0),
    share=st.floats(0.01, 1),
)
def test_no_smaller_set_of_cells_holds_the_share(customers: list[int], share: float) -> None:
    counts = np.array(customers, dtype=np.float64)
    chosen = customer_area(counts, np.arange(len(counts), dtype=np.float64), share)
    assert counts[chosen].sum() >= share * counts.sum() * (1 - 1e-9)
    fewer = np.sort(counts)[::-1][: len(chosen) - 1].sum()
    assert fewer < share * counts.sum()


@pytest.mark.parametrize("share", [0.0, 1.01, -0.5])
def test_a_share_out_of_range_is_refused(share: float) -> None:
    with pytest.raises(InvalidInputError, match="share must be above 0"):
        customer_area(np.ones(3), np.ones(3), share)


def test_a_branch_without_located_customers_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="no located customer"):
        customer_area(np.zeros(3), np.ones(3), 0.5)


@given(seed=st.integers(0, 10_000), count=st.integers(1, 40))
@settings(max_examples=30, **SHARED)  # type: ignore[arg-type]
def test_joined_cells_are_one_piece_with_the_branch_and_lose_none(
    seed: int, count: int, liechtenstein_cells: CellArray
) -> None:
    chosen = np.sort(np.random.default_rng(seed).choice(len(liechtenstein_cells), count, replace=False))
    home = home_of(*VADUZ, liechtenstein_cells)
    found = joined(neighbour_graph(liechtenstein_cells), chosen, home)
    assert set(chosen) <= set(found)
    assert pieces(liechtenstein_cells, np.union1d(found, [home])) == 1


def test_an_enclosed_hole_is_filled_and_nothing_else(liechtenstein_cells: CellArray) -> None:
    inland = (9.56, 47.14)
    disc = buffer(*inland, liechtenstein_cells, 1_500.0)
    middle = buffer(*inland, liechtenstein_cells, 700.0)
    assert len(middle) > 3
    assert filled(liechtenstein_cells, np.setdiff1d(disc, middle)).tolist() == disc.tolist()
    assert filled(liechtenstein_cells, disc).tolist() == disc.tolist()


def test_home_is_the_cell_that_the_branch_stands_in(liechtenstein_cells: CellArray) -> None:
    held = cells_from_points(np.array([VADUZ[0]]), np.array([VADUZ[1]]), 9)
    assert liechtenstein_cells[home_of(*VADUZ, liechtenstein_cells)] == held[0]


def test_no_branch_is_refused(liechtenstein_cells: CellArray) -> None:
    with pytest.raises(InvalidInputError, match="no branch"):
        nearest_in_a_line(np.empty(0), np.empty(0), liechtenstein_cells)

"""Every claimed cell gets exactly one of its claimants, by the figures given, whatever was claimed."""

from __future__ import annotations

from itertools import combinations

import networkx as nx
import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridgeo.cells import neighbour_graph
from gridgeo.domain import CellArray
from gridgeo.errors import InvalidInputError
from gridgeo.sources.settling import CLAIMS, pieces, settle, shared_cells

N_CELLS = 12
PAIRS = st.sets(st.tuples(st.integers(0, 5), st.integers(0, N_CELLS - 1)), max_size=50)


def claims_of(pairs: set[tuple[int, int]]) -> pl.DataFrame:
    return pl.DataFrame(sorted(pairs), schema=CLAIMS, orient="row")


@given(pairs=PAIRS, data=st.data())
def test_every_claimed_cell_goes_to_its_best_claimant(pairs: set[tuple[int, int]], data: st.DataObject) -> None:
    claims = claims_of(pairs)
    figures = st.lists(st.integers(0, 3), min_size=len(pairs), max_size=len(pairs))
    first, second = (np.array(data.draw(figures), dtype=np.float64) for _ in range(2))
    owner = settle(claims, [first, second], N_CELLS)
    rows = list(zip(claims["branch"], claims["at"], first, second, strict=True))
    for cell in range(N_CELLS):
        mine = sorted((a, b, branch) for branch, at, a, b in rows if at == cell)
        assert owner[cell] == (mine[0][2] if mine else -1)


@given(pairs=PAIRS)
def test_overlaps_are_the_cells_that_two_branches_claim(pairs: set[tuple[int, int]]) -> None:
    expected = [
        (a, b, cell) for a, b in combinations(range(6), 2) for cell in range(N_CELLS) if {(a, cell), (b, cell)} <= pairs
    ]
    assert shared_cells(claims_of(pairs)).rows() == expected


@given(seed=st.integers(0, 10_000), share=st.floats(0, 1))
@settings(max_examples=30, deadline=None)
def test_holes_are_the_connected_pieces_largest_first(seed: int, share: float, liechtenstein_cells: CellArray) -> None:
    among = np.random.default_rng(seed).random(len(liechtenstein_cells)) < share
    touching = neighbour_graph(liechtenstein_cells)
    low, high = touching.edges()
    both = among[low] & among[high]
    graph = nx.Graph()
    graph.add_nodes_from(np.flatnonzero(among).tolist())
    graph.add_edges_from(zip(low[both].tolist(), high[both].tolist(), strict=True))
    expected = {frozenset(part) for part in nx.connected_components(graph)}
    label = pieces(touching, among)
    assert ((label >= 0) == among).all()
    found = [frozenset(np.flatnonzero(label == number).tolist()) for number in range(int(label.max(initial=-1)) + 1)]
    assert set(found) == expected
    assert [len(part) for part in found] == sorted((len(part) for part in found), reverse=True)


def test_a_missing_figure_is_refused() -> None:
    claims = claims_of({(0, 1), (1, 1)})
    for ranks in ([np.array([1.0, np.nan])], [np.array([1.0])]):
        with pytest.raises(InvalidInputError, match="every claim needs a figure"):
            settle(claims, ranks, N_CELLS)

"""The checker of partitions finds every way in which one can break: each rule has its broken state."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
import shapely

from gridgeo.cells import cells_from_polygon
from gridgeo.domain.arrays import CellArray
from gridgeo.grids import GridRecord, GridSetState, NewGrid, apply, check_partition, create
from gridgeo.grids.geometry import as_wkb

from .conftest import AREA

WEST = shapely.box(9.505, 47.105, 9.525, 47.135)
Break = Callable[[GridSetState], GridSetState]


@pytest.fixture
def two(whole: GridSetState) -> GridSetState:
    return apply(whole, create(whole, [NewGrid("West", boundary=WEST)], AREA))


def first(state: GridSetState, **changes: object) -> GridSetState:
    """The state with another first record."""
    return replace(state, grids=(replace(state.grids[0], **changes), *state.grids[1:]))  # type: ignore[arg-type]


BROKEN: dict[str, Break] = {
    "a cell is in more than one grid": lambda state: replace(
        state, cells=np.insert(state.cells, 0, state.cells[0]), grid_of=np.insert(state.grid_of, 0, 1)
    ),
    "a cell is in no grid": lambda state: replace(state, grid_of=np.where(state.grid_of == 0, 7, 1).astype(np.int32)),
    "cells are not in order": lambda state: replace(state, cells=state.cells[::-1]),
    "a cell is of another resolution": lambda state: replace(
        state, cells=np.sort(np.append(state.cells[1:], cells_from_polygon(AREA, 8)[0]))
    ),
    "a cell of the catchment is missing": lambda state: replace(
        state, cells=state.cells[1:], grid_of=state.grid_of[1:]
    ),
    "a cell is not of the catchment": lambda state: replace(
        state,
        cells=np.append(state.cells, cells_from_polygon(shapely.box(9.6, 47.2, 9.62, 47.22), 9)),
        grid_of=np.append(
            state.grid_of, np.zeros(len(cells_from_polygon(shapely.box(9.6, 47.2, 9.62, 47.22), 9)), np.int32)
        ),
    ),
    "a grid has no cell": lambda state: replace(state, grid_of=np.zeros_like(state.grid_of)),
    "ids are not unique and in order": lambda state: first(state, id="Z"),
    "two grids have one name": lambda state: first(state, name="West"),
    "a grid has an unknown word": lambda state: first(state, status="published"),
    "a boundary is not valid": lambda state: first(
        state, geometry=as_wkb(shapely.Polygon([(9.5, 47.1), (9.51, 47.11), (9.51, 47.1), (9.5, 47.11)]))
    ),
    "two boundaries overlap": lambda state: first(state, geometry=as_wkb(shapely.buffer(WEST, -0.001))),
}


def test_a_sound_partition_passes(two: GridSetState, catchment: CellArray) -> None:
    assert check_partition(two, catchment) == []


@pytest.mark.parametrize("what", BROKEN)
def test_a_broken_partition_is_found(two: GridSetState, catchment: CellArray, what: str) -> None:
    assert what in {violation.what for violation in check_partition(BROKEN[what](two), catchment)}


def test_boundaries_that_share_a_line_do_not_overlap(two: GridSetState, catchment: CellArray) -> None:
    beside = shapely.box(9.525, 47.105, 9.53, 47.135)
    assert check_partition(first(two, geometry=as_wkb(beside)), catchment) == []


def test_records_keep_their_words() -> None:
    assert GridRecord("a", "b").as_dict()["status"] == "draft"

"""A small catchment of one branch."""

from __future__ import annotations

import pytest
import shapely

from gridgeo.cells import cells_from_polygon
from gridgeo.domain.arrays import CellArray
from gridgeo.grids import GridSetState, apply, begin

AREA = shapely.box(9.50, 47.10, 9.56, 47.14)


@pytest.fixture(scope="session")
def catchment() -> CellArray:
    """About 180 cells around Vaduz."""
    return cells_from_polygon(AREA, 9)


@pytest.fixture
def whole(catchment: CellArray) -> GridSetState:
    """A set that has just begun: one grid with every cell."""
    empty = GridSetState("B1", 9)
    return apply(empty, begin(empty, catchment, 1))

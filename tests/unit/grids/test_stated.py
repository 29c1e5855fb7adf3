"""A grid that is stated by a street is shown by it, as long as the street says what the grid is."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from gridgeo.cells import cell_polygons
from gridgeo.grids import (
    GridSetState,
    NewGrid,
    Patch,
    apply,
    check_partition,
    create,
    merge,
    paint,
    region_of,
    regions,
    split_parts,
    stated_outlines,
)
from gridgeo.grids.stated import border_of

from .conftest import AREA

STREET = shapely.LineString([(9.51, 47.12), (9.55, 47.121)])
VILLAGE = shapely.box(9.505, 47.105, 9.525, 47.115)


@pytest.fixture
def along(whole: GridSetState) -> GridSetState:
    """A grid of the cells that a street runs through; the rest stays whole."""
    cells = whole.cells[shapely.intersects(cell_polygons(whole.cells), STREET)]
    return done(whole, create(whole, [NewGrid("Street", cells=cells, border=border_of([STREET]))], AREA))


def done(state: GridSetState, patch: Patch) -> GridSetState:
    """The state after a patch that must keep the partition and must be taken back exactly."""
    after = apply(state, patch)
    assert check_partition(after) == []
    assert apply(after, patch.inverse()).digest() == state.digest()
    return after


def shown(state: GridSetState, name: str = "Street") -> shapely.Geometry:
    """The border that a grid is shown with."""
    shape: shapely.Geometry = stated_outlines(state, regions(state))[state.position(state.find(name).id)]
    return shape


def dimensions(shape: shapely.Geometry) -> list[int]:
    return sorted({int(one) for one in shapely.get_dimensions(shapely.get_parts(shape))})


def painted(state: GridSetState, cells: np.ndarray, source: str, target: str) -> GridSetState:
    ends = ([state.find(one).id] * len(cells) for one in (source, target))
    return done(state, paint(state, cells, *ends))


def test_the_street_is_the_border_and_grids_without_one_are_their_ground(along: GridSetState) -> None:
    assert dimensions(shown(along)) == [1]
    inside = shapely.intersection(STREET, region_of(along, along.find("Street").id))
    assert shapely.length(shown(along)) == pytest.approx(shapely.length(inside), rel=1e-6)
    assert shapely.equals(shown(along, "whole catchment"), region_of(along, along.find("whole catchment").id))


def test_the_street_ends_where_cells_were_painted_away(along: GridSetState) -> None:
    lost = along.cells_of(along.find("Street").id)[:2]
    after = painted(along, lost, "Street", "whole catchment")
    assert dimensions(shown(after)) == [1]
    assert 0 < shapely.length(shown(after)) < shapely.length(shown(along))
    for part in split_parts_of(along):
        assert dimensions(part) == [1]


def split_parts_of(state: GridSetState) -> list[shapely.Geometry]:
    """What both halves of the street are shown with."""
    grid = state.find("Street").id
    half = (np.arange(len(state.cells_of(grid))) % 2).astype(np.int64)
    after = done(state, split_parts(state, grid, half, ["Street", "Street again"]))
    return [shown(after), shown(after, "Street again")]


def test_a_cell_that_the_street_does_not_run_through_brings_the_ground_into_sight(along: GridSetState) -> None:
    off = along.cells_of(along.find("whole catchment").id)[:1]
    after = painted(along, off, "whole catchment", "Street")
    assert dimensions(shown(after)) == [1, 2]
    assert shapely.area(shown(after)) == pytest.approx(shapely.area(region_of(after, after.find("Street").id)))
    back = painted(after, off, "Street", "whole catchment")
    assert shapely.equals(shown(back), shown(along))


def test_merged_with_a_village_it_is_shown_by_both(along: GridSetState) -> None:
    with_village = done(along, create(along, [NewGrid("Village", boundary=VILLAGE)], AREA))
    both = [with_village.find(name).id for name in ("Village", "Street")]
    after = done(with_village, merge(with_village, both, within=AREA))
    ground, street = shapely.get_parts(shown(after, "Village"))
    assert shapely.equals(ground, VILLAGE)
    assert shapely.equals(street, shown(with_village))
    rest = [after.find(name).id for name in ("Village", "whole catchment")]
    whole = done(after, merge(after, rest, within=AREA))
    assert dimensions(shown(whole, "Village")) == [1, 2], "cells that nothing stated are there now"
    assert shapely.area(shown(whole, "Village")) > 2 * shapely.area(ground)


def test_a_street_of_which_nothing_is_left_is_not_shown(along: GridSetState) -> None:
    every = along.cells_of(along.find("Street").id)
    off = along.cells_of(along.find("whole catchment").id)[:1]
    after = painted(painted(along, off, "whole catchment", "Street"), every, "Street", "whole catchment")
    assert dimensions(shown(after)) == [2]

"""What each operation on area grids does, and what it refuses."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from gridgeo.cells import cells_from_polygon, cells_from_strings, centres
from gridgeo.domain.arrays import CellArray
from gridgeo.errors import ConflictError, InvalidInputError, NotFoundError
from gridgeo.grids import (
    GridSetState,
    NewGrid,
    Patch,
    apply,
    check_partition,
    create,
    merge,
    paint,
    pieces,
    rebase,
    region_of,
    regions,
    rename,
    split_by_line,
    split_parts,
)
from gridgeo.grids.geometry import side_of
from gridgeo.grids.state import shape_of

from .conftest import AREA

WEST = shapely.box(9.505, 47.105, 9.525, 47.135)
EAST = shapely.box(9.525, 47.105, 9.55, 47.135)
OVERLAP_DEG2 = 1e-10


def done(state: GridSetState, patch: Patch) -> GridSetState:
    """The state after a patch that must keep the partition and must be taken back exactly."""
    after = apply(state, patch)
    assert check_partition(after) == []
    assert apply(after, patch.inverse()).digest() == state.digest()
    return after


@pytest.fixture
def two(whole: GridSetState) -> GridSetState:
    """West and east with own boundaries, the rest without."""
    return done(whole, create(whole, [NewGrid("West", boundary=WEST), NewGrid("East", boundary=EAST)], AREA))


def id_of(state: GridSetState, name: str) -> str:
    return state.find(name).id


def shape(state: GridSetState, name: str) -> shapely.Geometry:
    found = shape_of(state.find(name))
    assert found is not None
    return found


def stroke(state: GridSetState, cells: CellArray, target: str) -> Patch:
    """Paint cells, wherever they are, into a grid."""
    place = state.places(cells)
    return paint(state, cells, [state.ids[at] for at in state.grid_of[place]], [target] * len(cells), AREA)


def test_a_set_begins_as_one_grid_with_every_cell(whole: GridSetState, catchment: CellArray) -> None:
    assert [grid.name for grid in whole.grids] == ["whole catchment"]
    assert check_partition(whole, catchment) == []


def test_a_polygon_takes_the_cells_whose_centre_it_holds(two: GridSetState) -> None:
    lng, lat = centres(two.cells)
    inside = shapely.contains_xy(WEST, lng, lat)
    assert set(two.cells_of(id_of(two, "West")).tolist()) == set(two.cells[inside].tolist())


def test_a_boundary_is_clipped_to_the_catchment(whole: GridSetState) -> None:
    far = shapely.box(9.4, 47.0, 9.53, 47.12)
    state = done(whole, create(whole, [NewGrid("Corner", boundary=far)], AREA))
    assert shapely.area(shapely.difference(shape(state, "Corner"), AREA)) < OVERLAP_DEG2


def test_a_later_polygon_takes_its_ground_out_of_earlier_boundaries(two: GridSetState) -> None:
    middle = shapely.box(9.515, 47.11, 9.535, 47.13)
    state = done(two, create(two, [NewGrid("Middle", boundary=middle)], AREA))
    for name in ("West", "East"):
        assert shapely.area(shapely.intersection(shape(state, name), middle)) < OVERLAP_DEG2
    assert (
        shape(state, "Middle").equals_exact(shapely.MultiPolygon([middle]).normalize(), 1e-8)
        or shape(state, "Middle").symmetric_difference(middle).area < OVERLAP_DEG2
    )


def test_cells_given_by_name_make_a_grid_without_boundary(two: GridSetState, catchment: CellArray) -> None:
    taken = two.cells_of(id_of(two, "West"))[:4]
    state = done(two, create(two, [NewGrid("Four", cells=taken)], AREA))
    assert state.find("Four").geometry is None
    assert shapely.area(shapely.intersection(shape(state, "West"), region_of(state, id_of(state, "Four")))) < 1e-10
    assert check_partition(state, catchment) == []


def test_a_grid_left_without_a_cell_goes_and_comes_back_by_the_inverse(two: GridSetState) -> None:
    west = id_of(two, "West")
    patch = stroke(two, two.cells_of(west), id_of(two, "East"))
    state = apply(two, patch)
    assert west not in state.ids
    back = apply(state, patch.inverse())
    assert back.grid(west) == two.grid(west)


@pytest.mark.parametrize(
    ("made", "words"),
    [
        ([NewGrid("Tiny", boundary=shapely.box(9.52, 47.12, 9.5201, 47.1201))], "no cell centre"),
        ([NewGrid("Away", boundary=shapely.box(9.0, 47.0, 9.1, 47.1))], "outside of the catchment"),
        ([NewGrid("  ", boundary=WEST)], "1 to 120 characters"),
        ([NewGrid("A", kind="hexagon", boundary=WEST)], "kind must be one of"),
        ([NewGrid("whole catchment", boundary=WEST)], "another name"),
        ([], "no grid was given"),
    ],
)
def test_a_new_grid_that_does_not_fit_is_refused(whole: GridSetState, made: list[NewGrid], words: str) -> None:
    with pytest.raises(InvalidInputError, match=words):
        create(whole, made, AREA)


def test_cells_of_another_resolution_or_outside_are_refused(whole: GridSetState) -> None:
    with pytest.raises(InvalidInputError, match="resolution"):
        create(whole, [NewGrid("A", cells=cells_from_polygon(WEST, 10))])
    with pytest.raises(ConflictError, match="not in the grids"):
        create(whole, [NewGrid("A", cells=cells_from_strings(["891f8e70907ffff"]))])


def test_two_new_grids_cannot_name_one_cell(whole: GridSetState) -> None:
    with pytest.raises(InvalidInputError, match="more than one of A, B"):
        create(whole, [NewGrid("A", cells=whole.cells[:3]), NewGrid("B", cells=whole.cells[2:5])])


def test_paint_moves_the_hexagon_between_boundaries(two: GridSetState) -> None:
    lng, _ = centres(two.cells_of(id_of(two, "West")))
    cell = two.cells_of(id_of(two, "West"))[[int(np.argmax(lng))]]
    state = done(two, stroke(two, cell, id_of(two, "East")))
    hexagon = regions(done(two, create(two, [NewGrid("one", cells=cell)], AREA)))[-1]
    assert shapely.area(shapely.difference(hexagon, shape(state, "East"))) < 1e-9
    assert shapely.area(shapely.intersection(hexagon, shape(state, "West"))) < OVERLAP_DEG2


def test_a_stroke_out_of_date_names_the_cells_and_changes_nothing(two: GridSetState) -> None:
    west, east = id_of(two, "West"), id_of(two, "East")
    cells = two.cells_of(west)[:2]
    with pytest.raises(ConflictError, match=f"{int(cells[0]):x}"):
        paint(two, cells, [east, west], [east, east])


def test_a_patch_does_not_fit_a_state_that_moved_on(two: GridSetState) -> None:
    west, east = id_of(two, "West"), id_of(two, "East")
    late = stroke(two, two.cells_of(west)[:3], east)
    moved = apply(two, stroke(two, two.cells_of(west)[:1], "B1-1-1"))
    with pytest.raises(ConflictError):
        apply(moved, late)
    renamed = apply(two, rename(two, west, "Other"))
    with pytest.raises(ConflictError, match="was changed since"):
        apply(renamed, rename(two, west, "Third"))


def test_painting_into_a_grid_that_is_not_there_is_refused(two: GridSetState) -> None:
    with pytest.raises(NotFoundError):
        stroke(two, two.cells[:1], "B1-9-9")


def test_a_line_goes_on_straight_and_cuts_boundary_and_cells(two: GridSetState, catchment: CellArray) -> None:
    line = shapely.LineString([(9.512, 47.118), (9.514, 47.1185)])
    state = done(two, split_by_line(two, id_of(two, "West"), line, ("North", "South"), AREA))
    assert check_partition(state, catchment) == []
    north, south = shape(state, "North"), shape(state, "South")
    assert shapely.bounds(north)[3] > shapely.bounds(south)[3]
    assert abs(shapely.area(north) + shapely.area(south) - shapely.area(shape(two, "West"))) < 1e-9
    for name in ("North", "South"):
        lng, lat = centres(state.cells_of(id_of(state, name)))
        assert shapely.contains_xy(shape(state, name), lng, lat).all()


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (shapely.LineString([(9.6, 47.0), (9.6, 47.2)]), "on one side"),
        (shapely.LineString([(9.51, 47.11), (9.52, 47.12), (9.51, 47.12), (9.52, 47.11)]), "cross itself"),
        (shapely.Point(9.51, 47.11), "LineString"),
        (shapely.LineString([(9.51, 47.11), (9.51, 47.11)]), "LineString"),
    ],
)
def test_a_line_that_cannot_split_is_refused(two: GridSetState, line: shapely.Geometry, words: str) -> None:
    with pytest.raises(InvalidInputError, match=words):
        split_by_line(two, id_of(two, "West"), line)


def test_the_side_of_a_bent_line_is_that_of_the_polygon_it_closes() -> None:
    rng = np.random.default_rng(3)
    line = shapely.LineString([(0, -50), (0, 0), (1, 2), (-1, 3), (2, 5), (2, 60)])
    ring = shapely.Polygon([(0, -50), (0, 0), (1, 2), (-1, 3), (2, 5), (2, 60), (-90, 60), (-90, -50)])
    x, y = rng.uniform(-4, 4, 2_000), rng.uniform(-3, 8, 2_000)
    assert np.array_equal(side_of(line, x, y), shapely.contains_xy(ring, x, y))


def test_parts_divide_the_boundary_with_the_cells(two: GridSetState) -> None:
    west = id_of(two, "West")
    cells = two.cells_of(west)
    part = (centres(cells)[1] > 47.12).astype(np.int64)
    state = done(two, split_parts(two, west, part))
    halves = [shape(state, "West"), shape(state, "West 2")]
    assert abs(sum(map(shapely.area, halves)) - shapely.area(shape(two, "West"))) < 1e-9
    assert pieces(state, west) == 1


def test_a_merge_unites_boundaries_and_keeps_the_first_grid(two: GridSetState) -> None:
    state = done(two, merge(two, [id_of(two, "East"), id_of(two, "West")], "Both", AREA))
    assert id_of(state, "Both") == id_of(two, "East")
    assert len(state.grids) == 2
    assert abs(shapely.area(shape(state, "Both")) - shapely.area(WEST) - shapely.area(EAST)) < 1e-9
    with pytest.raises(InvalidInputError, match="at least two"):
        merge(two, [id_of(two, "East")] * 2)


def test_regions_cover_the_catchments_hexagons_without_overlap(two: GridSetState) -> None:
    found = regions(two)
    assert abs(shapely.area(found).sum() - shapely.area(shapely.union_all(found))) < 1e-9


def test_a_redrawn_catchment_gains_and_loses_cells(two: GridSetState) -> None:
    moved = shapely.box(9.49, 47.11, 9.555, 47.15)
    cells = cells_from_polygon(moved, 9)
    found = rebase(two, cells, 7, moved)
    state = done(two, found.patch)
    assert check_partition(state, cells) == []
    assert state.catchment_id == 7
    assert sum(found.gained.values()) == int((~np.isin(cells, two.cells)).sum())
    assert sum(found.lost.values()) == int((~np.isin(two.cells, cells)).sum())
    assert shapely.area(shapely.difference(shape(state, "West"), moved)) < OVERLAP_DEG2


def test_a_gained_cell_that_touches_nothing_goes_to_the_nearest_grid(two: GridSetState) -> None:
    island = cells_from_polygon(shapely.box(9.60, 47.115, 9.61, 47.12), 9)
    found = rebase(two, np.union1d(two.cells, island), 2)
    assert found.far == len(island)
    state = done(two, found.patch)
    lng, lat = centres(two.cells)
    nearest = np.argmin(np.hypot((lng - 9.605) * 0.68, lat - 47.1175))
    assert found.gained == {two.ids[two.grid_of[nearest]]: len(island)}
    assert check_partition(state) == []

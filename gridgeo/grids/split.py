"""Operations that divide one grid: by a line, or into parts of cells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import shapely
from shapely.ops import split as split_areas

from gridgeo.cells import centres, neighbour_graph
from gridgeo.domain.arrays import BoolArray, IntArray
from gridgeo.errors import InvalidInputError
from gridgeo.grids.geometry import divided, region_of, side_of, to_record, union, within_both
from gridgeo.grids.patches import Patch, difference
from gridgeo.grids.records import checked_name
from gridgeo.grids.state import GridSetState, labels_of, rebuilt, records_of, shape_of

MAX_LINE_CORNERS = 10_000
MAX_PARTS = 200


def split_by_line(
    state: GridSetState,
    grid_id: str,
    line: shapely.Geometry,
    names: Sequence[str] | None = None,
    within: shapely.Geometry | None = None,
) -> Patch:
    """Cut a grid along a line, which goes on straight beyond its ends.

    line: LineString in the house datum. The left side, in the line's direction, stays the grid that it was; the right
    side becomes a new one with the same owner, kind and status. Cells go by the side of their centre; both sides get
    own boundaries, so that whoever lives at the line is on the side where the house stands.
    names: of the two sides. within: the catchment, which clips the boundaries.
    Raises InvalidInputError when the line crosses itself or leaves one side without a cell.
    """
    cut = _checked_line(line)
    region = within_both(region_of(state, grid_id), within) or shapely.MultiPolygon()
    x, y = centres(state.cells_of(grid_id))
    long = _lengthened(cut, region, x, y)
    left = side_of(long, x, y)
    if left.all() or not left.any():
        raise InvalidInputError(
            "the line leaves all cells of grid {grid} on one side: nothing to split", grid=state.grid(grid_id).name
        )
    return _parted(state, grid_id, (~left).astype(np.int64), names, _sides(region, long))


def split_parts(state: GridSetState, grid_id: str, part: IntArray, names: Sequence[str] | None = None) -> Patch:
    """Divide a grid into parts of its cells.

    part: the part of each of the grid's cells (in the order of `GridSetState.cells_of`), 0 to k - 1. Part 0 stays the
    grid that it was, the others are new grids with the same owner, kind and status. An own boundary is divided with
    the cells: hexagons to their part, what lies outside of them to the nearest.
    Raises InvalidInputError when a part is empty or there are fewer than two.
    """
    wanted = int(part.max()) + 1 if len(part) else 0
    if wanted < 2 or len(np.unique(part)) < wanted:
        raise InvalidInputError("a split needs at least two parts with a cell each")
    own = shape_of(state.grid(grid_id))
    shapes = None if own is None else list(divided(own, state.cells_of(grid_id), part, wanted))
    return _parted(state, grid_id, part, names, shapes)


def pieces(state: GridSetState, grid_id: str) -> int:
    """Return into how many connected pieces the cells of a grid fall."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import connected_components

    graph = neighbour_graph(state.cells_of(grid_id))
    matrix = csr_array((np.ones(len(graph.indices), np.int8), graph.indices, graph.indptr))
    return int(connected_components(matrix, directed=False)[0])


def _parted(
    state: GridSetState,
    grid_id: str,
    part: IntArray,
    names: Sequence[str] | None,
    shapes: Sequence[shapely.Geometry | None] | None,
) -> Patch:
    """Return the patch that gives each part its cells, its name and its boundary."""
    parts = int(part.max()) + 1
    old = state.grid(grid_id)
    titles = [checked_name(name) for name in names] if names else _names(state, old.name, parts)
    if len(titles) != parts:
        raise InvalidInputError("give one name a part: {parts} parts, {given} names", parts=parts, given=len(titles))
    records, labels = records_of(state), labels_of(state)
    ids = [grid_id, *(state.new_id(number) for number in range(1, parts))]
    for at, (fresh, title) in enumerate(zip(ids, titles, strict=True)):
        record = replace(old, id=fresh, name=title, code=old.code if at == 0 else None)
        records[fresh] = record if shapes is None else to_record(record, shapes[at])
    labels[state.grid_of == state.position(grid_id)] = np.array(ids, dtype=object)[part]
    return difference(state, rebuilt(state, state.cells, labels, records))


def _names(state: GridSetState, name: str, parts: int) -> list[str]:
    """Return the old name and numbered ones that no grid has."""
    taken = {grid.name for grid in state.grids}
    numbered = (f"{name} {number}" for number in range(2, 2 + parts + len(taken)))
    free = [title for title in numbered if title not in taken]
    return [name, *free[: parts - 1]]


def _checked_line(line: shapely.Geometry) -> shapely.LineString:
    if not isinstance(line, shapely.LineString) or shapely.is_empty(line) or not shapely.length(line) > 0:
        raise InvalidInputError(
            "a grid is split by a LineString with a length, got {given}", given=getattr(line, "geom_type", "nothing")
        )
    corners = int(shapely.get_num_coordinates(line))
    if corners > MAX_LINE_CORNERS:
        raise InvalidInputError(
            "a line has at most {allowed} corners, got {given}", allowed=MAX_LINE_CORNERS, given=corners
        )
    flat = shapely.remove_repeated_points(shapely.force_2d(line))
    if not np.isfinite(shapely.get_coordinates(flat)).all():
        raise InvalidInputError("the line holds a position that is not a number")
    return _simple(flat)


def _simple(line: shapely.LineString) -> shapely.LineString:
    if not shapely.is_simple(line) or shapely.is_closed(line):
        raise InvalidInputError(
            "the line must not cross itself or close a ring, nor may it when it goes on straight beyond its ends"
        )
    return line


def _lengthened(line: shapely.LineString, region: shapely.Geometry, x: np.ndarray, y: np.ndarray) -> shapely.LineString:
    """Return the line with both ends drawn on beyond the region and all of its centres."""
    every = np.vstack([shapely.get_coordinates(region), shapely.get_coordinates(line), np.column_stack([x, y])])
    (west, south), (east, north) = every.min(axis=0), every.max(axis=0)
    reach = 2.0 * float(np.hypot(east - west, north - south))
    corners = shapely.get_coordinates(line)
    ends = []
    for end, before in ((corners[0], corners[1]), (corners[-1], corners[-2])):
        step = end - before
        ends.append(end + step / np.hypot(*step) * reach)
    return _simple(shapely.LineString(np.vstack([ends[0], corners, ends[1]])))


def _sides(region: shapely.Geometry, line: shapely.LineString) -> list[shapely.Geometry | None]:
    """Return the left and the right part of a region."""
    parts = np.array(
        [piece for area in shapely.get_parts(region) for piece in split_areas(area, line).geoms], dtype=object
    )
    inside = shapely.get_coordinates(shapely.point_on_surface(parts))
    left: BoolArray = side_of(line, inside[:, 0], inside[:, 1])
    return [union(parts[left]), union(parts[~left])]

"""The grids' own boundaries: what one loses another gains, and no two of a set ever overlap.

Every overlay snaps to a grid of 1e-9 degrees (0.1 mm), so that hexagons whose common corners differ in the last bit
leave no slivers behind.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import shapely

from gridgeo.cells import centres, merged_polygons
from gridgeo.domain.arrays import BoolArray, CellArray, FloatArray, IntArray
from gridgeo.grids.state import GridRecord, GridSetState, shape_of

Shapes = npt.NDArray[np.object_]
LINE, AREA = 1, 2
"""Dimensions of shapes."""
SNAP_DEG = 1e-9
SLIVER_DEG2 = 1e-11
"""About 0.1 m2: a smaller piece is the rounding of an overlay, not an area."""


def hexagons_of(cells: CellArray) -> shapely.Geometry:
    """Return the outline of cells together, empty for none."""
    outline: shapely.Geometry = merged_polygons(cells, np.zeros(len(cells), np.int64), 1)[0]
    return outline


def areas_only(shape: shapely.Geometry) -> shapely.Geometry | None:
    """Return the areas of an overlay's answer as a MultiPolygon, None when nothing but lines and slivers is left."""
    parts = shapely.get_parts(shapely.get_parts(shape))
    areas = parts[(shapely.get_dimensions(parts) == AREA) & (shapely.area(parts) > SLIVER_DEG2)]
    return shapely.MultiPolygon(list(areas)) if len(areas) else None


def areas_and_lines(shapes: Shapes) -> tuple[shapely.Geometry, shapely.Geometry]:
    """Return the polygons of some shapes together, and their lines; each may be empty."""
    parts = shapely.get_parts(shapely.get_parts(shapes))
    dimensions = shapely.get_dimensions(parts)
    return shapely.union_all(parts[dimensions == AREA]), shapely.union_all(parts[dimensions == LINE])


def together(parts: Sequence[shapely.Geometry]) -> shapely.Geometry:
    """Return one shape of several: the only one that is not empty as it is, else a collection of those that are not."""
    known = [part for part in parts if not shapely.is_empty(part)]
    return known[0] if len(known) == 1 else shapely.GeometryCollection(known)


def without(shape: shapely.Geometry | None, lost: shapely.Geometry | None) -> shapely.Geometry | None:
    """Return a shape less another; None when nothing is left."""
    if shape is None or lost is None or not shapely.intersects(shape, lost):
        return shape
    return areas_only(shapely.difference(shape, lost, grid_size=SNAP_DEG))


def within_both(shape: shapely.Geometry | None, area: shapely.Geometry | None) -> shapely.Geometry | None:
    """Return the part of a shape inside an area; the shape itself where there is no area to hold it to."""
    if shape is None or area is None:
        return shape
    return areas_only(shapely.intersection(shape, area, grid_size=SNAP_DEG))


def union(shapes: Iterable[shapely.Geometry | None]) -> shapely.Geometry | None:
    """Return shapes together; None for none."""
    known = [shape for shape in shapes if shape is not None]
    return areas_only(shapely.union_all(known, grid_size=SNAP_DEG)) if known else None


def to_record(grid: GridRecord, shape: shapely.Geometry | None) -> GridRecord:
    """Return the record with another own boundary."""
    return replace(grid, geometry=None if shape is None else as_wkb(shape))


def as_wkb(shape: shapely.Geometry) -> bytes:
    """Return a shape as the store keeps it: flat little-endian WKB."""
    body: bytes = shapely.to_wkb(shapely.force_2d(shape), byte_order=1)
    return body


def transfer(
    state: GridSetState, labels: np.ndarray, records: Mapping[str, GridRecord], within: shapely.Geometry | None
) -> dict[str, GridRecord]:
    """Move the hexagons of cells that change hands between own boundaries.

    labels: shape (n_cells,), the new id of each cell's grid. records: id -> record, new grids among them. within: area
    that no boundary grows out of. A grid that loses cells loses their hexagons; one with a boundary that gains cells
    gains their hexagons, less what the boundaries of other grids hold. Returns records with the new boundaries.
    """
    moved = labels != np.array(state.ids, dtype=object)[state.grid_of]
    changed = dict(records)
    for grid in _bounded(records, state.grid_of[moved], state.ids):
        lost = hexagons_of(state.cells[moved & (state.grid_of == state.position(grid))])
        changed[grid] = to_record(records[grid], without(shape_of(records[grid]), lost))
    for grid in sorted({str(name) for name in labels[moved]}):
        if changed[grid].geometry is not None:
            gained = hexagons_of(state.cells[moved & (labels == grid)])
            others = [shape_of(record) for name, record in changed.items() if name != grid]
            free = within_both(without(gained, near_union(others, gained)), within)
            changed[grid] = to_record(changed[grid], union([shape_of(changed[grid]), free]))
    return changed


def clear(records: Mapping[str, GridRecord], taken: shapely.Geometry | None, but: set[str]) -> dict[str, GridRecord]:
    """Return the records with an area taken out of every own boundary except those named."""
    return {
        name: record if name in but or record.geometry is None else to_record(record, without(shape_of(record), taken))
        for name, record in records.items()
    }


def near_union(shapes: Sequence[shapely.Geometry | None], area: shapely.Geometry) -> shapely.Geometry | None:
    """Return those of the shapes that meet an area, together; None when none does."""
    known = np.array([shape for shape in shapes if shape is not None], dtype=object)
    near = known[shapely.intersects(known, area)] if len(known) else known
    return union(near)


def regions(state: GridSetState) -> Shapes:
    """Return the ground that belongs to each grid, shape (n_grids,): own boundaries first, then hexagons of cells.

    A point lies in a grid's region exactly when its own boundary holds the point, or no boundary does and the point's
    cell is the grid's.
    """
    hexagons = merged_polygons(state.cells, state.grid_of.astype(np.int64), len(state.grids))
    own = np.array([shape_of(grid) for grid in state.grids], dtype=object)
    bounded = np.flatnonzero([shape is not None for shape in own])
    answer = hexagons.copy()
    tree = shapely.STRtree(own[bounded])
    for at, hexagon in enumerate(hexagons):
        near = own[bounded[tree.query(hexagon, predicate="intersects")]]
        free = without(hexagon, union(near)) if len(near) else hexagon
        answer[at] = union([own[at], free]) or shapely.MultiPolygon()
    return answer


def region_of(state: GridSetState, grid_id: str) -> shapely.Geometry:
    """Return one grid's own boundary or, where it has none, its hexagons less the boundaries of others."""
    own = shape_of(state.grid(grid_id))
    if own is not None:
        return own
    hexagon = hexagons_of(state.cells_of(grid_id))
    others = [shape_of(grid) for grid in state.grids if grid.id != grid_id]
    return without(hexagon, near_union(others, hexagon)) or shapely.MultiPolygon()


def divided(shape: shapely.Geometry, cells: CellArray, part: IntArray, n_parts: int) -> Shapes:
    """Divide a shape among groups of cells: hexagons to their group, what lies outside of them to the nearest centre.

    part: group of each cell, 0 to n_parts - 1. Returns shape (n_parts,), None for a group that gets nothing.
    """
    hexagons = merged_polygons(cells, part, n_parts)
    rest = without(shape, union(hexagons))
    nearest = _nearest_zones(cells, part, n_parts, shape) if rest is not None else np.full(n_parts, None, dtype=object)
    answer = np.empty(n_parts, dtype=object)
    answer[:] = [
        union([within_both(shape, hexagon), None if rest is None or zone is None else within_both(rest, zone)])
        for hexagon, zone in zip(hexagons, nearest, strict=True)
    ]
    return answer


def inside_first(shapes: Shapes, cells: CellArray) -> IntArray:
    """Return the first of the shapes that holds each cell's centre, -1 for none; a border belongs to the shape."""
    points: Shapes = np.asarray(shapely.points(*centres(cells)), dtype=np.object_)
    found = np.full(len(cells), len(shapes), dtype=np.int64)
    if len(shapes) and len(cells):
        shape, cell = shapely.STRtree(points).query(shapes, predicate="intersects")
        np.minimum.at(found, cell, shape)
    return np.where(found == len(shapes), -1, found)


def side_of(line: shapely.LineString, x: FloatArray, y: FloatArray) -> BoolArray:
    """Tell which points lie on the left of a line, in its direction and beyond its ends; a point on it counts as left.

    The nearest segment decides; at a corner the sum of its two normals does.
    Source: Baerentzen and Aanaes 2005, IEEE TVCG 11(3) (angle-weighted pseudonormals; in the plane the two angles of a
    corner are equal).
    """
    corners = shapely.get_coordinates(line)
    step = np.diff(corners, axis=0)
    length = np.hypot(step[:, 0], step[:, 1])
    normal = np.column_stack([-step[:, 1], step[:, 0]]) / length[:, None]
    px, py = x[:, None] - corners[None, :-1, 0], y[:, None] - corners[None, :-1, 1]
    along = np.clip((px * step[:, 0] + py * step[:, 1]) / length**2, 0.0, 1.0)
    off_x, off_y = px - along * step[:, 0], py - along * step[:, 1]
    nearest = np.argmin(np.hypot(off_x, off_y), axis=1)
    rows = np.arange(len(x))
    at = along[rows, nearest]
    beside = np.where(at >= 1.0, np.minimum(nearest + 1, len(step) - 1), np.where(at <= 0.0, nearest - 1, nearest))
    towards = normal[nearest] + normal[np.maximum(beside, 0)]
    answer: BoolArray = towards[:, 0] * off_x[rows, nearest] + towards[:, 1] * off_y[rows, nearest] >= 0.0
    return answer


def _bounded(records: Mapping[str, GridRecord], positions: np.ndarray, ids: list[str]) -> list[str]:
    """Return the ids at the positions, once each, of grids with an own boundary."""
    names = (ids[at] for at in np.unique(positions))
    return [name for name in names if name in records and records[name].geometry is not None]


def _nearest_zones(cells: CellArray, part: IntArray, n_parts: int, area: shapely.Geometry) -> Shapes:
    """Return for each group the ground nearer to one of its centres than to any other."""
    lng, lat = centres(cells)
    if n_parts == 1 or len(cells) == 1:
        return np.full(n_parts, shapely.box(*shapely.bounds(area)), dtype=object)
    squeeze = np.cos(np.radians(lat.mean()))
    west, south, east, north = shapely.bounds(area)
    envelope = shapely.box(west * squeeze, south, east * squeeze, north)
    zones = shapely.voronoi_polygons(
        shapely.MultiPoint(np.column_stack([lng * squeeze, lat])), extend_to=envelope, ordered=True
    )
    back = shapely.transform(shapely.get_parts(zones), lambda corners: corners / [squeeze, 1.0])
    answer = np.empty(n_parts, dtype=object)
    answer[:] = [union(back[part == at]) for at in range(n_parts)]
    return answer

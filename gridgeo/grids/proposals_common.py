"""What every proposal of area grids shares: catchment, answer, and the cut that leaves no gap and no overlap."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from gridgeo.cells import EARTH_RADIUS_M, cell_polygons, centres, holding_polygon
from gridgeo.domain import CellArray, FloatArray, IntArray
from gridgeo.errors import InvalidInputError

Shapes = npt.NDArray[np.object_]

SNAP_M = 0.001
"""Borders nearer than this are one border."""


@dataclass(frozen=True, eq=False)
class Catchment:
    """The ground of one branch that its area grids divide among them.

    polygon: Polygon or MultiPolygon, lng, lat degrees. cells: uint64, unique, one resolution.
    """

    polygon: shapely.Geometry
    cells: CellArray


@dataclass(frozen=True)
class Remark:
    """Something the planner must know of a proposal: an English template with its fields, as in errors."""

    template: str
    values: dict[str, Any] = field(default_factory=dict)

    @property
    def message(self) -> str:
        """The remark in English."""
        return self.template.format(**self.values)


@dataclass(frozen=True, eq=False)
class ProposedGrid:
    """One area grid that does not exist yet.

    code: codes of the register that mean this grid, joined by ``;``. kind: one of gridgeo.domain.words.GRID_KINDS.
    polygon: its part of the catchment, lng, lat degrees. cells: of the catchment, ascending, at least one.
    own_boundary: whether the polygon is a boundary in its own right, and not the outline of the cells. weight:
    households (or whatever was balanced) inside, None where nothing was counted.
    """

    name: str
    code: str | None
    kind: str
    polygon: shapely.Geometry
    cells: CellArray
    own_boundary: bool = True
    weight: float | None = None


@dataclass(frozen=True, eq=False)
class Proposal:
    """Area grids whose cells partition the catchment and whose polygons do not overlap; names differ.

    label: derived where no person and no authority drew the borders.
    """

    method: str
    grids: tuple[ProposedGrid, ...]
    remarks: tuple[Remark, ...] = ()
    label: str | None = None


@dataclass(frozen=True)
class Plane:
    """Metres east and north of a point; straight lines stay straight, so that borders survive both ways."""

    lng0: float
    lat0: float

    def _scale(self) -> FloatArray:
        metre = np.radians(1.0) * EARTH_RADIUS_M
        return np.array([metre * np.cos(np.radians(self.lat0)), metre])

    def flat(self, shapes: Shapes) -> Shapes:
        """Return shapes of lng, lat degrees in metres."""
        origin, scale = np.array([self.lng0, self.lat0]), self._scale()
        return np.asarray(shapely.transform(shapes, lambda corners: (corners - origin) * scale), dtype=np.object_)

    def degrees(self, shapes: Shapes) -> Shapes:
        """Return shapes of metres in lng, lat degrees."""
        origin, scale = np.array([self.lng0, self.lat0]), self._scale()
        return np.asarray(shapely.transform(shapes, lambda corners: corners / scale + origin), dtype=np.object_)


def plane_of(catchment: Catchment) -> Plane:
    """Return the plane around the middle of a catchment."""
    west, south, east, north = shapely.bounds(catchment.polygon).tolist()
    return Plane((west + east) / 2.0, (south + north) / 2.0)


def shape_array(shapes: Sequence[shapely.Geometry] | Shapes) -> Shapes:
    """Return shapes as a one-dimensional array."""
    answer = np.empty(len(shapes), dtype=np.object_)
    answer[:] = shapes
    return answer


def faces_of(lines: Shapes) -> Shapes:
    """Return the faces that lines in metres bound, each pair meeting in common corners only."""
    noded = shapely.union_all(lines, grid_size=SNAP_M)
    return shape_array(shapely.get_parts(shapely.polygonize(shapely.get_parts(noded).tolist())))


def inside(faces: Shapes, area: shapely.Geometry) -> Shapes:
    """Return the faces that lie in an area whose outline is among their borders."""
    shapely.prepare(area)
    spots = shapely.point_on_surface(faces)
    return np.asarray(faces[shapely.covers(area, spots)], dtype=np.object_)


def partition(catchment: Catchment, polygons: Sequence[shapely.Geometry] | Shapes) -> tuple[Shapes, IntArray]:
    """Divide a catchment among polygons without gap or overlap.

    polygons: valid, lng, lat degrees, shape (n,); they may overlap (the first one wins), leave holes and reach beyond
    the catchment. Ground that none of them holds goes cell by cell to the nearest one.
    Returns (parts, owner): shape (n,), the part of each polygon in the catchment, empty for one outside; and for each
    cell the position of the part that holds its centre (the nearest where none does).
    Raises InvalidInputError when no polygon meets the catchment.
    """
    given = shape_array(polygons)
    plane = plane_of(catchment)
    area, flat = plane.flat(shape_array([catchment.polygon]))[0], plane.flat(given)
    faces = inside(faces_of(shapely.boundary(shape_array([area, *flat]))), area)
    owner = _owners(faces, given, plane)
    if not (owner >= 0).any():
        raise InvalidInputError(
            "none of the {count} areas meets the catchment: check branch and datum", count=len(given)
        )
    if (owner < 0).any():
        faces, owner = _with_holes_filled(catchment, plane, faces, owner, len(given))
    parts = plane.degrees(_unions(faces, owner, len(given)))
    return parts, cell_owners(catchment.cells, parts)


def _owners(faces: Shapes, polygons: Shapes, plane: Plane) -> IntArray:
    spots = shapely.get_coordinates(plane.degrees(shapely.point_on_surface(faces)))
    return holding_polygon(spots[:, 0], spots[:, 1], polygons)


def _with_holes_filled(
    catchment: Catchment, plane: Plane, faces: Shapes, owner: IntArray, count: int
) -> tuple[Shapes, IntArray]:
    """Cut the faces that nobody holds by the cells, and give each piece to the nearest owner of its cell's centre."""
    held = _unions(faces, owner, count)
    hexagons = plane.flat(cell_polygons(catchment.cells))
    hole = faces[owner < 0]
    rims = np.concatenate([shapely.boundary(hole), _lines_inside(shapely.boundary(hexagons), hole)])
    # the borders of all faces again, so that a new corner on a hole's rim is a corner of its neighbour as well
    pieces = faces_of(np.concatenate([shapely.boundary(faces), rims]))
    spots = shapely.point_on_surface(pieces)
    tree = shapely.STRtree(faces)
    piece, face = tree.query(spots, predicate="within")
    new_owner = np.full(len(pieces), -2, dtype=np.int64)
    new_owner[piece] = owner[face]
    kept = new_owner >= -1
    pieces, spots, new_owner = pieces[kept], spots[kept], new_owner[kept]
    open_ = np.flatnonzero(new_owner < 0)
    new_owner[open_] = _nearest(_cell_centres(spots[open_], hexagons, catchment.cells, plane), held)
    return pieces, new_owner


def _lines_inside(lines: Shapes, areas: Shapes) -> Shapes:
    line, area = shapely.STRtree(areas).query(lines, predicate="intersects")
    return shape_array(shapely.get_parts(shapely.intersection(lines[line], areas[area])))


def _cell_centres(spots: Shapes, hexagons: Shapes, cells: CellArray, plane: Plane) -> Shapes:
    """Return for each spot the centre of the cell that holds it, so that a cell is not torn; else the spot itself."""
    middles = plane.flat(points_of(*centres(cells)))
    spot, cell = shapely.STRtree(hexagons).query(spots, predicate="intersects")
    answer = spots.copy()
    answer[spot] = middles[cell]
    return answer


def _nearest(spots: Shapes, polygons: Shapes) -> IntArray:
    """Return the polygon nearest to each spot, the first of equals; empty polygons are near to nothing."""
    real = np.flatnonzero(~shapely.is_empty(polygons))
    spot, found = shapely.STRtree(polygons[real]).query_nearest(spots, all_matches=True)
    order = np.lexsort((found, spot))
    first = np.unique(spot[order], return_index=True)[1]
    nearest: IntArray = real[found[order][first]].astype(np.int64)
    return nearest


def _unions(faces: Shapes, owner: IntArray, count: int) -> Shapes:
    """Join the faces of each owner by their common edges; shape (count,), empty for one without a face."""
    answer = np.full(count, shapely.Polygon(), dtype=np.object_)
    held = owner >= 0
    order = np.argsort(owner[held], kind="stable")
    mine, sorted_faces = owner[held][order], faces[held][order]
    who, first = np.unique(mine, return_index=True)
    groups = np.split(sorted_faces, first[1:]) if len(who) else []
    answer[who] = [shapely.coverage_union_all(group) for group in groups]
    return plain(answer)


def plain(shapes: Shapes) -> Shapes:
    """Return each shape as one valid Polygon or MultiPolygon: collections and pieces that touch are joined."""
    kind = shapely.get_type_id(shapes)
    odd = (kind == shapely.GeometryType.GEOMETRYCOLLECTION) | ~shapely.is_valid(shapes)
    answer = shapes.copy()
    answer[odd] = [shapely.union_all(shapely.get_parts(shape)) for shape in shapes[odd]]
    return answer


def cell_owners(cells: CellArray, parts: Shapes) -> IntArray:
    """Return for each cell the position of the part that holds its centre, else of the nearest one."""
    lng, lat = centres(cells)
    owner = holding_polygon(lng, lat, parts)
    away = np.flatnonzero(owner < 0)
    if len(away):
        plane = Plane(float(lng.mean()), float(lat.mean()))
        owner[away] = _nearest(plane.flat(points_of(lng[away], lat[away])), plane.flat(parts))
    return owner


def points_of(lng: FloatArray, lat: FloatArray) -> Shapes:
    """Return points as an array of shapes."""
    return np.asarray(shapely.points(lng, lat), dtype=np.object_)


def unique_names(names: Sequence[str]) -> list[str]:
    """Return the names, the second and later ones of equal names with a number behind."""
    seen: dict[str, int] = {}
    taken = set(names)
    answer = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        number, other = seen[name], name
        while seen[name] > 1 and (other == name or other in taken):
            other, number = f"{name} ({number})", number + 1
        taken.add(other)
        answer.append(other)
    return answer

"""The line that a catchment is stated by: a boundary, a street, what a person drew; its cells are another thing."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce

import numpy as np
import polars as pl
import pyproj
import shapely

from gridgeo.domain import CellArray, IntArray
from gridgeo.grids.geometry import Shapes, areas_and_lines, areas_only, hexagons_of, together
from gridgeo.pipeline.catchments.areas import Areas, shape_of
from gridgeo.pipeline.catchments.named import ground_between, named_boundaries, named_streets
from gridgeo.pipeline.catchments.specs import CatchmentPlan, CatchmentSpec
from gridgeo.pipeline.catchments.terrain import Terrain
from gridgeo.pipeline.catchments.units import units_of

CIRCLE_CORNERS = 96
"""Of a circle's line: between two of them it is off by a two-thousandth of the radius."""
SHAPE_RULES: dict[str, Callable[[shapely.Geometry, shapely.Geometry], shapely.Geometry]] = {
    "union": shapely.union,
    "difference": shapely.difference,
    "intersection": shapely.intersection,
}


def stated_border(spec: CatchmentSpec, branch: int, terrain: Terrain) -> shapely.Geometry | None:
    """Return the line that a spec states, lng, lat; None where there is none but that around its cells.

    A polygon for ground; streets are lines; both together are a collection. A combination has one where all of its
    parts are polygons.
    """
    if spec.method == "combined":
        return _combined(spec, branch, terrain)
    found = BORDERS[spec.method](spec, branch, terrain) if spec.method in BORDERS else None
    return None if found is None or shapely.is_empty(found) else found


def settled_borders(areas: Areas, plan: CatchmentPlan, terrain: Terrain) -> list[shapely.Geometry | None]:
    """Return the line that each branch's catchment is stated by, as it stands after overlaps and holes were settled.

    Ground loses the hexagons that went to others and gets those that nobody claimed; ground that two lines hold is
    parted by their cells (see `parted`); a street stays whole. None where a catchment has no line but that around its
    cells.
    """
    borders = [stated_border(plan.specs[branch_id], branch, terrain) for branch, branch_id in enumerate(terrain.ids)]
    stated = [branch for branch, border in enumerate(borders) if border is not None]
    pieces = {branch: areas_and_lines(np.array([borders[branch]])) for branch in stated}
    grounds = np.full(len(borders), shapely.Polygon(), dtype=object)
    for branch, (whole, _) in pieces.items():
        grounds[branch] = _settled(areas, terrain, branch, whole)
    held = parted(grounds, areas.owner, terrain.cells)
    for branch, (_, streets) in pieces.items():
        borders[branch] = together([held[branch], streets])
    return borders


def parted(grounds: Shapes, owner: IntArray, cells: CellArray) -> Shapes:
    """Return grounds of which no two hold the same: what two of them state is parted by cells.

    grounds: shape (n_branches,), empty where a branch states none. owner: branch of each of the cells, -1 for none.
    Of shared ground the cells of the later branch are the later one's, and the rest, cells of neither among it, the
    first one's. Ground that one of them holds alone stays as it was stated, whosever cells it reaches into.
    """
    first, second = shapely.STRtree(grounds).query(grounds, predicate="intersects")
    order = np.flatnonzero(first < second)
    answer = grounds.copy()
    for one, other in zip(first[order], second[order], strict=True):
        shared = areas_only(shapely.intersection(grounds[one], grounds[other]))
        if shared is None:
            continue
        of_other = shapely.intersection(shared, hexagons_of(cells[owner == other]))
        answer[one] = shapely.difference(answer[one], of_other)
        answer[other] = shapely.difference(answer[other], shapely.difference(shared, of_other))
    return answer


def _settled(areas: Areas, terrain: Terrain, branch: int, ground: shapely.Geometry) -> shapely.Geometry:
    """Return stated ground without the hexagons that went to others, and with those that nobody claimed."""
    claimed = areas.claims.filter(pl.col("branch") == branch)["at"].to_numpy()
    owned = np.flatnonzero(areas.owner == branch)
    gone, new = np.setdiff1d(claimed, owned), np.setdiff1d(owned, claimed)
    lost, given = (hexagons_of(terrain.cells[at]) for at in (gone, new))
    return shapely.union(shapely.difference(ground, lost), given)


def _combined(spec: CatchmentSpec, branch: int, terrain: Terrain) -> shapely.Geometry | None:
    found = [stated_border(part, branch, terrain) for part in spec.of]
    parts = [part for part in found if part is not None and shapely.get_dimensions(part) == 2]
    whole = len(parts) == len(found) and not any(isinstance(part, shapely.GeometryCollection) for part in parts)
    return reduce(SHAPE_RULES[str(spec.operation)], parts) if whole else None


def _drawn(spec: CatchmentSpec, branch: int, terrain: Terrain) -> shapely.Geometry:  # noqa: ARG001 - as its siblings
    return shape_of(spec.polygon or {})


def _buffer(spec: CatchmentSpec, branch: int, terrain: Terrain) -> shapely.Geometry:
    lng, lat = spec.point or terrain.point(branch)
    azimuth = np.linspace(0.0, 360.0, CIRCLE_CORNERS, endpoint=False)
    same = np.ones(CIRCLE_CORNERS)
    corners = pyproj.Geod(ellps="WGS84").fwd(lng * same, lat * same, azimuth, float(spec.radius_m or 0) * same)
    return shapely.Polygon(np.column_stack(corners[:2]))


def _administrative(spec: CatchmentSpec, branch: int, terrain: Terrain) -> shapely.Geometry:
    return shapely.union_all(units_of(terrain.boundaries, spec.units, spec.kind, terrain.point(branch)))


def _places(spec: CatchmentSpec, branch: int, terrain: Terrain) -> shapely.Geometry:
    ground = shapely.union_all(named_boundaries(spec, terrain))
    streets = shapely.union_all(named_streets(spec, branch, terrain))
    return together([ground, streets])


BORDERS: dict[str, Callable[[CatchmentSpec, int, Terrain], shapely.Geometry]] = {
    "drawn": _drawn,
    "buffer": _buffer,
    "administrative": _administrative,
    "places": _places,
    "between": ground_between,
}
"""The other methods are stated by a time or by customers: their border is that of their cells."""

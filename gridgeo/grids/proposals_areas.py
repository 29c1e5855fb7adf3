"""Area grids from boundaries that exist: villages, communities, municipalities."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import shapely

from gridgeo.cells import centres, holding_polygon
from gridgeo.domain import BoolArray, FloatArray, IntArray
from gridgeo.errors import InvalidInputError
from gridgeo.grids.proposals_borders import groups_of_enough
from gridgeo.grids.proposals_common import (
    Catchment,
    Proposal,
    ProposedGrid,
    Remark,
    Shapes,
    partition,
    plane_of,
    shape_array,
    unique_names,
)

MOSTLY_INSIDE = 0.5
"""An area without a cell centre becomes a grid when at least this share of it lies in the catchment."""


@dataclass(frozen=True, eq=False)
class NamedAreas:
    """Areas with names, one entry an area; kinds: of gridgeo.domain.words.GRID_KINDS."""

    names: Sequence[str]
    codes: Sequence[str | None]
    kinds: Sequence[str]
    polygons: Sequence[shapely.Geometry] | Shapes

    def __post_init__(self) -> None:
        if not len(self.names) == len(self.codes) == len(self.kinds) == len(self.polygons):
            raise InvalidInputError("areas need one name, code, kind and polygon each")

    def taken(self, which: BoolArray) -> NamedAreas:
        """Return some of the areas."""
        at = np.flatnonzero(which).tolist()
        return NamedAreas(
            [self.names[i] for i in at],
            [self.codes[i] for i in at],
            [self.kinds[i] for i in at],
            shape_array(self.polygons)[at],
        )


def grids_from_areas(
    catchment: Catchment, areas: NamedAreas, *, method: str = "boundaries", label: str | None = None
) -> Proposal:
    """Propose one grid for each area that lies in the catchment, cut at its edge.

    Where areas overlap the first one wins; ground in no area goes cell by cell to the nearest one. An area that only
    reaches in (no cell centre, less than half of it inside) is left out and named; one that is smaller than a cell and
    holds no centre is joined to the neighbour with the longest common border, keeps its code there, and is named.
    Raises InvalidInputError when no area meets the catchment.
    """
    inside = _belongs(catchment, shape_array(areas.polygons))
    taken = areas.taken(inside)
    parts, owner = partition(catchment, taken.polygons)
    count = np.bincount(owner, minlength=len(parts)).astype(np.float64)
    there = np.flatnonzero((count > 0) | ~shapely.is_empty(parts))
    group = groups_of_enough(plane_of(catchment).flat(parts[there]), count[there], 1.0)
    group = _with_strays(group, count[there])
    remarks = _left_out(catchment, areas.taken(~inside))
    grids = []
    for at in range(int(group.max()) + 1):
        members = there[group == at]
        head = int(members[np.argmax(count[members])])
        remarks += _joined_remarks(taken, head, members)
        grids.append(_grid(catchment, taken, (head, members), parts, owner))
    names = unique_names([grid.name for grid in grids])
    named = tuple(replace(grid, name=name) for grid, name in zip(grids, names, strict=True))
    return Proposal(method, named, (*remarks, *_in_pieces(named)), label)


def _with_strays(group: IntArray, count: FloatArray) -> IntArray:
    """Join groups without any cell and without any neighbour to the first group that has cells."""
    held = np.bincount(group, weights=count)
    moved = np.where(held[group] > 0, group, int(np.flatnonzero(held > 0)[0]))
    return np.unique(moved, return_inverse=True)[1].astype(np.int64)


def _grid(
    catchment: Catchment, areas: NamedAreas, who: tuple[int, IntArray], parts: Shapes, owner: IntArray
) -> ProposedGrid:
    head, members = who
    ordered = [head, *(int(at) for at in members if at != head)]
    codes = ";".join(code for at in ordered if (code := areas.codes[at]))
    shape = parts[head] if len(members) == 1 else shapely.union_all(parts[members])
    cells = np.sort(catchment.cells[np.isin(owner, members)])
    return ProposedGrid(areas.names[head], codes or None, areas.kinds[head], shape, cells)


def _joined_remarks(areas: NamedAreas, head: int, members: IntArray) -> list[Remark]:
    return [
        Remark(
            "{name} holds no cell centre and is joined to {neighbour}; a finer resolution keeps it apart",
            {"name": areas.names[at], "neighbour": areas.names[head]},
        )
        for at in members.tolist()
        if at != head
    ]


def _belongs(catchment: Catchment, polygons: Shapes) -> BoolArray:
    holder = holding_polygon(*centres(catchment.cells), polygons)
    has_cell = np.isin(np.arange(len(polygons)), holder)
    return has_cell | (_share_inside(catchment, polygons) >= MOSTLY_INSIDE)


def _share_inside(catchment: Catchment, polygons: Shapes) -> FloatArray:
    plane = plane_of(catchment)
    flat, area = plane.flat(polygons), plane.flat(shape_array([catchment.polygon]))[0]
    size = shapely.area(flat)
    return np.divide(shapely.area(shapely.intersection(flat, area)), size, out=np.zeros(len(flat)), where=size > 0)


def _left_out(catchment: Catchment, areas: NamedAreas) -> list[Remark]:
    """Name the areas of which only a rim lies in the catchment."""
    share = _share_inside(catchment, shape_array(areas.polygons))
    return [
        Remark(
            "{name} only reaches into the catchment ({percent} % of it, no cell centre); its part goes to neighbours",
            {"name": areas.names[at], "percent": round(100 * float(share[at]), 1)},
        )
        for at in np.flatnonzero(share > 1e-6).tolist()
    ]


def _in_pieces(grids: Sequence[ProposedGrid]) -> list[Remark]:
    """Name the grids whose cells lie in several parts of their polygon."""
    parts = [shape_array(shapely.get_parts(grid.polygon)) for grid in grids]
    held = [len(np.unique(holding_polygon(*centres(grid.cells), own))) for grid, own in zip(grids, parts, strict=True)]
    return [
        Remark("{name} lies in {pieces} separate pieces", {"name": grid.name, "pieces": pieces})
        for grid, pieces in zip(grids, held, strict=True)
        if pieces > 1
    ]

"""The line that a grid is stated by where that is not its boundary: streets, with the ground that was named beside."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import shapely

from gridgeo.cells import cell_polygons, centres
from gridgeo.domain.arrays import CellArray
from gridgeo.grids.geometry import AREA, LINE, SNAP_DEG, Shapes, areas_and_lines, together
from gridgeo.grids.state import GridRecord, GridSetState


def stated_outlines(state: GridSetState, regions: Shapes) -> Shapes:
    """Return the border that each grid is shown with, shape (n_grids,).

    regions: the ground that belongs to each grid (see `geometry.regions`). A grid that is stated by a line is shown by
    it, as far as its ground reaches: by the street alone, without the outline of its cells. Once it holds a cell that
    the line says nothing of (it was painted, merged, or joined it with a new catchment), it is its ground with the line
    in it. Every other grid is its ground.
    """
    answer = regions.copy()
    borders = np.asarray(shapely.from_wkb(np.array([grid.border for grid in state.grids], dtype=object)), dtype=object)
    for at in np.flatnonzero(~shapely.is_missing(borders)):
        answer[at] = _shown(borders[at], regions[at], state.cells[state.grid_of == at])
    return answer


def joined_border(grids: Iterable[GridRecord]) -> bytes | None:
    """Return the line of several grids together, WKB; None where none of them is stated by one.

    What has a boundary and no line is stated by its boundary.
    """
    known = list(grids)
    if all(grid.border is None for grid in known):
        return None
    return border_of(shapely.from_wkb([grid.border or grid.geometry for grid in known]))


def border_of(shapes: Iterable[shapely.Geometry | None]) -> bytes:
    """Return ground and streets as the one line of a grid, WKB: its areas together, and its lines."""
    border = together(areas_and_lines(np.array([shape for shape in shapes if shape is not None], dtype=object)))
    body: bytes = shapely.to_wkb(shapely.force_2d(border), byte_order=1)
    return body


def _shown(border: shapely.Geometry, region: shapely.Geometry, cells: CellArray) -> shapely.Geometry:
    areas, lines = areas_and_lines(np.array([border], dtype=object))
    held = [shapely.intersection(part, region, grid_size=SNAP_DEG) for part in (areas, lines)]
    kept: list[Any] = [part for part, dimension in zip(held, (AREA, LINE), strict=True) if _is_of(part, dimension)]
    if not kept:
        return region
    told = shapely.intersects(areas, shapely.points(*centres(cells))) | shapely.intersects(lines, cell_polygons(cells))
    if not told.all():
        kept = [region, *kept[-1:]] if _is_of(kept[-1], LINE) else [region]
    return together(kept)


def _is_of(shape: shapely.Geometry, dimension: int) -> bool:
    return not shapely.is_empty(shape) and int(shapely.get_dimensions(shape)) == dimension

"""The independent check of a grid set: shares no code with the operations that it watches."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from gridgeo.cells import cell_strings
from gridgeo.cells.points import resolutions
from gridgeo.domain.arrays import CellArray
from gridgeo.domain.words import GRID_KINDS, GRID_STAGES, GRID_STATUS
from gridgeo.grids.state import GridSetState

OVERLAP_DEG2 = 1e-10
"""About 1 m2: two boundaries that share less share a line."""


@dataclass(frozen=True)
class Violation:
    """One rule broken. what: a fixed English sentence. where: the cells, ids or names concerned."""

    what: str
    where: tuple[str, ...]


def check_partition(state: GridSetState, catchment_cells: CellArray | None = None) -> list[Violation]:
    """List everything that keeps the grids from being a partition of the catchment's cells; empty when all is well.

    catchment_cells: uint64, the cells that the set must hold exactly; None when only the state itself is checked.
    """
    found = [*_of_cells(state, catchment_cells), *_of_grids(state), *_of_boundaries(state)]
    return [violation for violation in found if violation.where]


def _of_cells(state: GridSetState, catchment_cells: CellArray | None) -> list[Violation]:
    cells, counts = np.unique(state.cells, return_counts=True)
    wrong = [
        Violation("a cell is in more than one grid", _names(cells[counts > 1])),
        Violation("a cell is of another resolution", _names(cells[resolutions(cells) != state.resolution])),
        Violation("cells are not in order", () if np.array_equal(cells, state.cells) else ("*",)),
    ]
    outside = (state.grid_of < 0) | (state.grid_of >= len(state.grids))
    wrong.append(Violation("a cell is in no grid", _names(state.cells[outside])))
    if catchment_cells is not None:
        wrong.append(Violation("a cell of the catchment is missing", _names(np.setdiff1d(catchment_cells, cells))))
        wrong.append(Violation("a cell is not of the catchment", _names(np.setdiff1d(cells, catchment_cells))))
    return wrong


def _of_grids(state: GridSetState) -> list[Violation]:
    held = set(np.unique(state.grid_of).tolist())
    empty = tuple(grid.id for at, grid in enumerate(state.grids) if at not in held)
    ids, names = [grid.id for grid in state.grids], [grid.name for grid in state.grids]
    unknown = tuple(
        grid.id
        for grid in state.grids
        if grid.kind not in GRID_KINDS or grid.status not in GRID_STATUS or grid.stage not in GRID_STAGES
    )
    return [
        Violation("a grid has no cell", empty),
        Violation("ids are not unique and in order", () if ids == sorted(set(ids)) else tuple(ids)),
        Violation("two grids have one name", tuple(sorted({name for name in names if names.count(name) > 1}))),
        Violation("a grid has an unknown word", unknown),
    ]


def _of_boundaries(state: GridSetState) -> list[Violation]:
    owned = [grid for grid in state.grids if grid.geometry is not None]
    ids = np.array([grid.id for grid in owned], dtype=object)
    shapes = np.array([shapely.from_wkb(grid.geometry) for grid in owned], dtype=object)
    bad = ~shapely.is_valid(shapes) | shapely.is_empty(shapes) if len(owned) else np.zeros(0, np.bool_)
    first, second = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    pairs = (first < second) & ~bad[first] & ~bad[second]
    first, second = first[pairs], second[pairs]
    over = shapely.area(shapely.intersection(shapes[first], shapes[second])) > OVERLAP_DEG2
    overlapping = tuple(f"{ids[a]} {ids[b]}" for a, b in zip(first[over], second[over], strict=True))
    return [Violation("a boundary is not valid", tuple(ids[bad])), Violation("two boundaries overlap", overlapping)]


def _names(cells: CellArray) -> tuple[str, ...]:
    return tuple(cell_strings(cells))

"""The grids of a branch over a redrawn catchment: cells that are gone leave, cells that are new join a neighbour."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import shapely

from gridgeo.cells import centres, check_cells, common_resolution, local_xy_m, neighbour_graph
from gridgeo.domain.arrays import BoolArray, CellArray, IntArray
from gridgeo.errors import InvalidInputError
from gridgeo.grids.geometry import to_record, within_both
from gridgeo.grids.patches import Patch, difference
from gridgeo.grids.state import GridRecord, GridSetState, rebuilt, records_of, shape_of

NOBODY = -1
NOTHING_DEG2 = 1e-12
"""About a hundredth of a square metre: what is lost to rounding where a boundary runs along the catchment's."""


@dataclass(frozen=True, eq=False)
class Rebased:
    """What a rebase does.

    gained: grid id -> cells that joined it. lost: grid id -> cells that left it. removed: names of the grids that lost
    all of theirs. far: gained cells that touch no grid, not even through other new ones; each went to the nearest.
    """

    patch: Patch
    gained: dict[str, int]
    lost: dict[str, int]
    removed: list[str]
    far: int


def rebase(state: GridSetState, cells: CellArray, catchment_id: int, within: shapely.Geometry | None = None) -> Rebased:
    """Bring the grids onto the cells of another catchment version, as one operation.

    cells: uint64, unique, of the set's resolution. A new cell goes to the grid that most of its neighbours belong to,
    ring by ring; one that touches nothing to the grid with the nearest centre. within: the new catchment, which clips
    the own boundaries.
    Raises InvalidInputError for cells of another resolution.
    """
    held = np.sort(check_cells(cells))
    if common_resolution(held) != state.resolution:
        raise InvalidInputError(
            "the catchment has cells of resolution {given}, the grids of branch {branch} of {expected}: "
            "take its cells at that one",
            given=common_resolution(held),
            branch=state.branch_id,
            expected=state.resolution,
        )
    label, far = _labels(state, held)
    ids = np.array(state.ids, dtype=object)
    records = {name: _held_to(record, within) for name, record in records_of(state).items()}
    after = rebuilt(replace(state, catchment_id=catchment_id), held, ids[label], records)
    came, left = ~state.holds(held), ~np.isin(state.cells, held)
    return Rebased(
        difference(state, after),
        _counted(ids, label[came]),
        _counted(ids, state.grid_of[left]),
        sorted(grid.name for grid in state.grids if grid.id not in set(after.ids)),
        far,
    )


def _held_to(record: GridRecord, within: shapely.Geometry | None) -> GridRecord:
    """Return the record with its boundary held to the catchment; as it was where that takes nothing from it."""
    own = shape_of(record)
    held = within_both(own, within)
    if own is None or (held is not None and shapely.area(own) - shapely.area(held) <= NOTHING_DEG2):
        return record
    return to_record(record, held)


def _labels(state: GridSetState, cells: CellArray) -> tuple[IntArray, int]:
    """Return the position of each cell's grid, and how many had to go to the nearest."""
    label = np.full(len(cells), NOBODY, dtype=np.int64)
    known = np.isin(cells, state.cells)
    label[known] = state.grid_of[np.searchsorted(state.cells, cells[known])]
    graph = neighbour_graph(cells)
    row = np.repeat(np.arange(len(cells)), np.diff(graph.indptr))
    while (ring := _joining(row, graph.indices, label)).any():
        label[ring] = _most_neighbours(row, graph.indices, label, ring, len(state.grids))
    open_ = label == NOBODY
    if open_.any():
        label[open_] = state.grid_of[_nearest(state.cells, cells[open_])]
    return label, int(open_.sum())


def _joining(row: IntArray, column: np.ndarray, label: IntArray) -> BoolArray:
    """Tell which cells without a grid touch one that has one."""
    found = np.zeros(len(label), dtype=np.bool_)
    found[row[(label[row] == NOBODY) & (label[column] != NOBODY)]] = True
    return found


def _most_neighbours(row: IntArray, column: np.ndarray, label: IntArray, ring: BoolArray, n_grids: int) -> IntArray:
    """Return for each cell of the ring the grid of most of its neighbours; of equals the first."""
    counted = ring[row] & (label[column] != NOBODY)
    place = np.cumsum(ring) - 1
    votes, times = np.unique(place[row[counted]] * n_grids + label[column[counted]], return_counts=True)
    order = np.lexsort((votes, -times))
    cell, first = np.unique(votes[order] // n_grids, return_index=True)
    answer = np.empty(len(cell), dtype=np.int64)
    answer[cell] = votes[order][first] % n_grids
    return answer


def _nearest(known: CellArray, wanted: CellArray) -> IntArray:
    # Hardly ever needed, and slow to import.
    from scipy.spatial import cKDTree

    lng, lat = centres(known)
    tree = cKDTree(np.column_stack(local_xy_m(lng, lat, float(lng[0]), float(lat[0]))))
    found = tree.query(np.column_stack(local_xy_m(*centres(wanted), float(lng[0]), float(lat[0]))))[1]
    return np.asarray(found, dtype=np.int64)


def _counted(ids: np.ndarray, label: np.ndarray) -> dict[str, int]:
    held, times = np.unique(label, return_counts=True)
    return {str(ids[at]): int(n) for at, n in zip(held, times, strict=True)}

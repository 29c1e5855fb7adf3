"""Operations that move cells between grids; each is a function of the state that answers with a patch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import shapely

from gridgeo.cells import check_cells, common_resolution
from gridgeo.domain.arrays import CellArray
from gridgeo.errors import ConflictError, InvalidInputError
from gridgeo.grids.geometry import (
    clear,
    hexagons_of,
    inside_first,
    near_union,
    region_of,
    to_record,
    transfer,
    union,
    within_both,
    without,
)
from gridgeo.grids.patches import Patch, difference
from gridgeo.grids.records import checked_name, require_kind
from gridgeo.grids.state import (
    FIRST_NAME,
    GridRecord,
    GridSetState,
    labels_of,
    named,
    rebuilt,
    records_of,
    shape_of,
)
from gridgeo.grids.stated import joined_border


@dataclass(frozen=True, eq=False)
class NewGrid:
    """A grid to be made.

    boundary: its own one in the house datum, or None. cells: uint64, or None for those whose centre the boundary holds.
    border: WKB of the line that it is stated by where that is not the boundary, see `GridRecord`.
    """

    name: str
    kind: str = "other"
    code: str | None = None
    boundary: shapely.Geometry | None = None
    cells: CellArray | None = None
    border: bytes | None = None


def begin(state: GridSetState, cells: CellArray, catchment_id: int, name: str = FIRST_NAME) -> Patch:
    """Put all cells of a catchment into one grid.

    state: an empty one. cells: uint64, unique, of the state's resolution.
    Raises InvalidInputError when the cells are of another resolution or there are none.
    """
    held = _of_resolution(state, cells)
    first = GridRecord(id=state.new_id(1), name=checked_name(name))
    labels = np.full(len(held), first.id, dtype=object)
    started = replace(state, catchment_id=catchment_id)
    return difference(state, rebuilt(started, held, labels, {first.id: first}))


def create(state: GridSetState, made: Sequence[NewGrid], within: shapely.Geometry | None = None) -> Patch:
    """Make new grids out of the cells of those there are; a grid left without a cell goes in the same patch.

    made: where two of them share ground the first has it. within: the catchment, which clips their boundaries.
    The boundaries of the others lose what the new grids take.
    Raises InvalidInputError when a new grid has no cell of the set or no name of its own, or two of them name one cell.
    """
    boundaries = _own_boundaries(made, within)
    chosen = _cells_of_new(state, made, boundaries)
    labels, records = labels_of(state), records_of(state)
    fresh: dict[str, GridRecord] = {}
    for number, (item, boundary, held) in enumerate(zip(made, boundaries, chosen, strict=True), start=1):
        record = GridRecord(
            state.new_id(number), checked_name(item.name), require_kind(item.kind), item.code, border=item.border
        )
        fresh[record.id] = to_record(record, boundary)
        labels[held] = record.id
    taken = union(
        hexagons_of(state.cells[held]) if boundary is None else boundary
        for boundary, held in zip(boundaries, chosen, strict=True)
    )
    return difference(state, rebuilt(state, state.cells, labels, clear(records, taken, set()) | fresh))


def paint(
    state: GridSetState,
    cells: CellArray,
    source: Sequence[str],
    target: Sequence[str],
    within: shapely.Geometry | None = None,
) -> Patch:
    """Move cells from the grids they are in to others, with their hexagons of the own boundaries.

    cells: uint64, unique. source, target: id a cell. A grid that loses its last cell goes in the same patch.
    Raises ConflictError naming the cells that are not where they are said to be, NotFoundError for an unknown target,
    InvalidInputError when a cell stands twice.
    """
    brush = check_cells(cells)
    if len(np.unique(brush)) < len(brush) or not len(brush) == len(source) == len(target):
        raise InvalidInputError("each painted cell is named once, with the grid it is in and the one it goes to")
    place = state.places(brush)
    labels, records = labels_of(state), records_of(state)
    wrong = labels[place] != np.array(source, dtype=object)
    if wrong.any():
        raise ConflictError(
            "cells {cells} of branch {branch} are not in the grids they were in: nothing was changed, read them again",
            cells=named(brush[wrong]),
            branch=state.branch_id,
        )
    for grid in sorted(set(target)):
        state.position(grid)
    labels[place] = np.array(target, dtype=object)
    return difference(state, rebuilt(state, state.cells, labels, transfer(state, labels, records, within)))


def merge(
    state: GridSetState, grid_ids: Sequence[str], name: str | None = None, within: shapely.Geometry | None = None
) -> Patch:
    """Join grids into the first of them, which keeps all it has but its cells and its boundary.

    name: of the joined grid; the first one's by default. Where one of them has a boundary the joined one has theirs
    together, with the hexagons of those that have none; where one is stated by a line, by the lines of all together.
    Raises InvalidInputError for fewer than two grids, NotFoundError for an unknown one.
    """
    joined = list(dict.fromkeys(grid_ids))
    if len(joined) < 2:
        raise InvalidInputError("a merge needs at least two grids, got {given}", given=len(joined))
    positions = [state.position(grid) for grid in joined]
    labels, records = labels_of(state), records_of(state)
    labels[np.isin(state.grid_of, positions)] = joined[0]
    kept = replace(records[joined[0]], border=joined_border(records[grid] for grid in joined))
    kept = kept if name is None else replace(kept, name=checked_name(name))
    if any(records[grid].geometry is not None for grid in joined):
        parts = union(_bounded_region(state, grid, within) for grid in joined)
        kept = to_record(kept, parts)
    records = {grid: record for grid, record in records.items() if grid not in joined} | {kept.id: kept}
    return difference(state, rebuilt(state, state.cells, labels, records))


def _bounded_region(state: GridSetState, grid_id: str, within: shapely.Geometry | None) -> shapely.Geometry | None:
    """Return a grid's boundary, or the ground of its cells held to the catchment."""
    own = shape_of(state.grid(grid_id))
    return own if own is not None else within_both(region_of(state, grid_id), within)


def _of_resolution(state: GridSetState, cells: CellArray) -> CellArray:
    held = check_cells(cells)
    found = common_resolution(held)
    if found != state.resolution:
        raise InvalidInputError(
            "the cells are of resolution {given}, the grids of branch {branch} of {expected}",
            given=found,
            branch=state.branch_id,
            expected=state.resolution,
        )
    return held


def _own_boundaries(made: Sequence[NewGrid], within: shapely.Geometry | None) -> list[shapely.Geometry | None]:
    """Return the boundaries clipped to the catchment, each without those before it."""
    found: list[shapely.Geometry | None] = []
    for item in made:
        clipped = within_both(item.boundary, within)
        if item.boundary is not None and clipped is None:
            raise InvalidInputError("grid {name} lies outside of the catchment", name=item.name)
        before = near_union(found, clipped) if clipped is not None and found else None
        found.append(without(clipped, before))
    return found


def _cells_of_new(
    state: GridSetState, made: Sequence[NewGrid], boundaries: Sequence[shapely.Geometry | None]
) -> list[np.ndarray]:
    """Return the positions of each new grid's cells; every one has at least one, no two the same."""
    if not made:
        raise InvalidInputError("no grid was given")
    by_centre = [at for at, item in enumerate(made) if item.cells is None]
    shapes = np.array([boundaries[at] for at in by_centre], dtype=object)
    holder = inside_first(shapes, state.cells)
    chosen: list[np.ndarray] = []
    for at, item in enumerate(made):
        given = None if item.cells is None else state.places(np.unique(_of_resolution(state, item.cells)))
        chosen.append(np.flatnonzero(holder == by_centre.index(at)) if given is None else given)
        if not len(chosen[-1]):
            raise InvalidInputError(
                "grid {name} holds no cell centre of branch {branch} at resolution {resolution}",
                name=item.name,
                branch=state.branch_id,
                resolution=state.resolution,
            )
    _check_disjoint(state, made, chosen)
    return chosen


def _check_disjoint(state: GridSetState, made: Sequence[NewGrid], chosen: Sequence[np.ndarray]) -> None:
    every = np.concatenate(list(chosen))
    places, times = np.unique(every, return_counts=True)
    if (times > 1).any():
        twice = places[times > 1]
        owners = [item.name for item, held in zip(made, chosen, strict=True) if np.isin(twice, held).any()]
        raise InvalidInputError(
            "cells {cells} are given to more than one of {names}",
            cells=named(state.cells[twice]),
            names=", ".join(owners[:5]),
        )

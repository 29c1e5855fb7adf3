"""The area grids of one branch as they stand: every cell of the catchment in exactly one grid, never changed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date
from typing import Any

import numpy as np
import shapely

from gridgeo.cells import cell_strings
from gridgeo.domain.arrays import BoolArray, CellArray, IntArray, LabelArray
from gridgeo.errors import ConflictError, InvalidInputError, NotFoundError

FIRST_NAME = "whole catchment"
"""Name of the one grid that a set begins with."""
DATES = (
    "survey_planned_on",
    "survey_done_on",
    "develop_planned_on",
    "develop_done_on",
    "maintain_planned_on",
    "maintain_done_on",
)
SHAPES = ("geometry", "border")
"""Fields of a grid that are WKB."""


@dataclass(frozen=True)
class GridRecord:
    """What is kept of one area grid besides its cells.

    kind, status, stage: out of the closed words of `gridgeo.domain.words`. geometry: WKB of the grid's own boundary in
    the house datum; None where its cells are all there is. border: WKB of the line that it is stated by where that is
    not its boundary: the streets that it was made of, with their ground; it stays as it was stated while cells move.
    """

    id: str
    name: str
    kind: str = "other"
    code: str | None = None
    owner_id: str | None = None
    status: str = "draft"
    stage: str = "survey"
    survey_planned_on: date | None = None
    survey_done_on: date | None = None
    develop_planned_on: date | None = None
    develop_done_on: date | None = None
    maintain_planned_on: date | None = None
    maintain_done_on: date | None = None
    note: str | None = None
    geometry: bytes | None = None
    border: bytes | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return field -> value, in the order of the fields."""
        return {name: getattr(self, name) for name in FIELDS}


FIELDS = tuple(item.name for item in fields(GridRecord))


@dataclass(frozen=True, eq=False)
class GridSetState:
    """All area grids of a branch after so many operations.

    revision: operations so far. catchment_id: version whose cells are divided, 0 before there is one. cells: uint64,
    ascending. grid_of: int32, shape (n_cells,), position in `grids`. grids: in order of their ids.
    """

    branch_id: str
    resolution: int
    catchment_id: int = 0
    revision: int = 0
    cells: CellArray = field(default_factory=lambda: np.empty(0, np.uint64))
    grid_of: LabelArray = field(default_factory=lambda: np.empty(0, np.int32))
    grids: tuple[GridRecord, ...] = ()

    @property
    def ids(self) -> list[str]:
        """Ids of the grids, ascending."""
        return [grid.id for grid in self.grids]

    def position(self, grid_id: str) -> int:
        """Return a grid's position; NotFoundError when there is none of that id."""
        for at, grid in enumerate(self.grids):
            if grid.id == grid_id:
                return at
        raise NotFoundError("branch {branch} has no grid {grid}", branch=self.branch_id, grid=grid_id)

    def grid(self, grid_id: str) -> GridRecord:
        """Return a grid; NotFoundError when there is none of that id."""
        return self.grids[self.position(grid_id)]

    def find(self, text: str) -> GridRecord:
        """Return the grid of that id or, failing that, of that name; NotFoundError when there is neither."""
        of_name = [grid for grid in self.grids if grid.name == text]
        return of_name[0] if of_name and text not in self.ids else self.grid(text)

    def cells_of(self, grid_id: str) -> CellArray:
        """Return the cells of a grid, ascending."""
        held: CellArray = self.cells[self.grid_of == self.position(grid_id)]
        return held

    def holds(self, cells: CellArray) -> BoolArray:
        """Tell which of the cells belong to the set."""
        inside: BoolArray = np.isin(cells, self.cells)
        return inside

    def places(self, cells: CellArray) -> IntArray:
        """Return the positions of cells of the set; ConflictError naming those that are not in it."""
        missing = cells[~self.holds(cells)]
        if len(missing):
            raise ConflictError(
                "cells {cells} are not in the grids of branch {branch}", cells=named(missing), branch=self.branch_id
            )
        return np.searchsorted(self.cells, cells).astype(np.int64)

    def new_id(self, number: int) -> str:
        """Return the id of the number-th grid (from 1) that the next operation makes; no other operation makes it."""
        return f"{self.branch_id}-{self.revision + 1}-{number}"

    def counts(self) -> IntArray:
        """Return the number of cells of each grid, shape (n_grids,), int64."""
        return np.bincount(self.grid_of, minlength=len(self.grids)).astype(np.int64)

    def digest(self) -> str:
        """Return a hash of all but the revision: two states of one digest are the same to the last byte."""
        found = hashlib.sha256()
        found.update(repr((self.branch_id, self.resolution, self.catchment_id, self.grids)).encode())
        found.update(self.cells.astype("<u8").tobytes())
        found.update(self.grid_of.astype("<i4").tobytes())
        return found.hexdigest()


def rebuilt(
    state: GridSetState, cells: CellArray, labels: np.ndarray, records: Mapping[str, GridRecord]
) -> GridSetState:
    """Return the state with other cells, labels and records; a grid left without a cell is taken out.

    cells: uint64, any order, unique. labels: the id of each cell's grid (object array). records: id -> record.
    Raises InvalidInputError when two grids have one name, or none of them a cell.
    """
    order = np.argsort(cells)
    held, codes = np.unique(labels[order].astype(str), return_inverse=True)
    if not len(held):
        raise InvalidInputError("a branch's grids need at least one cell")
    grids = tuple(records[str(grid)] for grid in held)
    _check_names(grids)
    return replace(state, cells=cells[order], grid_of=codes.astype(np.int32), grids=grids)


def labels_of(state: GridSetState) -> np.ndarray:
    """Return the id of each cell's grid as an object array that the caller may change."""
    return np.array(state.ids, dtype=object)[state.grid_of]


def records_of(state: GridSetState) -> dict[str, GridRecord]:
    """Return id -> record as a dict that the caller may change."""
    return {grid.id: grid for grid in state.grids}


def shape_of(grid: GridRecord) -> shapely.Geometry | None:
    """Return a grid's own boundary as a shape."""
    return None if grid.geometry is None else shapely.from_wkb(grid.geometry)


def named(cells: CellArray, most: int = 5) -> str:
    """Return a few cells' names for a message, and how many more there are."""
    shown = ", ".join(cell_strings(cells[:most]))
    return shown if len(cells) <= most else f"{shown} (+{len(cells) - most})"


def _check_names(grids: Iterable[GridRecord]) -> None:
    seen: set[str] = set()
    for grid in grids:
        if grid.name in seen:
            raise InvalidInputError("two grids would be called {name}: give one of them another name", name=grid.name)
        seen.add(grid.name)

"""What one operation changes, exactly: applied to the state before it gives the state after, inverted the way back."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np

from gridgeo.cells import cell_strings, cells_from_strings
from gridgeo.domain.arrays import CellArray, LabelArray
from gridgeo.errors import ConflictError
from gridgeo.grids.state import DATES, SHAPES, GridRecord, GridSetState, labels_of, named, records_of

OUTSIDE = -1
Fields = dict[str, Any]


@dataclass(frozen=True)
class GridChange:
    """One grid before and after: the fields that change, all of them where it comes or goes, None where it is not."""

    id: str
    before: Fields | None
    after: Fields | None

    def inverse(self) -> GridChange:
        """Return the change the other way round."""
        return GridChange(self.id, self.after, self.before)


@dataclass(frozen=True, eq=False)
class Patch:
    """Everything that one operation changes.

    names: ids of the grids that cells move between. cells: uint64, ascending. source, target: int32, position in names
    where each cell was and is; -1 is outside the set. grids: one change a grid. catchment: version before and after.
    """

    names: tuple[str, ...]
    cells: CellArray
    source: LabelArray
    target: LabelArray
    grids: tuple[GridChange, ...]
    catchment: tuple[int, int] | None = None

    def inverse(self) -> Patch:
        """Return the patch that takes this one back."""
        return replace(
            self,
            source=self.target,
            target=self.source,
            grids=tuple(change.inverse() for change in self.grids),
            catchment=self.catchment[::-1] if self.catchment else None,
        )

    @property
    def is_empty(self) -> bool:
        """Whether nothing changes."""
        return not (len(self.cells) or self.grids or self.catchment)

    @property
    def touched(self) -> set[str]:
        """Ids of every grid that it changes or takes cells from or gives cells to."""
        return {*self.names, *(change.id for change in self.grids)}

    def as_json(self) -> dict[str, Any]:
        """Return the patch as plain JSON values."""
        return {
            "names": list(self.names),
            "cells": cell_strings(self.cells),
            "from": self.source.tolist(),
            "to": self.target.tolist(),
            "grids": [
                {"id": change.id, "before": _plain(change.before), "after": _plain(change.after)}
                for change in self.grids
            ],
            "catchment": list(self.catchment) if self.catchment else None,
        }


def patch_from_json(body: Mapping[str, Any]) -> Patch:
    """Read what `Patch.as_json` gave."""
    catchment = body["catchment"]
    return Patch(
        names=tuple(body["names"]),
        cells=cells_from_strings(body["cells"]),
        source=np.array(body["from"], dtype=np.int32),
        target=np.array(body["to"], dtype=np.int32),
        grids=tuple(GridChange(row["id"], _read(row["before"]), _read(row["after"])) for row in body["grids"]),
        catchment=(int(catchment[0]), int(catchment[1])) if catchment else None,
    )


def difference(before: GridSetState, after: GridSetState) -> Patch:
    """Return the patch that leads from one state to the other."""
    cells = np.union1d(before.cells, after.cells)
    was, will = _labels_at(before, cells), _labels_at(after, cells)
    moved = was != will
    names, codes = np.unique(np.concatenate([was[moved], will[moved]]).astype(str), return_inverse=True)
    outside = np.where(names == "", OUTSIDE, np.cumsum(names != "") - 1).astype(np.int32)
    half = int(moved.sum())
    old, new = records_of(before), records_of(after)
    found = (_change(grid, old.get(grid), new.get(grid)) for grid in sorted({*old, *new}))
    return Patch(
        names=tuple(str(name) for name in names if name),
        cells=cells[moved],
        source=outside[codes[:half]],
        target=outside[codes[half:]],
        grids=tuple(change for change in found if change is not None),
        catchment=None if before.catchment_id == after.catchment_id else (before.catchment_id, after.catchment_id),
    )


def apply(state: GridSetState, patch: Patch) -> GridSetState:
    """Return the state after the patch, one revision on.

    Raises ConflictError naming the cells or the grid where the state is not what the patch starts from; then nothing of
    it is applied.
    """
    if patch.catchment and patch.catchment[0] != state.catchment_id:
        raise ConflictError(
            "the grids of branch {branch} stand on catchment version {current}, not {expected}",
            branch=state.branch_id,
            current=state.catchment_id,
            expected=patch.catchment[0],
        )
    cells, labels = _moved(state, patch)
    records = _changed(state, patch)
    # Sorted anew: the positions that `grid_of` holds follow the ids.
    ids = np.array(sorted(records), dtype=object)
    if not set(labels.tolist()) <= set(records):
        raise ConflictError("the operation leaves cells of branch {branch} without a grid", branch=state.branch_id)
    return replace(
        state,
        catchment_id=patch.catchment[1] if patch.catchment else state.catchment_id,
        revision=state.revision + 1,
        cells=cells,
        grid_of=np.searchsorted(ids, labels).astype(np.int32),
        grids=tuple(records[grid] for grid in ids),
    )


def _moved(state: GridSetState, patch: Patch) -> tuple[CellArray, np.ndarray]:
    names = np.array([*patch.names, ""], dtype=object)
    expected, wanted = names[patch.source], names[patch.target]
    wrong = _labels_at(state, patch.cells) != expected
    if wrong.any():
        raise ConflictError(
            "cells {cells} of branch {branch} are not in the grids they were in: nothing was changed, read them again",
            cells=named(patch.cells[wrong]),
            branch=state.branch_id,
        )
    kept = ~np.isin(state.cells, patch.cells)
    comes = wanted != ""
    cells = np.concatenate([state.cells[kept], patch.cells[comes]])
    labels = np.concatenate([labels_of(state)[kept], wanted[comes]])
    order = np.argsort(cells)
    return cells[order], labels[order]


def _changed(state: GridSetState, patch: Patch) -> dict[str, GridRecord]:
    records = records_of(state)
    for change in patch.grids:
        held = records.pop(change.id, None)
        if _seen(held, change.before) != change.before:
            raise ConflictError(
                "grid {grid} of branch {branch} was changed since: nothing was changed, read it again",
                grid=held.name if held else change.id,
                branch=state.branch_id,
            )
        if change.after is not None:
            records[change.id] = replace(held, **change.after) if held else GridRecord(**change.after)
    return records


def _seen(held: GridRecord | None, before: Fields | None) -> Fields | None:
    """Return the fields of a record that a change names; None where one of the two is not there."""
    if held is None:
        return None
    body = held.as_dict()
    return body if before is None else {name: body[name] for name in before}


def _labels_at(state: GridSetState, cells: CellArray) -> np.ndarray:
    """Return the id of the grid that holds each cell, an empty text outside of the set."""
    labels = np.full(len(cells), "", dtype=object)
    if len(state.cells):
        place = np.minimum(np.searchsorted(state.cells, cells), len(state.cells) - 1)
        inside = state.cells[place] == cells
        labels[inside] = np.array(state.ids, dtype=object)[state.grid_of[place[inside]]]
    return labels


def _change(grid_id: str, old: GridRecord | None, new: GridRecord | None) -> GridChange | None:
    if old == new:
        return None
    before, after = (None if record is None else record.as_dict() for record in (old, new))
    if before is not None and after is not None:
        differ = [name for name in before if before[name] != after[name]]
        before, after = ({name: body[name] for name in differ} for body in (before, after))
    return GridChange(grid_id, before, after)


def _plain(body: Fields | None) -> Fields | None:
    return None if body is None else {name: _written(value) for name, value in body.items()}


def _written(value: object) -> object:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return value.isoformat() if isinstance(value, date) else value


def _read(body: Fields | None) -> Fields | None:
    if body is None:
        return None
    plain = dict(body)
    for name in DATES:
        if plain.get(name) is not None:
            plain[name] = date.fromisoformat(plain[name])
    for name in SHAPES:
        if plain.get(name) is not None:
            plain[name] = base64.b64decode(plain[name])
    return plain

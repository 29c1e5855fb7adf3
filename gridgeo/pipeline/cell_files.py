"""Tables keyed by H3 cells, moved to other cells; needs no store."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from gridgeo.cells import (
    areas_m2,
    cell_strings,
    cells_around,
    cells_from_strings,
    children,
    common_resolution,
    move_scores,
    parents,
    rolled_up,
)
from gridgeo.cells.moves import ScoreKind
from gridgeo.domain import CellArray, FloatArray
from gridgeo.errors import InvalidInputError

COLUMNS = ("cell", "value")
FIRST_ROW = 2
"""Number of the first record as a spreadsheet counts it: the header is row 1."""


@dataclass(frozen=True, eq=False)
class MovedTable:
    """Figures on other cells.

    before, after, outside: mass of the table, of the answer, and of what no target cell covers.
    """

    cells: CellArray
    values: FloatArray
    before: float
    after: float
    outside: float

    def as_dict(self) -> dict[str, Any]:
        """Return the table as plain JSON values, in columns."""
        return {
            "resolution": common_resolution(self.cells),
            "count": len(self.cells),
            "before": self.before,
            "after": self.after,
            "outside": self.outside,
            "cells": cell_strings(self.cells),
            "values": self.values.tolist(),
        }

    def as_frame(self) -> pl.DataFrame:
        """Return the table with cell (text) and value."""
        return pl.DataFrame({"cell": cell_strings(self.cells), "value": self.values})


def roll_up_file(path: Path, resolution: int) -> MovedTable:
    """Add the counts of a table of cells up to their parents; see `cells.rolled_up`."""
    cells, values = read_cells(path)
    found, sums = rolled_up(cells, values, resolution)
    return MovedTable(found, sums, float(values.sum()), float(sums.sum()), 0.0)


def move_file(
    path: Path, resolution: int, *, kind: ScoreKind, targets: Path | None = None, exact_area: bool = False
) -> MovedTable:
    """Move the values of a table of cells to another resolution, mass kept; see `cells.move_scores`.

    targets: table with the cells to move to; by default every parent or child of the table's cells.
    Raises InvalidInputError when the targets have another resolution.
    """
    cells, values = read_cells(path)
    goals = _related(cells, resolution, exact_area) if targets is None else read_cells(targets, with_values=False)[0]
    if common_resolution(goals) != resolution:
        raise InvalidInputError(
            "the target cells have resolution {given}, asked for is {resolution}",
            given=common_resolution(goals),
            resolution=resolution,
        )
    moved = move_scores(cells, values, goals, kind=kind, exact_area=exact_area)
    weight, goal_weight = (areas_m2(cells), areas_m2(goals)) if kind == "intensity" else (1.0, 1.0)
    before, after = float((values * weight).sum()), float((moved.values * goal_weight).sum())
    return MovedTable(goals, moved.values, before, after, float(moved.outside.sum()))


def _related(cells: CellArray, resolution: int, exact_area: bool) -> CellArray:
    """Return the cells that values move to; by true area a cell reaches into neighbours of its parent or children."""
    tree = _tree(cells, resolution)
    return cells_around(tree, 1) if exact_area else tree


def _tree(cells: CellArray, resolution: int) -> CellArray:
    if resolution <= common_resolution(cells):
        return np.unique(parents(cells, resolution))
    return np.sort(children(cells, resolution)[0])


def read_cells(path: Path, *, with_values: bool = True) -> tuple[CellArray, FloatArray]:
    """Return the cells and values of a CSV or Parquet file with the columns cell (15 hexadecimal digits) and value.

    with_values: whether the file must have values; without, they are zeros.
    Raises InvalidInputError naming the row and the value that does not fit.
    """
    table = _read(path)
    missing = [name for name in COLUMNS[: 1 + with_values] if name not in table.columns]
    if missing:
        raise InvalidInputError(
            "file {name} has no column {column}; it has {known}",
            name=path.name,
            column=missing[0],
            known=", ".join(table.columns),
        )
    if table.is_empty():
        raise InvalidInputError("file {name} has no rows", name=path.name)
    cells = _cells(table["cell"])
    common_resolution(cells)
    if not with_values:
        return np.unique(cells), np.zeros(0)
    if (again := ~pl.Series(cells).is_first_distinct()).any():
        row = int(again.arg_true()[0])
        raise InvalidInputError(
            "row {row}: cell {cell} stands more than once; add its values up yourself, if that is meant",
            row=row + FIRST_ROW,
            cell=cell_strings(cells[row : row + 1])[0],
        )
    numbers = table["value"].cast(pl.Float64, strict=False)
    if (bad := numbers.is_null() | ~numbers.is_finite().fill_null(False)).any():
        row = int(bad.arg_true()[0])
        raise InvalidInputError(
            "row {row}: value {given} is not a number; leave the cell out or give a number",
            row=row + FIRST_ROW,
            given=repr(table["value"][row]),
        )
    return cells, numbers.to_numpy()


def _cells(column: pl.Series) -> CellArray:
    if column.dtype == pl.UInt64:
        return column.to_numpy()
    return cells_from_strings(column.cast(pl.String).to_list())


def _read(path: Path) -> pl.DataFrame:
    try:
        if path.suffix == ".parquet":
            return pl.read_parquet(path)
        return pl.read_csv(path, infer_schema=False)
    except FileNotFoundError as error:
        raise InvalidInputError("there is no file {name}", name=str(path)) from error
    except (pl.exceptions.PolarsError, OSError) as error:
        raise InvalidInputError("file {name} cannot be read: {detail}", name=path.name, detail=str(error)) from error


def write_cells(moved: MovedTable, path: Path) -> None:
    """Write cell and value as CSV or, by the file's ending, Parquet."""
    if path.suffix == ".parquet":
        moved.as_frame().write_parquet(path)
    else:
        moved.as_frame().write_csv(path)

"""Tables keyed by H3 cells: one column of cells, the others figures; the datum of their points is declared."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import polars as pl

from gridgeo.cells import cells_or_none
from gridgeo.cells.points import resolutions
from gridgeo.domain.tables import CELL_VALUES, ORIGINALS, checked, empty
from gridgeo.domain.words import MAX_RESOLUTION
from gridgeo.errors import InvalidInputError
from gridgeo.sources.files import RawTable
from gridgeo.sources.intake.account import Account, Batch
from gridgeo.sources.intake.declared import place_if_any
from gridgeo.sources.intake.judge import FIELD, REASON, ROW, VALUE, refused
from gridgeo.sources.intake.kinds import import_kind
from gridgeo.sources.intake.mapping import ColumnMapping, propose_mapping
from gridgeo.sources.intake.options import ImportOptions, Known
from gridgeo.sources.intake.personal import header_says_personal
from gridgeo.sources.intake.positions import Place
from gridgeo.sources.intake.repeats import repeated_rows, row_hashes
from gridgeo.sources.intake.values import OUT_OF_RANGE, REASONS

NO_CELL = "not an H3 cell: write its index in hexadecimal or decimal digits"
OTHER_RESOLUTION = "a cell of another resolution than the first row's"
POSITION_HEADERS = ("lng", "lon", "long", "longitude", "lat", "latitude", "x", "y", "经度", "纬度")


@dataclass
class CellTable:
    """A table of cells as it is understood; used like `Understanding`.

    column: of the cells. figures: columns that become values, each under its own name or the one that `names` gives it.
    resolution: of the cells. counts: whether negative figures are refused.
    """

    raw: RawTable
    column: str
    figures: tuple[str, ...]
    resolution: int
    place: Place
    repeated: pl.DataFrame
    mapping: ColumnMapping
    account: Account = field(default_factory=Account)
    names: Mapping[str, str] = field(default_factory=dict)
    counts: bool = False

    def notes(self) -> dict[str, Any]:
        """Return how the file was read and understood."""
        return {
            **self.raw.notes,
            "mapping": {"cell": {"column": self.column, "class": "core"}},
            "figures": list(self.figures),
            "unmapped": list(self.mapping.unmapped),
            "resolution": self.resolution,
            "positions_in": self.place.words(),
        }

    def batches(self) -> Iterator[Batch]:
        """Yield the table piece by piece; accepted has one row a cell and figure (CELL_VALUES)."""
        self.account = Account()
        for batch in self.raw.batches():
            blamed, cells, numbers = self._judged(batch)
            keep = ~batch[ROW].is_in(blamed[ROW].implode())
            good = numbers.with_columns(cell=pl.Series(cells, dtype=pl.UInt64)).filter(keep)
            long = good.unpivot(on=list(self.figures), index="cell", variable_name="name", value_name="value")
            accepted = checked(long.with_columns(pl.col("name").replace(dict(self.names))), CELL_VALUES, "cells")
            hidden = tuple(name for name in self.raw.columns if header_says_personal(name))
            self.account.take(batch.height, blamed, accepted.height)
            yield Batch(accepted, empty(ORIGINALS), refused(batch, blamed, self.raw.columns, hidden))

    def _judged(self, batch: pl.DataFrame) -> tuple[pl.DataFrame, np.ndarray, pl.DataFrame]:
        cells, is_cell = cells_or_none(batch[self.column].to_list())
        numbers = batch.select(_number(name) for name in self.figures)
        unread = [
            (batch[name].is_not_null() & numbers[name].is_null(), name, REASONS["number"]) for name in self.figures
        ]
        negative = [((numbers[name] < 0).fill_null(value=False), name, OUT_OF_RANGE) for name in self.figures]
        again = batch.select(ROW).join(self.repeated, on=ROW, how="left", maintain_order="left")[REASON]
        rules = [
            (pl.Series(~is_cell), self.column, NO_CELL),
            (pl.Series(is_cell & (resolutions(cells) != self.resolution)), self.column, OTHER_RESOLUTION),
            *unread,
            *(negative if self.counts else []),
        ]
        reason = pl.coalesce(*(pl.when(bad).then(pl.lit(word)) for bad, _, word in rules), again)
        name = pl.coalesce(pl.when(bad).then(pl.lit(column)) for bad, column, _ in rules).fill_null(self.column)
        table = batch.select(ROW, name.alias(FIELD), reason.alias(REASON)).filter(pl.col(REASON).is_not_null())
        values = batch.select(ROW, *{self.column: None, **dict.fromkeys(self.figures)})
        value = pl.coalesce(
            pl.when(pl.col(FIELD) == column).then(pl.col(column)) for column in (self.column, *self.figures)
        )
        blamed = table.join(values, on=ROW, maintain_order="left").select(ROW, FIELD, value.alias(VALUE), REASON)
        return blamed, cells, numbers


def understand_cells(raw: RawTable, options: ImportOptions, known: Known) -> CellTable:
    """Return the table of cells as it is understood.

    The column of cells is `options.cell_column` or found by its name. Every other column whose values are numbers is a
    figure, but for positions; with `options.mapping` only those named there (name -> column).
    Raises InvalidInputError when there is no such column, no figure, the first row holds no cell, or no datum is
    declared: cells are of the datum that their points had, and are not moved from one datum to another.
    """
    kind = import_kind("cells")
    declared = {"cell": options.cell_column} if options.cell_column else {}
    mapping = propose_mapping(raw.columns, kind, {**declared, "value": "-"}, {})
    column = mapping.columns.get("cell")
    if column is None:
        raise InvalidInputError(
            "{path}: no column of cells; the columns are {columns}: name it with --cell-column",
            path=raw.path.name,
            columns=", ".join(raw.columns),
        )
    place = place_if_any(raw, replace(kind, positions=True), _as_if_placed(mapping), (options, known.house))
    assert place is not None  # noqa: S101 (positions are said to be there)
    if place.moves:
        raise InvalidInputError(
            "{path}: cells of {given} cannot be moved to the house datum {house}: import the points they came from",
            path=raw.path.name,
            given=place.words(),
            house=known.house,
        )
    first = next(raw.batches(), None)
    if first is None:
        raise InvalidInputError("{path} holds no rows", path=raw.path.name)
    figures = _figures(raw, first, column, options)
    cells, is_cell = cells_or_none(first[column].to_list())
    if not is_cell.any():
        raise InvalidInputError("{path}: column {column} holds no H3 cell", path=raw.path.name, column=column)
    resolution = int(resolutions(cells[is_cell])[0])
    if resolution > MAX_RESOLUTION + 2:
        raise InvalidInputError(
            "{path}: cells of resolution {given} are too fine, allowed is up to {allowed}",
            path=raw.path.name,
            given=resolution,
            allowed=MAX_RESOLUTION + 2,
        )
    hashes = [row_hashes(batch.select(ROW, column, *figures), [column]) for batch in raw.batches()]
    repeated = repeated_rows(pl.concat(hashes), options.duplicates).cast({ROW: pl.UInt32})
    unmapped = tuple(name for name in raw.columns if name not in (column, *figures))
    return CellTable(raw, column, figures, resolution, place, repeated, replace(mapping, unmapped=unmapped))


def _as_if_placed(mapping: ColumnMapping) -> ColumnMapping:
    return replace(mapping, columns={**mapping.columns, "lng": "-"})


def _figures(raw: RawTable, first: pl.DataFrame, column: str, options: ImportOptions) -> tuple[str, ...]:
    chosen = tuple(name for name in options.mapping.values() if name not in ("-", column))
    missing = [name for name in chosen if name not in raw.columns]
    if missing:
        raise InvalidInputError(
            "the file has no column {given} for field {field}; it has {known}",
            given=missing[0],
            field="value",
            known=", ".join(raw.columns),
        )
    found = chosen or tuple(
        name
        for name in raw.columns
        if name != column and name.casefold() not in POSITION_HEADERS and _all_numbers(first[name])
    )
    if not found:
        raise InvalidInputError(
            "{path}: no column of figures beside {column}: name them with --map NAME=COLUMN",
            path=raw.path.name,
            column=column,
        )
    return found


def _all_numbers(values: pl.Series) -> bool:
    known = values.drop_nulls()
    return not known.is_empty() and known.cast(pl.Float64, strict=False).null_count() == 0


def _number(name: str) -> pl.Expr:
    number = pl.col(name).cast(pl.Float64, strict=False)
    return pl.when(number.is_finite()).then(number).alias(name)

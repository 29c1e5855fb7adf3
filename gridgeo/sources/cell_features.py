"""A table of cells with features and a target, out of any file: what is learned from and what is to be forecast."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from gridgeo.cells import cell_strings, cells_or_none
from gridgeo.cells.points import resolutions
from gridgeo.domain import CellArray, FloatArray
from gridgeo.domain.sums import sum_of
from gridgeo.errors import InvalidInputError
from gridgeo.sources.files import ReadOptions, open_table
from gridgeo.sources.intake.cell_tables import NO_CELL, OTHER_RESOLUTION, POSITION_HEADERS

ROW, CELL, GROUP = "row", "cell of the row", "group of the row"
MISSING = ("nan", "na", "n/a", "null", "none", "-", "--", "inf", "-inf", "+inf", "infinity", "-infinity")
"""Texts that say that a number is not known."""
PEOPLE = re.compile(
    r"^(total[_ ]?)?(pop|people|population|residents|inhabitants|persons|popula(c|ç)(a|ã)o|人口|人口数|总人口|常住人口)"
    r"([_ ]?total)?$"
)
THOUSANDS = r"^[+-]?\d{1,3}(,\d{3})+(\.\d+)?$"


@dataclass(frozen=True)
class TableColumns:
    """Which columns are what; features None takes every other column of numbers, people None looks for their name.

    key: columns that tell rows apart; the cell by default.
    """

    cell: str
    target: str
    group: str | None = None
    features: tuple[str, ...] | None = None
    people: str | None = None
    key: tuple[str, ...] = ()


@dataclass(frozen=True)
class CellFeatures:
    """The table by cell, cells ascending.

    matrix: shape (n_cells, n_features); target: shape (n_cells,); both not-a-number where missing. groups: shape
    (n_cells,), "" for none, None without a group column. people: name of the feature that counts people. not_numbers,
    positions: columns that were no features because they hold text, or positions. missing: feature -> cells without
    it. repeated: identical rows taken once. added_up: cells whose several rows were added.
    """

    cells: CellArray
    names: tuple[str, ...]
    matrix: FloatArray
    target: FloatArray
    groups: np.ndarray | None
    people: str | None
    not_numbers: tuple[str, ...]
    positions: tuple[str, ...]
    missing: dict[str, int]
    repeated: int
    added_up: int


def cell_features(path: Path, columns: TableColumns, how: ReadOptions | None = None) -> CellFeatures:
    """Read a table of cells of one resolution.

    Empty texts and MISSING are missing numbers. A row without a cell, a cell of another resolution, a target that is no
    number and rows of one key with different values are refused by row.
    Raises InvalidInputError naming the row or the column that does not fit.
    """
    raw = open_table(path, how)
    parts = list(raw.batches())
    if not parts:
        raise InvalidInputError("{path} holds no rows", path=path.name)
    text = pl.concat(parts)
    _check_columns(text, columns, path)
    _check_cells(text, columns.cell)
    text, repeated = _once(text, columns)
    cells = cells_or_none(text[columns.cell].to_list())[0]
    names, not_numbers, places = _features(text, columns)
    numbers = text.select(_number(name).alias(name) for name in (*names, columns.target))
    _refuse_words(text, numbers, (columns.target, *(columns.features or ())))
    groups = [""] * text.height if columns.group is None else text[columns.group].fill_null("")
    table = numbers.with_columns(pl.Series(CELL, cells), pl.Series(GROUP, groups))
    merged = table.group_by(CELL).agg(
        *(_sum_or_missing(name) for name in dict.fromkeys((*names, columns.target))),
        pl.col(GROUP).first(),
        pl.col(GROUP).n_unique().alias("groups of the cell"),
    )
    merged = merged.sort(CELL)
    _refuse_two_groups(merged, columns.group)
    matrix = merged.select(names).to_numpy().astype(np.float64).reshape(merged.height, len(names))
    return CellFeatures(
        cells=merged[CELL].to_numpy(),
        names=names,
        matrix=matrix,
        target=merged[columns.target].to_numpy().astype(np.float64),
        groups=None if columns.group is None else merged[GROUP].to_numpy().astype(np.str_),
        people=_people(names, columns),
        not_numbers=not_numbers,
        positions=places,
        missing={name: int(count) for name, count in zip(names, np.isnan(matrix).sum(axis=0), strict=True) if count},
        repeated=repeated,
        added_up=int((table.group_by(CELL).len()["len"] > 1).sum()),
    )


def _check_columns(text: pl.DataFrame, columns: TableColumns, path: Path) -> None:
    known = [name for name in text.columns if name != ROW]
    wanted = (columns.cell, columns.target, columns.group, columns.people, *(columns.features or ()), *columns.key)
    absent = [name for name in wanted if name is not None and name not in known]
    if absent:
        raise InvalidInputError(
            "file {name} has no column {column}; it has {known}",
            name=path.name,
            column=absent[0],
            known=", ".join(known),
        )
    if columns.cell == columns.target:
        raise InvalidInputError("column {column} cannot be both cell and target", column=columns.cell)
    if columns.target in (columns.features or ()):
        raise InvalidInputError(
            "the target {target} is among the features: it would foretell itself; leave it out of --features",
            target=columns.target,
        )


def _once(text: pl.DataFrame, columns: TableColumns) -> tuple[pl.DataFrame, int]:
    """Take identical rows once; refuse rows of one key that differ."""
    key = columns.key or (columns.cell,)
    values = [name for name in text.columns if name != ROW]
    once = text.unique(subset=values, keep="first", maintain_order=True)
    again = once.filter(~pl.struct(*key).is_first_distinct())
    if again.height:
        raise InvalidInputError(
            "row {row}: {key} stands again with other values; if rows of one cell are to be added up, name what tells "
            "them apart with --key",
            row=again[ROW][0],
            key=", ".join(str(again[name][0]) for name in key),
        )
    return once, text.height - once.height


def _check_cells(text: pl.DataFrame, column: str) -> None:
    cells, good = cells_or_none(text[column].to_list())
    wrong, reason = ~good, NO_CELL
    if good.all():
        wrong, reason = resolutions(cells) != resolutions(cells[:1]), OTHER_RESOLUTION
    if wrong.any():
        at = int(np.argmax(wrong))
        raise InvalidInputError(
            "row {row}: {column} {given}: {reason}",
            row=text[ROW][at],
            column=column,
            given=text[column][at],
            reason=reason,
        )


def _features(text: pl.DataFrame, columns: TableColumns) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Return the features, the columns of text, and the columns of positions."""
    if columns.features is not None:
        return tuple(dict.fromkeys(columns.features)), (), ()
    others = [name for name in text.columns if name not in (ROW, columns.cell, columns.target, columns.group)]
    others = [name for name in others if name not in columns.key]
    places = tuple(name for name in others if name.casefold() in POSITION_HEADERS)
    numeric = tuple(name for name in others if name not in places and _all_numbers(text[name]))
    if not numeric:
        raise InvalidInputError("no column of numbers is left to be a feature beside {target}", target=columns.target)
    return numeric, tuple(name for name in others if name not in (*numeric, *places)), places


def _known(name: str) -> pl.Expr:
    text = pl.col(name)
    return pl.when(~text.str.to_lowercase().is_in(MISSING)).then(text)


def _number(name: str) -> pl.Expr:
    text = _known(name)
    plain = pl.when(text.str.contains(THOUSANDS)).then(text.str.replace_all(",", "")).otherwise(text)
    number = plain.cast(pl.Float64, strict=False)
    return pl.when(number.is_finite()).then(number)


def _all_numbers(values: pl.Series) -> bool:
    frame = values.to_frame()
    known = frame.select(_known(values.name)).to_series()
    return known.null_count() == frame.select(_number(values.name)).to_series().null_count() < len(values)


def _refuse_words(text: pl.DataFrame, numbers: pl.DataFrame, names: tuple[str, ...]) -> None:
    for name in names:
        wrong = text.select(_known(name)).to_series().is_not_null() & numbers[name].is_null()
        if wrong.any():
            at = int(wrong.arg_max() or 0)
            raise InvalidInputError(
                "row {row}: {column} {given} is not a number: write digits with a dot, or leave it empty",
                row=text[ROW][at],
                column=name,
                given=repr(text[name][at]),
            )


def _sum_or_missing(name: str) -> pl.Expr:
    """Add the rows of a cell; a cell whose rows all miss the number misses it."""
    return pl.when(pl.col(name).is_not_null().any()).then(sum_of(name)).otherwise(None).alias(name)


def _refuse_two_groups(merged: pl.DataFrame, group: str | None) -> None:
    torn = merged.filter(pl.col("groups of the cell") > 1)
    if torn.height:
        raise InvalidInputError(
            "cell {cell} stands in several groups of {column}: a cell belongs to one",
            cell=cell_strings(torn[CELL].to_numpy()[:1])[0],
            column=group,
        )


def _people(names: tuple[str, ...], columns: TableColumns) -> str | None:
    if columns.people is not None:
        if columns.people not in names:
            raise InvalidInputError(
                "column {column} of people is not among the features: {known}",
                column=columns.people,
                known=", ".join(names),
            )
        return columns.people
    return next((name for name in names if PEOPLE.match(name.casefold().strip())), None)

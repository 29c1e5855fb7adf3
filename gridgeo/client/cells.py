"""Cells as arrays and as a table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from gridgeo.domain.arrays import CellArray, FloatArray

Where = tuple[str, str, float]
"""A condition: measure, one of ge, le, gt, lt, eq, and a number."""


@dataclass(frozen=True, eq=False)
class MeasureValues:
    """One measure over the cells of a table.

    values, low, high: float64, shape (n_cells,), NaN where undefined or hidden; low and high None without a band.
    evidence, reasons: a text a cell, None where the measure has none.
    """

    values: FloatArray
    low: FloatArray | None
    high: FloatArray | None
    evidence: pl.Series | None
    reasons: pl.Series | None


@dataclass(frozen=True, eq=False)
class CellTable:
    """Cells of one publication. cells: uint64, shape (n_cells,); branch_ids: a branch a cell."""

    resolution: int
    version: int
    cells: CellArray
    branch_ids: pl.Series
    measures: dict[str, MeasureValues]

    def __len__(self) -> int:
        """Return the number of cells."""
        return len(self.cells)

    def to_polars(self) -> pl.DataFrame:
        """Return one row a cell: cell (UInt64), branch_id, and for each measure its value with what stands beside it.

        Bands are ``<measure>_low`` and ``_high``, classes ``_evidence``, reasons why a value is hidden ``_hidden``.
        """
        columns: dict[str, Any] = {"cell": self.cells, "branch_id": self.branch_ids}
        for name, one in self.measures.items():
            beside = {"": one.values, "_low": one.low, "_high": one.high}
            columns |= {name + end: pl.Series(part).fill_nan(None) for end, part in beside.items() if part is not None}
            words = {"_evidence": one.evidence, "_hidden": one.reasons}
            columns |= {name + end: part for end, part in words.items() if part is not None}
        return pl.DataFrame(columns)


def question(where: Iterable[Where] = (), cells: Iterable[int] | None = None, **asked: object) -> dict[str, Any]:
    """Return the body of a question for cells. cells: whole numbers."""
    conditions = [{"measure": measure, "how": how, "number": number} for measure, how, number in where]
    named = None if cells is None else [f"{int(cell):015x}" for cell in cells]
    plain = {name: list(value) if isinstance(value, tuple) else value for name, value in asked.items()}
    return {name: value for name, value in (plain | {"where": conditions, "cells": named}).items() if value is not None}


def table_of(pages: Sequence[Mapping[str, Any]]) -> CellTable:
    """Return the pages of one answer as a table."""
    first = pages[0]
    names = [np.array(page["branches"], dtype=object)[page["branch_index"]] for page in pages]
    texts = pl.concat([pl.Series("cell", page["cells"], dtype=pl.String) for page in pages])
    return CellTable(
        resolution=int(first["resolution"]),
        version=int(first["version"]),
        cells=texts.str.to_integer(base=16, dtype=pl.UInt64).to_numpy(),
        branch_ids=pl.Series("branch_id", np.concatenate(names).tolist(), dtype=pl.String),
        measures={name: _values([page["measures"][name] for page in pages]) for name in first["measures"]},
    )


def _values(parts: list[dict[str, Any]]) -> MeasureValues:
    values = _numbers(parts, "values")
    return MeasureValues(
        values=np.zeros(0) if values is None else values,
        low=_numbers(parts, "low"),
        high=_numbers(parts, "high"),
        evidence=_joined(parts, "evidence", pl.String),
        reasons=_joined(parts, "reasons", pl.String),
    )


def _numbers(parts: list[dict[str, Any]], name: str) -> FloatArray | None:
    column = _joined(parts, name, pl.Float64)
    return None if column is None else column.fill_null(np.nan).to_numpy()


def _joined(parts: list[dict[str, Any]], name: str, dtype: Any) -> pl.Series | None:  # noqa: ANN401 - a polars type
    """Return a column over all pages; None where no page has it. A page may lack it that has nothing to say in it."""
    if all(part.get(name) is None for part in parts):
        return None
    filled = [part[name] if part.get(name) is not None else [None] * len(part["values"]) for part in parts]
    return pl.concat([pl.Series(name, each, dtype=dtype) for each in filled])

"""Cells and scores as columns: the body that the page draws hexagons from.

20,000 cells take a twentieth of what GeoJSON polygons take; the browser derives the hexagons from the ids.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import orjson
import polars as pl

from gridgeo.cells import cell_strings
from gridgeo.domain.arrays import CellArray, FloatArray, IntArray
from gridgeo.domain.measures import WHOLE_MEASURES
from gridgeo.errors import InvalidInputError
from gridgeo.maps.notes import MARKETING_ONLY

SIGNIFICANT_DIGITS = 6
"""Digits of values in JSON: more than any score has, a third of the bytes."""


@dataclass(frozen=True)
class MeasureColumn:
    """One measure over all cells of a body.

    values, low, high: float64, shape (n_cells,), NaN where undefined; low and high None for a measure without a band.
    evidence: firm, weak, none or null, shape (n_cells,); None for a plain count. breaks: from `class_breaks`. reasons:
    why values are hidden, null where they are not; None where nothing is.
    """

    values: FloatArray
    breaks: Sequence[float]
    low: FloatArray | None = None
    high: FloatArray | None = None
    evidence: pl.Series | None = None
    reasons: pl.Series | None = None


@dataclass(frozen=True)
class CellColumns:
    """Cells of one resolution and version with their branch.

    branch_index: position in branches, shape (n_cells,).
    """

    resolution: int
    version: int
    cells: CellArray
    branches: Sequence[str]
    branch_index: IntArray


def columnar_body(frame: CellColumns, measures: Mapping[str, MeasureColumn]) -> dict[str, Any]:
    """Return the body of ``/api/v1/cells`` as plain Python and numpy values; `columnar_json` writes it.

    Values are rounded to six significant digits, undefined ones are null.
    Raises InvalidInputError when a column has another length than the cells.
    """
    columns = {name: _column(name, measure, len(frame.cells)) for name, measure in measures.items()}
    return {
        "resolution": frame.resolution,
        "version": frame.version,
        "cells": cell_strings(frame.cells),
        "branch_index": np.ascontiguousarray(frame.branch_index, dtype=np.int64),
        "branches": list(frame.branches),
        "measures": columns,
        "notice": MARKETING_ONLY,
    }


def columnar_json(frame: CellColumns, measures: Mapping[str, MeasureColumn]) -> bytes:
    """Return the body of ``/api/v1/cells`` as UTF-8 JSON."""
    return orjson.dumps(columnar_body(frame, measures), option=orjson.OPT_SERIALIZE_NUMPY)


def _column(name: str, measure: MeasureColumn, n_cells: int) -> dict[str, Any]:
    given = [measure.values, measure.low, measure.high, measure.evidence, measure.reasons]
    for part in given:
        if part is not None and len(part) != n_cells:
            raise InvalidInputError(
                "column {name} has {given} values for {cells} cells", name=name, given=len(part), cells=n_cells
            )
    whole = name in WHOLE_MEASURES
    return {
        "values": whole_numbers(measure.values) if whole else rounded(measure.values),
        "low": None if measure.low is None else rounded(measure.low),
        "high": None if measure.high is None else rounded(measure.high),
        "evidence": None if measure.evidence is None else measure.evidence.to_list(),
        "reasons": None if measure.reasons is None else measure.reasons.to_list(),
        "breaks": rounded(np.asarray(measure.breaks, dtype=np.float64)),
    }


def whole_numbers(values: FloatArray) -> IntArray | list[int | None]:
    """Return counts as integers, None where undefined."""
    if np.isfinite(values).all():
        return np.rint(values).astype(np.int64)
    return pl.Series(np.rint(values)).fill_nan(None).cast(pl.Int64).to_list()


def rounded(values: FloatArray, digits: int = SIGNIFICANT_DIGITS) -> FloatArray:
    """Round to significant digits, so that each number is as short in decimal as it can be; NaN stays."""
    figures = np.ascontiguousarray(values, dtype=np.float64)
    size = np.abs(figures)
    scaled = np.isfinite(size) & (size > 0.0)
    exponent = np.zeros(figures.shape)
    np.log10(size, out=exponent, where=scaled)
    places = digits - 1 - np.floor(exponent)
    # multiplying by a whole power of ten and dividing by it again is exact to the last bit; by a fraction it is not
    up, down = 10.0 ** np.maximum(places, 0.0), 10.0 ** np.maximum(-places, 0.0)
    answer: FloatArray = np.rint(figures * up / down) / up * down
    return answer

"""What is prepared once for a publication: scored cells, their class breaks, and the answers cut from them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from gridgeo.cells import cell_strings
from gridgeo.domain import FloatArray
from gridgeo.errors import InvalidInputError
from gridgeo.pipeline import browse
from gridgeo_api.deps import Reading, json_bytes

SIGNIFICANT_DIGITS = 5
"""More digits than any figure here is good for; full ones would triple an answer."""


def warm_up() -> None:
    """Compile what the first tile would otherwise wait for."""


def layer_bytes(layer: Any) -> int:  # noqa: ANN401 - each layer has a type of its own
    """Return about how much memory a prepared layer takes."""
    if isinstance(layer, browse.CellScores):
        columns = [part for item in layer.measures.values() for part in (item.values, item.low, item.high)]
        return int(layer.cells.nbytes + layer.branch_index.nbytes + sum(part.nbytes for part in columns))
    return 1000


def scores(reading: Reading) -> browse.CellScores:
    """Return every cell in scope with every measure, rounded as answers show them."""

    def make() -> browse.CellScores:
        found = browse.cells(reading.connection, reading.actor, reading.published)
        return replace(found, measures={name: _rounded(item) for name, item in found.measures.items()})

    made: browse.CellScores = reading.layer("scores", make)
    return made


def scored_cells(reading: Reading, branch_id: str | None, measures: tuple[str, ...], limit: int) -> bytes:
    """Return the columnar answer for one branch, or for every branch in scope.

    Raises NotFoundError for a branch that is not in scope, InvalidInputError when there are more cells than the limit.
    """
    everything = scores(reading)
    chosen = _rows_of(reading, everything, branch_id)
    if len(chosen) > limit:
        raise InvalidInputError(
            "the answer would hold {count} cells, at most {limit} are given at once: name a branch",
            count=len(chosen),
            limit=limit,
        )
    names = everything.branch_ids if branch_id is None else (branch_id,)
    index = everything.branch_index[chosen] if branch_id is None else np.zeros(len(chosen), dtype=np.int64)
    return json_bytes(
        {
            "resolution": everything.resolution,
            "version": everything.version,
            "cells": cell_strings(everything.cells[chosen]),
            "branch_index": index,
            "branches": names,
            "measures": {name: _column(reading, everything, name, chosen) for name in measures},
        }
    )


def significant(values: FloatArray) -> FloatArray:
    """Round to SIGNIFICANT_DIGITS; NaN stays."""
    size = np.where((values == 0) | ~np.isfinite(values), 1.0, np.abs(values))
    scale = 10.0 ** (SIGNIFICANT_DIGITS - 1 - np.floor(np.log10(size)))
    rounded: FloatArray = np.round(values * scale) / scale
    return rounded


def _rows_of(reading: Reading, everything: browse.CellScores, branch_id: str | None) -> np.ndarray[Any, Any]:
    if branch_id is None:
        return np.arange(len(everything.cells))
    browse.check_branch(reading.connection, reading.actor, branch_id, reading.published)
    if branch_id not in everything.branch_ids:
        return np.empty(0, dtype=np.int64)
    return np.flatnonzero(everything.branch_index == everything.branch_ids.index(branch_id))


def _column(reading: Reading, everything: browse.CellScores, name: str, chosen: np.ndarray[Any, Any]) -> dict[str, Any]:
    item = everything.measures[name]
    low, high = item.low[chosen], item.high[chosen]
    evidence = item.evidence.gather(chosen)
    banded = bool(np.isfinite(low).any() or np.isfinite(high).any())
    return {
        "values": item.values[chosen],
        "low": low if banded else None,
        "high": high if banded else None,
        "evidence": evidence.to_list() if evidence.null_count() < len(evidence) else None,
        "breaks": breaks(reading, name),
    }


def breaks(reading: Reading, measure: str) -> list[float]:
    return [0.0, 1.0]


def _rounded(item: browse.MeasureColumns) -> browse.MeasureColumns:
    return replace(item, values=significant(item.values), low=significant(item.low), high=significant(item.high))

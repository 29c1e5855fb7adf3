"""What is prepared once for a publication: scored cells, their class breaks, and the columnar answer."""

from __future__ import annotations

from dataclasses import replace
from typing import Protocol, runtime_checkable

import numpy as np
import shapely

from gridgeo.domain import FloatArray, IntArray
from gridgeo.errors import InvalidInputError
from gridgeo.maps.breaks import class_breaks
from gridgeo.maps.columnar import CellColumns, MeasureColumn, columnar_json, rounded
from gridgeo.maps.feature_tiles import FeatureIndex
from gridgeo.pipeline import browse
from gridgeo_api.deps import Reading

SMALL_BYTES = 64 * 1024
"""What a layer counts for that has no arrays: a list of breaks."""
COORDINATE_BYTES = 32
"""x and y, and as much again for the tree over them."""


@runtime_checkable
class Sized(Protocol):
    """A layer that knows its size."""

    @property
    def size_bytes(self) -> int:
        """Memory of its arrays, about."""
        ...


def layer_bytes(layer: object) -> int:
    """Return about how much memory a prepared layer takes."""
    if isinstance(layer, FeatureIndex):
        return SMALL_BYTES + COORDINATE_BYTES * int(shapely.get_num_coordinates(layer.geometries).sum())
    return layer.size_bytes if isinstance(layer, Sized) else SMALL_BYTES


def scores(reading: Reading) -> browse.CellScores:
    """Return every cell in scope with every measure, rounded as answers show them."""

    def make() -> browse.CellScores:
        found = browse.cells(reading.connection, reading.actor, reading.published)
        return replace(found, measures={name: _rounded(item) for name, item in found.measures.items()})

    made: browse.CellScores = reading.layer("scores", make)
    return made


def breaks(reading: Reading, measure: str) -> list[float]:
    """Return the legend's class limits over every cell in scope, so that branches can be compared by colour."""

    def make() -> list[float]:
        # Rounded like the values they part, so that every client puts a value into the same class.
        limits: list[float] = rounded(np.asarray(class_breaks(scores(reading).measures[measure].values))).tolist()
        return limits

    made: list[float] = reading.layer(f"breaks {measure}", make)
    return made


def scored_cells(reading: Reading, branch_id: str | None, measures: tuple[str, ...], limit: int) -> bytes:
    """Return the columnar answer for one branch, or for every branch in scope.

    Raises NotFoundError for a branch that is not in scope, InvalidInputError when there are more cells than the limit.
    """
    if branch_id is not None:
        browse.check_branch(reading.connection, reading.actor, branch_id, reading.published)
    everything = scores(reading)
    chosen = _rows_of(everything, branch_id)
    if len(chosen) > limit:
        raise InvalidInputError(
            "the answer would hold {count} cells, at most {limit} are given at once: name a branch",
            count=len(chosen),
            limit=limit,
        )
    frame = CellColumns(
        resolution=everything.resolution,
        version=everything.version,
        cells=everything.cells[chosen],
        branches=everything.branch_ids if branch_id is None else (branch_id,),
        branch_index=everything.branch_index[chosen] if branch_id is None else np.zeros(len(chosen), dtype=np.int64),
    )
    columns = {name: _column(everything.measures[name], breaks(reading, name), chosen) for name in measures}
    return columnar_json(frame, columns)


def _rows_of(everything: browse.CellScores, branch_id: str | None) -> IntArray:
    if branch_id is None:
        return np.arange(len(everything.cells))
    if branch_id not in everything.branch_ids:
        return np.empty(0, dtype=np.int64)
    return np.flatnonzero(everything.branch_index == everything.branch_ids.index(branch_id))


def _column(item: browse.MeasureColumns, limits: list[float], chosen: IntArray) -> MeasureColumn:
    """Return the rows of one measure; a band or evidence that the measure has nowhere is left out."""
    evidence = item.evidence.gather(chosen) if item.evidence.null_count() < len(item.evidence) else None
    return MeasureColumn(
        values=item.values[chosen],
        low=_or_none(item.low, chosen),
        high=_or_none(item.high, chosen),
        evidence=evidence,
        reasons=item.reasons.gather(chosen) if item.reasons.null_count() < len(item.reasons) else None,
        breaks=limits,
    )


def _or_none(values: FloatArray, chosen: IntArray) -> FloatArray | None:
    return values[chosen] if np.isfinite(values).any() else None


def _rounded(item: browse.MeasureColumns) -> browse.MeasureColumns:
    return replace(item, values=rounded(item.values), low=rounded(item.low), high=rounded(item.high))

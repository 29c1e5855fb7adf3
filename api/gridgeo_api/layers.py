"""What is prepared once for a publication: scored cells, their class breaks, and the columnar answer."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

import numpy as np
import shapely

from gridgeo.domain import FloatArray, IntArray
from gridgeo.errors import InvalidInputError
from gridgeo.maps.breaks import class_breaks
from gridgeo.maps.columnar import CellColumns, MeasureColumn, columnar_body, rounded
from gridgeo.maps.feature_tiles import FeatureIndex
from gridgeo.pipeline import browse
from gridgeo.pipeline.cell_choice import Places, chosen_rows, places_of
from gridgeo_api.cell_questions import CellsWanted
from gridgeo_api.deps import Reading, json_bytes
from gridgeo_api.paging import fixed_cursor, fixed_place
from gridgeo_api.schemas.cell_questions import Scheme
from gridgeo_api.tile_layers import tiles_of

SMALL_BYTES = 64 * 1024
"""What a layer counts for that has no arrays: a list of breaks."""
COORDINATE_BYTES = 32
"""x and y, and as much again for the tree over them."""
SCHEMES: dict[Scheme, tuple[str, int]] = {
    "quantile": ("quantiles", 7),
    "equal": ("equal", 7),
    "natural": ("natural", 7),
    "tertile": ("quantiles", 3),
}
"""Scheme -> how values are cut, and into how many classes."""


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
    return tiles_of(reading).scores()


def breaks(reading: Reading, measure: str, scheme: Scheme = "quantile") -> list[float]:
    """Return the legend's class limits over every cell in scope, so that branches can be compared by colour."""
    method, classes = SCHEMES[scheme]

    def make() -> list[float]:
        # Rounded like the values they part, so that every client puts a value into the same class.
        cut = class_breaks(scores(reading).measures[measure].values, method, classes)
        limits: list[float] = rounded(np.asarray(cut)).tolist()
        return limits

    made: list[float] = reading.layer(f"breaks {scheme} {measure}", make)
    return made


def places(reading: Reading) -> Places:
    """Return where the cells of `scores` lie."""
    made: Places = reading.layer("places", lambda: places_of(scores(reading).cells))
    return made


def scored_cells(reading: Reading, wanted: CellsWanted, limit: int) -> bytes:
    """Return the columnar answer to a question for cells, one page of it where pages are asked for.

    limit: the most cells of one answer.
    Raises NotFoundError for a branch that is not in scope, InvalidInputError when there are more cells than the limit
    and no pages are asked for, ConflictError when another publication went live since the first page.
    """
    branch_id = wanted.choice.branch_id
    if branch_id is not None:
        browse.check_branch(reading.connection, reading.actor, branch_id, reading.published)
    everything = scores(reading)
    found = chosen_rows(everything, places(reading), wanted.choice)
    size = min(wanted.limit or limit, limit)
    start = fixed_place(wanted.cursor, reading.published.id, wanted.question)
    if wanted.limit is None and wanted.cursor is None and len(found) > limit:
        raise InvalidInputError(
            "the answer would hold {count} cells, at most {limit} are given at once: name a branch, or ask for pages"
            " by limit",
            count=len(found),
            limit=limit,
        )
    chosen = found[start : start + size]
    frame = CellColumns(
        resolution=everything.resolution,
        version=everything.version,
        cells=everything.cells[chosen],
        branches=everything.branch_ids if branch_id is None else (branch_id,),
        branch_index=everything.branch_index[chosen] if branch_id is None else np.zeros(len(chosen), dtype=np.int64),
    )
    limits = {name: breaks(reading, name, wanted.scheme) for name in wanted.measures}
    columns = {name: _column(everything.measures[name], limits[name], chosen) for name in wanted.measures}
    body = columnar_body(frame, columns)
    kept = {name: {key: column[key] for key in wanted.columns} for name, column in body["measures"].items()}
    end = start + len(chosen)
    more = fixed_cursor(reading.published.id, wanted.question, end) if end < len(found) else None
    return json_bytes(body | {"measures": kept, "total": len(found), "next": more})


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

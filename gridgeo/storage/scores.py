"""Scores of cells as arrays, for tiles and JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
import sqlalchemy as sa

from gridgeo.domain import Actor, CellArray, FloatArray, IntArray
from gridgeo.errors import NotFoundError
from gridgeo.storage.frames import read_frame


@dataclass(frozen=True)
class ScoreArrays:
    """Figures of the same cells, ordered by branch and cell.

    branch_ids: the branches that occur. branch_index: position in branch_ids, shape (n_cells,). values, low, high:
    measure -> shape (n_cells,), NaN where undefined. evidence: measure -> polars series of words, null where none.
    """

    branch_ids: tuple[str, ...]
    branch_index: IntArray
    cells: CellArray
    values: dict[str, FloatArray]
    low: dict[str, FloatArray]
    high: dict[str, FloatArray]
    evidence: dict[str, pl.Series]


def read_scores(
    connection: sa.Connection,
    *,
    version_id: int,
    measures: Sequence[str],
    branch_ids: Sequence[str] | None = None,
    actor: Actor | None = None,
) -> ScoreArrays:
    """Return the scores of the branches, all of the actor's when None, for every measure named.

    Raises NotFoundError naming a measure without scores, or scores that do not cover the same cells.
    """
    where: dict[str, object] = {"measure": list(measures)}
    if branch_ids is not None:
        where["branch_id"] = list(branch_ids)
    table = read_frame(connection, "cell_score", version_id=version_id, where=where, actor=actor)
    # Rows come ordered by branch, measure, cell: the cells of each measure stand in one order.
    parts = {
        str(key[0]): part for key, part in table.partition_by("measure", as_dict=True, maintain_order=True).items()
    }
    missing = [measure for measure in measures if measure not in parts]
    if missing:
        raise NotFoundError(
            "measure {measure} has no scores in version {version}", measure=missing[0], version=version_id
        )
    first = parts[measures[0]]
    cells = first["cell"].to_numpy()
    uneven = [name for name, part in parts.items() if not np.array_equal(part["cell"].to_numpy(), cells)]
    if uneven:
        raise NotFoundError(
            "measure {measure} of version {version} does not cover every cell", measure=uneven[0], version=version_id
        )
    names, index = np.unique(first["branch_id"].to_numpy(), return_inverse=True)
    return ScoreArrays(
        branch_ids=tuple(str(name) for name in names),
        branch_index=index.astype(np.int64),
        cells=cells,
        values=_floats(parts, measures, "value"),
        low=_floats(parts, measures, "low"),
        high=_floats(parts, measures, "high"),
        evidence={measure: parts[measure]["evidence"] for measure in measures},
    )


def _floats(parts: dict[str, pl.DataFrame], measures: Sequence[str], column: str) -> dict[str, FloatArray]:
    return {measure: parts[measure][column].fill_null(np.nan).to_numpy() for measure in measures}

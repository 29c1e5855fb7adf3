"""A grid divided into connected parts of about equal weight, by the territory solver."""

from __future__ import annotations

from typing import Any

import numpy as np
import sqlalchemy as sa

from gridgeo.domain import CellArray, FloatArray, IntArray
from gridgeo.errors import InvalidInputError
from gridgeo.grids import GridSetState
from gridgeo.pipeline.grids.proposals import solver
from gridgeo.pipeline.grids.weights import weights_on
from gridgeo.pipeline.versions import newest_inputs

BY_CELLS = "cells"
TOLERANCE = 0.05
"""Share by which a part may leave the mean before the answer says so."""
SEED = 1


def balanced_parts(
    connection: sa.Connection, state: GridSetState, grid_id: str, parts: int, weight: str = BY_CELLS
) -> tuple[IntArray, dict[str, Any]]:
    """Return the part of each of a grid's cells, 0 to parts - 1, and the weight of each part.

    weight: a measure of `grid_weights.MEASURES`. The same grid and weights give the same parts.
    Raises InvalidInputError when there are fewer cells than parts, or the weight is nowhere above 0.
    """
    cells = state.cells_of(grid_id)
    if parts > len(cells):
        raise InvalidInputError(
            "grid {grid} has {cells} cells and cannot have {parts} parts",
            grid=state.grid(grid_id).name,
            cells=len(cells),
            parts=parts,
        )
    load = _weights(connection, cells, weight)
    if not load.sum() > 0:
        raise InvalidInputError("grid {grid} has no {weight} to divide", grid=state.grid(grid_id).name, weight=weight)
    label = solver(SEED)(cells, load, parts, TOLERANCE)
    held = np.bincount(label, weights=load, minlength=parts)
    off = float(np.abs(held * parts / load.sum() - 1.0).max())
    report = {"weight": weight, "parts": held.tolist(), "largest_deviation": round(off, 4), "tolerance": TOLERANCE}
    return label, report


def _weights(connection: sa.Connection, cells: CellArray, weight: str) -> FloatArray:
    """Return the weight of each cell; counting cells needs no bank."""
    if weight == BY_CELLS:
        return np.ones(len(cells))
    return weights_on(connection, newest_inputs(connection), cells, weight)

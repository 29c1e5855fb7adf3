"""Which administrative boundary each published cell lies in."""

from __future__ import annotations

import numpy as np
import polars as pl
import shapely
import sqlalchemy as sa

from gridgeo.cells import centres, smallest_holding
from gridgeo.domain import CellArray, IntArray
from gridgeo.pipeline import browse


def boundaries_holding(
    connection: sa.Connection, cells: CellArray, published: browse.Publication | None = None
) -> tuple[pl.DataFrame, IntArray]:
    """Find the smallest boundary of the published ground that holds the centre of each cell.

    cells: shape (n,). Returns the boundaries that are the smallest of some cell (id, name, kind), by id, and for each
    cell the row of its boundary, shape (n,), -1 where none holds it.
    """
    table = browse.ground_layer(connection, "boundary", published).sort("id")
    shapes = np.asarray(shapely.from_wkb(table["geometry"].to_numpy()), dtype=np.object_)
    holder = smallest_holding(*centres(cells), shapes)
    used, at = np.unique(holder[holder >= 0], return_inverse=True)
    row = np.full(len(cells), -1, dtype=np.int64)
    row[holder >= 0] = at
    return table.select("id", "name", "kind")[used], row

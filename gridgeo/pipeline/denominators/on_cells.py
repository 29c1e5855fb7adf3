"""What each cell of a ground has of every denominator; sums are kept."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl
import sqlalchemy as sa

from gridgeo.domain import CellArray, FloatArray
from gridgeo.pipeline.ground_cells import people_on_cells
from gridgeo.scoring import spread_people
from gridgeo.sources import Settlement, people_weights
from gridgeo.storage import read_frame

COUNTED = ("households", "businesses")


@dataclass(frozen=True, eq=False)
class Denominators:
    """values: name -> count of each cell, shape (n_cells,). given: name -> what the sources hold of it in all."""

    values: dict[str, FloatArray]
    given: dict[str, float]


def denominators_on_cells(
    connection: sa.Connection, ground_id: int, cells: CellArray, settled: Settlement
) -> Denominators:
    """Return people and every other denominator that the whole ground has.

    cells: all cells of the ground at one resolution, ascending. A denominator that some zone has no figure of is left
    out: it is not known, and not zero. Raises InvalidInputError as `people_on_cells` does.
    """
    people_in, people = people_on_cells(connection, ground_id, cells, settled)
    found, totals = {"people": people}, {"people": people_in}
    given = read_frame(connection, "denominator", version_id=ground_id, columns=["zone", *COUNTED])
    zones = settled.boundaries.select(zone=pl.when(pl.col("name").is_unique()).then("name").otherwise("id"))
    figures = zones.join(given, on="zone", how="left", maintain_order="left")
    known = [name for name in COUNTED if figures.height and not figures[name].null_count()]
    if known:
        weights = people_weights(settled, cells)
        found |= {
            name: spread_people(figures[name].to_numpy(), weights, len(cells), without_weights="even") for name in known
        }
        totals |= {name: float(figures[name].sum()) for name in known}
    return Denominators(found, totals)

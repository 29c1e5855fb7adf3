"""What the publication before has told consumers: what follows must not give it away by the difference."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl
import sqlalchemy as sa

from gridgeo.domain import BoolArray, CellArray, FloatArray
from gridgeo.domain.public import FAMILIES, PUBLIC_COUNTS
from gridgeo.scoring.suppression import Told, whole_counts
from gridgeo.scoring.suppression_parts import ToldParts, whole_parts
from gridgeo.storage import list_versions, read_frame


@dataclass(frozen=True)
class Before:
    """A publication: its cells, ascending, their true counts by measure, and the rows that consumers were shown."""

    cells: CellArray
    values: Mapping[str, FloatArray]
    scores: pl.DataFrame
    sums: pl.DataFrame

    def told(self, measure: str) -> Told | None:
        """Return what it showed of a count, None where it showed nothing."""
        rows = self._rows(measure)
        if measure not in self.values or rows.is_empty():
            return None
        known = np.isfinite(self.values[measure])
        sums = self.sums.filter(pl.col("measure") == measure)
        return Told(
            cells=self.cells[known],
            count=whole_counts(self.values[measure][known]),
            hidden=self._hidden(rows)[known],
            parents=sums["cell"].to_numpy(),
            parents_hidden=sums["value"].is_null().to_numpy(),
        )

    def told_parts(self, measure: str, names: tuple[str, ...], cells: CellArray) -> ToldParts | None:
        """Return what it showed of the parts of a count, in the rows of these cells; None where it showed none."""
        rows = [self._rows(name) for name in names]
        if measure not in self.values or any(name not in self.values for name in names):
            return None
        known = np.flatnonzero(np.isfinite(self.values[measure]))
        if not len(known) or any(each.is_empty() for each in rows):
            return None
        whole = whole_counts(self.values[measure][known])
        count = whole_parts(whole, np.column_stack([self.values[name][known] for name in names]))
        # The rest is shown nowhere, which is as good as hidden.
        rest = np.ones(len(known), dtype=bool)
        hidden = np.column_stack([*(self._hidden(each)[known] for each in rows), rest])
        at = np.minimum(np.searchsorted(self.cells[known], cells), len(known) - 1)
        found = self.cells[known][at] == cells
        return ToldParts(np.where(found[:, None], count[at], -1), hidden[at])

    def _rows(self, measure: str) -> pl.DataFrame:
        return self.scores.filter(pl.col("measure") == measure)

    def _hidden(self, rows: pl.DataFrame) -> BoolArray:
        """Return which of its cells these rows hide; one that they do not name was not shown either."""
        base = pl.Series("cell", self.cells, pl.UInt64).to_frame()
        shown = base.join(rows.select("cell", "value"), on="cell", how="left", maintain_order="left")
        hidden: BoolArray = shown["value"].is_null().to_numpy()
        return hidden


def publication_before(connection: sa.Connection, version_id: int) -> Before | None:
    """Return the newest other publication that showed consumers anything; None where there is none."""
    columns = ["measure", "cell", "value"]
    for record in list_versions(connection, "publication"):
        if record.id == version_id or record.report is None:
            continue
        scores = read_frame(connection, "public_score", version_id=record.id, columns=columns)
        if not scores.is_empty():
            catchment = int(record.params["catchment"])
            cells = read_frame(connection, "catchment_cell", version_id=catchment, columns=["cell"])["cell"].sort()
            values = count_values(connection, int(record.params["score"]), cells)
            sums = read_frame(connection, "public_sum", version_id=record.id)
            return Before(cells.to_numpy(), values, scores, sums)
    return None


def count_values(connection: sa.Connection, score_id: int, cells: pl.Series) -> dict[str, FloatArray]:
    """Return the true counts and their parts that a score version has, aligned to the cells, NaN where there is none.

    cells: the series named cell. Measures without any row are left out.
    """
    parts = (name for ways in FAMILIES.values() for names in ways.values() for name in names)
    where = {"measure": [*PUBLIC_COUNTS, *parts]}
    rows = read_frame(connection, "cell_score", version_id=score_id, where=where, columns=["measure", "cell", "value"])
    return {
        str(key[0]): cells.to_frame()
        .join(part, on="cell", how="left", maintain_order="left")["value"]
        .fill_null(float("nan"))
        .to_numpy()
        for key, part in rows.partition_by("measure", as_dict=True).items()
    }

"""The store counts cells as whoever reads them would."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import polars as pl
import sqlalchemy as sa

from gridgeo.domain import local_actor
from gridgeo.storage import CONTRACTS, new_version, write_frame
from gridgeo.storage.cell_counts import count_cells

CELLS = (0x891F8E000000000 + 0x40000 * np.arange(60)).astype(np.uint64)
NOW = datetime(2026, 3, 1, tzinfo=UTC)
FIGURE = {"value": 1.0, "low": None, "high": None, "evidence": None}
BRANCHES = np.array(["B1", "B2", "B3"])


def test_a_cell_with_several_figures_is_counted_once(shared_connection: sa.Connection) -> None:
    version = new_version(shared_connection, local_actor(), "score", params={}, now=NOW)
    rows = [
        {"branch_id": branch, "measure": measure, "cell": cell} | FIGURE
        for at, cell in enumerate(CELLS.tolist())
        for branch in [BRANCHES[at % 3]]
        for measure in (("people", "customers") if at % 2 else ("people",))
    ]
    frame = pl.DataFrame(rows, schema_overrides=CONTRACTS["cell_score"])
    write_frame(shared_connection, "cell_score", frame, version_id=version)
    of_two = {"branch_id": ["B1", "B2"], "measure": ["people", "customers"]}
    assert count_cells(shared_connection, "cell_score", version, of_two) == 40
    assert count_cells(shared_connection, "cell_score", version, of_two | {"measure": ["customers"]}) == 20
    assert count_cells(shared_connection, "cell_score", version, of_two | {"branch_id": ["B9"]}) == 0

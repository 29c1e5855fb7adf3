"""The real files beside the project, and tables made by hand."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import polars as pl
import pytest

from gridgeo.sources.files import CLI_LIMITS, RawTable

SHARED_DATA = Path(__file__).resolve().parents[5] / "shared/data"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder of the real data; absence is a failure under CI and a skip elsewhere."""
    if not SHARED_DATA.is_dir():
        if os.environ.get("CI"):
            pytest.fail(f"the real data is not at {SHARED_DATA}")
        pytest.skip(f"the real data is not at {SHARED_DATA}")
    return SHARED_DATA


def table(columns: Mapping[str, Sequence[str | None]], piece: int = 50_000, **notes: str) -> RawTable:
    """Return columns of text as a file that is read in pieces of at most so many rows."""
    frame = pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String)).with_row_index("row", offset=2)

    def frames(rows: int) -> Iterator[pl.DataFrame]:
        return frame.iter_slices(min(rows, piece))

    return RawTable(Path("table.csv"), tuple(columns), tuple(columns), dict(notes), CLI_LIMITS, frames)

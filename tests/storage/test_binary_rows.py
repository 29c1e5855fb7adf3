"""Which tables go into PostgreSQL in the binary format, and that its bytes are the documented ones."""

from __future__ import annotations

import polars as pl
import pytest

from gridgeo.storage.binary_rows import binary_rows, fits_binary
from gridgeo.storage.contracts import CONTRACTS, stored

CELL_TABLES = ("cell_score", "public_score", "public_sum", "catchment_cell", "territory_cell", "location_cell")


@pytest.mark.parametrize("table", CELL_TABLES)
def test_tables_of_cells_go_as_bytes(table: str) -> None:
    types = {name: pl.Int64 if kind == pl.UInt64 else kind for name, kind in CONTRACTS[table].items()}
    assert fits_binary(pl.DataFrame(schema=types), stored(table))


@pytest.mark.parametrize("table", ["catchment", "customer", "certificate"])
def test_tables_with_other_types_do_not(table: str) -> None:
    assert not fits_binary(pl.DataFrame(schema=CONTRACTS[table]), stored(table))


def test_a_row_is_its_fields_with_their_lengths() -> None:
    frame = pl.DataFrame({"a": [1, None], "b": ["格", ""], "c": [None, 1.5], "d": [True, False]})
    first = "0004 00000008 0000000000000001 00000003 e6a0bc ffffffff 00000001 01"
    second = "0004 ffffffff 00000000 00000008 3ff8000000000000 00000001 00"
    assert binary_rows(frame).hex() == (first + second).replace(" ", "")

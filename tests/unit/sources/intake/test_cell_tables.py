"""Tables keyed by H3 cells: every cell is one, all of one resolution, of the datum of the house."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from gridgeo.cells import cell_strings, cells_from_points
from gridgeo.errors import InvalidInputError
from gridgeo.sources.intake import CellTable, ImportOptions, Known, understand_cells
from tests.unit.sources.intake.conftest import table

HEX = cell_strings(cells_from_points([104.0, 104.1, 104.2], [30.0, 30.1, 30.2], 9))
COARSE = cell_strings(cells_from_points([104.0], [30.0], 8))[0]


def cells(columns: dict[str, list[str | None]], house: str = "wgs84", **options: Any) -> tuple[CellTable, pl.DataFrame]:
    """Return a table of cells as it is understood and its accepted rows."""
    chosen = ImportOptions("cells", **{"datum": "wgs84"} | options)
    read = understand_cells(table(columns, piece=2), chosen, Known(house=house))
    rows = pl.concat(batch.accepted for batch in read.batches())
    assert read.account.rows_in == read.account.accepted + sum(read.account.rejected.values())
    return read, rows


def test_cells_are_read_in_hexadecimal_and_decimal_digits() -> None:
    _, rows = cells(
        {"h3": [HEX[0].upper(), str(int(HEX[1], 16)), HEX[2]], "people": ["1", "2.5", None], "lon": ["1"] * 3}
    )
    assert rows.sort("value").rows() == [
        ("people", int(HEX[2], 16), None),
        ("people", int(HEX[0], 16), 1.0),
        ("people", int(HEX[1], 16), 2.5),
    ]


def test_what_is_no_cell_or_no_number_or_of_another_resolution_is_rejected() -> None:
    read, rows = cells(
        {"h3": [HEX[0], "8928308280ffff0", COARSE, HEX[1], None], "people": ["1", "2", "3", "x", "5"]},
        mapping={"people": "people"},
    )
    assert rows["cell"].to_list() == [int(HEX[0], 16)]
    assert read.account.rejected == {
        "not an H3 cell: write its index in hexadecimal or decimal digits": 2,
        "a cell of another resolution than the first row's": 1,
        "not a number: write digits with a dot": 1,
    }


@pytest.mark.parametrize(("rule", "value"), [("reject", []), ("first", [1.0]), ("last", [2.0])])
def test_a_cell_that_stands_again_is_settled_and_never_added_up(rule: str, value: list[float]) -> None:
    read, rows = cells({"h3": [HEX[0], HEX[0], HEX[1]], "people": ["1", "2", "9"]}, duplicates=rule)
    assert rows.filter(pl.col("cell") == int(HEX[0], 16))["value"].to_list() == value
    assert sum(read.account.rejected.values()) == 2 - len(value)


def test_the_datum_of_the_points_is_declared_and_is_the_house_datum() -> None:
    columns: dict[str, list[str | None]] = {"h3": HEX, "people": ["1", "2", "3"]}
    with pytest.raises(InvalidInputError, match="declare their datum"):
        cells(columns, datum=None)
    with pytest.raises(InvalidInputError, match="cannot be moved to the house datum"):
        cells(columns, datum="gcj02")
    assert cells(columns, house="gcj02", datum="gcj02")[1].height == 3


def test_a_table_without_cells_or_figures_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="name it with --cell-column"):
        cells({"place": ["a"], "people": ["1"]})
    with pytest.raises(InvalidInputError, match="holds no H3 cell"):
        cells({"h3": ["a"], "people": ["1"]})
    with pytest.raises(InvalidInputError, match="no column of figures"):
        cells({"h3": [HEX[0]], "name": ["x"]})

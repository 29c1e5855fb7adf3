"""Whatever a file holds, its rows in are the rows accepted and those rejected, each with one reason."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridgeo.errors import InvalidInputError
from gridgeo.sources.intake import KINDS, ImportOptions, Known, Understanding, understand
from tests.unit.sources.intake.conftest import table

TABLES = sorted(set(KINDS) - {"cells", "boundaries"})
ODD = [
    "", "A", "B", "1", "-1", "0", "1e3", "6.22E+18", "nan", "inf", "20240230", "是", "高端", "支行", "潜客", "116.4",
    "-200", "11010519491231002X", "1,234.567", "17", "shop=bakery", "bakery", "text\x00", "٣", "\uff11\uff12",
    "9" * 20, "village", "1990-05-01",
]  # fmt: skip
USUAL = {
    "number": ["1", "39.9"], "whole": ["3", "0"], "date": ["2024-05-06"], "yes_no": ["yes", "否"], "money": ["12.34"],
    "birth": ["1980"], "text": ["A", "B", "C", "D"],
}  # fmt: skip


@st.composite
def files(draw: st.DrawFn) -> tuple[dict[str, list[str | None]], dict[str, Any]]:
    """Draw a table of some kind, most of whose values fit, and options to understand it with."""
    kind = KINDS[draw(st.sampled_from(TABLES))]
    left_out = draw(st.sets(st.sampled_from(kind.field_names), max_size=3))
    names = [name for name in kind.field_names if name not in left_out]
    rows = draw(st.integers(0, 9))
    columns: dict[str, list[str | None]] = {}
    for name in names:
        item = kind.field(name)
        fitting = list(item.words) if item.type == "word" else USUAL[item.type]
        value = st.one_of(st.sampled_from(fitting), st.sampled_from(fitting), st.sampled_from(ODD))
        columns[name] = [text or None for text in draw(st.lists(value, min_size=rows, max_size=rows))]
    columns["extra"] = ["x"] * rows
    again = draw(st.lists(st.integers(0, rows - 1), max_size=3)) if rows else []
    columns = {name: values + [values[at] for at in again] for name, values in columns.items()}
    options = {
        "kind": kind.name,
        "datum": draw(st.sampled_from(["wgs84", "gcj02", "bd09"])),
        "duplicates": draw(st.sampled_from(["reject", "first", "last"])),
        "on_purpose": kind.field_names,
    }
    return columns, options


def taken(columns: dict[str, list[str | None]], options: dict[str, Any], house: str) -> Understanding | None:
    """Understand and count a table; None where it is refused as a whole."""
    known = Known(house=house, ids={"branches": pl.Series("id", ["A", "B"])})
    try:
        read = understand(table(columns, piece=4), ImportOptions(**options), known)
    except InvalidInputError:
        return None
    batches = list(read.batches())
    accepted = sum(batch.accepted.height for batch in batches)
    rejected = [row for batch in batches for row in batch.rejected["row"].to_list()]
    account = read.account
    assert account.rows_in == len(columns["extra"])
    assert account.rows_in == account.accepted + sum(account.rejected.values())
    assert len(rejected) == len(set(rejected)) == sum(account.rejected.values())
    assert accepted == account.rows_out
    assert accepted == account.accepted or "category" in read.mapping.columns
    for batch in batches:
        assert set(read.kind.contract) == set(batch.accepted.columns)
        assert batch.rejected["reason"].null_count() == 0
        _keeps_its_kind(read, batch.accepted)
    return read


def _keeps_its_kind(read: Understanding, rows: pl.DataFrame) -> None:
    for item in read.kind.fields:
        if item.name not in rows.columns:
            continue
        if item.words:
            assert set(rows[item.name].drop_nulls()) <= set(item.words.values())
        if item.low is not None:
            assert (rows[item.name].drop_nulls() >= item.low).all()
    if {"lng", "lat"} <= set(rows.columns):
        assert (rows["lng"].is_null() == rows["lat"].is_null()).all()
        assert (rows["lng"].drop_nulls().abs() <= 180).all()
        assert (rows["lat"].drop_nulls().abs() <= 90).all()
    if read.kind.key == ("id",):
        assert rows["id"].null_count() == 0
        assert not rows["id"].is_duplicated().any()


@settings(max_examples=150, deadline=None)
@given(file=files(), house=st.sampled_from(["wgs84", "cgcs2000", "gcj02"]))
def test_every_row_of_any_table_is_accounted_for(
    file: tuple[dict[str, list[str | None]], dict[str, Any]], house: str
) -> None:
    taken(*file, house)


def test_a_row_that_got_lost_would_be_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    columns: dict[str, list[str | None]] = {"id": ["1", "2"], "name": ["a", None], "extra": ["x", "x"]}
    assert taken(columns, {"kind": "products"}, "wgs84") is not None
    blamed = Understanding._blamed
    monkeypatch.setattr(Understanding, "_blamed", lambda *given: pl.concat([blamed(*given)] * 2))
    with pytest.raises(AssertionError):
        taken(columns, {"kind": "products"}, "wgs84")


@pytest.mark.parametrize("piece", [1, 2, 3, 100])
def test_the_pieces_a_file_is_read_in_change_nothing(piece: int) -> None:
    columns = {"id": ["1", "2", "1", "3", "3", "4"], "name": ["a", "b", "c", "d", "d", None]}
    read = understand(table(columns, piece=piece), ImportOptions("products", duplicates="last"), Known())
    rows = pl.concat(batch.accepted for batch in read.batches()).sort("id")
    assert rows.select("id", "name").rows() == [("1", "c"), ("2", "b"), ("3", "d")]
    assert read.account.rejected == {
        "empty: this field is required": 1,
        "identical row stands again: the first one is taken": 1,
        "the same key stands again with other values: another row was taken, as asked": 1,
    }

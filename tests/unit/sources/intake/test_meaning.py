"""What values mean: money to the fen, ages to bands, categories to measures, codes to levels, repeats to one row."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridgeo.cells import from_wgs84
from gridgeo.errors import InvalidInputError
from gridgeo.sources.intake import ImportOptions, Known, Understanding, suspicious_offset, understand
from gridgeo.sources.intake.options import UNITS
from gridgeo.sources.intake.positions import place_of
from tests.unit.sources.intake.conftest import table


def read(kind: str, columns: dict[str, list[str | None]], **options: Any) -> tuple[Understanding, pl.DataFrame]:
    """Return a table as it is understood and its accepted rows."""
    notes = options.pop("notes", {})
    understood = understand(table(columns, **notes), ImportOptions(kind, **options), Known())
    return understood, pl.concat(batch.accepted for batch in understood.batches())


def customers(columns: dict[str, list[str | None]], **options: Any) -> tuple[Understanding, pl.DataFrame]:
    """Read customers that need nothing but what the columns say."""
    count = len(next(iter(columns.values())))
    base: dict[str, list[str | None]] = {"id": [f"C{at}" for at in range(count)], "branch_id": ["b"] * count}
    return read("customers", base | columns, **options)


@settings(max_examples=80, deadline=None)
@given(st.decimals(-9 * 10**8, 9 * 10**8, places=4), st.sampled_from(sorted(UNITS)))
def test_money_is_exact_in_every_unit(amount: Decimal, unit: str) -> None:
    exact = amount * 10 ** UNITS[unit]
    understood, rows = customers({"余额": [str(amount)]}, unit=unit)
    if exact == exact.to_integral_value():
        assert rows["balance_fen"].to_list() == [int(exact)]
        assert understood.account.rounded == 0
    else:
        assert abs(rows["balance_fen"][0] - exact) <= Decimal("0.5")
        assert understood.account.rounded == 1


@pytest.mark.parametrize("unit", ["元", "千元", "万元", "百万元", "亿元"])
def test_every_unit_that_a_title_may_name_is_known(unit: str) -> None:
    understood, rows = customers({"余额": ["2"]}, notes={"unit": unit})
    assert rows["balance_fen"].to_list() == [2 * 10 ** UNITS[unit]]
    assert understood.notes()["unit"] == unit


def test_a_header_goes_before_the_title_and_must_agree_with_what_is_declared() -> None:
    _, rows = customers({"余额(万元)": ["1"]}, notes={"unit": "元"})
    assert rows["balance_fen"].to_list() == [1_000_000]
    _, agreed = customers({"余额(万元)": ["1"]}, unit="万元")
    assert agreed.equals(rows)
    with pytest.raises(InvalidInputError, match="says its unit is 万元, declared is 元"):
        customers({"余额(万元)": ["1"]}, unit="元")


def test_ages_and_years_of_birth_become_bands_and_minors_have_none() -> None:
    _, rows = customers({"年龄": ["18", "30岁", "59", "60", "18-29", None]})
    assert rows["age_band"].to_list() == ["18-29", "30-44", "45-59", "60+", "18-29", None]
    born: list[str | None] = ["1990", "2007-12-31", "1965年3月", "19800101", "2020", "2008-01-02"]
    understood, rows = customers({"出生日期": born}, constants={"as_of": "2026-01-01"})
    assert rows["age_band"].to_list() == ["30-44", "18-29", "60+", "45-59", None, None]
    assert understood.account.doubts == {"under 18: taken without an age band": 2}


def test_years_of_birth_need_the_day_that_ages_count_for() -> None:
    with pytest.raises(InvalidInputError, match="--set as_of=YYYY-MM-DD"):
        customers({"出生年份": ["1990"]})
    understood, _ = customers({"出生年份": ["1990", "90", "1850", "2030"]}, constants={"as_of": "2026-01-01"})
    assert understood.account.rejected == {
        "not a date or year of birth: write YYYY-MM-DD or YYYY": 1,
        "a birth that no living person has on the day ages count for": 2,
    }


def test_a_default_that_stands_for_an_empty_value_is_said() -> None:
    understood, rows = customers({"tier": ["core", None]})
    assert rows["tier"].to_list() == ["core", "basic"]
    assert understood.account.filled == {"tier": 1}
    assert understood.notes()["defaults"] == {}
    without, _ = customers({"name": ["x"]})
    assert without.notes()["defaults"] == {"tier": "basic"}


def test_categories_in_rows_are_the_measures_of_a_zone() -> None:
    columns: dict[str, list[str | None]] = {
        "村社": ["东村", "东村", "西村", "西村", "西村", "北村"],
        "指标": ["人口", "户数", "人口", "人口", "企业数", "面积"],
        "数值": ["120", "40", "80", "81", "3", "9"],
    }
    understood, rows = read("denominators", columns)
    assert rows.select("zone", "people", "households", "businesses").rows() == [
        ("东村", 120.0, 40.0, None),
        ("西村", None, None, 3.0),
    ]
    assert (understood.account.rows_in, understood.account.accepted, understood.account.rows_out) == (6, 3, 2)
    assert understood.account.rejected == {
        "the same key stands again with other values": 2,
        "not one of the known words: see gridgeo import fields": 1,
    }


def test_rows_that_join_say_where_they_differ() -> None:
    columns: dict[str, list[str | None]] = {
        "客户号": ["1", "1", "2"],
        "branch_id": ["b", "b", "b"],
        "产品": ["loan", "card", "card"],
        "余额": ["1", "2", "3"],
    }
    understood, rows = read("customers", columns, unit="元", one_row_per="产品")
    assert rows.select("id", "product_ids", "balance_fen").rows() == [("1", "loan;card", 100), ("2", "card", 300)]
    assert understood.account.doubts == {
        "several rows of one key differ in a column that is not joined: the first value is taken": 1
    }
    alike, _ = read("customers", columns | {"余额": ["1", "1", "3"]}, unit="元", one_row_per="产品")
    assert alike.account.doubts == {}


def test_a_zone_without_a_name_goes_by_its_code_and_repeats_are_seen_even_so() -> None:
    columns: dict[str, list[str | None]] = {"村社": [None, "7", None], "代码": ["7", "7", "8"], "人口": ["1", "2", "3"]}
    understood, rows = read("denominators", columns)
    assert rows.select("zone", "given_name").rows() == [("8", None)]
    assert understood.account.rejected == {"the same key stands again with other values": 2}


def test_levels_and_parents_of_industries_follow_from_their_codes() -> None:
    columns: dict[str, list[str | None]] = {
        "代码": ["A", "01", "011", "0111", "B", "06", "x1"],
        "名称": list("abcdefg"),
    }
    understood, rows = read("industries", columns, constants={"scheme": "gbt4754", "edition": "2017"})
    assert rows.select("code", "level", "parent_code").rows() == [
        ("A", 1, None), ("01", 2, "A"), ("011", 3, "01"), ("0111", 4, "011"), ("B", 1, None), ("06", 2, "B"),
    ]  # fmt: skip
    assert sum(understood.account.rejected.values()) == 1


@pytest.mark.parametrize(("rule", "name"), [("first", "b"), ("last", "b")])
def test_the_row_that_is_taken_of_several_is_one_that_can_be(rule: str, name: str) -> None:
    columns: dict[str, list[str | None]] = {"id": ["1", "1", "1"], "name": [None, "b", None], "kind": ["x", "y", "z"]}
    understood, rows = read("products", columns, duplicates=rule)
    assert rows["name"].to_list() == [name]
    assert understood.account.rejected == {"empty: this field is required": 2}


def test_the_last_of_several_is_taken_even_if_it_stood_before() -> None:
    columns: dict[str, list[str | None]] = {"id": ["1", "1", "1"], "name": ["a", "b", "a"]}
    assert read("products", columns, duplicates="last")[1]["name"].to_list() == ["a"]
    assert read("products", columns, duplicates="first")[1]["name"].to_list() == ["a"]


def test_a_merchant_that_is_repeated_and_no_business_has_one_reason() -> None:
    columns: dict[str, list[str | None]] = {
        "osm_id": ["1", "1", "2"],
        "shop": ["no", "no", "bakery"],
        "lon": ["1", "1", "2"],
        "lat": ["1", "1", "2"],
    }
    understood, rows = read("merchants", columns, datum="wgs84")
    assert rows["osm_tag"].to_list() == ["shop=bakery"]
    assert sum(understood.account.rejected.values()) == 2


def test_a_unit_may_name_a_parent_of_its_own_file_or_of_the_store_only() -> None:
    columns: dict[str, list[str | None]] = {
        "机构号": ["1", "2", "3", "4"],
        "机构名称": list("abcd"),
        "机构类型": ["总行", "支行", "网点", "支行"],
        "上级机构": [None, "1", "9", "S"],
        "经度": [None, "104.1", "104.2", "104.3"],
        "纬度": [None, "30.1", "30.2", "30.3"],
    }
    known = Known(ids={"orgs": pl.Series("id", ["S"])})
    understood = understand(table(columns, piece=2), ImportOptions("orgs", datum="wgs84"), known)
    rows = pl.concat(batch.accepted for batch in understood.batches())
    assert rows.select("id", "kind").rows() == [("1", "head_office"), ("2", "branch"), ("4", "branch")]
    assert understood.account.rejected == {"unknown parent unit": 1}


def test_a_unit_may_name_its_parent_by_name() -> None:
    columns: dict[str, list[str | None]] = {
        "机构号": ["1", "2", "3"],
        "机构名称": ["总行", "城关支行", "东街网点"],
        "机构类型": ["总行", "支行", "网点"],
        "上级机构": [None, "总行", "城关支行"],
        "经度": [None, "104.1", "104.2"],
        "纬度": [None, "30.1", "30.2"],
    }
    understood, rows = read("orgs", columns, datum="wgs84")
    assert rows["parent_id"].to_list() == [None, "1", "2"]
    assert understood.notes()["by_name"] == ["parent_id"]


@pytest.mark.parametrize(
    ("declared", "own"),
    [({"crs": "EPSG:27700"}, "EPSG:4326"), ({"datum": "wgs84"}, "EPSG:27700"), ({"datum": "wgs84"}, "EPSG:4277")],
)
def test_what_is_declared_must_not_contradict_the_file(declared: dict[str, str], own: str) -> None:
    with pytest.raises(InvalidInputError, match="says its coordinates are in"):
        place_of(ImportOptions("customers", **declared), own, "wgs84", "f.gpkg")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("declared", "own", "house", "moves"),
    [
        ({}, "EPSG:4326", "wgs84", False),
        ({}, "EPSG:4490", "cgcs2000", False),
        ({}, "EPSG:4326", "gcj02", True),
        ({"datum": "gcj02"}, "EPSG:4326", "wgs84", True),
        ({"datum": "gcj02"}, None, "gcj02", False),
        ({"crs": "EPSG:4490"}, "EPSG:4490", "wgs84", False),
        ({"crs": "EPSG:27700"}, None, "wgs84", True),
    ],
)
def test_positions_move_only_from_one_datum_to_another(
    declared: dict[str, str], own: str | None, house: str, *, moves: bool
) -> None:
    place = place_of(ImportOptions("customers", **declared), own, house, "f")  # type: ignore[arg-type]
    assert place.moves is moves


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000))
def test_an_offset_of_another_datum_is_told_and_none_where_there_is_none(seed: int) -> None:
    rng = np.random.default_rng(seed)
    known = rng.uniform(103.0, 117.0, 30), rng.uniform(25.0, 39.0, 30)
    assert suspicious_offset(known, known) is None
    for datum in ("gcj02", "bd09"):
        said = suspicious_offset(from_wgs84(*known, datum), known)
        assert said is not None
        assert said["fits_better"] == datum
        assert said["then_m"] < 1 < 50 < said["offset_m"]

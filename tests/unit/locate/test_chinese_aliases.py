"""A bank's own names of places, and names of units as of a year."""

from __future__ import annotations

import polars as pl
import pytest

from gridgeo.errors import InvalidInputError
from gridgeo.locate.chinese import parse_chinese
from gridgeo.locate.chinese_aliases import ALIASES, units_as_of, with_aliases
from gridgeo.locate.chinese_table import Units, packaged_units


def aliases(*rows: tuple[str | None, ...]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=ALIASES, orient="row")


@pytest.fixture(scope="module")
def own() -> Units:
    return with_aliases(
        packaged_units(),
        aliases(
            ("世纪城", "四川省", "成都市", "武侯区", None, None),
            ("科技城", "四川省", "绵阳市", "科学城区", "青义镇", None),
            ("开发区", None, "成都市", "高新区", None, 2005),
        ),
    )


def read(text: str, units: Units) -> tuple[str | None, ...]:
    return parse_chinese(pl.Series([text]), units).select("city", "district", "town", "road").row(0)


def test_an_alias_tells_its_district(own: Units) -> None:
    assert read("成都世纪城天府大道1号", own) == ("成都市", "武侯区", None, "天府大道")
    assert read("世纪城天府大道1号", own) == ("成都市", "武侯区", None, "天府大道")
    assert read("成都世纪城天府大道1号", packaged_units())[1] is None


def test_a_district_that_the_table_does_not_know_is_taken_from_the_bank(own: Units) -> None:
    assert read("绵阳科技城绵山路1号", own) == ("绵阳市", "科学城区", "青义镇", "绵山路")


def test_an_alias_in_the_name_of_a_road_is_none(own: Units) -> None:
    assert read("成都市世纪城路1号", own) == ("成都市", None, None, "世纪城路")


def test_an_alias_counts_up_to_its_last_year(own: Units) -> None:
    assert read("成都开发区科园路1号", units_as_of(own, 2004))[1] == "高新区"
    assert read("成都开发区科园路1号", units_as_of(own, 2010))[1] is None


def test_former_names_are_read_as_of_a_year() -> None:
    units = packaged_units()
    assert read("上海市南汇区惠南镇", units)[1] == "浦东新区"
    assert read("上海市南汇区惠南镇", units_as_of(units, 2005))[1] == "浦东新区"
    assert read("上海市南汇区人民路1号", units_as_of(units, 2020))[1] is None


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ((None, None, "成都市", None, None, None), "has no alias"),
        (("世纪城", None, None, None, None, None), "names no"),
    ],
)
def test_a_row_that_names_nothing_is_refused(row: tuple[str | None, ...], words: str) -> None:
    with pytest.raises(InvalidInputError, match=words):
        with_aliases(packaged_units(), aliases(row))

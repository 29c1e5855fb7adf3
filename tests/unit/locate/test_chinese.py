"""Chinese addresses taken apart: what the labelled development half says, and what no address may do."""

from __future__ import annotations

from importlib import resources

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridgeo.locate.chinese import CHINESE_COLUMNS, CLASH, UNSETTLED, parse_chinese

RANDOM_TEXTS = 20_000
LABELLED = resources.files("gridgeo.bench") / "data" / "chinese_addresses"


@pytest.fixture(scope="module")
def development() -> pl.DataFrame:
    """The half that the parser was made with."""
    return pl.read_csv(str(LABELLED / "dev.csv"), infer_schema_length=0)


def parsed(*texts: str | None) -> list[dict[str, str | None]]:
    return parse_chinese(pl.Series(texts, dtype=pl.String)).to_dicts()


@pytest.mark.parametrize("column", CHINESE_COLUMNS)
def test_components_of_the_development_half_are_right(development: pl.DataFrame, column: str) -> None:
    got, told = parse_chinese(development["address"])[column], development[column]
    right = (got.fill_null("") == told.fill_null("")).mean()
    wrong = (got.is_not_null() & (got != told.fill_null(""))).mean()
    assert right is not None
    assert wrong is not None
    assert right >= 0.97
    assert wrong <= 0.015


def test_the_halves_are_different_and_together_large_enough(development: pl.DataFrame) -> None:
    held = pl.read_csv(str(LABELLED / "held.csv"), infer_schema_length=0, columns=["id", "address"])
    both = pl.concat([development.select("id", "address"), held])
    assert both.height >= 300
    assert both["id"].n_unique() == both["address"].n_unique() == both.height
    numbers = both["id"].str.strip_prefix("zh-").cast(pl.Int32)
    assert (numbers[: development.height] % 2 == 1).all()
    assert (numbers[development.height :] % 2 == 0).all()


@pytest.mark.parametrize(
    ("text", "district"),
    [
        ("南京鼓楼区中央路1号", "鼓楼区"),
        ("鼓楼区中央路1号", None),
        ("辽宁朝阳", None),
        ("杭州延安路1号", None),
        ("北京大学", None),
        ("中山大学路1号", None),
        ("杭州西湖文化广场", None),
        ("上海市南汇区惠南镇", "浦东新区"),
        ("浙江省余杭市临平镇", "余杭区"),
        ("杭州市余杭区临平街道北大街1号", "临平区"),
        ("吉林省四平市公主岭市范家屯镇", "公主岭市"),
        ("北京市海锭区学院路1号", "海淀区"),
        ("西安市高新区锦业路1号", None),
        ("江苏省昆山市千灯镇", "昆山市"),
        ("苏州市千灯镇玉溪西路1号", "昆山市"),
        ("澜岫省霁州市昙溪县曦浦镇", "昙溪县"),
    ],
)
def test_a_district_is_told_by_its_city_or_not_at_all(text: str, district: str | None) -> None:
    assert parsed(text)[0]["district"] == district


def test_units_that_do_not_belong_together_are_said_and_not_chosen() -> None:
    first, second = parsed("江苏省南京市西湖区文三路1号", "鼓楼区中央路1号")
    assert (first["city"], first["district"], first["reason"]) == ("南京市", None, CLASH)
    assert (second["district"], second["reason"]) == (None, UNSETTLED)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("方庄路一百二十号", "120"),
        ("方庄路壹佰贰拾号", "120"),
        ("方庄路１２０号", "120"),
        ("方庄路120號", "120"),
        ("三号路五号", "5"),
        ("中山四路81号", "81"),
        ("建设路12号附3号", "12附3"),
        ("祖庙路5之3号", "5之3"),
        ("甲秀路甲12号", "甲12"),
        ("市桥大道12-14号", "12-14"),
        ("中山路3号楼", None),
        ("中山路", None),
    ],
)
def test_numbers_of_every_form_become_one(text: str, number: str | None) -> None:
    assert parsed(text)[0]["number"] == number


def test_traditional_and_simplified_say_the_same() -> None:
    old, new = parsed("廣東省廣州市越秀區環市東路368號3號樓501室", "广东省广州市越秀区环市东路368号3号楼501室")
    assert old == new


@pytest.mark.parametrize("text", ["", None, "，，", "12345", "\x00\x01"])
def test_nothing_is_read_out_of_nothing(text: str | None) -> None:
    row = parsed(text)[0]
    assert all(row[name] is None for name in ("province", "city", "district", "road"))


def test_random_strings_are_given_no_district() -> None:
    rng = np.random.default_rng(11)
    han = [chr(code) for code in range(0x4E00, 0x9FA5)]
    alphabet = np.array([*han, *list("0123456789 ,.-#()[]\\^$*+?|\x00\n") * 200])
    lengths = rng.integers(1, 60, RANDOM_TEXTS)
    letters = alphabet[rng.integers(0, len(alphabet), int(lengths.sum()))]
    texts = ["".join(part) for part in np.split(letters, np.cumsum(lengths)[:-1])]
    found = parse_chinese(pl.Series(texts))
    assert found.height == RANDOM_TEXTS
    assert found["district"].is_not_null().sum() == 0
    assert found["number"].drop_nulls().str.contains(r"\d").all()


@settings(max_examples=15, deadline=None)
@given(st.lists(st.one_of(st.none(), st.text(max_size=80)), min_size=1, max_size=20))
def test_any_text_gives_one_row(texts: list[str | None]) -> None:
    found = parse_chinese(pl.Series(texts, dtype=pl.String))
    assert found.columns == [*CHINESE_COLUMNS, "reason"]
    assert found.height == len(texts)


def test_the_order_of_rows_does_not_change_an_answer() -> None:
    texts = ["北京市海淀区中关村大街27号", "鼓楼区", "", "上海市南汇区惠南镇人民东路1号", "北京市海锭区学院路1号"]
    assert parsed(*texts) == [parsed(text)[0] for text in texts]
    assert parsed(*reversed(texts)) == parsed(*texts)[::-1]

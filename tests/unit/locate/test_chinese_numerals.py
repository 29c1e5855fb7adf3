"""Chinese numerals where they count something, and names in which they do not."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridgeo.locate.chinese_text import chinese_form, with_digits

DIGITS, POWERS = "零一二三四五六七八九", ((1000, "千"), (100, "百"), (10, "十"), (1, ""))


def in_words(number: int) -> str:
    """Write a number as it is spoken: 120 is 一百二十, 1005 一千零五."""
    text, gap = "", False
    for power, word in POWERS:
        digit = number // power % 10
        if digit:
            text += ("零" if gap and text else "") + DIGITS[digit] + word
        gap = not digit
    return text.removeprefix("一") if text.startswith("一十") else text


def digits(text: str) -> str:
    return str(with_digits(pl.Series([text]))[0])


@given(st.integers(1, 9_999))
def test_every_house_number_in_words_is_read(number: int) -> None:
    assert digits(f"人民路{in_words(number)}号") == f"人民路{number}号"


@given(st.integers(100, 9_999))
def test_numbers_read_digit_by_digit_are_read(number: int) -> None:
    spoken = "".join("〇一二三四五六七八九"[int(digit)] for digit in str(number))
    assert digits(f"人民路{spoken}号") == f"人民路{number}号"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("壹佰贰拾号", "120号"),
        ("廿二号", "22号"),
        ("卅五号", "35号"),
        ("两号", "2号"),
        ("二号楼三单元五零一室", "2号楼3单元501室"),
        ("三号路五号", "三号路5号"),
        ("东四十条胡同", "东四十条胡同"),
        ("中山四路", "中山四路"),
        ("石岭村二社", "石岭村2社"),
    ],
)
def test_numerals_in_names_stay(text: str, expected: str) -> None:
    assert digits(text) == expected


def form(text: str) -> str:
    return str(pl.DataFrame({"text": [text]}).select(chinese_form(pl.col("text"))).item())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("中山路168号（近人民中路路口）", "中山路168号"),
        ("市府大道391号13800000000", "市府大道391号"),
        ("嘉定中路211号 联系电话：0833-2100000", "嘉定中路211号"),
        ("246001安徽省安庆市", "安徽省安庆市"),
        ("浙江省-湖州市/吴兴区", "浙江省,湖州市,吴兴区"),
        ("玉兴路与凤凰路交叉口", "玉兴路"),
        ("万达广场(A座)1204", "万达广场A座1204"),
        ("中华人民共和国福建省", "福建省"),
    ],
)
def test_what_is_no_component_is_cut(text: str, expected: str) -> None:
    assert form(text) == expected

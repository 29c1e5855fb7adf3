"""Encodings: strictly UTF-8 or what the person declares; a proposal comes with lines to judge it by."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from gridgeo.errors import InvalidInputError
from gridgeo.sources.files import RawTable
from gridgeo.sources.files.encodings import KNOWN, encoding_named

LINES = "姓名,地址\n张三,朝阳路1号\n李四,朝阳路2号\n王五,朝阳路3号\n"


def test_another_encoding_is_proposed_with_three_lines_and_never_taken(
    make_file: Callable[..., Path], opened: Callable[..., RawTable]
) -> None:
    path = make_file(LINES.encode("gb18030"))
    with pytest.raises(InvalidInputError) as raised:
        opened(path)
    assert raised.value.values["lines"] == "姓名,地址 / 张三,朝阳路1号 / 李四,朝阳路2号"
    assert raised.value.values["proposed"] == "gb18030"
    assert opened(path, encoding="gb18030").columns == ("姓名", "地址")


def test_a_wrong_byte_at_the_end_is_found_before_a_row_is_taken(
    make_file: Callable[..., Path], opened: Callable[..., RawTable]
) -> None:
    long = b"a,b\n" + b"1,2\n" * 1_000_000
    assert opened(make_file(long)).columns == ("a", "b")
    with pytest.raises(InvalidInputError, match="not UTF-8: name its encoding"):
        opened(make_file(long + b"3,\xff\xfe\xff\n"))


def test_a_declared_encoding_is_strict_too(make_file: Callable[..., Path], opened: Callable[..., RawTable]) -> None:
    with pytest.raises(InvalidInputError, match="does not decode as big5"):
        opened(make_file(b"a\n\xff\xff\n"), encoding="big5")


def test_utf_16_is_named_by_its_mark(
    make_file: Callable[..., Path], opened: Callable[..., RawTable], frame_of: Callable[..., pl.DataFrame]
) -> None:
    path = make_file(LINES.replace(",", "\t").encode("utf-16"))
    with pytest.raises(InvalidInputError, match="add --encoding utf-16"):
        opened(path)
    assert frame_of(path, encoding="utf-16").row(0) == (2, "张三", "朝阳路1号")


def test_a_mark_before_utf_8_is_no_part_of_the_first_name(
    make_file: Callable[..., Path], opened: Callable[..., RawTable]
) -> None:
    assert opened(make_file(LINES.encode("utf-8-sig"))).columns == ("姓名", "地址")


@pytest.mark.parametrize("name", ["zip", "base64", "rot13", "unicode_escape", "idna", "punycode", "no such", "\0", ""])
def test_only_encodings_of_text_can_be_declared(name: str) -> None:
    with pytest.raises(InvalidInputError, match="no encoding"):
        encoding_named(name)


def test_every_known_encoding_can_be_declared() -> None:
    assert {encoding_named(name).removesuffix("-sig") for name in KNOWN} == {
        name.removesuffix("-sig") for name in KNOWN
    }

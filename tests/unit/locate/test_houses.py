"""The house that an address names, and nothing about who lives there."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridgeo.locate import house_keys

TOWNS = pl.Series(["vaduz", "laxey", "douglas", "ballaugh", "москва"])


def keyed(address: str | None, locality: str | None = None, person: str | None = None) -> tuple[str | None, str | None]:
    """House and key of one address."""
    found = house_keys(
        pl.Series([address], dtype=pl.String),
        pl.Series([locality], dtype=pl.String),
        pl.Series([person], dtype=pl.String),
        TOWNS,
    )
    return found["house"][0], found["house_key"][0]


@pytest.mark.parametrize(
    "spellings",
    [
        [
            "Herrengasse 12, 9490 Vaduz",
            "HERRENGASSE 12, Vaduz",
            "Herrengasse 12, FL-9490 Vaduz",
            "Herrengasse 12 Vaduz",
        ],
        ["Flat 4, 12 Main Road, Laxey", "12 Main Rd, Laxey", "Apartment 7, 12 Main Road, Laxey"],
        [
            "北京市海淀区中关村大街27号3栋2单元501室",
            "北京市海淀区中关村大街27号3栋1单元102",
            "北京市海淀区中关村大街27号3栋",
        ],
        ["Unit 14, Spring Valley Estate, Douglas", "unit 14, Spring Valley Estate, Douglas"],
    ],
)
def test_one_house_has_one_key_however_it_is_written(spellings: list[str]) -> None:
    keys = {keyed(address)[1] for address in spellings}
    assert len(keys) == 1
    assert None not in keys


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Herrengasse 12, Vaduz", "Herrengasse 12a, Vaduz"),
        ("Herrengasse 12, Vaduz", "Herrengasse 12, Laxey"),
        ("Unit 14, Spring Valley Estate, Douglas", "Unit 15, Spring Valley Estate, Douglas"),
        ("中关村大街27号3栋", "中关村大街27号4栋"),
        ("Rose Cottage, Main Road, Ballaugh", "Ivy Cottage, Main Road, Ballaugh"),
        ("ул. Ленина, д. 5, Москва", "ул. Мира, д. 5, Москва"),
    ],
)
def test_different_houses_have_different_keys(one: str, other: str) -> None:
    assert keyed(one)[1] != keyed(other)[1]


def test_the_town_given_with_the_row_counts_as_if_written() -> None:
    assert keyed("Herrengasse 12", "Vaduz")[1] == keyed("Herrengasse 12, 9490 Vaduz")[1]


@pytest.mark.parametrize(
    ("address", "person", "hidden"),
    [
        ("Anna Frick, Herrengasse 12, Vaduz", None, ["Anna", "Frick"]),
        ("Herrengasse 12, Vaduz, Anna Frick", "Anna Frick", ["Anna", "Frick"]),
        ("Frick Anna, Rose Cottage, Ballaugh", "Anna Frick", ["Anna", "Frick"]),
        ("c/o Huber, Herrengasse 12, Vaduz", None, ["Huber"]),
        ("Frau Marxer, Rose Cottage, Ballaugh", None, ["Marxer"]),
        ("Herrengasse 12 (bei Marxer), Vaduz", None, ["Marxer"]),
        ("Herrengasse 12, Vaduz, tel +423 232 11 22", None, ["232"]),
        ("Herrengasse 12, Vaduz, anna@frick.li", None, ["anna", "frick"]),
        ("中关村大街27号3栋2单元501室 张三收", None, ["张三", "501"]),
        ("中关村大街27号 收件人:李四 13800138000", None, ["李四", "138"]),
    ],
)
def test_nothing_of_the_person_is_kept(address: str, person: str | None, hidden: list[str]) -> None:
    house, key = keyed(address, person=person)
    assert house
    assert [word for word in hidden if word in house or word.lower() in (key or "")] == []


@pytest.mark.parametrize("address", [None, "", "   ", "123", "x" * 500, "Vaduz", "Landstrasse, Vaduz"])
def test_what_names_no_house_has_no_key(address: str | None) -> None:
    assert keyed(address)[1] is None


@settings(max_examples=20, deadline=None)
@given(st.lists(st.none() | st.text(max_size=60), max_size=36))
def test_any_text_gives_one_row_each(texts: list[str | None]) -> None:
    addresses = pl.Series(texts, dtype=pl.String)
    found = house_keys(addresses, pl.Series([None] * len(texts), dtype=pl.String), towns=TOWNS)
    assert found["query"].to_list() == list(range(len(texts)))

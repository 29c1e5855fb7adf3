"""Addresses of the county: their text and their truth say the same, and they are spoiled as often as stated."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridgeo.demo.county import County
from gridgeo.demo.county.address import (
    ADDRESS_FORMS,
    NUMERAL_TABLE,
    PARTS,
    chinese_numerals,
    clean_text,
    written,
)

DIGITS = {word: value for value, word in enumerate("零一二三四五六七八九")}
POWERS = {"千": 1000, "百": 100, "十": 10}


def value_of(words: str) -> int:
    """Read a number in words, the long way round."""
    total, digit = 0, None
    for character in words:
        if character in POWERS:
            total += (1 if digit is None else digit) * POWERS[character]
            digit = None
        else:
            digit = DIGITS[character]
    return total + (digit or 0)


@given(st.integers(0, NUMERAL_TABLE - 1))
def test_numbers_in_words_read_back(number: int) -> None:
    assert value_of(chinese_numerals()[number]) == number


@pytest.mark.parametrize(
    ("number", "words"), [(10, "十"), (12, "十二"), (120, "一百二十"), (1005, "一千零五"), (110, "一百一十")]
)
def test_numbers_in_words_are_written_as_people_do(number: int, words: str) -> None:
    assert chinese_numerals()[number] == words


def spoiled(county: County) -> pl.DataFrame:
    return county.truth.customers.join(county.bank.customers.select("id", "address", "locality"), on="id")


def test_a_clean_address_holds_every_component_of_its_truth_in_order(county: County) -> None:
    rows = spoiled(county).filter(pl.col("form") == "clean")
    assert rows.height > 500
    text = rows["address"].to_list()
    at = np.zeros(len(text), dtype=np.int64)
    for name in PARTS:
        for row, part in enumerate(rows[name].to_list()):
            # The community may be left out, and a suffix may stand before 号.
            if part is None or name == "suffix" or (name == "village" and rows["road"][row] is not None):
                continue
            found = text[row].find(part, at[row])
            assert found >= 0, (text[row], name, part)
            at[row] = found + len(part)


def test_the_register_and_the_truth_agree_word_for_word(county: County) -> None:
    rows = county.truth.customers.join(
        county.bank.households.select(household_id="id", address="address"), on="household_id", maintain_order="left"
    )
    assert clean_text(rows).equals(rows["address"])


def test_forms_come_in_the_stated_shares(county: County) -> None:
    shares = dict(county.truth.customers["form"].value_counts(normalize=True).iter_rows())
    assert set(shares) == set(ADDRESS_FORMS)
    for form in ("no_province", "from_town", "no_town", "abbreviated", "numerals", "full_width", "typo", "empty"):
        assert shares[form] == pytest.approx(ADDRESS_FORMS[form], abs=0.002)
    assert shares["clean"] >= ADDRESS_FORMS["clean"]


@pytest.mark.parametrize(
    ("form", "holds"),
    [
        ("no_province", ~pl.col("address").str.contains("澜岫省")),
        ("from_town", ~pl.col("address").str.contains("昙溪县")),
        ("no_town", pl.col("locality") == pl.col("town")),
        ("bare", pl.col("locality").is_null() & ~pl.col("address").str.contains("镇|街道")),
        ("abbreviated", pl.col("address").str.starts_with("澜岫霁州昙溪")),
        ("numerals", pl.col("address").str.contains("[一二三四五六七八九十百](甲|-1)?号")),
        ("full_width", ~pl.col("address").str.contains("[0-9]")),
        ("spaced", pl.col("address").str.contains("[ ，]")),
        ("short_flat", pl.col("address").str.contains(r"\d+-\d-\d{3,4}$")),
        ("poi", pl.col("road").is_not_null() & ~pl.col("address").str.contains("路|街\\d|大道")),
        ("wrong_town", ~pl.col("address").str.contains(pl.col("town"), literal=True)),
        ("empty", pl.col("address").is_null()),
    ],
)
def test_each_form_is_what_it_says(county: County, form: str, holds: pl.Expr) -> None:
    rows = spoiled(county).filter(pl.col("form") == form)
    assert rows.height > 0
    assert rows.select(holds.all()).item()


def test_a_typo_changes_one_name_and_nothing_else(county: County) -> None:
    rows = spoiled(county).filter((pl.col("form") == "typo") & pl.col("road").is_not_null())
    kept = rows.select(
        pl.col("address").str.contains(pl.col("number") + "号", literal=True) | pl.col("suffix").is_not_null()
    ).to_series()
    gone = rows.select(~pl.col("address").str.contains("[道镇乡区]" + pl.col("road"))).to_series()
    assert rows.height > 20
    assert kept.all()
    assert gone.mean() > 0.95


def test_old_names_replace_new_ones(county: County) -> None:
    rows = spoiled(county).filter(pl.col("form") == "old_name")
    towns = county.layout.towns.select(town="name", old="old_name")
    joined = rows.join(towns, on="town")
    says_old = joined.select(
        pl.col("address").str.contains(pl.col("old"), literal=True).fill_null(value=False)
    ).to_series()
    assert says_old.sum() > 20
    known = joined.filter(pl.col("old").is_not_null())
    assert known.select((~pl.col("address").str.contains(pl.col("town"), literal=True)).all()).item()


def test_suffixes_of_every_kind_occur_and_houses_keep_their_side(county: County) -> None:
    houses = county.ground.buildings["address"]
    for sign in ("甲号", "号附1", "号之1", "-1号"):
        assert houses.str.contains(sign, literal=True).any(), sign


def test_an_address_without_flat_is_left_alone_by_short_flat() -> None:
    row = dict.fromkeys((*PARTS, "old_town", "old_village"), None) | {
        "town": "甲镇",
        "road": "乙路",
        "number": "3",
        "other_town": "丙镇",
    }
    rows = pl.DataFrame([row], schema_overrides=dict.fromkeys(row, pl.String))
    text = written(rows, pl.Series("form", ["short_flat"]), np.random.default_rng(1))
    assert text["address"].item() == "甲镇乙路3号"

"""Numbers of identity cards and accounts are known by their check digits, however they are written."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridgeo.errors import InvalidInputError
from gridgeo.sources.intake import ImportOptions, Known, understand
from gridgeo.sources.intake.personal import MASK, PersonalCounts, is_account, is_id_card, masked
from tests.unit.sources.intake.conftest import table

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
ID_CARD, CARD = "11010519491231002X", "4111111111111111"


def id_card(region: int, day: int, order: int) -> str:
    """Return the identity-card number of a region, a day of 1980 and a place in the register of that day."""
    body = f"{region:06d}198{day % 10}{day % 12 + 1:02d}{day % 28 + 1:02d}{order:03d}"
    return body + "10X98765432"[sum(int(digit) * weight for digit, weight in zip(body, WEIGHTS, strict=True)) % 11]


def luhn(body: str) -> str:
    """Return a number with the check digit of payment cards behind it."""
    doubled = [int(digit) * (2 if at % 2 == 0 else 1) for at, digit in enumerate(reversed(body))]
    return body + str(-sum(value // 10 + value % 10 for value in doubled) % 10)


@settings(max_examples=60, deadline=None)
@given(st.integers(110000, 659000), st.integers(0, 400), st.integers(0, 999), st.integers(1, 9))
def test_every_identity_card_is_known_and_none_with_another_check_digit(
    region: int, day: int, order: int, off: int
) -> None:
    good = id_card(region, day, order)
    others = [good[:17] + digit for digit in "0123456789X" if digit != good[17]]
    assert is_id_card(pl.Series([good, good.lower()])).all()
    assert not is_id_card(pl.Series([others[off]])).any()


@settings(max_examples=60, deadline=None)
@given(st.text("0123456789", min_size=15, max_size=18), st.integers(1, 9))
def test_every_card_number_is_known_and_none_with_another_check_digit(body: str, off: int) -> None:
    good = luhn(body)
    assert is_account(pl.Series([good])).all()
    assert not is_account(pl.Series([body + str((int(good[-1]) + off) % 10)])).any()


@pytest.mark.parametrize(
    "text",
    [
        ID_CARD,
        "110105 19491231 002x",
        "110105194912310" + "02X",
        "身份证11010519491231002X张三",
        "4111 1111 1111 1111",
        "4111-1111-1111-1111",
        "110105491231002",
    ],
)
def test_a_number_is_found_however_it_is_written(text: str) -> None:
    counts = PersonalCounts()
    counts.take(pl.Series([text, "x"]))
    assert counts.personal
    assert masked(pl.Series([text, "x", None])).to_list() == [MASK, "x", None]


@pytest.mark.parametrize(
    "text", ["13800138000", "510107001001", "123456789012345678901234", "4111111111111112", "X" * 18]
)
def test_phones_codes_and_other_long_numbers_are_none(text: str) -> None:
    counts = PersonalCounts()
    counts.take(pl.Series([text] * 10))
    assert not counts.personal
    assert masked(pl.Series([text])).to_list() == [text]


def test_a_column_is_decided_by_the_share_of_its_values() -> None:
    few, many, cards = PersonalCounts(), PersonalCounts(), PersonalCounts()
    few.take(pl.Series([ID_CARD] + ["x"] * 200))
    many.take(pl.Series([ID_CARD] * 3 + ["x"] * 200))
    cards.take(pl.Series([CARD] * 6 + ["4111111111111112"] * 4 + ["short"] * 90))
    assert (few.personal, many.personal, cards.personal) == (False, True, True)


def test_random_long_numbers_are_no_accounts() -> None:
    numbers = PersonalCounts()
    numbers.take(pl.Series([str(7_700_000_000_000_000_000 + 7919 * at) for at in range(500)]))
    assert 0 < numbers.accounts < 100
    assert not numbers.personal


@pytest.mark.parametrize(("column", "value"), [("地址", "身份证" + ID_CARD), ("姓名", CARD), ("客户卡号", "x")])
def test_a_file_is_refused_for_one_such_column_and_taken_when_it_is_meant(column: str, value: str) -> None:
    field = {"地址": "address", "姓名": "name", "客户卡号": "occupation"}[column]
    raw = table({"id": ["1"], "branch_id": ["b"], column: [value]})
    options = {"mapping": {field: column}}
    with pytest.raises(InvalidInputError, match="--on-purpose") as caught:
        understand(raw, ImportOptions("customers", **options), Known())
    assert value not in str(caught.value)
    taken = understand(raw, ImportOptions("customers", **options, on_purpose=(field,)), Known())
    assert next(taken.batches()).accepted.height == 1
    left_out = understand(raw, ImportOptions("customers", mapping={field: "-"}), Known())
    assert next(left_out.batches()).accepted[field].to_list() == [None]

"""Text that is no address gets a reason in its row: no exception, no guess."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridgeo.domain.words import PLACED_TIERS
from gridgeo.errors import InvalidInputError
from gridgeo.locate import LOCATED, Gazetteer, locate_addresses

RANDOM_TEXTS = 20_000
SURE = 0.5


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (None, "empty"),
        ("", "empty"),
        (" \t\n ", "empty"),
        (",,,;;", "empty"),
        ("\x00\x01\x02\x7f", "empty"),
        ("x" * 10_240, "too long"),
        ("Landstrasse 12, Vaduz " * 500, "too long"),
        ("12345", "no letters"),
        ("!!! 12 ???", "no letters"),
        ("北京市海淀区中关村大街27号", "town not in the gazetteer"),
        ("qwertz uiop", "neither street nor town found"),
    ],
)
def test_what_cannot_be_read_says_why(answer: Callable[..., dict[str, Any]], text: str | None, reason: str) -> None:
    found = answer(text)
    assert (found["tier"], found["reason"]) == ("none", reason)
    assert found["lng"] is None
    assert found["lat"] is None
    assert found["accuracy_m"] is None
    assert found["confidence"] == 0.0


def test_control_characters_inside_an_address_are_passed_over(answer: Callable[..., dict[str, Any]]) -> None:
    assert answer("Land\u200bstrasse\x0012,\x07 Vaduz")["tier"] != "none"
    assert answer("Landstrasse\x0b12, Vaduz\x00")["tier"] == "exact"


def test_random_strings_are_never_placed_as_sure(gazetteer: Gazetteer, asked: Callable[..., pl.DataFrame]) -> None:
    rng = np.random.default_rng(7)
    alphabet = np.array(
        list("abcdefghijklmnopqrstuvwxyzäöüßABCXYZ0123456789 ,.-/#'\"\\(){}[]$^*+?|\x00\x1f\n中号路アул")
    )
    lengths = rng.integers(1, 60, RANDOM_TEXTS)
    letters = alphabet[rng.integers(0, len(alphabet), int(lengths.sum()))]
    texts = ["".join(part) for part in np.split(letters, np.cumsum(lengths)[:-1])]
    found = locate_addresses(asked(texts), gazetteer)
    assert found.height == RANDOM_TEXTS
    assert found.filter(pl.col("confidence") > SURE).height == 0
    assert found.filter(pl.col("tier").is_in(PLACED_TIERS)).height == 0


def test_a_real_address_among_random_ones_is_still_found(
    gazetteer: Gazetteer, asked: Callable[..., pl.DataFrame]
) -> None:
    found = locate_addresses(asked(["zzz 9 q", "Landstrasse 12, Vaduz", "\x00"]), gazetteer)
    assert found["tier"].to_list() == ["none", "exact", "none"]
    assert found["confidence"][1] > SURE


@settings(max_examples=25, deadline=None)
@given(st.lists(st.one_of(st.none(), st.text(max_size=80)), min_size=1, max_size=20))
def test_any_text_gives_one_row_a_query(
    gazetteer: Gazetteer, asked: Callable[..., pl.DataFrame], texts: list[str | None]
) -> None:
    found = locate_addresses(asked(texts), gazetteer)
    assert found["id"].to_list() == [str(number) for number in range(len(texts))]
    assert found.schema == pl.Schema(LOCATED)
    answered = found["lng"].is_not_null()
    assert (answered == (found["tier"] != "none")).all()
    assert (answered == found["reason"].is_null()).all()
    assert found["confidence"].is_between(0, 1).all()


def test_no_queries_give_no_rows(gazetteer: Gazetteer, asked: Callable[..., pl.DataFrame]) -> None:
    assert locate_addresses(asked([]), gazetteer).schema == pl.Schema(LOCATED)


def test_queries_without_a_column_are_refused(gazetteer: Gazetteer) -> None:
    with pytest.raises(InvalidInputError, match="missing columns"):
        locate_addresses(pl.DataFrame({"id": ["1"], "address": ["Vaduz"]}), gazetteer)


def test_the_order_of_queries_does_not_change_an_answer(
    gazetteer: Gazetteer, asked: Callable[..., pl.DataFrame]
) -> None:
    queries = asked(
        ["Landstrasse 12, Vaduz", "Landstrase 6, Vaduz", "Im Rossfeld", "Vaduz", "", "Landstrasse 4, Balzers"]
    )
    forward, backward = locate_addresses(queries, gazetteer), locate_addresses(queries.reverse(), gazetteer)
    assert forward.equals(backward.reverse())
    assert forward.equals(locate_addresses(queries, gazetteer))

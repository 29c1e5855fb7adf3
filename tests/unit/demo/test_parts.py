"""The parts the synthetic bank is made of."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridgeo.demo.address_text import quotas, written
from gridgeo.demo.bank_spec import ADDRESS_FORMS
from gridgeo.demo.customers import drawn_index
from gridgeo.demo.staff import posts

from .conftest import Made


def home(form: str, street: str | None = "Landstrasse", **more: str | None) -> pl.DataFrame:
    """One customer's home."""
    row = {"street": street, "number": 12, "town": "Vaduz", "postcode": "9490", "other_town": "Schaan", "form": form}
    schema = dict.fromkeys(("street", "town", "postcode", "other_town", "form"), pl.String) | {"number": pl.Int64}
    return pl.DataFrame([row | more], schema_overrides=schema)


def text(form: str, seed: int = 1, **more: str | None) -> str | None:
    """The address as written."""
    found: str | None = written(home(form, **more), np.random.default_rng(seed))["address"].item()
    return found


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ("clean", "Landstrasse 12, 9490 Vaduz"),
        ("no_town", "Landstrasse 12"),
        ("bare", "Landstrasse 12"),
        ("abbreviated", "Landstr. 12, 9490 Vaduz"),
        ("swapped", "12 Landstrasse, Vaduz"),
        ("no_number", "Landstrasse, 9490 Vaduz"),
        ("wrong_town", "Landstrasse 12, Schaan"),
        ("empty", None),
    ],
)
def test_each_form_is_written_its_own_way(form: str, expected: str | None) -> None:
    assert text(form) == expected


def test_case_is_all_upper_or_all_lower() -> None:
    assert {text("case", seed) for seed in range(12)} == {"LANDSTRASSE 12, 9490 VADUZ", "landstrasse 12, 9490 vaduz"}


@given(seed=st.integers(0, 10_000), street=st.sampled_from(["Au", "Weg", "Im Loch", "Landstrasse", "Äule", "aaaa"]))
@settings(max_examples=80, deadline=None)
def test_a_typo_is_one_slip_and_never_the_first_letter(seed: int, street: str) -> None:
    found = str(text("typo", seed, street=street)).split(" 12,")[0]
    assert found != street
    assert found[0] == street[0]
    assert abs(len(found) - len(street)) <= 1


def test_a_town_without_postcode_is_written_without() -> None:
    assert text("clean", postcode=None) == "Landstrasse 12, Vaduz"


def test_a_house_without_a_street_has_no_address() -> None:
    assert {text(form, street=None) for form in ADDRESS_FORMS} == {None}


def test_a_bare_address_has_no_town_in_its_column_either() -> None:
    many = pl.concat([home("bare")] * 50 + [home("no_town")] * 50)
    found = written(many, np.random.default_rng(1))["locality"]
    assert found.head(50).null_count() == 50
    assert found.tail(50).null_count() == 0


@given(n=st.integers(0, 500), seed=st.integers(0, 100))
@settings(max_examples=40, deadline=None)
def test_quotas_add_up_and_are_off_by_less_than_one(n: int, seed: int) -> None:
    found = quotas(ADDRESS_FORMS, n, np.random.default_rng(seed))
    assert len(found) == n
    counts = dict(found.value_counts().iter_rows())
    assert all(abs(counts.get(name, 0) - share * n) < 1 for name, share in ADDRESS_FORMS.items())


@given(
    weights=st.lists(st.floats(0.0, 1e6), min_size=1, max_size=8).filter(lambda given: sum(given) > 0),
    extra=st.integers(0, 30),
)
@settings(max_examples=80, deadline=None)
def test_every_branch_has_a_post_and_all_posts_are_given(weights: list[float], extra: int) -> None:
    total = len(weights) + extra
    given_posts = posts(np.array(weights), total)
    assert given_posts.sum() == total
    assert (given_posts >= 1).all()


def test_posts_follow_the_highest_averages() -> None:
    assert posts(np.array([53_000.0, 24_000.0, 23_000.0]), 7).tolist() == [3, 2, 2]


def test_chances_of_nothing_are_never_drawn() -> None:
    drawn = drawn_index(np.array([0.0, 1.0, 0.0, 3.0]), 4_000, np.random.default_rng(1))
    counts = np.bincount(drawn, minlength=4)
    assert (counts[0], counts[2]) == (0, 0)
    assert counts[3] / counts[1] == pytest.approx(3.0, rel=0.15)


def test_numbers_are_odd_on_one_side_and_even_on_the_other_and_rise_along_the_street(liechtenstein: Made) -> None:
    houses = liechtenstein.truth.houses
    longest = houses.filter(pl.col("town") == "Balzers").group_by("street").len().sort("len", "street").row(-1)
    assert longest[1] > 40
    street = houses.filter((pl.col("town") == "Balzers") & (pl.col("street") == longest[0]))
    odd = street.filter(pl.col("number") % 2 == 1)["number"].sort().to_list()
    even = street.filter(pl.col("number") % 2 == 0)["number"].sort().to_list()
    assert odd == list(range(1, 2 * len(odd), 2))
    assert even == list(range(2, 2 * len(even) + 1, 2))
    neighbours = street.sort("number").filter(pl.col("number") % 2 == 1).select("lng", "lat").to_numpy()
    step = np.hypot(*np.diff(neighbours, axis=0).T)
    whole = np.hypot(*(neighbours[-1] - neighbours[0]))
    assert np.median(step) < whole / 3


def test_synthetic_houses_stand_only_where_none_are_mapped(liechtenstein: Made) -> None:
    houses = liechtenstein.truth.houses
    mapped = houses.filter("mapped").group_by("town").len().sort("town")
    assert dict(mapped.rows())["Vaduz"] == 79
    assert dict(houses.filter(~pl.col("mapped")).group_by("town").len().rows())["Vaduz"] > 1_000
    balzers = houses.filter(pl.col("town") == "Balzers")
    assert balzers["mapped"].mean() > 0.7  # type: ignore[operator]

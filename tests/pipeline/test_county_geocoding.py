"""The county's addresses, as its customers write them, located in the county's own gazetteer."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest

from gridgeo.bench.county import CountyFigures, district_share, figures_of
from gridgeo.demo.county import County, CountySpec, county_of


@pytest.fixture(scope="module")
def county() -> County:
    return county_of(CountySpec(4_000, seed=1))


@pytest.fixture(scope="module")
def figures(county: County) -> CountyFigures:
    return figures_of(county)


def test_province_city_and_county_are_read_right(county: County) -> None:
    assert district_share(county) >= 0.95


def test_most_addresses_find_their_house_and_cell(figures: CountyFigures) -> None:
    assert figures.placed >= 0.94
    assert figures.house >= 0.85
    assert figures.cell >= 0.89
    assert figures.known_house >= 0.93
    assert figures.median_m <= 35


def test_units_without_their_words_do_not_hide_the_town(figures: CountyFigures) -> None:
    row = figures.by_form.filter(pl.col("form") == "abbreviated")
    assert row["count"].item() > 50
    assert row["house"].item() >= 0.95


def test_hardly_any_answer_lies_in_another_town(figures: CountyFigures) -> None:
    assert figures.wrong_town <= 0.005


def test_an_address_without_a_number_is_given_no_house(figures: CountyFigures) -> None:
    row = figures.by_form.filter(pl.col("form") == "no_number")
    assert row["count"].item() > 0
    assert row["placed"].item() == 0.0


def test_another_countys_gazetteer_finds_no_house(county: County) -> None:
    other = county_of(CountySpec(4_000, seed=9))
    strange = replace(county, bank=replace(county.bank, gazetteer=other.bank.gazetteer))
    assert figures_of(strange).house < 0.02

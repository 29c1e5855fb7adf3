"""Industries: the shipped facts, codes with all below them, and where a merchant's code comes from."""

from __future__ import annotations

import polars as pl
import pytest

from gridgeo.domain.industries import GBT, ISIC, OSM_SECTIONS, shipped_industries
from gridgeo.domain.tables import INDUSTRY_CODES
from gridgeo.errors import InvalidInputError
from gridgeo.features import (
    IndustryRule,
    classified,
    descendants,
    industry_from_json,
    industry_words,
    merged_codes,
    of_rule,
)
from gridgeo.features.industry_rules import of_scheme, sections_of
from gridgeo.sources.osm_points import INDUSTRY_OF_TAG

SHIPPED = merged_codes(shipped_industries(), shipped_industries().clear())
MERCHANT = {"id": pl.String, "industry": pl.String, "osm_tag": pl.String, "scheme": pl.String, "code": pl.String}


def rule(*codes: str, **more: object) -> IndustryRule:
    return industry_from_json({"scheme": "gbt4754", "codes": list(codes), **more}, SHIPPED)


def merchants(*rows: tuple[str | None, str | None, str | None]) -> pl.DataFrame:
    """Merchants of osm_tag, scheme and code."""
    table = [(str(at), "other", *row) for at, row in enumerate(rows)]
    return pl.DataFrame(table, schema=MERCHANT, orient="row")


def imported(*rows: tuple[str, str, str | None]) -> pl.DataFrame:
    """Imported codes of GB/T 4754-2017: code, name, parent."""
    table = [("GB/T 4754", "2017", code, parent, None, name, None, "bank") for code, name, parent in rows]
    return pl.DataFrame(table, schema=INDUSTRY_CODES, orient="row")


def test_gbt_4754_has_twenty_sections_and_every_division_once() -> None:
    table = of_scheme(SHIPPED, GBT, "2017")
    sections, divisions = (table.filter(pl.col("level") == level) for level in (1, 2))
    assert "".join(sections["code"]) == "ABCDEFGHIJKLMNOPQRST"
    assert divisions["code"].to_list() == [f"{number:02d}" for number in range(1, 98)]
    # The order of the standard: divisions rise with their sections.
    assert divisions["parent_code"].is_sorted()
    assert set(divisions["parent_code"]) == set(sections["code"])
    assert table.select("name_zh", "name_en", "source").null_count().sum_horizontal().item() == 0
    known = {
        "05": "A",
        "12": "B",
        "43": "C",
        "46": "D",
        "50": "E",
        "52": "F",
        "60": "G",
        "62": "H",
        "65": "I",
        "69": "J",
    }
    assert dict(divisions.select("code", "parent_code").iter_rows()).items() >= known.items()


def test_isic_has_its_sections_and_88_divisions() -> None:
    table = of_scheme(SHIPPED, ISIC, "4")
    assert "".join(table.filter(pl.col("level") == 1)["code"]) == "ABCDEFGHIJKLMNOPQRSTU"
    assert table.filter(pl.col("level") == 2).height == 88
    named = {code: (parent, zh) for code, parent, zh in table.select("code", "parent_code", "name_zh").iter_rows()}
    assert named["47"] == ("G", "零售（汽车和摩托车除外）")
    assert named["64"] == ("K", "金融服务（保险和养恤金除外）")


def test_every_shipped_code_of_a_standard_has_a_name_in_both_languages() -> None:
    standards = SHIPPED.filter(pl.col("scheme").is_in([GBT, ISIC]))
    assert standards.select(pl.col("name_zh", "name_en").null_count()).row(0) == (0, 0)
    assert standards["name_zh"].str.contains(r"\p{Han}").all()
    assert not standards["name_en"].str.contains(r"\d|\p{Han}").any()


def test_every_tag_that_names_a_merchant_has_a_section() -> None:
    sections = set(of_scheme(SHIPPED, GBT, "2017").filter(pl.col("level") == 1)["code"])
    assert set(OSM_SECTIONS.values()) <= sections
    tags = merchants(
        *((tag, None, None) for tag in [*INDUSTRY_OF_TAG, "shop=x", "craft=x", "office=x", "healthcare=x"])
    )
    assert classified(tags, SHIPPED, rule("A"))["code"].null_count() == 0


def test_a_code_includes_all_below_it() -> None:
    assert descendants(SHIPPED, rule("F")).to_list() == ["51", "52", "F"]
    whole = merged_codes(shipped_industries(), imported(("521", "综合零售", "52"), ("5211", "百货零售", None)))
    assert descendants(whole, rule("F")).to_list() == ["51", "52", "521", "5211", "F"]
    assert descendants(whole, IndustryRule(GBT, "2017", ("521",))).to_list() == ["521", "5211"]


def test_an_imported_row_counts_before_a_shipped_one_and_takes_the_form_of_gridgeo() -> None:
    whole = merged_codes(shipped_industries(), imported(("F52", "零售业(本行)", "F")))
    found = of_scheme(whole, GBT, "2017").filter(pl.col("code") == "52")
    assert found["name_zh"].to_list() == ["零售业(本行)"]
    assert found["parent_code"].to_list() == ["F"]


def test_a_table_that_runs_in_circles_ends() -> None:
    whole = merged_codes(shipped_industries(), imported(("521", "a", "522"), ("522", "b", "521")))
    assert descendants(whole, IndustryRule(GBT, "2017", ("521",))).to_list() == ["521", "522"]
    assert sections_of(pl.Series(["521", "62"]), of_scheme(whole, GBT, "2017")).to_list() == [None, "H"]


def test_a_merchant_belongs_by_its_own_code_then_by_its_tag() -> None:
    shops = merchants(
        ("shop=bakery", None, None),
        (None, "GB/T 4754-2017", "F5211"),
        ("shop=bakery", "gbt4754", "62"),
        ("amenity=restaurant", None, None),
        (None, "GB/T 4754—2011", "52"),
        (None, "ISIC Rev.4", "4711"),
        (None, "gbt4754", "9999"),
        (None, None, None),
    )
    found = of_rule(shops, SHIPPED, rule("F"))
    assert found["member"].to_list() == [True, True, False, False, None, None, None, None]
    states = ["osm_tag", "code", "code", "osm_tag", "other_edition", "other_scheme", "unknown_code", "none"]
    assert found["state"].to_list() == states
    without = of_rule(shops, SHIPPED, rule("F", osm_tags=False))
    assert without["member"].to_list() == [None, True, False, *[None] * 5]


def test_a_shop_known_to_a_section_is_undecided_for_a_division_of_it() -> None:
    shops = merchants(("amenity=restaurant", None, None), ("shop=bakery", None, None), (None, "gbt4754", "6210"))
    assert of_rule(shops, SHIPPED, rule("62"))["member"].to_list() == [None, False, True]


def test_isic_codes_find_their_section_by_division() -> None:
    ours = industry_from_json({"scheme": "ISIC", "codes": ["G"]}, SHIPPED)
    shops = merchants(
        (None, "isic", "4711"), (None, "isic4", "G47"), (None, "isic", "5610"), ("shop=bakery", None, None)
    )
    assert of_rule(shops, SHIPPED, ours)["member"].to_list() == [True, True, False, None]


def test_gridgeos_own_words_are_a_scheme() -> None:
    ours = industry_from_json({"scheme": "gridgeo", "codes": ["retail"]}, SHIPPED)
    shops = merchants((None, None, None)).with_columns(industry=pl.lit("retail"))
    assert of_rule(shops, SHIPPED, ours)["member"].to_list() == [True]
    assert industry_words(ours, SHIPPED, "zh") == "gridgeo 1 的商户：零售"


def test_a_rule_is_said_in_both_languages() -> None:
    ours = rule("f", "H62")
    assert ours.codes == ("62", "F")
    assert industry_words(ours, SHIPPED, "zh") == "gbt4754 2017 的商户：62 餐饮业、F 批发和零售业"
    assert industry_words(ours, SHIPPED, "en") == "merchants of gbt4754 2017: 62 Catering, F Wholesale and retail trade"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (None, "an industry rule is an object"),
        ({"scheme": "gbt4754"}, "an industry rule is an object"),
        ({"scheme": "naics", "codes": ["44"]}, "scheme must be one of gbt4754, gridgeo, isic, got naics"),
        ({"scheme": "gbt4754", "edition": "2011", "codes": ["F"]}, "has edition 2017, got 2011"),
        ({"scheme": "GB/T 4754-2011", "codes": ["F"]}, "has edition 2017, got 2011"),
        ({"scheme": "gbt4754", "codes": ["X"]}, "has no code X"),
        ({"scheme": "gbt4754", "codes": ["99"]}, "has no code 99"),
        ({"scheme": "gbt4754", "codes": []}, "codes must be a list"),
        ({"scheme": "gbt4754", "codes": [52]}, "codes must be a list"),
        ({"scheme": "gbt4754", "codes": ["F"], "osm_tags": "yes"}, "osm_tags must be true or false"),
    ],
)
def test_a_rule_that_does_not_fit_is_named(body: object, words: str) -> None:
    with pytest.raises(InvalidInputError, match=words):
        industry_from_json(body, SHIPPED)

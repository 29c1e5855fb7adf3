"""No rule about people on ethnicity, religion, health or minors, however it is written; trades and places pass."""

from __future__ import annotations

from typing import Any

import pytest

from gridgeo.errors import InvalidInputError
from gridgeo.features import refused, require_no_refused_words
from gridgeo.features.cohort_rules import cohort_from_json
from gridgeo.features.refused import REASONS, refused_ground
from gridgeo.i18n import catalogue

REFUSED = {
    "ethnicity": [
        "回族",
        "少 数-民族",
        "漢族",
        "ethnicity",
        "Ethnic_Minority",
        "isUyghur",
        "HuiZu",
        "RACE",
        "Tibetans",
        "Han Chinese",
        "回民",
    ],
    "religion": [
        "穆斯林",
        "穆​斯林",
        "Ｍｕｓｌｉｍ",
        "is_muslim",
        "天主教徒",
        "churches",
        "信 仰",
        "Religion",
        "halal",
        "信教群众",
        "prayers",
    ],
    "health": [
        "糖尿病患者",
        "健康险",
        "health",
        "HEALTH01",
        "残疾人",
        "殘疾",
        "Pregnant",
        "高血压",
        "is-disabled",
        "HIV",
        "白血病",
        "透析",
        "dialysis",
    ],
    "minors": [
        "未成年人",
        "儿童储蓄",
        "兒童",
        "minor",
        "children's account",
        "under 18",
        "<18",
        "16岁以下",
        "6-12岁",
        "aged 17",
        "under-18",
        "十七岁",
        "学童",
    ],
}
ALLOWED = [
    "医生", "护士", "doctor", "healthcare worker", "health worker", "幼儿园教师", "kindergarten teacher", "水族馆老板",
    "上班族", "工薪族", "新教师", "环境保护", "age 60", "60岁以上", "18岁以上", "小于5公里", "余额10万以下", "学生",
    "3-5", "university student", "mortgage", "VIP", "农民", "minority shareholder", "trace", "childhood friend",
    "病虫害防治", "收回民间借款",
]  # fmt: skip


@pytest.mark.parametrize(("ground", "text"), [(ground, text) for ground, texts in REFUSED.items() for text in texts])
def test_every_form_of_a_refused_word_is_found(ground: str, text: str) -> None:
    assert refused_ground(text) == ground
    with pytest.raises(InvalidInputError, match=f"may not be drawn on {ground}"):
        require_no_refused_words(text, "rule")


@pytest.mark.parametrize("text", ALLOWED)
def test_trades_places_and_adults_pass(text: str) -> None:
    assert refused_ground(text) is None
    require_no_refused_words(text, "rule")


RULES: list[tuple[str, dict[str, Any]]] = [
    ("ethnicity", {"attribute": "ethnicity", "is": "x"}),
    ("religion", {"attribute": "宗教信仰", "is": "x"}),
    ("health", {"attribute": "health_status", "is": "x"}),
    ("minors", {"attribute": "isMinor", "is": "x"}),
    ("ethnicity", {"attribute": "tags", "has": "少数民族"}),
    ("religion", {"attribute": "tags", "has_none_of": ["vip", "Muslim"]}),
    ("health", {"attribute": "product_ids", "has": "health-insurance"}),
    ("minors", {"attribute": "product_ids", "has": "少儿教育金"}),
    ("health", {"attribute": "occupation", "is_not": "病人"}),
    ("minors", {"attribute": "occupation", "is_one_of": ["farmer", "小学生"]}),
    ("minors", {"attribute": "age_band", "is": "0-17"}),
    ("minors", {"attribute": "age_band", "is_one_of": ["60+", "12-17"]}),
    ("minors", {"attribute": "age_band", "at_most": "under 18"}),
    ("minors", {"attribute": "age_band", "between": ["<18", "60+"]}),
    ("minors", {"attribute": "age_band", "is_not": "未成年"}),
]


@pytest.mark.parametrize(("ground", "condition"), RULES)
def test_a_rule_is_refused_as_attribute_tag_product_or_text_and_under_not(
    ground: str, condition: dict[str, Any]
) -> None:
    for where in (condition, {"not": condition}, {"any": [{"attribute": "tier", "is": "core"}, condition]}):
        with pytest.raises(InvalidInputError, match=f"may not be drawn on {ground}"):
            cohort_from_json({"where": where})


@pytest.mark.parametrize(("ground", "text"), [(ground, texts[0]) for ground, texts in REFUSED.items()])
def test_without_the_lists_the_same_words_would_pass(ground: str, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(refused, "CHINESE", {})
    assert refused_ground(text) is None, ground


def test_the_same_conditions_on_what_is_allowed_pass() -> None:
    for condition in (
        {"attribute": "tags", "has": "vip"},
        {"attribute": "product_ids", "has": "mortgage"},
        {"attribute": "occupation", "is_one_of": ["farmer", "医生"]},
        {"attribute": "age_band", "at_most": "18-29"},
    ):
        assert cohort_from_json({"where": condition})


def test_every_reason_has_its_chinese() -> None:
    assert [text for text in REASONS.values() if text not in catalogue()] == []

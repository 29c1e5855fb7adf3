"""Cohort rules: every operator, unknown values, days, words in both languages; what does not fit is named."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import pytest

from gridgeo.errors import InvalidInputError
from gridgeo.features.cohort_masks import COLUMNS, cohort_mask
from gridgeo.features.cohort_rules import ATTRIBUTES, OPERATORS, cohort_from_json, products_of
from gridgeo.features.cohort_words import ATTRIBUTE_NAMES, JOINS, PHRASES, cohort_words
from gridgeo.i18n import catalogue

DAY = date(2026, 3, 1)
CUSTOMERS = pl.DataFrame(
    {
        "id": ["1", "2", "3", "4"],
        "age_band": ["18-29", "45-59", "60+", None],
        "tier": ["basic", "core", "high_end", None],
        "party": ["customer", "prospect", None, "customer"],
        "occupation": ["farmer", " teacher ", "", None],
        "village_code": ["330101", "330102", None, "330101"],
        "tags": ["vip; new", "old", None, ";"],
        "product_ids": ["p1;p2", "p2", "p3", None],
        "products": [2, 1, 1, None],
        "contacts_12m": [0, 4, 12, None],
        "balance_fen": [0, 10_000, 5_000_000, None],
        "last_contact_on": [date(2026, 2, 28), date(2025, 1, 1), date(2026, 3, 2), None],
        "opened_on": [date(2020, 1, 1), date(2025, 6, 1), None, None],
    },
    schema_overrides={"last_contact_on": pl.Date, "products": pl.Int32, "contacts_12m": pl.Int32},
)

CASES: list[tuple[dict[str, Any], list[bool | None]]] = [
    ({"attribute": "age_band", "is": "60+"}, [False, False, True, None]),
    ({"attribute": "age_band", "is_one_of": ["18-29", "60+"]}, [True, False, True, None]),
    ({"attribute": "age_band", "is_not": "60+"}, [True, True, False, None]),
    ({"attribute": "age_band", "at_least": "45-59"}, [False, True, True, None]),
    ({"attribute": "tier", "at_least": "core"}, [False, True, True, None]),
    ({"attribute": "tier", "at_most": "core"}, [True, True, False, None]),
    ({"attribute": "tier", "between": ["basic", "core"]}, [True, True, False, None]),
    ({"attribute": "tier", "unknown": True}, [False, False, False, True]),
    ({"attribute": "party", "is": "customer"}, [True, False, True, True]),
    ({"attribute": "occupation", "is": "teacher"}, [False, True, None, None]),
    ({"attribute": "occupation", "unknown": True}, [False, False, True, True]),
    ({"attribute": "village_code", "is_one_of": ["330101"]}, [True, False, None, True]),
    ({"attribute": "tags", "has": "vip"}, [True, False, None, None]),
    ({"attribute": "tags", "has_none_of": ["vip", "x"]}, [False, True, None, None]),
    ({"attribute": "product_ids", "has": "p2"}, [True, True, False, None]),
    ({"attribute": "product_ids", "unknown": True}, [False, False, False, True]),
    ({"attribute": "products", "is_one_of": [1, 5]}, [False, True, True, None]),
    ({"attribute": "contacts_12m", "between": [1, 11]}, [False, True, False, None]),
    ({"attribute": "balance_fen", "at_least": 10_000}, [False, True, True, None]),
    ({"attribute": "balance_fen", "is_not": 0}, [False, True, True, None]),
    ({"attribute": "last_contact_on", "within_days": 30}, [True, False, None, None]),
    ({"attribute": "last_contact_on", "older_than_days": 90}, [False, True, None, None]),
]


def held(where: dict[str, Any], day: date = DAY) -> list[bool | None]:
    rule = cohort_from_json({"where": where})
    return CUSTOMERS.select(cohort_mask(rule, day).alias("held"))["held"].to_list()


@pytest.mark.parametrize(("where", "expected"), CASES)
def test_every_operator_holds_whom_it_says_and_leaves_the_unknown_undecided(
    where: dict[str, Any], expected: list[bool | None]
) -> None:
    assert held(where) == expected
    assert held({"not": where}) == [None if one is None else not one for one in expected]


def test_every_operator_of_every_kind_is_tried() -> None:
    tried = {(ATTRIBUTES[case["attribute"]], next(key for key in case if key != "attribute")) for case, _ in CASES}
    missing = {(kind, operator) for kind, operators in OPERATORS.items() for operator in operators} - tried
    # The rest go through the same code as their neighbours of another kind.
    assert {operator for _, operator in missing} <= {operator for _, operator in tried}


def test_the_unknown_join_only_when_they_are_asked_for() -> None:
    old = {"attribute": "age_band", "is": "60+"}
    assert held({"any": [old, {"attribute": "age_band", "unknown": True}]}) == [False, False, True, True]
    assert held({"any": [old, {"not": old}]}) == [True, True, True, None]


def test_days_count_from_the_rules_own_day_and_later_contacts_are_unknown() -> None:
    where = {"attribute": "last_contact_on", "within_days": 30}
    assert held(where, date(2026, 3, 2)) == [True, False, True, None]
    own = cohort_from_json({"where": where, "as_of": "2025-01-15"})
    assert CUSTOMERS.select(cohort_mask(own, DAY).alias("held"))["held"].to_list() == [None, True, None, None]


def test_a_rule_reads_only_the_columns_of_the_closed_list() -> None:
    assert set(COLUMNS) == set(CUSTOMERS.columns) - {"id"}


def test_products_are_named_once_each() -> None:
    rule = cohort_from_json(
        {
            "where": {
                "all": [
                    {"attribute": "product_ids", "has": "b"},
                    {"attribute": "product_ids", "has_none_of": ["a", "b"]},
                    {"attribute": "tags", "has": "c"},
                ]
            }
        }
    )
    assert products_of(rule) == ("a", "b")


def test_a_rule_is_said_in_both_languages() -> None:
    rule = cohort_from_json(
        {
            "as_of": "2026-03-01",
            "where": {
                "all": [
                    {"attribute": "tier", "at_least": "core"},
                    {
                        "any": [
                            {"attribute": "balance_fen", "between": [0, 100_000]},
                            {"attribute": "tags", "has": "vip"},
                        ]
                    },
                    {"not": {"attribute": "last_contact_on", "within_days": 90}},
                ]
            },
        }
    )
    assert cohort_words(rule, "en") == (
        "tier is at least core and (balance is between 0.00 yuan and 1,000.00 yuan or tags include vip) "
        "and not last contact within 90 days (on 2026-03-01)"
    )
    assert cohort_words(rule, "zh") == (
        "分层不低于核心 且 (余额在0.00 元到1,000.00 元之间 或 标签含vip) 且 并非最近联系在90天内（以 2026-03-01 为准）"
    )


def test_every_phrase_has_its_chinese() -> None:
    assert {*ATTRIBUTE_NAMES.values(), *PHRASES.values(), *JOINS} - set(catalogue()) == set()
    assert set(ATTRIBUTE_NAMES) == set(ATTRIBUTES)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"attribute": "shoe_size", "is": "44"}, "attribute must be one of age_band"),
        ({"attribute": "tier", "is": "gold"}, "tier must be one of basic, core, high_end, got gold"),
        ({"attribute": "tier"}, "takes exactly one of is, is_one_of.* got none"),
        ({"attribute": "tier", "is": "core", "is_not": "basic"}, "takes exactly one of"),
        ({"attribute": "tier", "has": "core"}, "takes exactly one of"),
        ({"attribute": "tier", "between": ["high_end", "basic"]}, "high_end lies above basic"),
        ({"attribute": "tier", "between": ["core"]}, "a list of two values"),
        ({"attribute": "tags", "has": ["vip"]}, "expected a text"),
        ({"attribute": "tags", "has": "a;b"}, "expected a text"),
        ({"attribute": "tags", "has": " "}, "expected a text"),
        ({"attribute": "tags", "has_none_of": []}, "a list of 1 to 1000 values"),
        ({"attribute": "tags", "unknown": False}, "unknown takes true"),
        ({"attribute": "products", "is": True}, "expected a whole number"),
        ({"attribute": "products", "at_least": 1.5}, "expected a whole number"),
        ({"attribute": "last_contact_on", "within_days": -1}, "from 0 to 36600, got -1"),
        ({"attribute": "village_code", "is_one_of": ["1"] * 1001}, "a list of 1 to 1000 values"),
    ],
)
def test_a_condition_that_does_not_fit_is_named(body: dict[str, Any], words: str) -> None:
    with pytest.raises(InvalidInputError, match=words):
        cohort_from_json({"where": body})


@pytest.mark.parametrize("body", [None, [], {}, {"where": {}, "more": 1}, {"as_of": "2026-03-01"}])
def test_a_body_that_is_no_cohort_is_refused(body: object) -> None:
    with pytest.raises(InvalidInputError):
        cohort_from_json(body)


@pytest.mark.parametrize("day", ["yesterday", 5, "2026-13-01", ["2026-03-01"]])
def test_a_day_that_is_none_is_refused(day: object) -> None:
    with pytest.raises(InvalidInputError, match="as_of must be a day as YYYY-MM-DD"):
        cohort_from_json({"where": {"attribute": "tier", "is": "core"}, "as_of": day})

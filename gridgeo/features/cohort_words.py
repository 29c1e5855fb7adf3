"""Cohort rules in words, Chinese and English."""

from __future__ import annotations

from datetime import date

from gridgeo.features.cohort_rules import CohortRule, Condition
from gridgeo.features.expressions import tree_words
from gridgeo.i18n import Language, translate

ATTRIBUTE_NAMES = {
    "age_band": "age band",
    "tier": "tier",
    "party": "kind of party",
    "occupation": "occupation",
    "village_code": "village code",
    "tags": "tags",
    "product_ids": "products held",
    "products": "number of products",
    "contacts_12m": "contacts in 12 months",
    "balance_fen": "balance",
    "last_contact_on": "last contact",
    "opened_on": "first product",
}
PHRASES = {
    "is": "{attribute} is {value}",
    "is_one_of": "{attribute} is one of {value}",
    "is_not": "{attribute} is not {value}",
    "at_least": "{attribute} is at least {value}",
    "at_most": "{attribute} is at most {value}",
    "between": "{attribute} is between {low} and {high}",
    "has": "{attribute} include {value}",
    "has_none_of": "{attribute} include none of {value}",
    "within_days": "{attribute} within {value} days",
    "older_than_days": "{attribute} more than {value} days ago",
    "unknown": "{attribute} unknown",
}
JOINS = ("{left} and {right}", "{left} or {right}", "not {part}")
CLOSED = ("tier", "party")


def cohort_words(rule: CohortRule, language: Language) -> str:
    """Say a rule in words, with its day."""
    words = tree_words(rule.where, lambda condition: condition_words(condition, language), joins(language))
    if rule.as_of is None:
        return translate("{rule} (on the day it is asked)", language, rule=words)
    return translate("{rule} (on {day})", language, rule=words, day=_day(rule.as_of))


def condition_words(condition: Condition, language: Language) -> str:
    """Say one condition in words."""
    attribute = translate(ATTRIBUTE_NAMES[condition.attribute], language)
    phrase = PHRASES[condition.operator]
    value = condition.value
    if condition.operator == "between" and isinstance(value, tuple):
        low, high = (_shown(condition, item, language) for item in value)
        return translate(phrase, language, attribute=attribute, low=low, high=high)
    if condition.operator == "unknown":
        return translate(phrase, language, attribute=attribute)
    items = value if isinstance(value, tuple) else (value,)
    comma = translate(", ", language)
    shown = comma.join(_shown(condition, item, language) for item in items)
    return translate(phrase, language, attribute=attribute, value=shown)


def joins(language: Language) -> tuple[str, str, str]:
    """Return the templates of AND, OR and NOT."""
    both, either, opposite = (translate(template, language) for template in JOINS)
    return both, either, opposite


def _shown(condition: Condition, item: object, language: Language) -> str:
    if condition.attribute == "balance_fen" and isinstance(item, int):
        return translate("{yuan} yuan", language, yuan=f"{item / 100:,.2f}")
    if condition.attribute in CLOSED:
        return translate(str(item), language)
    return str(item)


def _day(day: date) -> str:
    return day.isoformat()

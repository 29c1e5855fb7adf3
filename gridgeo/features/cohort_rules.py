"""Cohort rules: a day, and AND, OR, NOT over conditions on what the bank knows of a customer; read without trust.

JSON: ``{"as_of": "2026-03-01", "where": {"all": [{"attribute": "age_band", "is": "60+"}, ...]}}``. A condition names an
attribute of the closed list and one operator with its value.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from gridgeo.domain.words import AGE_BANDS, PARTIES, TIERS
from gridgeo.errors import InvalidInputError
from gridgeo.features.expressions import Tree, leaves, tree_from_json
from gridgeo.features.refused import refusal, refused_ground, require_no_refused_words

Kind = Literal["word", "ordered", "text", "list", "number", "date"]
Value = str | int | bool | tuple[str | int, ...]

ATTRIBUTES: dict[str, Kind] = {
    "age_band": "ordered",
    "tier": "ordered",
    "party": "word",
    "occupation": "text",
    "village_code": "text",
    "tags": "list",
    "product_ids": "list",
    "products": "number",
    "contacts_12m": "number",
    "balance_fen": "number",
    "last_contact_on": "date",
    "opened_on": "date",
}
"""Attribute -> how it can be asked."""
WORDS: dict[str, tuple[str, ...]] = {"age_band": AGE_BANDS, "tier": TIERS[::-1], "party": PARTIES}
"""Closed words of an attribute; those of an ordered one from least to most."""
OPERATORS: dict[Kind, tuple[str, ...]] = {
    "word": ("is", "is_one_of", "is_not", "unknown"),
    "ordered": ("is", "is_one_of", "is_not", "at_least", "at_most", "between", "unknown"),
    "text": ("is", "is_one_of", "is_not", "unknown"),
    "list": ("has", "has_none_of", "unknown"),
    "number": ("is", "is_one_of", "is_not", "at_least", "at_most", "between", "unknown"),
    "date": ("within_days", "older_than_days", "unknown"),
}
LISTED = ("is_one_of", "has_none_of")
DAYS = ("within_days", "older_than_days")
MAX_VALUES, MAX_TEXT, MAX_DAYS, MAX_NUMBER = 1_000, 200, 36_600, 10**15


@dataclass(frozen=True)
class Condition:
    """One attribute, one operator, its value.

    value: text or whole number; a tuple of them for is_one_of and has_none_of, (low, high) for between, True for
    unknown. Balances are in fen.
    """

    attribute: str
    operator: str
    value: Value

    @property
    def kind(self) -> Kind:
        """How the attribute can be asked."""
        return ATTRIBUTES[self.attribute]

    @property
    def values(self) -> tuple[str | int, ...]:
        """The values of the condition, none for unknown."""
        given = self.value if isinstance(self.value, tuple) else (self.value,)
        return tuple(item for item in given if not isinstance(item, bool))


@dataclass(frozen=True)
class CohortRule:
    """Who belongs. as_of: the day that days are counted back from; None is the day on which it is asked."""

    where: Tree[Condition]
    as_of: date | None = None


def cohort_from_json(body: object) -> CohortRule:
    """Read a cohort rule.

    Raises InvalidInputError naming the place, the value and what is allowed; for a rule on ethnicity, religion, health
    or minors naming that ground.
    """
    if not isinstance(body, dict) or not set(body) <= {"as_of", "where"} or "where" not in body:
        raise InvalidInputError("a cohort rule is an object with where and, optionally, as_of")
    return CohortRule(tree_from_json(body["where"], _condition), day_from_json(body.get("as_of"), "as_of"))


def day_from_json(value: object, where: str) -> date | None:
    """Read a day as YYYY-MM-DD, None for null; InvalidInputError for anything else."""
    if value is None:
        return None
    try:
        return date.fromisoformat(value)  # type: ignore[arg-type]  # what is no text is refused just below
    except (TypeError, ValueError) as error:
        raise InvalidInputError(
            "{where} must be a day as YYYY-MM-DD, got {given}", where=where, given=str(value)[:40]
        ) from error


def products_of(rule: CohortRule) -> tuple[str, ...]:
    """Return the products that a rule names, each once, in order."""
    named = [item.values for item in leaves(rule.where) if item.attribute == "product_ids"]
    return tuple(sorted({text for values in named for text in values if isinstance(text, str)}))


def _condition(body: Mapping[str, object], where: str) -> Condition:
    attribute = _attribute(body, where)
    kind = ATTRIBUTES[attribute]
    named = [name for name in body if name != "attribute"]
    if len(named) != 1 or named[0] not in OPERATORS[kind]:
        raise InvalidInputError(
            "{where}: {attribute} takes exactly one of {known}, got {given}",
            where=where,
            attribute=attribute,
            known=", ".join(OPERATORS[kind]),
            given=", ".join(map(str, named))[:MAX_TEXT] or "none",
        )
    operator = named[0]
    value = _value(attribute, operator, body[operator], f"{where}.{operator}")
    return Condition(attribute, operator, value)


def _attribute(body: Mapping[str, object], where: str) -> str:
    given = body.get("attribute")
    if isinstance(given, str) and given in ATTRIBUTES:
        return given
    text = str(given)[:MAX_TEXT]
    require_no_refused_words(text, f"{where}.attribute")
    raise InvalidInputError(
        "{where}: attribute must be one of {known}, got {given}", where=where, known=", ".join(ATTRIBUTES), given=text
    )


def _value(attribute: str, operator: str, given: object, where: str) -> Value:
    if operator == "unknown":
        if given is not True:
            raise InvalidInputError(
                "{where}: unknown takes true, got {given}", where=where, given=str(given)[:MAX_TEXT]
            )
        return True
    if operator in DAYS:
        return _whole(given, where, 0, MAX_DAYS)
    if operator == "between":
        return _between(attribute, given, where)
    if operator in LISTED:
        return tuple(_single(attribute, item, f"{where}[{at}]") for at, item in enumerate(_listed(given, where)))
    return _single(attribute, given, where)


def _listed(given: object, where: str) -> list[object]:
    if not isinstance(given, list) or not 0 < len(given) <= MAX_VALUES:
        raise InvalidInputError("{where}: expected a list of 1 to {most} values", where=where, most=MAX_VALUES)
    return given


def _between(attribute: str, given: object, where: str) -> Value:
    if not isinstance(given, list) or len(given) != 2:
        raise InvalidInputError("{where}: between takes a list of two values, the lower one first", where=where)
    low, high = (_single(attribute, item, f"{where}[{at}]") for at, item in enumerate(given))
    if _rank(attribute, low) > _rank(attribute, high):
        raise InvalidInputError(
            "{where}: {low} lies above {high}; the lower one comes first", where=where, low=low, high=high
        )
    return (low, high)


def _rank(attribute: str, value: str | int) -> int:
    return value if isinstance(value, int) else WORDS[attribute].index(value)


def _single(attribute: str, given: object, where: str) -> str | int:
    if ATTRIBUTES[attribute] == "number":
        return _whole(given, where, -MAX_NUMBER, MAX_NUMBER)
    text = _text(given, where)
    if attribute == "age_band":
        _require_adult(text, where)
    require_no_refused_words(text, where)
    if attribute in WORDS and text not in WORDS[attribute]:
        raise InvalidInputError(
            "{where}: {attribute} must be one of {known}, got {given}",
            where=where,
            attribute=attribute,
            known=", ".join(WORDS[attribute]),
            given=text,
        )
    return text


def _whole(given: object, where: str, low: int, high: int) -> int:
    if isinstance(given, bool) or not isinstance(given, int) or not low <= given <= high:
        raise InvalidInputError(
            "{where}: expected a whole number from {low} to {high}, got {given}",
            where=where,
            low=low,
            high=high,
            given=str(given)[:40],
        )
    return given


def _text(given: object, where: str) -> str:
    if not isinstance(given, str) or not given.strip() or len(given) > MAX_TEXT or "\0" in given or ";" in given:
        raise InvalidInputError(
            "{where}: expected a text of 1 to {most} characters without ; got {given}",
            where=where,
            most=MAX_TEXT,
            given=str(given)[:40],
        )
    return given.strip()


def _require_adult(text: str, where: str) -> None:
    """Refuse an age band that reaches below 18, however it is written."""
    digits = "".join(sign if sign.isdigit() else " " for sign in text).split()
    reaches_down = digits and int(digits[0]) < 18
    if reaches_down or refused_ground(f"{text} 岁") == "minors":
        raise refusal("minors", where, text)

"""Cohort rules as expressions over the table of customers: what is unknown stays unknown until it is asked for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import polars as pl

from gridgeo.features.cohort_rules import ATTRIBUTES, WORDS, CohortRule, Condition
from gridgeo.features.expressions import tree_mask

COLUMNS = tuple(ATTRIBUTES)
"""Columns of the customer table that a rule may read."""

_Test = Callable[[pl.Expr, Condition], pl.Expr]


def cohort_mask(rule: CohortRule, asked_on: date) -> pl.Expr:
    """Return whether a customer belongs, as one Boolean expression; null where what is known does not say.

    asked_on: counts for a rule without a day of its own. Only a condition `unknown` takes those of whom nothing is
    known; every other one, and its opposite, leaves them undecided. A last contact after the day is unknown on it.
    """
    day = rule.as_of or asked_on
    return tree_mask(rule.where, lambda condition: _mask(condition, day))


def _mask(condition: Condition, day: date) -> pl.Expr:
    column = _column(condition, day)
    if condition.operator == "unknown":
        return column.is_null()
    return _TESTS[condition.operator](column, condition)


def _column(condition: Condition, day: date) -> pl.Expr:
    """Return the attribute in the form that its operators compare; null where it is unknown."""
    column = pl.col(condition.attribute)
    if condition.attribute == "party":
        return column.fill_null("customer")
    if condition.kind == "ordered":
        return _rank(column, condition.attribute)
    if condition.kind == "text":
        plain = column.str.strip_chars()
        return pl.when(plain != "").then(plain)
    if condition.kind == "list":
        parts = column.str.split(";").list.eval(pl.element().str.strip_chars()).list.drop_nulls()
        return pl.when(column.str.strip_chars(" ;") != "").then(parts)
    if condition.kind == "date":
        days = (pl.lit(day) - column).dt.total_days()
        return pl.when(days >= 0).then(days)
    return column.cast(pl.Int64)


def _rank(column: pl.Expr, attribute: str) -> pl.Expr:
    words = WORDS[attribute]
    return column.replace_strict(list(words), list(range(len(words))), default=None, return_dtype=pl.Int64)


def _given(condition: Condition) -> list[str | int]:
    """Return the values of a condition in the form of its column."""
    if condition.kind == "ordered":
        return [WORDS[condition.attribute].index(str(item)) for item in condition.values]
    return list(condition.values)


def _has_any(column: pl.Expr, condition: Condition) -> pl.Expr:
    """Tell whether a list holds one of the values at least."""
    wanted = pl.lit(pl.Series([_given(condition)], dtype=pl.List(pl.String)))
    return column.list.set_intersection(wanted).list.len() > 0


_TESTS: dict[str, _Test] = {
    "is": lambda column, condition: column == _given(condition)[0],
    "is_not": lambda column, condition: column != _given(condition)[0],
    "is_one_of": lambda column, condition: column.is_in(_given(condition)),
    "at_least": lambda column, condition: column >= _given(condition)[0],
    "at_most": lambda column, condition: column <= _given(condition)[0],
    "between": lambda column, condition: column.is_between(_given(condition)[0], _given(condition)[1]),
    "has": _has_any,
    "has_none_of": lambda column, condition: ~_has_any(column, condition),
    "within_days": lambda column, condition: column <= _given(condition)[0],
    "older_than_days": lambda column, condition: column > _given(condition)[0],
}

"""Text of a file as typed values; what does not fit is null and has a reason."""

from __future__ import annotations

import polars as pl

from gridgeo.sources.intake.fields import Field
from gridgeo.sources.intake.options import UNITS
from gridgeo.sources.intake.words import NO, YES

EMPTY = "empty: this field is required"
DAMAGED = "digits lost in Excel (such as 6.22E+18): format the column as text and export it again"
FORMULA = "a formula, not a value: paste the values alone and export again"
OUT_OF_RANGE = "number out of range: see gridgeo import fields"
REASONS = {
    "number": "not a number: write digits with a dot",
    "whole": "not a whole number",
    "date": "not a date: write YYYY-MM-DD",
    "birth": "not a date or year of birth: write YYYY-MM-DD or YYYY",
    "yes_no": "not yes or no",
    "word": "not one of the known words: see gridgeo import fields",
    "money": "not an amount of money: write digits with a dot",
}
DAMAGED_PATTERN = r"^[+-]?\d(\.\d+)?[eE]\+?\d+$"
FORMULA_PATTERN = r"^(?:[=\uff1d]|[+\-@\uff0b\uff0d\uff20].*(?:[A-Za-z]\(|\|))"
DATE_FORMATS = ("%Y-%m-%d", "%Y/%m/%d", "%Y%m%d", "%Y年%m月%d日", "%Y.%m.%d")
AGE_LIMITS = (30, 45, 60)
ADULT_AGE, OLDEST = 18, 120
MINOR = "minor"
"""Stands for a band while a row is judged; a minor's row is taken without one."""
MONEY_SCALE = 12


def typed(item: Field, text: pl.Expr, dtype: pl.DataType | type[pl.DataType], unit: str | None) -> pl.Expr:
    """Return the values of a field.

    text: String, stripped, empty is null. dtype: of the contract. unit: of money, a key of UNITS.
    """
    if item.type == "number":
        return _number(text)
    if item.type == "whole":
        number = _number(text)
        return pl.when(number == number.floor()).then(number).cast(dtype, strict=False)
    if item.type == "date":
        return _date(text)
    if item.type == "birth":
        return _birth(text)
    if item.type == "yes_no":
        low = text.str.to_lowercase()
        return pl.when(low.is_in(YES)).then(True).when(low.is_in(NO)).then(False)
    if item.type == "word":
        return _word(item, text)
    if item.type == "money":
        return _fen(text, unit)
    return text


def is_damaged(text: pl.Expr) -> pl.Expr:
    """Tell which texts are numbers that a spreadsheet has rounded to a power of ten."""
    return text.str.contains(DAMAGED_PATTERN)


def is_formula(text: pl.Expr) -> pl.Expr:
    """Tell which texts a spreadsheet would run: those that begin with =, or with + - @ and call something."""
    return text.str.contains(FORMULA_PATTERN)


def more_than_fen(text: pl.Expr, unit: str | None) -> pl.Expr:
    """Tell which amounts have digits below a fen, which are rounded away."""
    scaled = _scaled(text, unit)
    return (scaled != scaled.round(0)).fill_null(value=False)


def _number(text: pl.Expr) -> pl.Expr:
    number = text.str.replace_all(r"[,， ]", "").cast(pl.Float64, strict=False)
    return pl.when(number.is_finite()).then(number)


def _date(text: pl.Expr) -> pl.Expr:
    day = text.str.replace(r"[T ]\d{1,2}:.*$", "")
    return pl.coalesce(day.str.to_date(form, strict=False) for form in DATE_FORMATS)


def _birth(text: pl.Expr) -> pl.Expr:
    """Read a date, a month or a year of birth as the last day it may mean: that age is surely reached."""
    parts = text.str.extract_groups(r"^((?:18|19|20)[0-9]{2})(?:[-/.年]?(0[1-9]|1[0-2]|[1-9])月?|年)?$")
    year, month = parts.struct[0].cast(pl.Int32), parts.struct[1].cast(pl.Int32)
    return pl.coalesce(_date(text), pl.date(year, month.fill_null(12), 1).dt.month_end())


def age_on(day: pl.Expr, born: pl.Expr) -> pl.Expr:
    """Return full years of age on a day."""
    early = day.dt.month().cast(pl.Int16) * 100 + day.dt.day() < born.dt.month().cast(pl.Int16) * 100 + born.dt.day()
    return day.dt.year() - born.dt.year() - early.cast(pl.Int32)


def _word(item: Field, text: pl.Expr) -> pl.Expr:
    plain = text.str.normalize("NFKC").str.to_lowercase().str.strip_chars().str.replace_all(r"[\s_]+", "_")
    known = plain.replace_strict(dict(item.words), default=None, return_dtype=pl.String)
    return pl.coalesce(known, _age_band(text)) if item.name == "age_band" else known


def _age_band(text: pl.Expr) -> pl.Expr:
    """Read an age in years as its band; MINOR below ADULT_AGE, null for no age that a person has."""
    age = text.str.strip_suffix("岁").cast(pl.Int32, strict=False)
    return band_of(pl.when(age.is_between(0, OLDEST)).then(age))


def band_of(age: pl.Expr) -> pl.Expr:
    """Return the band of ages in years, MINOR below ADULT_AGE, null for null."""
    return (
        pl.when(age < ADULT_AGE)
        .then(pl.lit(MINOR))
        .when(age < AGE_LIMITS[0])
        .then(pl.lit("18-29"))
        .when(age < AGE_LIMITS[1])
        .then(pl.lit("30-44"))
        .when(age < AGE_LIMITS[2])
        .then(pl.lit("45-59"))
        .when(age >= AGE_LIMITS[2])
        .then(pl.lit("60+"))
    )


def _fen(text: pl.Expr, unit: str | None) -> pl.Expr:
    return _scaled(text, unit).round(0).cast(pl.Int64, strict=False)


def _scaled(text: pl.Expr, unit: str | None) -> pl.Expr:
    """Return amounts in fen as decimals: binary floats would lose the last fen of large ones."""
    plain = text.str.replace_all(r"[,，¥￥ ]", "")
    return plain.cast(pl.Decimal(38, MONEY_SCALE), strict=False) * pl.lit(10 ** UNITS[unit or "分"])

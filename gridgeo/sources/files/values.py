"""Values that are no text yet become the text a person would write."""

from __future__ import annotations

from collections.abc import Sequence

import orjson
import polars as pl

EXACT_BELOW = 1e15
"""A spreadsheet keeps 15 significant digits: a whole number from here on has lost the rest."""


def number_texts(numbers: pl.Series) -> pl.Series:
    """Return the texts of floats: 12 for 12.0, the shortest form for fractions, 6.22E+18 from 1e15 on, null for NaN.

    The scientific form is deliberate: digits behind the fifteenth are gone, and a checker must be able to see it.
    """
    number = pl.col("number")
    whole = number == number.round()
    damaged = number.abs() >= EXACT_BELOW
    frame = numbers.cast(pl.Float64).fill_nan(None).alias("number").to_frame()
    texts = frame.select(
        pl.when(whole & ~damaged)
        .then(number.cast(pl.Int64, strict=False).cast(pl.String))
        .otherwise(number.cast(pl.String))
    ).to_series()
    at = frame.with_row_index("at").filter(damaged)
    if at.is_empty():
        return texts
    return texts.scatter(at["at"], [f"{value:.2E}" for value in at["number"]])


def text_column(name: str, values: pl.Series) -> pl.Series:
    """Return a column of any type as texts: numbers as above, dates and times in ISO form, booleans true or false."""
    kind = values.dtype
    if kind.is_float():
        texts = number_texts(values)
    elif isinstance(kind, pl.Datetime):
        texts = values.dt.replace_time_zone(None).dt.to_string("iso:strict").str.replace(r"\.0+$", "")
    elif kind == pl.Binary:
        texts = values.bin.encode("hex")
    elif kind.is_nested():
        texts = json_texts(values.to_list())
    else:
        texts = values.cast(pl.String)
    return texts.alias(name)


def json_texts(values: Sequence[object]) -> pl.Series:
    """Return texts of JSON values of mixed kinds: strings as they are, the rest as JSON, null as null."""
    if set(map(type, values)) <= {str, type(None)}:
        return pl.Series(values, dtype=pl.String)
    return pl.Series(list(map(_json_text, values)), dtype=pl.String)


def _json_text(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, float) and (value.is_integer() or abs(value) >= EXACT_BELOW):
        return f"{value:.2E}" if abs(value) >= EXACT_BELOW else str(int(value))
    return orjson.dumps(value, default=str).decode()

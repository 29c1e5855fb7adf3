"""A bank's own names of places, and the table of units as of a year."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from gridgeo.domain.tables import Contract, checked
from gridgeo.errors import InvalidInputError
from gridgeo.locate.chinese_table import DISTRICT, Units
from gridgeo.locate.chinese_text import chinese_form
from gridgeo.locate.chinese_units import found_units

ALIASES: Contract = {
    "alias": pl.String, "province": pl.String, "city": pl.String, "district": pl.String, "town": pl.String,
    "year": pl.Int32,
}  # fmt: skip
"""year: the last year in which the alias was said, null where it still is."""
LEVELS = ("province", "city", "district")


def units_as_of(units: Units, year: int | None) -> Units:
    """Return the table as it is read in a year: former names and aliases that were in use then, and those of today.

    year: None reads every name that ever was.
    """
    if year is None:
        return units
    began = pl.col("first").is_null() | (pl.col("first") <= year)
    lasted = pl.col("last").is_null() | (pl.col("last") >= year)
    return replace(units, names=units.names.filter(began, lasted))


def with_aliases(units: Units, aliases: pl.DataFrame) -> Units:
    """Return the table with a bank's own names.

    aliases: contract ALIASES. An alias names the deepest unit of its row; a district that the table does not know (a
    development zone) becomes one below its city. An alias of two characters counts only beside its city or province.
    Raises InvalidInputError when a row has no alias of two characters, or names no unit.
    """
    rows = checked(aliases, ALIASES, "aliases").with_row_index("query")
    _check(rows)
    text = pl.concat_str(LEVELS, separator=",", ignore_nulls=True)
    form = rows.select("query", chinese_form(text).alias("text"))
    known = found_units(form, units).select("query", "code", *(pl.col(name).alias(f"known_{name}") for name in LEVELS))
    joined = rows.join(known, on="query", how="left", maintain_order="left")
    told = pl.any_horizontal((pl.col(name).is_not_null() & pl.col(f"known_{name}").is_null()) for name in LEVELS)
    own = joined.with_columns((told | pl.col("code").is_null()).alias("new")).with_columns(
        pl.when("new").then(pl.format("alias-{}", "query")).otherwise("code").alias("unit"),
        *(pl.coalesce(f"known_{name}", name).alias(name) for name in LEVELS),
    )
    return _extended(units, own)


def _check(rows: pl.DataFrame) -> None:
    unnamed = rows.filter(chinese_form(pl.col("alias")).str.len_chars().fill_null(0) < 2)
    if unnamed.height:
        raise InvalidInputError(
            "aliases: row {row} has no alias of two characters or more", row=unnamed["query"][0] + 1
        )
    empty = rows.filter(pl.all_horizontal(pl.col(name).is_null() for name in LEVELS))
    if empty.height:
        raise InvalidInputError(
            "aliases: row {row} ({alias}) names no province, city or district",
            row=empty["query"][0] + 1,
            alias=empty["alias"][0],
        )


def _extended(units: Units, own: pl.DataFrame) -> Units:
    new = own.filter("new")
    added = new.select(code="unit", level=pl.lit(DISTRICT, dtype=pl.Int32), name=pl.coalesce(*reversed(LEVELS)),
                       province="province", city="city", district="district")  # fmt: skip
    above = new.select("code", "unit").join(units.chains, on="code").select(code="unit", ancestor="ancestor")
    chains = pl.concat([above, new.select(code="unit", ancestor="unit")])
    names = own.select(
        chinese_form(pl.col("alias")).alias("name"),
        code="unit",
        full=pl.lit(value=True),
        first=pl.lit(None, dtype=pl.Int32),
        last="year",
        alias=pl.lit(value=True),
    )
    towns = own.drop_nulls("town").select(chinese_form(pl.col("alias")).alias("name"), "town")
    return Units(
        units=pl.concat([units.units, added]),
        chains=pl.concat([units.chains, chains]),
        covers=pl.concat([units.covers, chains]),
        names=pl.concat([units.names, names]).unique(["name", "code"], keep="last", maintain_order=True),
        towns=units.towns,
        alias_towns=pl.concat([units.alias_towns, towns]),
    )

"""Find the town of a Chinese address, and the district that a town tells where none is named."""

from __future__ import annotations

from functools import lru_cache

import polars as pl

from gridgeo.locate import chinese_patterns as pattern
from gridgeo.locate.chinese_table import Units

MOVED = pl.DataFrame(
    {
        "district": ["余杭区", "萧山区", "宝安区", "龙岗区", "东湖区", "新建区"],
        "city": ["杭州市", "杭州市", "深圳市", "深圳市", "南昌市", "南昌市"],
    },
    schema={"district": pl.String, "city": pl.String},
)
"""Districts that lost towns to a new one and kept their name: there the town decides."""


def with_towns(found: pl.DataFrame, units: Units) -> pl.DataFrame:
    """Take the town, street office or development zone off the front of what is left.

    found: from `chinese_units.found_units`. Adds town; a missing district is filled from a town that only one district
    of the city (of the province, where no city is given) has, and one that was divided is settled by it.
    """
    rest = pl.col("rest")
    forms = pl.struct(
        double=rest.str.extract(pattern.TOWN_DOUBLE),
        office=rest.str.extract(pattern.TOWN_OFFICE),
        plain=rest.str.extract(pattern.TOWN_PLAIN),
        short=rest.str.extract(pattern.TOWN_SHORT_OFFICE),
        area=rest.str.extract(pattern.TOWN_AREA),
        street=rest.str.extract(pattern.TOWN_AS_STREET) + "道",
    )
    staged = found.with_columns(forms.alias("forms")).unnest("forms")
    known = _known(staged, units)
    staged = staged.join(known, on="query", how="left", maintain_order="left").with_columns(_town().alias("town"))
    zone = pl.when(~pl.col("known").fill_null(value=False) & pl.col("town").is_null()).then(
        pl.coalesce(
            rest.str.extract(pattern.ZONE), pl.when(pl.col("district").is_null()).then(rest.str.extract(pattern.AREA))
        )
    )
    zoned = staged.with_columns(zone.alias("zone")).with_columns(_rest_behind().alias("rest"))
    within = pl.when(pl.col("zone").is_not_null()).then(pl.col("rest").str.extract(pattern.TOWN_OFFICE))
    settled = zoned.with_columns(within.alias("within")).with_columns(
        pl.coalesce("within", "town", "alias_town", pl.when(~pl.col("clash")).then("zone")).alias("town"),
        pl.when(pl.col("within").is_not_null())
        .then(pl.col("rest").str.replace(pattern.TOWN_OFFICE, ""))
        .otherwise("rest")
        .alias("rest"),
    )
    return _districts(settled, units).select(*found.columns, "town")


def _known(staged: pl.DataFrame, units: Units) -> pl.DataFrame:
    """Return query, known_town: the longest form that is a town of the unit found."""
    spelt = staged.select(
        "query", "code", pl.concat_list("double", "office", "plain", "area", "street").alias("name")
    ).explode("name")
    hits = spelt.drop_nulls().join(_towns_below(units).select("name", code="ancestor"), on=["name", "code"], how="semi")
    return (
        hits.sort("query", pl.col("name").str.len_chars(), descending=[False, True])
        .unique("query", keep="first", maintain_order=True)
        .select("query", known_town="name", known=pl.lit(value=True))
    )


@lru_cache(maxsize=8)
def _towns_below(units: Units) -> pl.DataFrame:
    """Return name, ancestor, unit: every town under its district and every unit above it."""
    return units.chains.join(units.towns, on="code").select("name", "ancestor", unit="code")


@lru_cache(maxsize=8)
def _only_towns(units: Units) -> pl.DataFrame:
    """Return town, ancestor, unit of the towns whose name stands once below a unit."""
    return _towns_below(units).unique(["name", "ancestor"], keep="none").rename({"name": "town"})


def _town() -> pl.Expr:
    """Choose a known town, else the form that reads like one."""
    rest = pl.col("rest")
    behind = rest.str.strip_prefix(pl.col("plain").fill_null(""))
    long = pl.col("plain").str.len_chars() > 2
    other = (
        pl.when(long).then(behind.str.contains(pattern.NOT_LONG_TOWN)).otherwise(behind.str.contains(pattern.NOT_TOWN))
    )
    plain = pl.when(~other).then("plain")
    office_first = pl.col("office").str.len_chars() < pl.col("plain").str.len_chars()
    short = pl.when(~pl.col("short").str.contains(r"[路街镇乡道]")).then(pl.col("short") + "街道")
    return (
        pl.when(pl.col("known").fill_null(value=False)).then("known_town")
        .when(pl.col("double").is_not_null()).then("double")
        .when(office_first.fill_null(value=False)).then("office")
        .otherwise(pl.coalesce(plain, "office", short))
    )  # fmt: skip


def _rest_behind() -> pl.Expr:
    rest, town = pl.col("rest"), pl.coalesce("town", "zone")
    stem = town.str.strip_suffix("街道")
    cut = (
        pl.when(town.is_null()).then(rest)
        .when(rest.str.starts_with(town)).then(rest.str.strip_prefix(town))
        .when(rest.str.starts_with(stem + "街")).then(rest.str.strip_prefix(stem + "街"))
        .otherwise(rest.str.strip_prefix(stem))
    )  # fmt: skip
    return cut.str.replace(
        r"^(?:地区)?(?:街道办事处|街道办|街办|办事处|管委会|人民政府|政府|办)", ""
    ).str.strip_chars_start(",")


def _districts(settled: pl.DataFrame, units: Units) -> pl.DataFrame:
    """Fill the district from the town, or move it where it was divided."""
    once = _only_towns(units)
    moved = MOVED.with_columns(moved=True)
    city_codes = units.units.filter(pl.col("level") < 3, pl.col("city").is_not_null()).select("city", city_code="code")
    asked = (
        settled.join(moved, on=["district", "city"], how="left", maintain_order="left")
        .join(city_codes, on="city", how="left", maintain_order="left")
        .with_columns(
            pl.when(pl.col("district").is_null()).then("code")
            .when(pl.col("former").fill_null(value=False) | pl.col("moved").fill_null(value=False)).then("city_code")
            .alias("ancestor")
        )
    )  # fmt: skip
    told = asked.join(once, on=["town", "ancestor"], how="left", maintain_order="left").join(
        units.units.select(unit="code", told_city="city", told_district="district"),
        on="unit",
        how="left",
        maintain_order="left",
    )
    return told.with_columns(
        pl.coalesce("told_city", "city").alias("city"), pl.coalesce("told_district", "district").alias("district")
    )

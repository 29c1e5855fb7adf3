"""Read the name of a city or a district in which one character is wrong."""

from __future__ import annotations

from functools import lru_cache

import polars as pl

from gridgeo.locate.chinese_table import CITY, DISTRICT, PROVINCE, Units, packaged_units

COUNTRY = ""
"""Stands for the unit that provinces and, as they are known without one, cities belong to."""
MIN_CHARACTERS, PLACES = 3, range(7)
"""Names of so many characters at least, and where the wrong one may stand."""
ZONE = (
    r"(?:新|开发|高新|经开|园|城|郊|市|景|校|小|社|片|库|厂|矿|工业|保税|度假|示范|管理|行政|特|林|港|山|营|住宅|老|[东西南北])"
    r"区$"
)
"""Areas that are called 区 and are no district: none of them is a misspelt one."""


def mended(text: pl.DataFrame, found: pl.DataFrame, units: Units) -> pl.DataFrame:
    """Put the right name into addresses whose district, or city before a district, has one wrong character.

    text: query, text. found: from `chinese_units.found_units`. A name is mended where exactly one unit of the city (or
    province) found is that near, and the name written is no unit's. Returns query, text of the mended addresses only.
    """
    # A name of another year is no misspelt one.
    known = pl.concat([units.names, packaged_units().names]).select(written="name").unique()
    open_ones = found.filter(pl.col("district").is_null(), pl.col("code").is_not_null() | ~pl.col("named"))
    open_ones = open_ones.select("query", pl.col("code").fill_null(COUNTRY), "rest")
    written = pl.col("rest").str.extract(r"^([\u3400-\u9fff]{2,7}?(?:省|自治区|[市区县旗]))")
    wanted = (
        open_ones.with_columns(written.alias("written"))
        .drop_nulls("written")
        .filter(~pl.col("written").str.contains(ZONE), pl.col("written").str.len_chars() >= MIN_CHARACTERS)
        .join(known, on="written", how="anti")
    )
    near = _nearest(wanted, units)
    bytes_of, begin = pl.col("text").cast(pl.Binary), pl.col("text").str.find(pl.col("written"), literal=True)
    head = bytes_of.bin.slice(0, begin).cast(pl.String)
    tail = bytes_of.bin.slice(begin + pl.col("written").str.len_bytes()).cast(pl.String)
    return text.join(near, on="query").select("query", (head + pl.col("name") + tail).alias("text")).drop_nulls()


def _nearest(wanted: pl.DataFrame, units: Units) -> pl.DataFrame:
    """Return query, written, name where one unit below the one found differs in one character."""
    asked = pl.concat([wanted.with_columns(_without(pl.col("written"), place)) for place in PLACES])
    hits = asked.join(_masked(units), on=["code", "mask"]).unique(["query", "unit"])
    return hits.unique("query", keep="none").select("query", "written", "name")


@lru_cache(maxsize=8)
def _masked(units: Units) -> pl.DataFrame:
    """Return code (of the unit above), name, unit, mask: names below each unit with one character blotted out."""
    lower, upper = [
        units.units.filter(pl.col("level").is_in(levels)) for levels in ((CITY, DISTRICT), (PROVINCE, CITY))
    ]
    within = units.chains.filter(pl.col("code") != pl.col("ancestor")).join(lower, on="code")
    below = pl.concat(
        [within.select("name", unit="code", code="ancestor"), upper.select("name", unit="code", code=pl.lit(COUNTRY))]
    )
    return pl.concat([below.with_columns(_without(pl.col("name"), place)) for place in PLACES]).drop_nulls("mask")


def _without(name: pl.Expr, place: int) -> pl.Expr:
    """Return the name with one character blotted out; the last one, which names the level, never is."""
    blotted = name.str.slice(0, place) + "_" + name.str.slice(place + 1)
    return pl.when(name.str.len_chars() > place + 1).then(blotted).alias("mask")

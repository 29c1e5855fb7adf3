"""Find province, city and district of a Chinese address; what is left is its street part.

Names of units are read off the front of every part, longest first, as long as one follows another. All names of an
address together decide: the unit whose chain of ancestors covers most of them is meant; of several that do, only what
they have in common. So a name that several cities use (鼓楼区) is settled by its city, and by nothing else.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import polars as pl

from gridgeo.locate.chinese_table import DISTRICT, Units

MAX_NAMES = 8
"""No address names more units in a row, doubled ones counted."""
MIN_NAME = 3
"""A full name as short as 新区 or 城区 says nothing by itself."""
_ROAD = r"(?:[东西南北中新老]?[东西南北中]?[一二三四五六七八九十]?(?:马路|大路|大街|大道|路|街|道|巷|弄|胡同|环|段|线))"
_HOUSES = (
    "大学|学院|学校|中学|小学|银行|酒店|宾馆|饭店|大厦|广场|花园|公园|公寓|医院|商场|商城|商业|市场|小区|集团|公司|科技|"
    "文化|音乐|体育|国际|世纪|时代|购物|机场|高速|火车|汽车|车站|[东西南北]站|新村|别墅|家园|雅苑|名苑|嘉园|人家|幼儿园"
)
NO_UNIT = (
    rf"^(?:{_ROAD}|{_HOUSES}|[门山湖桥寺站镇乡村庄屯府楼坊湾岛河江号里]|街道|社区|工业|城(?:[^区]|$)|苑|园(?:[^区]|$)|"
    r"港(?:[^口]|$))"
)
"""What follows a short name that is none of a unit: 延安路, 西湖文化广场, 中山大学."""
_FOUND = {
    "query": pl.UInt32, "code": pl.String, "province": pl.String, "city": pl.String, "district": pl.String,
    "rest": pl.String, "former": pl.Boolean, "clash": pl.Boolean, "named": pl.Boolean, "alias_town": pl.String,
}  # fmt: skip


class Walk(NamedTuple):
    """Names read off the parts: part (row of the parts), query, step, name, full, and begin, end in bytes."""

    parts: pl.DataFrame
    names: pl.DataFrame


def found_units(text: pl.DataFrame, units: Units) -> pl.DataFrame:
    """Find the units that addresses name.

    text: query (UInt32), text in the form of `chinese_text.chinese_form`. Returns, one row an address in the order
    given: query, code of the deepest unit found (null when none), province, city, district (full names of today), rest
    (what is left, parts divided by commas), former (the district was named by a former name), clash (units are named
    that do not belong together), named (any unit is named, settled or not), alias_town (of an alias that names one).
    """
    walk = _walk(_parts(text), units)
    chosen, covered = _chosen(walk.names, units)
    read = walk.names.join(covered.with_columns(meant=True).unique(), on=["query", "name"], how="left").with_columns(
        pl.col("meant").fill_null(value=False)
    )
    vague = pl.col("name").str.len_chars() < MIN_NAME
    clash = read.group_by("query").agg(
        (pl.col("full") & ~pl.col("meant") & ~vague).any().alias("clash"), named=pl.lit(value=True)
    )
    rest = _rest(walk.parts, read)
    towns = read.filter("meant").join(units.alias_towns, on="name").unique("query", keep="none")
    return (
        text.select("query")
        .join(chosen, on="query", how="left", maintain_order="left")
        .join(rest, on="query", how="left", maintain_order="left")
        .join(clash, on="query", how="left", maintain_order="left")
        .join(towns.select("query", alias_town="town"), on="query", how="left", maintain_order="left")
        .with_columns(pl.col("clash", "named").fill_null(value=False))
        .select(pl.col(name).cast(dtype) for name, dtype in _FOUND.items())
    )


def _parts(text: pl.DataFrame) -> pl.DataFrame:
    """One row a part. Units behind a house number are a part of their own: 文三路478号西湖区杭州市."""
    behind = pl.col("text").str.replace(r"(\d(?:号|室))([^\d,]{2,}?[市区县](?:[^\d,]{2,}?[省市区])?)$", "${1},${2}")
    return (
        text.select("query", behind.str.split(",").alias("text"))
        .explode("text")
        .with_row_index("part")
        .with_columns((pl.col("text").str.len_bytes()).alias("size"))
    )


def _walk(parts: pl.DataFrame, units: Units) -> Walk:
    names = units.names.group_by("name").agg(pl.col("full", "alias").any())
    found = _with_followers(_occurrences(parts, names), units)
    at = parts.select("part", "query", "text", begin=pl.lit(0, pl.UInt32))
    steps = []
    for step in range(MAX_NAMES):
        sure = (pl.col("full") & ~pl.col("alias")) | pl.col("followed").fill_null(value=False)
        ahead = at.join(found, on=["part", "begin"]).filter(sure | ~_guarded(units))
        longest = ahead.sort("part", "end", descending=[False, True]).unique("part", keep="first", maintain_order=True)
        if not longest.height:
            break
        steps.append(longest.select("part", "query", pl.lit(step).alias("step"), "name", "full", "begin", "end"))
        at = longest.select("part", "query", "text", begin="end")
    if steps:
        steps[0] = _with_towns_told(steps[0], parts, units)
    empty = {"part": pl.UInt32, "query": pl.UInt32, "step": pl.Int32, "name": pl.String, "full": pl.Boolean,
             "begin": pl.UInt32, "end": pl.UInt32}  # fmt: skip
    return Walk(parts, pl.concat(steps) if steps else pl.DataFrame(schema=empty))


def _with_towns_told(first: pl.DataFrame, parts: pl.DataFrame, units: Units) -> pl.DataFrame:
    """Write a short name that begins an address in full where one of its towns follows: 昆山千灯镇 is 昆山市千灯镇."""
    behind = pl.col("text").cast(pl.Binary).bin.slice(pl.col("end")).cast(pl.String)
    town = behind.str.extract(r"^([\u3400-\u9fff]{1,7}?(?:镇|乡|街道))")
    districts = units.units.filter(pl.col("level") == DISTRICT).select("code", whole="district")
    short = units.names.filter(~pl.col("full"), pl.col("first").is_null()).select("name", "code")
    told = (
        first.filter(~pl.col("full"))
        .join(parts.select("part", "text"), on="part")
        .select("part", "name", town.alias("town"))
        .drop_nulls()
        .join(short.join(districts, on="code"), on="name")
        .join(units.towns.rename({"name": "town"}), on=["code", "town"])
        .unique("part", keep="none")
        .select("part", "whole")
    )
    return (
        first.join(told, on="part", how="left", maintain_order="left")
        .with_columns(
            pl.coalesce("whole", "name").alias("name"), (pl.col("full") | pl.col("whole").is_not_null()).alias("full")
        )
        .drop("whole")
    )


def _guarded(units: Units) -> pl.Expr:
    """Tell whether a short name is followed by what makes it the name of a road, a house or a town (川沙新镇)."""
    behind = pl.col("text").cast(pl.Binary).bin.slice(pl.col("end")).cast(pl.String)
    town = pl.col("name") + behind.str.extract(r"^([\u3400-\u9fff]{0,3}?(?:镇|乡|街道))")
    is_town = town.is_in(units.towns["name"].unique().implode())
    return (behind.str.contains(NO_UNIT) | is_town).fill_null(value=False)


@lru_cache(maxsize=8)
def _followers(units: Units) -> pl.DataFrame:
    """Return name (a short one), follower: the names of all units below it."""
    short = units.names.filter(~pl.col("full")).select("name", ancestor="code")
    below = units.chains.filter(pl.col("code") != pl.col("ancestor"))
    pairs = short.join(below, on="ancestor").join(units.names.select("code", follower="name"), on="code")
    return pairs.select("name", "follower").unique()


def _with_followers(found: pl.DataFrame, units: Units) -> pl.DataFrame:
    """Add followed: a name right behind is that of a unit below (哈尔滨道里), so a short name is no road's."""
    ahead = found.select("part", "begin", follower="name")
    followed = (
        found.filter(~pl.col("full"))
        .select("part", "name", "end")
        .join(ahead, left_on=["part", "end"], right_on=["part", "begin"])
        .join(_followers(units), on=["name", "follower"])
        .select("part", "name", "end", followed=pl.lit(value=True))
        .unique()
    )
    return found.join(followed, on=["part", "name", "end"], how="left")


def _occurrences(parts: pl.DataFrame, names: pl.DataFrame) -> pl.DataFrame:
    """Return part, name, full, begin, end (bytes) of every name that stands anywhere in a part."""
    patterns = names["name"].to_list()
    return (
        parts.select(
            "part",
            pl.col("text").str.extract_many(patterns, overlapping=True).alias("name"),
            pl.col("text").str.find_many(patterns, overlapping=True).alias("begin"),
        )
        .explode("name", "begin")
        .drop_nulls()
        .with_columns((pl.col("begin") + pl.col("name").str.len_bytes()).alias("end"))
        .join(names, on="name")
    )


def _chosen(names: pl.DataFrame, units: Units) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return query, code, province, city, district, former; and query, name of the names they cover."""
    ordered = names.sort("query", "part", "step").group_by("query", maintain_order=True).agg("name", "full")
    spelt = ordered.with_columns(pl.col("name").list.join(" ").alias("spelt"))
    # A bank's file names few combinations many times: each is settled once.
    kinds = spelt.unique("spelt").select("spelt", "name", "full").with_row_index("kind")
    settled, covered = _settled(kinds.drop("spelt").explode("name", "full"), units)
    of_query = spelt.select("query", "spelt").join(kinds.select("kind", "spelt"), on="spelt")
    return (
        of_query.join(settled, on="kind").drop("spelt", "kind"),
        of_query.join(covered, on="kind").select("query", "name"),
    )


def _settled(kinds: pl.DataFrame, units: Units) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Choose the unit of every combination of names. kinds: kind, name, full, in the order written."""
    meant = kinds.join(units.names.select("name", "code", "first"), on="name")
    passed = meant.filter(pl.col("code").is_null()).select("kind", "name").unique()
    meant = meant.drop_nulls("code")
    reach = meant.select("kind", leaf="code").unique().join(units.covers.rename({"code": "leaf"}), on="leaf")
    covers = reach.join(meant.select("kind", "name", "full", "first", ancestor="code"), on=["kind", "ancestor"])
    own = pl.col("ancestor") == pl.col("leaf")
    ranked = (
        covers.group_by("kind", "leaf")
        .agg(
            pl.col("name").n_unique().alias("names"),
            own.not_().any().alias("has_above"),
            pl.col("first").filter(own).is_not_null().all().alias("former"),
            pl.col("full").filter(own).any().alias("own_full"),
            pl.col("name").filter(own).str.len_chars().max().alias("own_size"),
        )
        .join(units.units.drop("name"), left_on="leaf", right_on="code")
        .filter(_trusted())
    )
    tied = ranked.filter(pl.col("names") == pl.col("names").max().over("kind"))
    settled = tied.group_by("kind").agg(
        _agreed("province", "province"),
        _agreed("city", "city"),
        _agreed("district", "leaf"),
        _agreed("leaf", "leaf").alias("code"),
        pl.col("former").all(),
    )
    used = covers.join(tied.select("kind", "leaf"), on=["kind", "leaf"], how="semi").select("kind", "name").unique()
    return settled, pl.concat([used, passed])


def _trusted() -> pl.Expr:
    """Leave out what says nothing: a district's short name without its city or province, a name as common as 城区."""
    alone = (pl.col("level") == DISTRICT) & ~pl.col("has_above")
    vague = pl.col("own_size") < MIN_NAME
    return ~(alone & (vague | ~pl.col("own_full")))


def _agreed(name: str, by: str) -> pl.Expr:
    return pl.when(pl.col(by).n_unique() == 1).then(pl.col(name).first()).alias(name)


def _rest(parts: pl.DataFrame, read: pl.DataFrame) -> pl.DataFrame:
    """Return query, rest: every part without the names read off its front, up to the first that was not meant."""
    ends = (
        read.sort("part", "step")
        .filter(pl.col("meant").cum_min().over("part"))
        .group_by("part")
        .agg(pl.col("end").max())
    )
    left = pl.col("text").cast(pl.Binary).bin.slice(pl.col("end")).cast(pl.String)
    return (
        parts.join(ends, on="part", how="left", maintain_order="left")
        .with_columns(pl.coalesce(left, "text").str.strip_chars(" -·").alias("rest"))
        .filter(pl.col("rest") != "")
        .group_by("query", maintain_order=True)
        .agg(pl.col("rest").str.join(","))
    )

"""The packaged table of Chinese administrative units: what they are called, were called, and belong to."""

from __future__ import annotations

import io
from dataclasses import dataclass
from functools import cache
from importlib import resources

import polars as pl

PROVINCE, CITY, DISTRICT = 1, 2, 3
MUNICIPALITIES = ("110000", "120000", "310000", "500000", "810000", "820000")
"""They are province and city in one; their codes."""
PASSED_OVER = (
    "市辖区", "雄安新区", "省直辖县级行政区划", "自治区直辖县级行政区划", "直辖县级行政区划", "省直辖", "县级市",
)  # fmt: skip
"""Wordings between the names of levels that name no unit."""
ABBREVIATIONS = {
    "内蒙": "150000", "广西省": "450000", "西藏省": "540000", "宁夏省": "640000", "新疆省": "650000",
    "内蒙古省": "150000",
    "广西自治区": "450000", "新疆自治区": "650000", "宁夏自治区": "640000", "西藏自治区": "540000",
    "新疆维吾尔": "650000", "广西壮族": "450000", "宁夏回族": "640000",
    "巴州": "652800", "克州": "653000", "博州": "652700", "昌吉州": "652300", "伊犁州": "654000", "版纳": "532800",
    "黔东南": "522600", "黔西南": "522300", "黔南": "522700", "锡盟": "152500", "阿盟": "152900",
    "西双版纳州": "532800",
    "临港新片区": "310115", "沙市市": "421002", "九龙": "810000", "新界": "810000", "香港岛": "810000",
}  # fmt: skip
AREAS = {
    "龙华新区": "440309", "光明新区": "440311", "坪山新区": "440310", "大鹏新区": "440307", "南沙新区": "440115",
    "横琴新区": "440402", "金州新区": "210213", "浑南新区": "210112", "西海岸新区": "370211",
    "平潭综合实验区": "350128", "宣州市": "341802",
}  # fmt: skip
"""Areas that are run as districts and lie in one district of the official division."""
SUFFIX = r"(?:自治县|自治旗|新区|地区|[县市区旗盟州])$"


@dataclass(frozen=True, eq=False)
class Units:
    """The table, indexed for the parser; what is derived from one is kept with it.

    units: code, level, name, province, city, district (full names as of today, null where the level does not apply).
    chains: code, ancestor (a unit is its own ancestor). covers: the same, with the ancestors of former years.
    names: name, code (null for PASSED_OVER), full (written with its level), first, last (years of a former name, null
    for one of today), alias (a bank's own name). towns: name, code of the unit it belongs to. alias_towns: name, town
    that an alias names besides its unit.
    """

    units: pl.DataFrame
    chains: pl.DataFrame
    covers: pl.DataFrame
    names: pl.DataFrame
    towns: pl.DataFrame
    alias_towns: pl.DataFrame


def packaged(name: str) -> pl.DataFrame:
    """Return a packaged table, all columns as text."""
    entry = resources.files("gridgeo.locate") / "data" / f"china_{name}.csv.gz"
    return pl.read_csv(io.BytesIO(entry.read_bytes()), infer_schema_length=0)


@cache
def packaged_units() -> Units:
    """Return the packaged units, read once."""
    table = packaged("units").with_columns(pl.col("level").cast(pl.Int32))
    units = _with_chain(table)
    today = _names_of_today(table)
    names = pl.concat([today, _former_names(today), _passed_over()]).unique(["name", "code"], keep="first")
    chains = _chains(table)
    covers = pl.concat([chains, packaged("moved")]).unique()
    none = pl.DataFrame(schema={"name": pl.String, "town": pl.String})
    own = names.sort("name", "code").with_columns(alias=pl.lit(value=False))
    return Units(units, chains, covers, own, packaged("towns"), none)


@cache
def simplified() -> tuple[list[str], list[str]]:
    """Return traditional characters and what each is simplified to."""
    table = packaged("simplified")
    return table["traditional"].to_list(), table["simplified"].to_list()


def _chains(table: pl.DataFrame) -> pl.DataFrame:
    above = table.select("code", "parent")
    twice = above.join(above.select(parent="code", ancestor="parent"), on="parent").select("code", "ancestor")
    own = table.select("code", ancestor="code")
    return (
        pl.concat([own, above.select("code", ancestor="parent"), twice]).drop_nulls().unique().sort("code", "ancestor")
    )


def _with_chain(table: pl.DataFrame) -> pl.DataFrame:
    by_code = table.select("code", "level", "name", "parent")
    parent = by_code.select(parent="code", parent_level="level", parent_name="name", above="parent")
    above = by_code.select(above="code", above_name="name")
    joined = by_code.join(parent, on="parent", how="left").join(above, on="above", how="left")
    own, level = pl.col("name"), pl.col("level")
    municipal = pl.col("code").is_in(MUNICIPALITIES)
    under_municipal = pl.col("parent").is_in(MUNICIPALITIES)
    direct = pl.col("parent_level") == PROVINCE
    province = pl.when(level == PROVINCE).then(own).when(direct).then("parent_name").otherwise("above_name")
    in_city = pl.when(under_municipal | (pl.col("parent_level") == CITY)).then("parent_name")
    city = pl.when(municipal | (level == CITY)).then(own).otherwise(in_city)
    return joined.select(
        "code", "level", "name", province=province, city=city, district=pl.when(level == DISTRICT).then(own)
    ).sort("code")


def _names_of_today(table: pl.DataFrame) -> pl.DataFrame:
    name, short = pl.col("name"), pl.col("short")
    kind = name.str.extract(r"自治([县旗州])$", 1)
    plain = short + kind
    province = pl.when((pl.col("level") == PROVINCE) & ~name.str.ends_with("市")).then(short + "省")
    areas = pl.DataFrame({"name": list(AREAS), "code": list(AREAS.values())})
    abbreviations = pl.DataFrame({"name": list(ABBREVIATIONS), "code": list(ABBREVIATIONS.values())})
    return pl.concat(
        [
            *(_named(table, text, full=True) for text in (name, plain, province)),
            # 沙县 is what 沙县区 was called: it is written with its level.
            _named(table.filter(short.str.ends_with("县")), short, full=True),
            _named(table, short, full=False),
            _named(abbreviations, pl.col("name"), full=False),
            _named(areas, pl.col("name"), full=True),
        ]
    )


def _former_names(today: pl.DataFrame) -> pl.DataFrame:
    """Former names, whole and without their level; 上海 is not what is left of 上海县."""
    former = packaged("former")
    stem = pl.col("name").str.replace(SUFFIX, "")
    plain = pl.col("name").str.replace(r"^(.{2,}?)(?:[^族]{1,4}族)+自治([县旗])$", "${1}${2}")
    years = pl.col("first", "last").cast(pl.Int32)
    whole = [_named(former, text, full=True, years=years) for text in (pl.col("name"), plain)]
    short = _named(former, stem, full=False, years=years).join(today.select("name"), on="name", how="anti")
    return pl.concat([*whole, short])


def _named(table: pl.DataFrame, name: pl.Expr, *, full: bool, years: pl.Expr | None = None) -> pl.DataFrame:
    """Names of two characters and more; a shorter one says nothing."""
    none = pl.lit(None, dtype=pl.Int32)
    spans = [none.alias("first"), none.alias("last")] if years is None else [years]
    return table.select(name.alias("name"), "code", pl.lit(full).alias("full"), *spans).filter(
        pl.col("name").str.len_chars() > 1
    )


def _passed_over() -> pl.DataFrame:
    none = pl.lit(None, dtype=pl.Int32)
    return pl.DataFrame({"name": PASSED_OVER}).select(
        "name",
        pl.lit(None, dtype=pl.String).alias("code"),
        pl.lit(value=True).alias("full"),
        none.alias("first"),
        none.alias("last"),
    )

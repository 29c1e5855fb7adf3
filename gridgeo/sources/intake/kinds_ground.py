"""Kinds of files about the ground: boundaries, buildings, denominators, H3 tables, industry codes."""

from __future__ import annotations

import polars as pl

from gridgeo.domain.tables import (
    BOUNDARIES,
    BOUNDARY_NOTES,
    BUILDING_NOTES,
    BUILDINGS,
    CELL_VALUES,
    DENOMINATOR_NOTES,
    DENOMINATORS,
    INDUSTRY_CODES,
)
from gridgeo.sources.intake import words
from gridgeo.sources.intake.fields import Field, ImportKind
from gridgeo.sources.intake.kinds_bank import ADDRESS, LAT, LNG, VILLAGE_CODE


def _national(ending: str) -> str:
    """Return the column names of the British statistical office: level and year of an area, and cd or nm."""
    small = [f"{level}{year}{ending}" for level in ("lsoa", "msoa") for year in ("21", "11", "01")]
    return " ".join(small + [f"{level}{year}{ending}" for level in ("wd", "lad") for year in range(24, 20, -1)])


_CODES = (
    "zone_code geocode adcode xzqdm gbcode 代码 区划代码 行政区划代码 统计代码 统计用区划代码 "
    "统计用区划代码和城乡分类代码 村社代码 村代码 村编码 村居代码 行政村代码 社区代码 社区编码 乡镇代码 "
    + _national("cd")
)
_NAMES = (
    "zone_name unit area_name xzqmc 名称 区划名称 行政区划名称 行政区名称 村社名称 村社 村名 村名称 村居名称 行政村 "
    "行政村名称 社区名称 社区 乡镇名称 乡镇 " + _national("nm")
)
BOUNDARIES_KIND = ImportKind(
    "boundaries",
    "boundary",
    BOUNDARIES | BOUNDARY_NOTES,
    (
        Field("id", "text", "core", f"osm_id fid gid 编号 {_CODES}"),
        Field("name", "text", "core", _NAMES, required=True),
        Field("kind", "word", "core", "类型 级别", words.BOUNDARY_WORDS, default="zone"),
        Field("code", "text", "core", _CODES),
        Field("parent_code", "text", "core", "parent 上级代码 上级区划代码 所属乡镇代码"),
        Field("aliases", "text", "general", "old_names old_name former_name 曾用名 原名 旧称 别名"),
        Field("source", "text", "general", "来源"),
    ),
    shapes=True,
    instead={"id": "code"},
    numbered=True,
)
BUILDINGS_KIND = ImportKind(
    "buildings",
    "building",
    BUILDINGS | BUILDING_NOTES,
    (
        Field("id", "text", "core", "building_id building_no osm_id 楼栋号 楼栋编号 楼栋编码 编号", required=True),
        Field("kind", "text", "general", "type building 类型 用途", default="yes"),
        Field("residential", "yes_no", "general", "住宅 是否住宅", default="yes"),
        Field("area_m2", "number", "general", "area 建筑面积 占地面积", low=0),
        Field("name", "text", "general", "楼名 楼栋名称 小区 小区名称 名称"),
        ADDRESS,
        Field("floors", "whole", "general", "levels storeys 层数 楼层数 总层数", low=0),
        Field("dwellings", "whole", "general", "flats units households 户数 总户数 套数 住户数", low=0),
        VILLAGE_CODE,
        LNG,
        LAT,
    ),
    positions=True,
    placed=True,
)
MEASURES = ("people", "households", "businesses")
_PEOPLE = Field(
    "people",
    "number",
    "core",
    (
        "population persons_all-ages residents total_population pop 人口 人口数 常住人口 常住人口数 "
        "总人口 总人口数 人口总数 人数 总人数 户籍人口"
    ),
    low=0,
)
_HOUSEHOLDS = Field(
    "households", "number", "core", "household_count number_of_households 户数 总户数 常住户数 家庭户数 户籍户数", low=0
)
_BUSINESSES = Field(
    "businesses",
    "number",
    "core",
    "firms business_count enterprises 企业数 企业数量 商户数 商户数量 个体户数 市场主体数",
    low=0,
)
_MEASURE_WORDS = {word: item.name for item in (_PEOPLE, _HOUSEHOLDS, _BUSINESSES) for word in item.headers}
NOTHING_COUNTED = "neither people nor households nor businesses"
_NO_MEASURE = pl.all_horizontal(pl.col(name).is_null() for name in (*MEASURES, "value"))
DENOMINATORS_KIND = ImportKind(
    "denominators",
    "denominator",
    DENOMINATORS | DENOMINATOR_NOTES,
    (
        Field("zone", "text", "core", _NAMES),
        Field("code", "text", "core", _CODES),
        _PEOPLE,
        _HOUSEHOLDS,
        _BUSINESSES,
        Field("category", "word", "core", "measure indicator 指标", _MEASURE_WORDS),
        Field("value", "number", "core", "数值 值", low=0),
        Field("dated_on", "date", "general", "date 日期 统计日期 数据日期"),
        Field("source", "text", "general", "来源 数据来源"),
        Field("assumed", "yes_no", "general", "估计 是否估计", default="no"),
    ),
    key=("zone", "code"),
    rules=(
        (pl.col("zone").is_null() & pl.col("code").is_null(), "zone", "neither a zone's name nor its code"),
        (_NO_MEASURE, "people", NOTHING_COUNTED),
        (
            pl.col("value").is_null() != pl.col("category").is_null(),
            "category",
            "a category needs its value, and a value its category",
        ),
    ),
    sums=MEASURES,
    instead={"zone": "code"},
    together=("category", "value"),
)
_OWN_ID = Field("id", "text", "core", "osm_id fid gid 编号")
_UNIT_FIELDS = (_OWN_ID, *DENOMINATORS_KIND.fields)
_UNIT_CONTRACT = {"id": pl.String} | {
    name: DENOMINATORS_KIND.contract[name] for name in (*MEASURES, "dated_on", "source")
}
AREAS_KIND = ImportKind(
    "denominator_areas",
    "denominator_unit",
    {**_UNIT_CONTRACT, "geometry": pl.Binary},
    _UNIT_FIELDS,
    rules=DENOMINATORS_KIND.rules[1:],
    shapes=True,
    sums=MEASURES,
    instead={"id": "code"},
    numbered=True,
    together=("category", "value"),
)
"""Denominators that come with areas of their own, which need not be boundaries of the ground."""
POINTS_KIND = ImportKind(
    "denominator_points",
    "denominator_unit",
    {**_UNIT_CONTRACT, "geometry": pl.Binary},
    (*_UNIT_FIELDS, LNG, LAT),
    rules=DENOMINATORS_KIND.rules[1:],
    positions=True,
    placed=True,
    sums=MEASURES,
    numbered=True,
    together=("category", "value"),
)
"""Denominators of single points, such as buildings or postcodes."""
CELLS_KIND = ImportKind(
    "cells",
    "cell_value",
    CELL_VALUES,
    (
        Field(
            "cell",
            "text",
            "core",
            "h3 h3_index h3index h3_cell h3_id h3_09 hex hex_id hexagon cell_id 蜂窝格 蜂窝格编号",
            required=True,
        ),
        Field("value", "number", "core", "数值 值"),
    ),
    key=("cell",),
)
INDUSTRIES_KIND = ImportKind(
    "industries",
    "industry_code",
    INDUSTRY_CODES,
    (
        Field("scheme", "text", "core", "标准 分类标准", required=True),
        Field("edition", "text", "core", "version 版本 年份", required=True),
        Field("code", "text", "core", "代码 行业代码 类别代码", required=True),
        Field("parent_code", "text", "core", "parent 上级代码"),
        Field("level", "whole", "core", "层级 级别", low=1, high=9),
        Field("name_zh", "text", "general", "name 名称 行业名称 类别名称"),
        Field("name_en", "text", "general", "english 英文名称"),
        Field("source", "text", "general", "来源"),
    ),
    rules=(
        (
            pl.col("level").is_null() & ~pl.col("code").str.contains(r"^([A-Z]|[0-9]{2,4})$"),
            "level",
            "no level, and the code says none: a letter or two to four digits do",
        ),
    ),
    key=("scheme", "edition", "code"),
)

"""Kinds of files about the bank: units, staff, customers, households, merchants, products, contacts, addresses."""

from __future__ import annotations

import polars as pl

from gridgeo.domain.tables import (
    CONTACTS,
    CUSTOMER_NOTES,
    CUSTOMERS,
    GAZETTEER,
    HOUSEHOLDS,
    MERCHANT_NOTES,
    MERCHANTS,
    ORG_UNITS,
    PRODUCTS,
    STAFF,
)
from gridgeo.sources.intake import words
from gridgeo.sources.intake.fields import Field, ImportKind, Reference, Rule
from gridgeo.sources.intake.values import OLDEST, age_on

LNG = Field("lng", "number", "core", ("lon", "long", "longitude", "x", "easting", "经度", "坐标x", "横坐标"))
LAT = Field("lat", "number", "core", ("latitude", "y", "northing", "纬度", "坐标y", "纵坐标"))
SYNTHETIC = Field("synthetic", "yes_no", names=("合成", "虚构"), default="no")
VILLAGE_CODE = Field(
    "village_code",
    "text",
    "core",
    (
        "village",
        "community code",
        "village code",
        "村社代码",
        "村代码",
        "社区代码",
        "统计代码",
        "行政区划代码",
        "村社编码",
    ),
)
ADDRESS = Field(
    "address", "text", "personal", ("full address", "addr", "地址", "联系地址", "住址", "家庭地址", "详细地址")
)
MOST_HOURS_A_WEEK = 168.0
OWN_PRECISION_M = 25.0

_KIND, _PARENT = pl.col("kind"), pl.col("parent_id")
_PROSPECT = (pl.col("party") == "prospect").fill_null(value=False)
_PROSPECT_RULES: tuple[Rule, ...] = tuple(
    (_PROSPECT & pl.col(name).is_null(), name, "a prospect needs its source, basis and expiry")
    for name in ("source", "basis", "expires_on")
)

ORGS = ImportKind(
    "orgs",
    "org_unit",
    ORG_UNITS,
    (
        Field(
            "id",
            "text",
            "core",
            ("org id", "branch id", "code", "机构号", "机构代码", "机构编码", "网点号"),
            required=True,
        ),
        Field("name", "text", "core", ("branch", "branch name", "机构名称", "名称", "网点名称", "机构"), required=True),
        Field("kind", "word", "core", ("type", "机构类型", "类型", "级别"), words.UNIT_KINDS, required=True),
        Field("parent_id", "text", "core", ("parent", "上级机构", "上级机构号", "管辖机构", "上级")),
        LNG,
        LAT,
        SYNTHETIC,
    ),
    rules=(
        ((_KIND != "head_office") & pl.col("lng").is_null(), "lng", "no position: only a head office may have none"),
        (pl.col("id") == _PARENT, "parent_id", "a unit cannot be its own parent"),
    ),
    references=(Reference("parent_id", "orgs", "unknown parent unit"),),
    positions=True,
)
STAFF_KIND = ImportKind(
    "staff",
    "staff",
    STAFF,
    (
        Field(
            "id", "text", "core", ("staff id", "employee id", "工号", "员工号", "客户经理号", "柜员号"), required=True
        ),
        Field(
            "org_unit_id", "text", "core", ("branch", "branch_id", "org", "机构号", "所属机构", "机构"), required=True
        ),
        Field("name", "text", "personal", ("姓名", "员工姓名", "客户经理姓名"), required=True),
        Field("post", "word", "general", ("position", "role", "岗位", "职务"), words.POSTS, required=True),
        Field(
            "hours_per_week",
            "number",
            "general",
            ("hours", "weekly hours", "周工时", "每周工时"),
            low=0.01,
            high=MOST_HOURS_A_WEEK,
            default="40",
        ),
        SYNTHETIC,
    ),
    references=(Reference("org_unit_id", "orgs", "unknown org unit"),),
)
CUSTOMERS_KIND = ImportKind(
    "customers",
    "customer",
    CUSTOMERS | CUSTOMER_NOTES,
    (
        Field(
            "id",
            "text",
            "core",
            ("customer id", "cust id", "client id", "客户号", "客户编号", "客户代码"),
            required=True,
        ),
        Field(
            "branch_id",
            "text",
            "core",
            ("branch", "org", "机构号", "开户机构", "所属机构", "归属机构", "网点号"),
            required=True,
        ),
        Field(
            "account_rm_id",
            "text",
            "core",
            ("rm", "manager", "account manager", "管户客户经理", "客户经理", "管户经理", "客户经理号"),
        ),
        Field(
            "tier",
            "word",
            "important",
            ("segment", "level", "客户分层", "分层", "客户等级", "等级"),
            words.TIER_WORDS,
            default="basic",
        ),
        ADDRESS,
        Field("locality", "text", "general", ("town", "city", "乡镇", "所在乡镇", "镇")),
        Field("age_band", "word", "personal", ("age group", "age", "年龄段", "年龄"), words.AGE_WORDS),
        Field(
            "born_on",
            "birth",
            "personal",
            (
                "birth year",
                "year of birth",
                "born",
                "birthday",
                "date of birth",
                "出生年份",
                "出生年",
                "出生日期",
                "出生年月",
            ),
        ),
        Field("as_of", "date", "general", ("as of", "data date", "数据日期", "截止日期")),
        Field("products", "whole", "important", ("product count", "产品数", "持有产品数"), low=0),
        Field("balance_fen", "money", "important", ("balance", "deposits", "存款余额", "余额", "资产余额", "aum")),
        Field("last_contact_on", "date", "general", ("last contact", "最近联系", "最近联系日期", "上次联系日期")),
        Field("contacts_12m", "whole", "general", ("contacts", "近12月联系次数", "联系次数"), low=0),
        SYNTHETIC,
        Field("party", "word", "general", ("party kind", "客户类型"), words.PARTY_WORDS),
        Field("name", "text", "personal", ("customer name", "姓名", "客户姓名", "客户名称")),
        Field(
            "phone",
            "text",
            "personal",
            ("mobile", "telephone", "tel", "电话", "手机", "手机号", "联系电话", "手机号码"),
        ),
        Field("occupation", "text", "personal", ("job", "职业")),
        Field("tags", "text", "general", ("labels", "标签", "客户标签")),
        Field("product_ids", "text", "important", ("product", "product id", "产品", "产品代码", "持有产品")),
        VILLAGE_CODE,
        Field("household_id", "text", "core", ("household", "户号", "家庭编号")),
        LNG,
        LAT,
        Field("consent", "yes_no", "personal", ("营销授权", "是否同意", "授权")),
        Field("do_not_contact", "yes_no", "personal", ("do not call", "免打扰", "勿扰")),
        Field("source", "text", "general", ("来源",)),
        Field("basis", "text", "general", ("legal basis", "依据")),
        Field("expires_on", "date", "general", ("expiry", "expires", "有效期", "到期日")),
    ),
    rules=(
        (
            ~age_on(pl.col("as_of"), pl.col("born_on")).is_between(-1, OLDEST),
            "born_on",
            "a birth that no living person has on the day ages count for",
        ),
        *_PROSPECT_RULES,
    ),
    references=(
        Reference("branch_id", "branches", "unknown branch"),
        Reference("account_rm_id", "staff", "unknown account manager"),
    ),
    positions=True,
    lists=("product_ids", "tags"),
)
HOUSEHOLDS_KIND = ImportKind(
    "households",
    "household",
    HOUSEHOLDS,
    (
        Field("id", "text", "core", ("household id", "户号", "户编号", "家庭编号"), required=True),
        ADDRESS,
        Field("building_id", "text", "core", ("building", "楼栋", "楼栋号")),
        Field("head", "text", "personal", ("head of household", "户主", "户主姓名")),
        Field("members", "whole", "general", ("size", "people", "人口", "人数", "家庭人口"), low=0),
        Field("status", "word", "general", ("状态", "居住状态"), words.HOUSEHOLD_WORDS),
        VILLAGE_CODE,
        LNG,
        LAT,
        Field("source", "text", "general", ("来源",)),
        Field("dated_on", "date", "general", ("date", "日期", "采集日期")),
    ),
    positions=True,
)
MERCHANTS_KIND = ImportKind(
    "merchants",
    "merchant",
    MERCHANTS | MERCHANT_NOTES,
    (
        Field("id", "text", "core", ("merchant id", "osm_id", "商户号", "商户编号"), required=True),
        Field("name", "text", "core", ("merchant", "merchant name", "商户名称", "名称", "店名")),
        Field("industry", "word", "core", ("trade", "行业", "行业类别"), words.INDUSTRY_WORDS, default="other"),
        Field("osm_tag", "text", "general", ("tag",)),
        LNG,
        LAT,
        SYNTHETIC,
        ADDRESS,
        VILLAGE_CODE,
        Field("scheme", "text", "general", ("行业分类标准",)),
        Field("code", "text", "general", ("industry code", "行业代码", "国民经济行业代码")),
    ),
    rules=((pl.col("code").is_not_null() & pl.col("scheme").is_null(), "scheme", "an industry code needs its scheme"),),
    positions=True,
    placed=True,
    tags=True,
)
PRODUCTS_KIND = ImportKind(
    "products",
    "product",
    PRODUCTS,
    (
        Field("id", "text", "core", ("product id", "产品号", "产品代码"), required=True),
        Field("name", "text", "core", ("product", "product name", "产品名称", "名称"), required=True),
        Field("kind", "text", "general", ("type", "类别", "产品类别")),
    ),
)
CONTACTS_KIND = ImportKind(
    "contacts",
    "contact",
    CONTACTS,
    (
        Field("id", "text", "core", ("contact id", "记录号", "联系编号", "流水号"), required=True),
        Field("party_kind", "word", "core", ("对象类型",), words.CONTACT_PARTIES, default="customer"),
        Field("party_id", "text", "core", ("customer id", "customer", "客户号", "对象编号"), required=True),
        Field("staff_id", "text", "core", ("rm", "staff", "工号", "客户经理号", "联系人工号")),
        Field("channel", "text", "general", ("渠道", "联系方式")),
        Field("contacted_on", "date", "core", ("date", "联系日期", "日期"), required=True),
        Field("outcome", "text", "general", ("result", "结果", "联系结果")),
    ),
    references=(Reference("staff_id", "staff", "unknown member of staff"),),
)
ADDRESSES_KIND = ImportKind(
    "addresses",
    "gazetteer",
    GAZETTEER,
    (
        Field("id", "text", "core", ("address id", "osm_id", "地址编号"), required=True),
        LNG,
        LAT,
        Field("street", "text", "general", ("addr:street", "street name", "street_name", "道路", "街道", "路名")),
        Field("number", "text", "general", ("addr:housenumber", "house number", "house_number", "门牌号", "门牌")),
        Field("unit", "text", "general", ("addr:unit", "subunit_name", "室", "单元")),
        Field("locality", "text", "general", ("addr:locality", "addr:place", "村社", "社区")),
        Field("city", "text", "general", ("addr:city", "town", "乡镇", "城市")),
        Field("postcode", "text", "general", ("addr:postcode", "postal_code", "邮编", "邮政编码")),
        Field("name", "text", "general", ("addr:housename", "house name", "house_name", "小区", "楼名", "名称")),
        Field("kind", "word", "general", ("type", "类型"), words.ADDRESS_WORDS, default="address"),
        Field("source", "text", "general", ("来源",), default="own"),
        Field("precision_m", "number", "general", ("precision", "精度"), low=0, default=str(OWN_PRECISION_M)),
    ),
    rules=(
        (
            (_KIND == "address") & pl.col("street").is_null() & pl.col("name").is_null(),
            "street",
            "an address needs a street or a name",
        ),
    ),
    positions=True,
    placed=True,
)

"""Kinds of files about the bank: units, staff, products, contacts, addresses; and fields that kinds share."""

from __future__ import annotations

import polars as pl

from gridgeo.domain.tables import (
    CONTACTS,
    GAZETTEER,
    ORG_UNITS,
    PRICES,
    PRODUCTS,
    STAFF,
)
from gridgeo.sources.intake import words
from gridgeo.sources.intake.fields import Field, ImportKind, Reference

LNG = Field("lng", "number", "core", "lon long longitude x easting 经度 东经 坐标x x坐标 横坐标 gps经度")
LAT = Field("lat", "number", "core", "latitude y northing 纬度 北纬 坐标y y坐标 纵坐标 gps纬度")
SYNTHETIC = Field("synthetic", "yes_no", names="合成 虚构", default="no")
VILLAGE_CODE = Field(
    "village_code",
    "text",
    "core",
    (
        "village community_code 村社代码 村代码 社区代码 统计代码 行政区划代码 村社编码 村编码 "
        "村居代码 村居编码 社区编码 行政村代码 行政村编码 所属村代码 所属社区代码 区划代码 "
        "统计用区划代码"
    ),
)
ADDRESS = Field(
    "address",
    "text",
    "personal",
    (
        "full_address addr street_address 地址 联系地址 住址 家庭地址 详细地址 居住地址 家庭住址 "
        "现住址 住宅地址 通讯地址 通信地址 经营地址 营业地址"
    ),
)
MOST_HOURS_A_WEEK = 168.0
OWN_PRECISION_M = 25.0

_KIND, _PARENT = pl.col("kind"), pl.col("parent_id")

ORGS = ImportKind(
    "orgs",
    "org_unit",
    ORG_UNITS,
    (
        Field(
            "id",
            "text",
            "core",
            (
                "org_id org_code org_no branch_id branch_code branch_no outlet_id unit_id code 机构号 "
                "机构代码 机构编码 机构编号 机构ID 网点号 网点编号 网点代码 支行号 行号 部门编号 编号 代码"
            ),
            required=True,
        ),
        Field(
            "name",
            "text",
            "core",
            (
                "branch branch_name org_name unit_name outlet_name 机构名称 机构名 名称 网点名称 支行名称 "
                "分行名称 机构 网点 支行"
            ),
            required=True,
        ),
        Field(
            "kind",
            "word",
            "core",
            (
                "type org_type branch_type unit_type level 机构类型 机构级别 机构层级 机构类别 机构性质 "
                "网点类型 网点类别 类型 级别 层级"
            ),
            words.UNIT_KINDS,
            required=True,
        ),
        Field(
            "parent_id",
            "text",
            "core",
            (
                "parent parent_code parent_org parent_branch 上级机构 上级机构号 上级机构代码 上级机构编号 "
                "上级机构编码 上级行 上级支行 管辖机构 管辖机构号 管辖行 管辖支行 所属支行 上级"
            ),
        ),
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
            "id",
            "text",
            "core",
            (
                "staff_id staff_no employee_id employee_no rm_id 工号 员工号 员工编号 员工工号 员工ID "
                "客户经理号 客户经理编号 客户经理工号 柜员号 人员编号 编号"
            ),
            required=True,
        ),
        Field(
            "org_unit_id",
            "text",
            "core",
            (
                "branch branch_id branch_code org org_id org_code outlet 机构号 机构代码 机构编号 机构编码 "
                "所属机构 所属机构号 所属网点 所属支行 网点号 网点编号 网点代码 机构 网点 支行"
            ),
            required=True,
        ),
        Field(
            "name",
            "text",
            "personal",
            "staff_name employee_name full_name 姓名 员工姓名 客户经理姓名 客户经理 人员姓名 名称",
            required=True,
        ),
        Field(
            "post",
            "word",
            "general",
            "position role job_title 岗位 岗位名称 职务 职位 角色",
            words.POSTS,
            required=True,
        ),
        Field(
            "hours_per_week",
            "number",
            "general",
            "hours weekly_hours working_hours 周工时 每周工时 周工作时间 每周工作小时",
            low=0.01,
            high=MOST_HOURS_A_WEEK,
            default="40",
        ),
        SYNTHETIC,
    ),
    references=(Reference("org_unit_id", "orgs", "unknown org unit"),),
)
PRODUCTS_KIND = ImportKind(
    "products",
    "product",
    PRODUCTS,
    (
        Field(
            "id",
            "text",
            "core",
            "product_id product_code product_no 产品号 产品代码 产品编号 产品编码 产品ID 编号 代码",
            required=True,
        ),
        Field("name", "text", "core", "product product_name 产品名称 产品 名称", required=True),
        Field("kind", "text", "general", "type product_type category 类别 产品类别 产品类型 类型"),
    ),
)
PRICES_KIND = ImportKind(
    "prices",
    "price",
    PRICES,
    (
        Field(
            "id",
            "text",
            "core",
            "product product_id product_code product_no item 产品号 产品代码 产品编号 产品编码 产品ID 项目 编号 代码",
            required=True,
        ),
        Field(
            "margin_share",
            "number",
            "important",
            "margin_rate annual_margin spread 利差 年利差 收益率 内部利差 FTP利差",
            low=-1,
            high=1,
        ),
        Field("margin_fen", "money", "important", "margin monthly_margin profit 月收益 月利润 每月收益 收益 利润"),
        Field("fee_fen", "money", "important", "fee fees monthly_fee 月手续费 手续费 中间业务收入 中收"),
        Field("cost_fen", "money", "important", "cost service_cost monthly_cost 服务成本 月成本 成本"),
    ),
    rules=(
        (
            pl.all_horizontal(pl.col("margin_share", "margin_fen", "fee_fen", "cost_fen").is_null()),
            "margin_share",
            "a price needs a margin, a fee or a cost",
        ),
        (
            (pl.col("id") == "balance") != pl.col("margin_share").is_not_null(),
            "margin_share",
            "a share of the balance is the margin of the row balance, and of no other",
        ),
        (pl.col("cost_fen") < 0, "cost_fen", "a cost is not negative"),
    ),
)
CONTACTS_KIND = ImportKind(
    "contacts",
    "contact",
    CONTACTS,
    (
        Field(
            "id",
            "text",
            "core",
            "contact_id record_id 记录号 记录编号 联系编号 联系记录号 流水号 编号 序号",
            required=True,
        ),
        Field("party_kind", "word", "core", "party_type 对象类型", words.CONTACT_PARTIES, default="customer"),
        Field(
            "party_id",
            "text",
            "core",
            "customer_id customer customer_no 客户号 客户编号 客户代码 对象编号 对象号",
            required=True,
        ),
        Field(
            "staff_id",
            "text",
            "core",
            ("rm rm_id staff employee_id 工号 员工号 客户经理号 客户经理工号 客户经理 联系人工号 经办人工号"),
        ),
        Field("channel", "text", "general", "渠道 联系渠道 联系方式"),
        Field(
            "contacted_on",
            "date",
            "core",
            "date contact_date visit_date 联系日期 联系时间 拜访日期 日期",
            required=True,
        ),
        Field("outcome", "text", "general", "result 结果 联系结果"),
    ),
    references=(Reference("staff_id", "staff", "unknown member of staff"),),
)
ADDRESSES_KIND = ImportKind(
    "addresses",
    "gazetteer",
    GAZETTEER,
    (
        Field("id", "text", "core", "address_id osm_id uprn 地址编号 地址编码 地址ID 编号", required=True),
        LNG,
        LAT,
        Field("street", "text", "general", "addr:street street_name road 道路 道路名称 街道 路名 街路巷"),
        Field("number", "text", "general", "addr:housenumber house_number house_no 门牌号 门牌 门牌号码"),
        Field("unit", "text", "general", "addr:unit subunit_name 室 单元 单元室"),
        Field("locality", "text", "general", "addr:locality addr:place 村社 社区 村"),
        Field("city", "text", "general", "addr:city town 乡镇 城市 市"),
        Field("postcode", "text", "general", "addr:postcode postal_code zip 邮编 邮政编码"),
        Field("name", "text", "general", "addr:housename house_name 小区 小区名称 楼名 名称"),
        Field("kind", "word", "general", "type 类型", words.ADDRESS_WORDS, default="address"),
        Field("source", "text", "general", "来源", default="own"),
        Field("precision_m", "number", "general", "precision 精度", low=0, default=str(OWN_PRECISION_M)),
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

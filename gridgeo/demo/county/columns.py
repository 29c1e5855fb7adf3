"""Files and headers of the county as a bank's own systems name them."""

from __future__ import annotations

import polars as pl

from gridgeo.demo.county.spec import LABEL

FILE_NAME = {
    "orgs": "机构",
    "staff": "员工",
    "customers": "客户",
    "households": "户",
    "merchants": "商户",
    "buildings": "楼栋",
    "addresses": "地址",
    "denominators": "村社总量",
    "boundaries": "村社",
    "towns": "乡镇",
    "roads": "道路",
    "river": "河流",
    "truth-customers": "truth/客户",
    "truth-households": "truth/户",
    "truth-merchants": "truth/商户",
}
SUFFIX = {
    "orgs": "xlsx",
    "staff": "xlsx",
    "denominators": "xlsx",
    "boundaries": "geojson",
    "towns": "geojson",
    "roads": "geojson",
    "river": "geojson",
}
"""Tables that always come in one format; the others come as the caller wants them."""
HEADERS = {
    "orgs": {
        "id": "机构号",
        "name": "机构名称",
        "kind": "机构类型",
        "parent_id": "上级机构",
        "lng": "经度",
        "lat": "纬度",
        "synthetic": "虚构",
    },
    "staff": {
        "id": "工号",
        "org_unit_id": "所属机构",
        "name": "姓名",
        "post": "岗位",
        "hours_per_week": "每周工时",
        "synthetic": "虚构",
    },
    "customers": {
        "id": "客户号",
        "name": "客户姓名",
        "branch_id": "开户机构",
        "account_rm_id": "管户客户经理",
        "tier": "客户分层",
        "address": "地址",
        "locality": "所在乡镇",
        "village_code": "村社代码",
        "household_id": "户号",
        "age_band": "年龄段",
        "occupation": "职业",
        "phone": "手机号",
        "products": "持有产品数",
        "balance_fen": "存款余额(元)",
        "last_contact_on": "最近联系日期",
        "contacts_12m": "近12月联系次数",
        "lng": "经度",
        "lat": "纬度",
        "consent": "营销授权",
        "do_not_contact": "免打扰",
        "synthetic": "虚构",
    },
    "households": {
        "id": "户号",
        "head": "户主",
        "members": "家庭人口",
        "status": "居住状态",
        "address": "地址",
        "building_id": "楼栋号",
        "village_code": "村社代码",
        "lng": "经度",
        "lat": "纬度",
        "source": "来源",
        "dated_on": "采集日期",
        "fictional": "虚构标注",
    },
    "merchants": {
        "id": "商户号",
        "name": "商户名称",
        "industry": "行业",
        "scheme": "行业分类标准",
        "code": "行业代码",
        "address": "地址",
        "village_code": "村社代码",
        "lng": "经度",
        "lat": "纬度",
        "synthetic": "虚构",
    },
    "buildings": {
        "id": "楼栋号",
        "name": "小区",
        "kind": "用途",
        "residential": "是否住宅",
        "address": "地址",
        "floors": "层数",
        "dwellings": "户数",
        "area_m2": "占地面积",
        "village_code": "村社代码",
        "lng": "经度",
        "lat": "纬度",
        "fictional": "虚构标注",
    },
    "denominators": {
        "code": "村社代码",
        "zone": "村社名称",
        "people": "人口",
        "households": "户数",
        "dated_on": "统计日期",
        "source": "来源",
    },
    "boundaries": {
        "code": "村社代码",
        "name": "村社名称",
        "kind": "类型",
        "parent_code": "所属乡镇代码",
        "aliases": "曾用名",
        "source": "来源",
    },
    "towns": {"code": "统计代码", "name": "乡镇名称", "kind": "类型", "aliases": "曾用名", "source": "来源"},
    "roads": {"id": "编号", "name": "名称", "highway": "等级", "fictional": "虚构标注"},
    "river": {"id": "编号", "name": "名称", "highway": "等级", "fictional": "虚构标注"},
}
"""Table -> column of gridgeo -> header. Tables that are not here keep gridgeo's names: the address list, the truth."""
WORDS = {
    "orgs": {"kind": {"head_office": "总行", "branch": "支行"}},
    "staff": {"post": {"rm": "客户经理", "lead": "网点主任"}},
    "customers": {"tier": {"high_end": "高端", "core": "核心", "basic": "基础"}},
    "households": {
        "status": {"resident": "常住", "working_away": "外出", "empty_registration": "空挂", "moved": "搬离"}
    },
    "merchants": {
        "industry": {
            "retail": "零售",
            "food": "餐饮",
            "lodging": "住宿",
            "fuel": "加油站",
            "health": "医疗",
            "other": "其他",
        }
    },
    "boundaries": {"kind": {"village": "村"}},
    "towns": {"kind": {"municipality": "乡镇"}},
}
LABELLED = ("addresses", "truth-customers", "truth-households", "truth-merchants")
"""Tables with gridgeo's own names that get a column saying what they are."""


def delivered(name: str, frame: pl.DataFrame) -> pl.DataFrame:
    """Return a table as the bank delivers it: its headers, its words, 是 and 否, money in yuan, and a label."""
    labelled = frame.with_columns(pl.lit(LABEL).alias("fictional"))
    if name not in HEADERS:
        return labelled if name in LABELLED else frame
    words = WORDS.get(name, {})
    flags = [column for column, dtype in frame.schema.items() if dtype == pl.Boolean]
    coded = labelled.with_columns(
        *(pl.col(column).replace_strict(table, return_dtype=pl.String) for column, table in words.items()),
        *(pl.when(column).then(pl.lit("是")).otherwise(pl.lit("否")).alias(column) for column in flags),
    )
    if "balance_fen" in frame.columns:
        coded = coded.with_columns((pl.col("balance_fen") / 100.0).alias("balance_fen"))
    dates = [column for column, dtype in frame.schema.items() if dtype == pl.Date]
    texts = coded.with_columns(pl.col(column).dt.strftime("%Y-%m-%d") for column in dates)
    headers = HEADERS[name]
    return texts.select(pl.col(column).alias(header) for column, header in headers.items())


def import_command(name: str, path: str, datum: str) -> str:
    """Return the command that imports a file of the folder; only files with positions have a datum."""
    placed = name not in ("staff", "denominators")
    return f"gridgeo import {name} {path}" + (f" --datum {datum}" if placed else "")

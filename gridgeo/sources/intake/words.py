"""Coded words as files write them, Chinese and English, and what they are stored as."""

from __future__ import annotations

from gridgeo.domain.words import (
    AGE_BANDS,
    GRID_KINDS,
    HOUSEHOLD_STATUS,
    INDUSTRIES,
    PARTIES,
    TIERS,
)


def _words(stored: tuple[str, ...], **others: str) -> dict[str, str]:
    """Return word -> value: the values themselves, and for each value a list of other words."""
    return {value: value for value in stored} | {
        word: value for value, words in others.items() for word in words.split()
    }


UNIT_KINDS = _words(
    ("head_office", "branch", "outlet"),
    head_office="总行 总部 联社 headquarters hq head-office",
    branch="支行 分行 分理处 营业部 分社 信用社 sub-branch subbranch",
    outlet="网点 营业网点 储蓄所 服务点",
)
POSTS = _words(("rm", "lead"), rm="客户经理 金融网格员 网格员 manager", lead="网点主任 行长 支行长 主任 网格长 head")
TIER_WORDS = _words(
    TIERS, high_end="高端 私行 贵宾 vip high high-end", core="核心 重点 中端 middle", basic="基础 普通 大众 低端 low"
)
AGE_WORDS = _words(
    AGE_BANDS,
    **{"18-29": "18至29 18~29", "30-44": "30至44 30~44", "45-59": "45至59 45~59", "60+": "60以上 60岁以上 >=60"},
)
HOUSEHOLD_WORDS = _words(
    HOUSEHOLD_STATUS,
    resident="常住 在住",
    working_away="外出 外出务工 务工",
    empty_registration="空挂 空挂户",
    moved="搬离 迁出 已搬",
)
PARTY_WORDS = _words(PARTIES, customer="客户 存量", prospect="潜客 潜在客户 意向客户 lead")
INDUSTRY_WORDS = _words(
    INDUSTRIES,
    retail="零售 批发零售 零售业 shop",
    food="餐饮 餐饮业 restaurant",
    lodging="住宿 住宿业 酒店 hotel",
    fuel="加油站 能源",
    health="医疗 卫生 医药",
    finance="金融 金融业",
    office="办公 商务服务",
    public="公共 公共管理 教育",
    other="其他 其它",
)
BOUNDARY_WORDS = _words(
    ("municipality", "village", "community", "zone", "extract"),
    municipality="乡镇 镇 乡 街道 市 县 区 parish town",
    village="村 行政村 自然村",
    community="社区 居委会 小区",
    zone="片区 统计区",
)
GRID_KIND_WORDS = _words(GRID_KINDS)
ADDRESS_WORDS = _words(
    ("address", "street", "place", "community", "town"), address="地址", street="街道", place="地点", town="乡镇"
)
CONTACT_PARTIES = _words(("customer", "merchant", "household"), customer="客户", merchant="商户", household="户 住户")
YES = ("true", "1", "yes", "y", "是", "有", "同意", "√")
NO = ("false", "0", "no", "n", "否", "无", "不同意", "×")

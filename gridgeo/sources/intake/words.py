"""Coded words as files write them, Chinese and English, and what they are stored as."""

from __future__ import annotations

from gridgeo.domain.words import (
    AGE_BANDS,
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
    head_office="总行 总部 总社 联社 省联社 headquarters headquarter hq head-office",
    branch="支行 一级支行 二级支行 中心支行 管辖支行 分行 一级分行 二级分行 分理处 营业部 分社 信用社 sub-branch "
    "subbranch sub_branch",
    outlet="网点 营业网点 营业所 储蓄所 服务点 社区支行",
)
POSTS = _words(
    ("rm", "lead"),
    rm="客户经理 客户经理岗 理财经理 零售客户经理 对公客户经理 金融网格员 网格员 manager relationship_manager "
    "account_manager",
    lead="网点主任 行长 支行行长 支行长 主任 网点负责人 负责人 网格长 head branch_manager team_lead",
)
TIER_WORDS = _words(
    TIERS,
    high_end="高端 高端客户 私行 贵宾 贵宾客户 vip high high-end",
    core="核心 核心客户 重点 重点客户 中端 中端客户 middle medium",
    basic="基础 基础客户 普通 普通客户 大众 大众客户 低端 low standard",
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
PARTY_WORDS = _words(
    PARTIES,
    customer="客户 存量 存量客户 正式客户 个人 个人客户 对公 对公客户 企业 企业客户 公司 公司客户 individual "
    "personal corporate",
    prospect="潜客 潜在客户 潜力客户 意向客户 lead potential",
)
INDUSTRY_WORDS = _words(
    INDUSTRIES,
    retail="零售 批发零售 批发和零售 批发和零售业 批发业 零售业 超市 便利店 shop",
    food="餐饮 餐饮业 住宿和餐饮业 住宿餐饮 restaurant catering",
    lodging="住宿 住宿业 酒店 宾馆 hotel accommodation",
    fuel="加油站 能源",
    health="医疗 卫生 医药 卫生和社会工作 药店 诊所",
    finance="金融 金融业",
    office="办公 商务服务 租赁和商务服务业 信息传输、软件和信息技术服务业 科学研究和技术服务业 房地产业 房地产",
    public="公共 公共管理 公共管理、社会保障和社会组织 水利、环境和公共设施管理业 教育",
    other="其他 其它 农、林、牧、渔业 采矿业 制造业 电力、热力、燃气及水生产和供应业 建筑业 交通运输、仓储和邮政业 "
    "居民服务、修理和其他服务业 居民服务 文化、体育和娱乐业",
)
"""The sections of GB/T 4754 are among them; catering outweighs lodging in the section that has both."""
BOUNDARY_WORDS = _words(
    ("municipality", "village", "community", "zone", "extract"),
    municipality="乡镇 镇 乡 街道 市 县 区 parish town",
    village="村 行政村 自然村",
    community="社区 居委会 小区",
    zone="片区 统计区",
)
ADDRESS_WORDS = _words(
    ("address", "street", "place", "community", "town"), address="地址", street="街道", place="地点", town="乡镇"
)
CONTACT_PARTIES = _words(("customer", "merchant", "household"), customer="客户", merchant="商户", household="户 住户")
YES = ("true", "1", "yes", "y", "是", "有", "同意", "√")
NO = ("false", "0", "no", "n", "否", "无", "不同意", "×")

"""Measures as rows: tiles, JSON, page and export read this list and nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from gridgeo.domain.words import INDUSTRIES, TIERS

Origin = Literal["built_in", "user"]


@dataclass(frozen=True)
class Measure:
    """What a figure of a cell means.

    kind: how cells roll up: ``count`` adds, ``share`` is recomputed from numerator and denominator, ``index`` never
    rolls up. direction: whether more is better (``up``), worse (``down``) or neither. origin: this release, or a user's
    own file; formula: how a user's measure is computed, in the user's words.
    """

    id: str
    name_zh: str
    name_en: str
    unit: str
    kind: Literal["count", "share", "index"]
    direction: Literal["up", "down", "none"]
    method: str
    numerator: str | None = None
    denominator: str | None = None
    origin: Origin = "built_in"
    formula: str | None = None


TIER_NAMES = {"high_end": ("高端", "high-end"), "core": ("核心", "core"), "basic": ("基础", "basic")}
STAGE_NAMES = {
    "new": ("新客", "new"),
    "growing": ("成长", "growing"),
    "mature": ("成熟", "mature"),
    "dormant": ("沉睡", "dormant"),
    "lost": ("流失", "lost"),
}
INDUSTRY_NAMES = {
    "retail": ("零售", "retail"),
    "food": ("餐饮", "catering"),
    "lodging": ("住宿", "lodging"),
    "fuel": ("加油站", "fuel"),
    "health": ("医疗", "health"),
    "finance": ("金融", "finance"),
    "office": ("商务", "offices"),
    "public": ("公共", "public"),
    "other": ("其他行业", "other trades"),
}


def _tiers() -> tuple[Measure, ...]:
    """Return customers and penetration of each tier."""
    names = [(tier, *TIER_NAMES[tier]) for tier in TIERS]
    return (
        *(
            Measure(f"customers_{tier}", f"{zh}客户", f"Customers, {en}", "customers", "count", "up", "expected-1")
            for tier, zh, en in names
        ),
        *(
            Measure(
                f"penetration_{tier}",
                f"{zh}客户渗透率",
                f"Penetration, {en}",
                "share",
                "share",
                "up",
                "beta-binomial-1",
                f"customers_{tier}",
                "people",
            )
            for tier, zh, en in names
        ),
    )


def _industries() -> tuple[Measure, ...]:
    """Return the merchants of each industry."""
    return tuple(
        Measure(f"merchants_{name}", f"商户：{zh}", f"Merchants, {en}", "merchants", "count", "up", "hard-1")
        for name, (zh, en) in ((name, INDUSTRY_NAMES[name]) for name in INDUSTRIES)
    )


def _merchant_rates() -> tuple[Measure, ...]:
    """Return the share of the merchants of each industry that are customers."""
    return tuple(
        Measure(
            f"penetration_merchants_{name}",
            f"商户渗透率：{zh}",
            f"Penetration among merchants, {en}",
            "share",
            "index",
            "up",
            "beta-binomial-1",
        )
        for name, (zh, en) in ((name, INDUSTRY_NAMES[name]) for name in INDUSTRIES)
    )


def _stages() -> tuple[Measure, ...]:
    """Return the customers of each stage of life of the example rule."""
    return tuple(
        Measure(f"lifecycle_{name}", f"生命周期：{zh}", f"Life cycle, {en}", "customers", "count", "none", "stages-1")
        for name, (zh, en) in STAGE_NAMES.items()
    )


def _quotients() -> tuple[Measure, ...]:
    """Return the location quotient of each industry."""
    return tuple(
        Measure(
            f"lq_{name}",
            f"区位商：{zh}",
            f"Location quotient, {en}",
            "1 is average",
            "index",
            "none",
            "gamma-poisson-1",
        )
        for name, (zh, en) in ((name, INDUSTRY_NAMES[name]) for name in INDUSTRIES)
    )


MEASURES: tuple[Measure, ...] = (
    Measure("people", "人口", "People", "people", "count", "none", "spread-1"),
    Measure("households", "户数", "Households", "households", "count", "none", "spread-1"),
    Measure("customers", "客户（期望数）", "Customers (expected)", "customers", "count", "up", "expected-1"),
    Measure("customers_hard", "客户（落格数）", "Customers (by point)", "customers", "count", "up", "hard-1"),
    Measure("merchants", "商户", "Merchants", "merchants", "count", "up", "hard-1"),
    Measure("penetration", "渗透率", "Penetration", "share", "share", "up", "beta-binomial-1", "customers", "people"),
    Measure(
        "potential", "潜力（期望客户数）", "Potential (expected customers)", "customers", "count", "up", "nb-glm-1"
    ),
    Measure("gap", "提升空间", "Customer gap", "customers", "count", "up", "q75-comparable-1"),
    Measure("workload", "工作量", "Workload", "hours a year", "count", "none", "cadence-1"),
    *_tiers(),
    *_industries(),
    *_merchant_rates(),
    Measure("products_per_customer", "户均产品数", "Products per customer", "products", "index", "up", "mean-1"),
    Measure("second_sale_rate", "二次销售率", "Second-sale rate", "share", "index", "up", "wilson-1"),
    Measure("days_to_second_sale", "首次到二次销售天数", "Days to second sale", "days", "index", "down", "mean-1"),
    Measure("balance_fen", "余额", "Balances", "fen", "count", "up", "expected-1"),
    Measure("contribution_fen", "综合贡献度", "Contribution", "fen a month", "count", "up", "internal-prices-1"),
    Measure("potential_value_fen", "潜力价值", "Potential value", "fen a month", "count", "up", "margin-1"),
    *_stages(),
    Measure("services_per_customer", "户均有效服务次数", "Services per customer", "a year", "index", "up", "mean-1"),
    Measure("community_reach", "社区触达率", "Community reach", "share", "index", "up", "wilson-1"),
    Measure(
        "accessibility",
        "网点可达性",
        "Accessibility",
        "managers for 10,000 people",
        "index",
        "up",
        "two-step-floating-1",
    ),
    Measure("rivals", "同业网点", "Rivals' branches near", "branches", "index", "down", "rings-2-1"),
    Measure("rival_travel_s", "到最近同业网点", "Time to the nearest rival", "s", "index", "up", "dijkstra-1"),
    *_quotients(),
    Measure("hotspot", "冷热点", "Hot and cold spots", "1 hot, -1 cold", "index", "none", "gi-star-fdr-1"),
)
WHOLE_MEASURES = frozenset(measure.id for measure in MEASURES if measure.method == "hard-1")
"""Counts of points, written as integers; expected counts are not."""
MEASURE_BY_ID = {measure.id: measure for measure in MEASURES}

WEIGHTS = {
    "products_per_customer": "customers",
    "second_sale_rate": "customers",
    "days_to_second_sale": "customers",
    "services_per_customer": "customers",
    "community_reach": "households",
    "accessibility": "people",
} | {f"penetration_merchants_{industry}": f"merchants_{industry}" for industry in INDUSTRIES}
"""Index -> the count that its mean over several cells is weighted by: what it is a figure of."""


def weight_of(measure: Measure) -> str | None:
    """Return the measure that a mean of this one over several cells is weighted by.

    A share goes by its denominator, an index by what it is a figure of. None where every cell counts alike: a count,
    or an index of the place itself, such as a location quotient.
    """
    return measure.denominator if measure.kind == "share" else WEIGHTS.get(measure.id)

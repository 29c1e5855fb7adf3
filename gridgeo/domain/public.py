"""What consumers, and whatever is marked public, are shown: which measures, and why a figure is hidden."""

from __future__ import annotations

from typing import Literal

from gridgeo.domain.actor import Actor
from gridgeo.domain.measures import Measure
from gridgeo.domain.words import INDUSTRIES, TIERS

PUBLIC_COUNTS = ("people", "customers", "merchants")
"""Counts that are shown where they are 0 or not small; everything else public is computed from them."""
DEFAULT_THRESHOLD, LEAST_THRESHOLD = 10, 3
"""The least count, besides 0, that consumers are shown: by default, and outside the bank at the very least."""
FAMILIES: dict[str, dict[str, tuple[str, ...]]] = {
    "customers": {"tier": tuple(f"customers_{tier}" for tier in TIERS)},
    "merchants": {"industry": tuple(f"merchants_{industry}" for industry in INDUSTRIES)},
}
"""Count -> ways to divide it, each with the measures that are its parts; those a version has are shown as well."""
PUBLIC_FIGURES = ("penetration", "potential", "gap")
"""Figures computed from shown counts alone. A measure that stands in neither list stays inside the bank."""

Reason = Literal["small_count", "hidden_count", "internal", "not_prepared", "money"]
SMALL_COUNT: Reason = "small_count"
HIDDEN_COUNT: Reason = "hidden_count"
INTERNAL: Reason = "internal"
NOT_PREPARED: Reason = "not_prepared"
MONEY: Reason = "money"
REASONS: dict[str, tuple[str, str]] = {
    SMALL_COUNT: (
        "数量很小，或为保护这类小数量而隐藏",
        "the count is small, or hidden so that such a count cannot be worked out",
    ),
    HIDDEN_COUNT: ("所依据的数量已隐藏", "a count that it rests on is hidden"),
    INTERNAL: ("仅供行内使用", "kept inside the bank"),
    NOT_PREPARED: ("本次发布未准备对外数字", "this publication holds no figures for consumers: publish again"),
    MONEY: ("金额类数字不对该角色开放", "figures of money are not open to this role"),
}
"""Reason -> its words in Chinese and English. Which of the hidden counts are the small ones is not told."""


def sees_public_only(actor: Actor) -> bool:
    """Tell whether the actor may see nothing but what is public."""
    return actor.role == "consumer"


def sees_money(actor: Actor) -> bool:
    """Tell whether the actor may see balances and what is computed from them; a helper from outside may not."""
    return actor.role != "helper"


def is_of_money(measure: Measure) -> bool:
    """Tell whether a measure is money, or may have been computed from it: a user's formula may use any figure."""
    return measure.unit.startswith("fen") or measure.origin == "user"


def reason_words(reason: str | None) -> dict[str, str | None]:
    """Return reason, reason_zh and reason_en as answers carry them; all null where nothing is hidden."""
    zh, en = (None, None) if reason is None else REASONS[reason]
    return {"reason": reason, "reason_zh": zh, "reason_en": en}

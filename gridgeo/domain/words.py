"""Closed lists of the domain's words; their names in both languages live in `gridgeo.i18n`."""

from __future__ import annotations

TIERS = ("high_end", "core", "basic")
AGE_BANDS = ("18-29", "30-44", "45-59", "60+")
INDUSTRIES = ("retail", "food", "lodging", "fuel", "health", "finance", "office", "public", "other")
LOCATION_TIERS = ("exact", "typo", "interpolated", "nearest", "place", "street", "community", "town", "none")
PLACED_TIERS = ("exact", "typo", "interpolated", "nearest", "place")
"""Only these may be put into a cell; a centroid never is."""
EVIDENCE = ("firm", "weak", "none")
MIN_RESOLUTION, MAX_RESOLUTION = 7, 11
PARTIES = ("customer", "prospect")
HOUSEHOLD_STATUS = ("resident", "working_away", "empty_registration", "moved")
GRID_KINDS = ("residential", "village", "commercial", "industrial_park", "school", "market", "other")
GRID_STATUS = ("draft", "review", "live")
GRID_STAGES = ("survey", "develop", "maintain")
GRID_WORDS = {
    "小区": "residential",
    "社区": "residential",
    "村": "village",
    "行政村": "village",
    "商圈": "commercial",
    "园区": "industrial_park",
    "产业园": "industrial_park",
    "学校": "school",
    "市场": "market",
    "其他": "other",
    "草稿": "draft",
    "待审": "review",
    "for review": "review",
    "已发布": "live",
    "上线": "live",
    "摸排": "survey",
    "开发": "develop",
    "维护": "maintain",
}
"""Kind, status or stage of a grid as people write it -> the word that is stored."""
HOUSE_DATUMS = ("wgs84", "cgcs2000", "gcj02")
"""A store's positions are all in one of these."""
WATERWAYS = ("waterway:river", "waterway:canal")
"""Classes of the lines among the streets that divide ground and that nobody travels on; brooks are too narrow."""

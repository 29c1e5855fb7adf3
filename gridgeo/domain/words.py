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
HOUSE_DATUMS = ("wgs84", "cgcs2000", "gcj02")
"""A store's positions are all in one of these."""
WATERWAYS = ("waterway:river", "waterway:canal")
"""Classes of the lines among the streets that divide ground and that nobody travels on; brooks are too narrow."""

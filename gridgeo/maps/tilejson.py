"""TileJSON 3.0.0 documents: what a map client asks for before the first tile."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gridgeo.maps.notes import ATTRIBUTION_HTML, MARKETING_ONLY

FIELDS_OF_LAYER: Mapping[str, Mapping[str, str]] = {
    "territories": {"id": "String", "name": "String", "branch_id": "String", "rm_id": "String", "colour": "Number"},
    "catchments": {"branch_id": "String", "name": "String", "method": "String", "label": "String"},
    "branches": {"id": "String", "name": "String", "kind": "String", "synthetic": "Boolean"},
    "grids": {
        "id": "String",
        "name": "String",
        "branch_id": "String",
        "kind": "String",
        "status": "String",
        "stage": "String",
        "owner_id": "String",
    },
    "boundaries": {"id": "String", "name": "String", "kind": "String"},
    "streets": {"id": "String", "name": "String", "highway": "String"},
    "buildings": {"kind": "String"},
}


@dataclass(frozen=True)
class Zooms:
    """Range in which tiles have something to show."""

    low: int = 0
    high: int = 16


ZOOMS_OF_LAYER: Mapping[str, Zooms] = {"buildings": Zooms(low=15)}
"""Layers whose features are too small and too many for lower zooms."""


def tilejson(
    layer: str,
    fields: Mapping[str, Mapping[str, str]],
    *,
    url: str,
    bounds: tuple[float, float, float, float],
    version: int,
    zooms: Zooms = Zooms(),
) -> dict[str, Any]:
    """Describe a tile set of one layer or several.

    fields: layer -> property -> String, Number or Boolean. url: template with {z}, {x} and {y}. bounds: west, south,
    east, north in degrees. version: of the data; it makes the document's own version number, as TileJSON wants
    three parts.
    """
    west, south, east, north = bounds
    return {
        "tilejson": "3.0.0",
        "name": f"gridgeo {layer}",
        "description": f"{MARKETING_ONLY['zh']} / {MARKETING_ONLY['en']}",
        "version": f"{version}.0.0",
        "scheme": "xyz",
        "tiles": [url],
        "attribution": ATTRIBUTION_HTML,
        "minzoom": zooms.low,
        "maxzoom": zooms.high,
        "bounds": list(bounds),
        "center": [(west + east) / 2.0, (south + north) / 2.0, min(zooms.high, max(zooms.low, 11))],
        "vector_layers": [
            {"id": name, "fields": dict(own), "minzoom": zooms.low, "maxzoom": zooms.high, "description": name}
            for name, own in fields.items()
        ],
    }

"""TileJSON."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, FiniteFloat

from gridgeo_api.schemas.common import answer_config


class VectorLayer(BaseModel):
    """A layer of the tile set with the attributes of its features."""

    model_config = ConfigDict(extra="forbid")

    id: str
    description: str
    fields: dict[str, str]
    minzoom: int
    maxzoom: int


class TileJson(BaseModel):
    """TileJSON 3.0; breaks are the legend's class limits where the layer has a measure."""

    model_config = answer_config(
        {
            "tilejson": "3.0.0",
            "name": "cells",
            "scheme": "xyz",
            "tiles": ["http://127.0.0.1:8321/tiles/cells/{z}/{x}/{y}.mvt?measure=penetration&version=7"],
            "vector_layers": [
                {
                    "id": "cells",
                    "description": "H3 cells with one measure",
                    "fields": {"cell": "String", "penetration": "Number"},
                    "minzoom": 0,
                    "maxzoom": 14,
                }
            ],
            "minzoom": 0,
            "maxzoom": 14,
            "bounds": [9.47, 47.05, 9.64, 47.27],
            "attribution": "© OpenStreetMap contributors",
            "version": "1.0.0",
            "measure": "penetration",
            "breaks": [0.0, 0.1, 0.2, 0.3],
        }
    )

    tilejson: Literal["3.0.0"]
    name: str
    scheme: Literal["xyz"]
    tiles: list[str]
    vector_layers: list[VectorLayer]
    minzoom: int
    maxzoom: int
    bounds: tuple[FiniteFloat, FiniteFloat, FiniteFloat, FiniteFloat] | None
    attribution: str
    version: str
    measure: str | None
    breaks: list[FiniteFloat] | None

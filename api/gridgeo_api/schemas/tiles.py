"""TileJSON."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, FiniteFloat

from gridgeo_api.schemas.common import answer_config
from gridgeo_api.schemas.session import DATA_DATES, DataDates


class VectorLayer(BaseModel):
    """A layer of the tile set with the properties of its features."""

    model_config = ConfigDict(extra="forbid")

    id: str
    description: str
    fields: dict[str, Literal["String", "Number", "Boolean"]]
    minzoom: int
    maxzoom: int


class TileJson(BaseModel):
    """TileJSON 3.0.0 with members of our own: the measure, the class limits of its legend, how fresh the data is."""

    model_config = answer_config(
        {
            "tilejson": "3.0.0",
            "name": "gridgeo cells",
            "description": "仅供营销,不用于授信审批 / for marketing only, not for credit decisions",
            "version": "7.0.0",
            "scheme": "xyz",
            "tiles": ["http://127.0.0.1:8321/tiles/v/7/cells/{z}/{x}/{y}.mvt?measure=penetration"],
            "attribution": "&copy; OpenStreetMap contributors, ODbL",
            "minzoom": 0,
            "maxzoom": 16,
            "bounds": [9.47, 47.05, 9.64, 47.27],
            "center": [9.555, 47.16, 11],
            "vector_layers": [
                {
                    "id": "cells",
                    "description": "cells",
                    "fields": {"cell": "String", "penetration": "Number"},
                    "minzoom": 0,
                    "maxzoom": 16,
                }
            ],
            "measure": "penetration",
            "breaks": [0.0, 0.1, 0.2, 0.3],
            "published_at": "2026-03-01T08:30:00+00:00",
            "data_dates": DATA_DATES,
        }
    )

    tilejson: Literal["3.0.0"]
    name: str
    description: str
    version: str
    scheme: Literal["xyz"]
    tiles: list[str]
    attribution: str
    minzoom: int
    maxzoom: int
    bounds: tuple[FiniteFloat, FiniteFloat, FiniteFloat, FiniteFloat]
    center: tuple[FiniteFloat, FiniteFloat, int]
    vector_layers: list[VectorLayer]
    measure: str | None
    breaks: list[FiniteFloat] | None
    published_at: datetime
    data_dates: DataDates

"""Change feed, polygons and the feed of parties."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, Field, FiniteFloat

from gridgeo_api.paging import PageQuery
from gridgeo_api.schemas.common import CELL, OTHER_CELL, Cell, answer_config

CELLS_CHANGED = {"added": [CELL], "removed": [], "moved": [OTHER_CELL]}
FIGURES_CHANGED = {"cells": [CELL], "before": [21.0], "after": [24.0]}
TERRITORY = {"branch_id": "b1", "id": "T-s1"}
TERRITORIES_CHANGED: dict[str, Any] = {
    "added": [],
    "removed": [TERRITORY],
    "changed": [
        {
            "branch_id": "b1",
            "id": "T-s2",
            "rm_id": "s2",
            "rm_id_before": "s2",
            "cells_gained": 3,
            "cells_lost": 0,
        }
    ],
}
PARTY = {
    "party_kind": "customer",
    "party_id": "c1",
    "name": "张**",
    "grid_id": "b1-1-1",
    "grid_name": "老街",
    "branch_id": "b1",
    "area_rm_id": "s1",
    "account_branch_id": "b1",
    "account_rm_id": "s2",
}


class CellsChanged(BaseModel):
    """Cells that came, went, or went to another branch."""

    model_config = answer_config(CELLS_CHANGED)

    added: list[Cell]
    removed: list[Cell]
    moved: list[Cell]


class FiguresChanged(BaseModel):
    """Figures of a measure that are others now; null where there is none."""

    model_config = answer_config(FIGURES_CHANGED)

    cells: list[Cell]
    before: list[FiniteFloat | None]
    after: list[FiniteFloat | None]


class TerritoryNamed(BaseModel):
    """A territory."""

    model_config = answer_config(TERRITORY)

    branch_id: str
    id: str


class TerritoryChanged(BaseModel):
    """A territory with other cells or another manager."""

    model_config = answer_config(TERRITORIES_CHANGED["changed"][0])

    branch_id: str
    id: str
    rm_id: str | None
    rm_id_before: str | None
    cells_gained: int
    cells_lost: int


class TerritoriesChanged(BaseModel):
    """Territories that came, went or changed."""

    model_config = answer_config(TERRITORIES_CHANGED)

    added: list[TerritoryNamed]
    removed: list[TerritoryNamed]
    changed: list[TerritoryChanged]


class Changes(BaseModel):
    """What changed from one publication to the live one, as the caller sees both."""

    model_config = answer_config(
        {
            "since": 7,
            "publication": 14,
            "published_at": "2026-03-01T08:30:00+00:00",
            "cells": CELLS_CHANGED,
            "measures": {"customers": FIGURES_CHANGED},
            "territories": TERRITORIES_CHANGED,
        }
    )

    since: int
    publication: int
    published_at: datetime
    cells: CellsChanged
    measures: dict[str, FiguresChanged]
    territories: TerritoriesChanged


class Polygons(BaseModel):
    """Polygons as GeoJSON; datum names what the coordinates are in."""

    model_config = answer_config(
        {
            "type": "FeatureCollection",
            "layer": "territories",
            "datum": "gcj02",
            "house_datum": "wgs84",
            "publication": 7,
            "features": [
                {
                    "type": "Feature",
                    "id": "T-s1",
                    "geometry": {"type": "MultiPolygon", "coordinates": []},
                    "properties": {"id": "T-s1"},
                }
            ],
        }
    )

    type: Literal["FeatureCollection"]
    layer: Literal["grids", "territories"]
    datum: Literal["wgs84", "gcj02", "bd09"]
    house_datum: str
    publication: int
    features: list[dict[str, Any]]


class PartyPlaced(BaseModel):
    """A party with its grid, its branch and its managers; the name is masked."""

    model_config = answer_config(PARTY)

    party_kind: Literal["customer", "merchant", "household"]
    party_id: str
    name: str | None
    grid_id: str | None
    grid_name: str | None
    branch_id: str | None
    area_rm_id: str | None
    account_branch_id: str | None
    account_rm_id: str | None


class PartyFeed(BaseModel):
    """A page of the feed; total counts what the other pages hold, too."""

    model_config = answer_config({"parties": [PARTY], "total": 1, "next": None})

    parties: list[PartyPlaced]
    total: int
    next: str | None


class FeedAsked(PageQuery):
    """Which page of the feed."""

    limit: int = Field(5000, ge=1, le=10_000, description="The most entries of a page.", examples=[5000])

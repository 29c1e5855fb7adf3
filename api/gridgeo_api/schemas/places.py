"""What is found by its name, and which publications there are."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, FiniteFloat

from gridgeo_api.schemas.common import CELL, Cell, answer_config


class Found(BaseModel):
    """One thing on the map; cell: the one that holds it, where that is known and in scope."""

    model_config = ConfigDict(extra="forbid")

    kind: Literal["cell", "branch", "place", "street", "customer"]
    id: str
    name: str | None
    branch_id: str | None
    lng: FiniteFloat | None
    lat: FiniteFloat | None
    cell: Cell | None


class FoundList(BaseModel):
    """What a text may mean, the likeliest first."""

    model_config = answer_config(
        {
            "found": [
                {
                    "kind": "branch",
                    "id": "b1",
                    "name": "Vaduz",
                    "branch_id": "b1",
                    "lng": 9.5215,
                    "lat": 47.141,
                    "cell": None,
                },
                {
                    "kind": "customer",
                    "id": "c1",
                    "name": "李**",
                    "branch_id": "b1",
                    "lng": 9.5209,
                    "lat": 47.1402,
                    "cell": CELL,
                },
            ]
        }
    )

    found: list[Found]


class PublicationLine(BaseModel):
    """One publication: score is the version of its scores; resolution of its cells."""

    model_config = ConfigDict(extra="forbid")

    id: int
    published_at: datetime
    resolution: int
    score: int
    live: bool


class Publications(BaseModel):
    """Every publication that can still be read, newest first."""

    model_config = answer_config(
        {
            "publications": [
                {
                    "id": 7,
                    "published_at": "2026-03-01T08:30:00+00:00",
                    "resolution": 9,
                    "score": 5,
                    "live": True,
                }
            ]
        }
    )

    publications: list[PublicationLine]

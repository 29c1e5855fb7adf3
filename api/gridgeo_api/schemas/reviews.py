"""Doubtful locations: what is shown of them, what is decided about them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat

from gridgeo.pipeline.review.decisions import DecisionKind
from gridgeo_api.schemas.common import answer_config

WAITING: dict[str, Any] = {
    "id": 12,
    "party_kind": "customer",
    "branch_id": "b1",
    "house": "Landstrasse 9, 9490 Vaduz",
    "status": "open",
    "revision": 3,
    "reasons": ["far from its own address"],
    "lng": 9.5571,
    "lat": 47.1588,
    "tier": "given",
    "accuracy_m": 15.0,
    "confidence": None,
    "matched": None,
    "outcome": "placed",
    "parties": 3,
    "effect": 1.5,
}
CANDIDATE: dict[str, Any] = {
    "candidate": 1,
    "lng": 9.5221,
    "lat": 47.1402,
    "tier": "exact",
    "accuracy_m": 24.0,
    "score": 0.9982,
    "matched": "Landstrasse 9, Vaduz",
    "source": "address",
}
ENTRY: dict[str, Any] = {
    "decision": 40,
    "id": 12,
    "kind": "place",
    "house": "Landstrasse 9, 9490 Vaduz",
    "lng": 9.5223,
    "lat": 47.1403,
    "precision_m": 20.0,
    "actor": "anna",
    "role": "branch_manager",
    "at": "2026-03-01T08:30:00+00:00",
    "undoes": None,
}


class LocationFields(BaseModel):
    """One house or point: how it stands in the newest locations, null where it is doubtful no longer."""

    model_config = ConfigDict(extra="forbid")

    id: int
    party_kind: str
    branch_id: str | None
    house: str | None
    status: str
    revision: int
    reasons: list[str]
    lng: float | None
    lat: float | None
    tier: str | None
    accuracy_m: float | None
    confidence: float | None
    matched: str | None
    outcome: str | None
    parties: int | None
    effect: float | None


class LocationQueue(BaseModel):
    """One page of what waits; open counts all of it, next leads to the page behind."""

    model_config = answer_config({"version": 9, "open": 1, "items": [WAITING], "next": None})

    version: int
    open: int
    items: list[LocationFields]
    next: str | None


class Candidate(BaseModel):
    """A place that a location may be at; score is the confidence of the answer, null for a point without one."""

    model_config = ConfigDict(extra="forbid")

    candidate: int
    lng: float
    lat: float
    tier: str
    accuracy_m: float | None
    score: float | None
    matched: str | None
    source: str


class Concerned(BaseModel):
    """A party at the location, with address and point as they were delivered."""

    model_config = ConfigDict(extra="forbid")

    party_kind: str
    party_id: str
    address: str | None
    lng: float | None
    lat: float | None


class LocationEntry(BaseModel):
    """One decision of the log; lng and lat are null where the location was rejected or the decision undone."""

    model_config = ConfigDict(extra="forbid")

    decision: int
    id: int
    kind: str
    house: str | None
    lng: float | None
    lat: float | None
    precision_m: float | None
    actor: str
    role: str
    at: datetime
    undoes: int | None


class LocationItem(LocationFields):
    """One location with its candidates, the likeliest first, whom it concerns, and its log, newest first."""

    model_config = answer_config(
        WAITING
        | {
            "candidates": [CANDIDATE],
            "concerns": [
                {
                    "party_kind": "customer",
                    "party_id": "c1",
                    "address": "Landstr. 9, Vaduz",
                    "lng": 9.5571,
                    "lat": 47.1588,
                }
            ],
            "history": [],
        }
    )

    candidates: list[Candidate]
    concerns: list[Concerned]
    history: list[LocationEntry]


class LocationHistory(BaseModel):
    """Decisions about locations, newest first; next leads to the page behind."""

    model_config = answer_config({"decisions": [ENTRY], "next": None})

    decisions: list[LocationEntry]
    next: int | None


class LocationDecided(BaseModel):
    """What a decision did; repeated says that the same key had done it before."""

    model_config = answer_config(
        {
            "id": 12,
            "decision": 40,
            "kind": "place",
            "status": "placed",
            "revision": 4,
            "house": "Landstrasse 9, 9490 Vaduz",
            "lng": 9.5223,
            "lat": 47.1403,
            "precision_m": 20.0,
            "undoes": None,
            "repeated": False,
        }
    )

    id: int
    decision: int
    kind: str
    status: str
    revision: int
    house: str | None
    lng: float | None
    lat: float | None
    precision_m: float | None
    undoes: int | None
    repeated: bool


class LocationDecision(BaseModel):
    """A decision: accept; choose (candidate); place (lng, lat, and datum where it is not the store's); reject; undo."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"decision": "place", "lng": 9.5223, "lat": 47.1403, "datum": "wgs84"}]},
    )

    decision: DecisionKind
    candidate: int | None = Field(None, ge=1, le=1_000_000)
    lng: FiniteFloat | None = Field(None, ge=-180, le=180)
    lat: FiniteFloat | None = Field(None, ge=-90, le=90)
    datum: str | None = Field(None, max_length=20)

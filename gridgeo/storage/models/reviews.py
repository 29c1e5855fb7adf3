"""Doubtful locations that wait for a person, what was decided about them, and whom they concern."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from gridgeo.storage.models.base import CLUSTERED, Base, Json, Versioned, json_check
from gridgeo.storage.types import RowId


class ReviewItem(Base):
    """One house, or one point without an address, that a branch's parties are at; it keeps its number through all runs.

    `revision` counts what happened to it: every run that lists it and every decision.
    """

    __tablename__ = "review_item"
    __table_args__ = (sa.Index(None, "key"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    party_kind: Mapped[str]
    branch_id: Mapped[str | None]
    key: Mapped[str]
    house: Mapped[str | None]
    status: Mapped[str]
    revision: Mapped[int]


class LocationReview(Versioned, Base):
    """How an item stood in one location version; the worst have the largest effect."""

    __tablename__ = "location_review"
    __table_args__ = (sa.Index(None, "version_id", "effect", "item_id"), json_check("candidates"), CLUSTERED)

    item_id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True, autoincrement=False)
    reasons: Mapped[str]
    lng: Mapped[float | None]
    lat: Mapped[float | None]
    tier: Mapped[str]
    accuracy_m: Mapped[float | None]
    confidence: Mapped[float | None]
    matched: Mapped[str | None]
    outcome: Mapped[str]
    parties: Mapped[int]
    effect: Mapped[float]
    candidates: Mapped[Json]


class ReviewParty(Base):
    """Whom an item concerns: the only link between a decision and a person, taken out when the person is erased."""

    __tablename__ = "review_party"
    __table_args__ = (sa.Index(None, "party_kind", "party_id"), CLUSTERED)

    item_id: Mapped[int] = mapped_column(RowId, sa.ForeignKey("review_item.id"), primary_key=True, autoincrement=False)
    party_kind: Mapped[str] = mapped_column(primary_key=True)
    party_id: Mapped[str] = mapped_column(primary_key=True)


class ReviewDecision(Base):
    """One decision, never changed: who found what about which house, as a row of the gazetteer; undo names another."""

    __tablename__ = "review_decision"
    __table_args__ = (
        sa.UniqueConstraint("item_id", "idempotency_key"),
        json_check("args"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    item_id: Mapped[int] = mapped_column(RowId, sa.ForeignKey("review_item.id"), index=True)
    kind: Mapped[str]
    key: Mapped[str]
    house: Mapped[str | None]
    lng: Mapped[float | None]
    lat: Mapped[float | None]
    precision_m: Mapped[float | None]
    known: Mapped[bool]
    args: Mapped[Json]
    actor_id: Mapped[str]
    actor_role: Mapped[str]
    at: Mapped[datetime]
    undoes: Mapped[int | None] = mapped_column(RowId)
    idempotency_key: Mapped[str | None]


class ProviderAnswer(Base):
    """What a geocoder that the bank hosts answered to an address; that it knows none is kept too, a failure is not."""

    __tablename__ = "provider_answer"
    __table_args__ = (json_check("answer"), CLUSTERED)

    provider: Mapped[str] = mapped_column(primary_key=True)
    query: Mapped[str] = mapped_column(primary_key=True)
    answer: Mapped[Json]
    fetched_at: Mapped[datetime]

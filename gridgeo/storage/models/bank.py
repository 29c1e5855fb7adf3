"""The bank: org units, staff, customers, and the gazetteer their addresses are found in."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from gridgeo.storage.models.base import Base, BigInt, Versioned


class OrgUnit(Versioned, Base):
    """Head office, branch or outlet; a head office may stand nowhere on the map."""

    __tablename__ = "org_unit"

    id: Mapped[str] = mapped_column(primary_key=True)
    parent_id: Mapped[str | None]
    name: Mapped[str]
    kind: Mapped[str]
    lng: Mapped[float | None]
    lat: Mapped[float | None]
    synthetic: Mapped[bool]


class Staff(Versioned, Base):
    """A relationship manager or lead with working hours."""

    __tablename__ = "staff"
    __table_args__ = (sa.Index(None, "version_id", "org_unit_id"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    org_unit_id: Mapped[str]
    name: Mapped[str]
    post: Mapped[str]
    hours_per_week: Mapped[float]
    synthetic: Mapped[bool]


class Customer(Versioned, Base):
    """A customer as delivered; every value but the account's branch may be unknown."""

    __tablename__ = "customer"
    __table_args__ = (sa.Index(None, "version_id", "branch_id"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    branch_id: Mapped[str]
    account_rm_id: Mapped[str | None]
    tier: Mapped[str | None]
    address: Mapped[str | None]
    locality: Mapped[str | None]
    age_band: Mapped[str | None]
    products: Mapped[int | None]
    balance_fen: Mapped[BigInt | None]
    last_contact_on: Mapped[date | None]
    contacts_12m: Mapped[int | None]
    synthetic: Mapped[bool]


class GazetteerEntry(Versioned, Base):
    """A known address, street, place or town."""

    __tablename__ = "gazetteer"

    id: Mapped[str] = mapped_column(primary_key=True)
    lng: Mapped[float]
    lat: Mapped[float]
    street: Mapped[str | None]
    number: Mapped[str | None]
    unit: Mapped[str | None]
    locality: Mapped[str | None]
    city: Mapped[str | None]
    postcode: Mapped[str | None]
    name: Mapped[str | None]
    kind: Mapped[str]
    source: Mapped[str | None]
    precision_m: Mapped[float | None]

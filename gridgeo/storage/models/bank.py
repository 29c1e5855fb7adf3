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
    party: Mapped[str | None]
    name: Mapped[str | None]
    phone: Mapped[str | None]
    occupation: Mapped[str | None]
    tags: Mapped[str | None]
    product_ids: Mapped[str | None]
    village_code: Mapped[str | None]
    household_id: Mapped[str | None]
    lng: Mapped[float | None]
    lat: Mapped[float | None]
    consent: Mapped[bool | None]
    do_not_contact: Mapped[bool | None]
    source: Mapped[str | None]
    basis: Mapped[str | None]
    expires_on: Mapped[date | None]
    opened_on: Mapped[date | None]
    second_product_on: Mapped[date | None]


class Household(Versioned, Base):
    """A household of the register; its head's name is personal."""

    __tablename__ = "household"

    id: Mapped[str] = mapped_column(primary_key=True)
    address: Mapped[str | None]
    building_id: Mapped[str | None]
    head: Mapped[str | None]
    members: Mapped[int | None]
    status: Mapped[str | None]
    village_code: Mapped[str | None]
    lng: Mapped[float | None]
    lat: Mapped[float | None]
    source: Mapped[str | None]
    dated_on: Mapped[date | None]


class Product(Versioned, Base):
    """A product that customers hold."""

    __tablename__ = "product"

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    kind: Mapped[str | None]


class Price(Versioned, Base):
    """The internal price of a product, of balances or of a contact."""

    __tablename__ = "price"

    id: Mapped[str] = mapped_column(primary_key=True)
    margin_share: Mapped[float | None]
    margin_fen: Mapped[BigInt | None]
    fee_fen: Mapped[BigInt | None]
    cost_fen: Mapped[BigInt | None]


class Contact(Versioned, Base):
    """One contact of a member of staff with a party."""

    __tablename__ = "contact"
    __table_args__ = (sa.Index(None, "version_id", "party_kind", "party_id"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    party_kind: Mapped[str]
    party_id: Mapped[str]
    staff_id: Mapped[str | None]
    channel: Mapped[str | None]
    contacted_on: Mapped[date]
    outcome: Mapped[str | None]


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

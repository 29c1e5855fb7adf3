"""Customers and merchants as lists."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from gridgeo_api.limits import MAX_CURSOR, MAX_TEXT, NO_CONTROL
from gridgeo_api.paging import PageQuery
from gridgeo_api.schemas.common import CELL, answer_config

Text = Annotated[str, Field(min_length=1, max_length=MAX_TEXT, pattern=NO_CONTROL)]
CUSTOMER: dict[str, Any] = {
    "id": "c1",
    "branch_id": "b1",
    "account_rm_id": "s1",
    "party": None,
    "tier": "core",
    "age_band": "30-44",
    "name": "李**",
    "phone": "****07",
    "address": "****",
    "products": 2,
    "balance_fen": 9_000_000,
    "last_contact_on": "2026-02-01",
    "contacts_12m": 3,
    "consent": True,
    "do_not_contact": False,
    "synthetic": True,
}
MERCHANT: dict[str, Any] = {
    "id": "m1",
    "name": "Landgasthof",
    "industry": "food",
    "cell": CELL,
    "branch_id": "b1",
    "own": False,
}


class CustomersAsked(BaseModel):
    """Which customers are listed, ordered by id."""

    model_config = ConfigDict(extra="forbid")

    limit: int = Field(100, ge=1, le=1000, description="The most entries of a page.", examples=[100])
    cursor: Annotated[str, Field(min_length=1, max_length=MAX_CURSOR, pattern=NO_CONTROL)] | None = Field(
        None, description="`next` of the page before.", examples=["WyJjdXN0b21lcnMiLCJjMSJd"]
    )
    branch_id: Text | None = Field(None, description="Only those of this branch's accounts.", examples=["b1"])
    account_rm_id: Text | None = Field(None, description="Only those whose account this manager has.", examples=["s1"])
    tier: Text | None = Field(None, description="Only this tier: high_end, core or basic.", examples=["core"])
    unmask: bool = Field(
        False, description="Names, phones and addresses whole; noted in the audit log.", examples=[False]
    )


class CustomerRow(BaseModel):
    """One customer; balance_fen is null for helpers, personal columns are masked unless they were asked for whole."""

    model_config = answer_config(CUSTOMER)

    id: str
    branch_id: str
    account_rm_id: str | None
    party: str | None
    tier: str | None
    age_band: str | None
    name: str | None
    phone: str | None
    address: str | None
    products: int | None
    balance_fen: int | None
    last_contact_on: date | None
    contacts_12m: int | None
    consent: bool | None
    do_not_contact: bool | None
    synthetic: bool | None


class Customers(BaseModel):
    """One page of customers. masked: the columns that are not shown whole."""

    model_config = answer_config(
        {"customers": [CUSTOMER], "masked": ["name", "phone", "address"], "total": 1, "next": None}
    )

    customers: list[CustomerRow]
    masked: list[str]
    total: int
    next: str | None


class MerchantsAsked(PageQuery):
    """Which merchants are listed."""

    limit: int = Field(1000, ge=1, le=10_000, description="The most entries of a page.", examples=[100])
    branch_id: Text | None = Field(None, description="Only those in this branch's catchment.", examples=["b1"])


class MerchantRow(BaseModel):
    """One merchant. own: it stands in the bank's own list."""

    model_config = answer_config(MERCHANT)

    id: str
    name: str | None
    industry: str | None
    cell: str
    branch_id: str | None
    own: bool


class Merchants(BaseModel):
    """One page of merchants. With `fields` an entry has those only."""

    model_config = answer_config({"merchants": [MERCHANT], "total": 1, "next": None})

    merchants: list[MerchantRow]
    total: int
    next: str | None

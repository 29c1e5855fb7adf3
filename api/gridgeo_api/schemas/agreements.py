"""What planners agree on: the cadence table, the policy of accounts and areas, specialists of grids."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat

from gridgeo.pipeline.territories.account_policy import Follows
from gridgeo_api.limits import MAX_TEXT, NO_CONTROL
from gridgeo_api.paging import PageQuery
from gridgeo_api.schemas.common import answer_config

MOST_ROWS = 1_000
Text = Annotated[str, Field(min_length=1, max_length=MAX_TEXT, pattern=NO_CONTROL)]
Amount = Annotated[FiniteFloat, Field(ge=0, le=1e9)]
Manager = Literal["account_rm", "area_rm"]
ROW: dict[str, Any] = {
    "tier": "high_end",
    "channel": "visit",
    "period": "month",
    "n": 1.0,
    "minimum_gap_days": 14,
    "minutes": 45.0,
}
HOURS: dict[str, Any] = {
    "visits_a_trip": 5.0,
    "between_visits_s": 300.0,
    "unknown_travel_s": 1800.0,
    "weeks_a_year": 44.0,
    "contact_share": 0.5,
}
PAID: dict[str, Any] = {"from_month": 0, "account_rm_percent": 100.0, "area_rm_percent": 0.0}
POLICY: dict[str, Any] = {
    "contact": ["account_rm", "area_rm"],
    "paid": [PAID],
    "account_follows_area": "on_consent",
    "dormant_months": 12,
}
OVERLAY: dict[str, Any] = {
    "id": 1,
    "feature_id": "I-1",
    "staff_id": "s5",
    "branch_id": "b1",
    "starts_on": "2027-01-01",
    "ends_on": None,
    "actor_id": "anna",
    "at": "2026-03-01T08:30:00+00:00",
}


class CadenceLine(BaseModel):
    """How often customers of a tier are contacted by a channel: n times a period, minutes each."""

    model_config = answer_config(ROW)

    tier: Text
    channel: Text
    period: Text
    n: Amount
    minimum_gap_days: Annotated[int, Field(ge=0, le=10_000)] = 0
    minutes: Amount


class CadenceWanted(BaseModel):
    """A cadence table; what is left out of travel and hours is as usual."""

    model_config = answer_config({"rows": [ROW], "weeks_a_year": 44.0})

    rows: Annotated[list[CadenceLine], Field(min_length=1, max_length=MOST_ROWS)]
    visits_a_trip: Amount | None = None
    between_visits_s: Amount | None = None
    unknown_travel_s: Amount | None = None
    weeks_a_year: Amount | None = None
    contact_share: Amount | None = None


class CadenceTable(BaseModel):
    """The cadence table that counts now; policy: its number, null for the example that nobody decided."""

    model_config = answer_config({"policy": 3, "example": False, "note": None, "rows": [ROW]} | HOURS)

    policy: int | None
    example: bool
    note: str | None
    rows: list[CadenceLine]
    visits_a_trip: float
    between_visits_s: float
    unknown_travel_s: float
    weeks_a_year: float
    contact_share: float


class PaidShares(BaseModel):
    """Who is paid for a customer from a month after the day of effect on; the shares sum to 100 percent."""

    model_config = answer_config(PAID)

    from_month: Annotated[int, Field(ge=0, le=1_200)]
    account_rm_percent: Annotated[FiniteFloat, Field(ge=0, le=100)]
    area_rm_percent: Annotated[FiniteFloat, Field(ge=0, le=100)]


class AccountPolicyWanted(BaseModel):
    """Who may contact a customer, who is paid, when the account goes to the area's manager."""

    model_config = answer_config(POLICY)

    contact: Annotated[list[Manager], Field(min_length=1, max_length=2)] = ["account_rm", "area_rm"]
    paid: Annotated[list[PaidShares], Field(min_length=1, max_length=MOST_ROWS)]
    account_follows_area: Follows = "never"
    dormant_months: Annotated[int, Field(ge=1, le=120)] = 12


class AccountPolicyTold(AccountPolicyWanted):
    """The policy that counts now; policy: its number, null for the example that nobody decided."""

    model_config = answer_config({"policy": 4, "example": False, "note": None} | POLICY)

    policy: int | None
    example: bool
    note: str | None


class Overlay(BaseModel):
    """A specialist of an industry or cohort grid, from a day to a day; branch_id null: for every branch."""

    model_config = answer_config(OVERLAY)

    id: int
    feature_id: str
    staff_id: str
    branch_id: str | None
    starts_on: date
    ends_on: date | None
    actor_id: str
    at: datetime


class Overlays(BaseModel):
    """Specialists in scope, one page of them."""

    model_config = answer_config({"overlays": [OVERLAY], "total": 1, "next": None})

    overlays: list[Overlay]
    total: int
    next: str | None


class OverlaysAsked(PageQuery):
    """Which specialists are listed."""

    feature_id: Text | None = Field(None, description="Only those of this grid.", examples=["I-1"])
    on: date | None = Field(None, description="Only those on duty on this day.", examples=["2027-01-01"])


class OverlayWanted(BaseModel):
    """Who is to be the specialist of which grid; starts_on: today without it."""

    model_config = answer_config({"feature_id": "I-1", "staff_id": "s5", "starts_on": "2027-01-01"})

    feature_id: Text
    staff_id: Text
    branch_id: Text | None = None
    starts_on: date | None = None
    ends_on: date | None = None


class OverlayEnd(BaseModel):
    """The last day of a specialist; today without it."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"ends_on": "2027-06-30"}]})

    ends_on: date | None = None

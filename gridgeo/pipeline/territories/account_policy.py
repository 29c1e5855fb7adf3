"""The policy of accounts and areas (管户, 属地): who may contact, who is paid, when the account follows the area."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any, Literal, cast, get_args

import orjson
import sqlalchemy as sa

from gridgeo.domain import Actor
from gridgeo.errors import InvalidInputError
from gridgeo.pipeline.steps import require_money, require_planner
from gridgeo.storage.agreements import newest_policy, put_policy, require_policy

Follows = Literal["never", "on_consent", "on_dormancy"]
FOLLOWS: tuple[str, ...] = get_args(Follows)
MANAGERS = ("account_rm", "area_rm")
EXAMPLE_NOTE = "example, decided by nobody: set your own by gridgeo territory policy set"
SHARE_SLACK = 1e-6


@dataclass(frozen=True)
class Paid:
    """Who is paid for a customer from a month after the plan's day of effect on; both shares sum to 1."""

    from_month: int
    account_share: float
    area_share: float


@dataclass(frozen=True)
class AccountPolicy:
    """Who may contact a customer, who is paid, and whose account it becomes.

    contact: which of both managers may contact. paid: by month, ascending from 0. follows: when the account goes to the
    area's manager: never, on_consent (the customer agreed), on_dormancy (no contact for dormant_months).
    """

    contact: tuple[str, ...]
    paid: tuple[Paid, ...]
    follows: Follows
    dormant_months: int = 12
    example: bool = False
    id: int | None = None

    def paid_at(self, month: int) -> Paid:
        """Return the shares that hold so many months after the day of effect."""
        return [row for row in self.paid if row.from_month <= month][-1]

    def as_json(self) -> dict[str, Any]:
        """Return the policy as plain values, shares in percent."""
        return {
            "policy": self.id,
            "example": self.example,
            "note": EXAMPLE_NOTE if self.example else None,
            "contact": list(self.contact),
            "paid": [
                {
                    "from_month": row.from_month,
                    "account_rm_percent": round(100 * row.account_share, 6),
                    "area_rm_percent": round(100 * row.area_share, 6),
                }
                for row in self.paid
            ],
            "account_follows_area": self.follows,
            "dormant_months": self.dormant_months,
        }


EXAMPLE = AccountPolicy(
    contact=MANAGERS,
    paid=(Paid(0, 1.0, 0.0), Paid(6, 0.5, 0.5), Paid(12, 0.0, 1.0)),
    follows="on_consent",
    example=True,
)
"""An example to edit: the account's manager is paid whole for half a year, half for another, then the area's."""


def account_policy(connection: sa.Connection) -> AccountPolicy:
    """Return the policy that counts now, the labelled example where none is stored."""
    record = newest_policy(connection, "account")
    return EXAMPLE if record is None else policy_from_json(record.body, record.id)


def show_policy(connection: sa.Connection, actor: Actor) -> dict[str, Any]:
    """Return the policy that counts now."""
    require_money(actor)
    return account_policy(connection).as_json()


def set_policy(
    connection: sa.Connection, actor: Actor, body: Mapping[str, Any], now: datetime, expected: int | None = None
) -> dict[str, Any]:
    """Store a policy; it counts from now on, and the ones before stay on record.

    expected: number of the policy that it is to replace, 0 for the example, None for whichever counts. Raises
    ConflictError when another one counts.
    """
    require_planner(actor)
    if expected is not None:
        require_policy(connection, "account", expected)
    wanted = policy_from_json(body).as_json()
    put_policy(connection, actor, "account", {key: wanted[key] for key in wanted if key not in ("policy", "note")}, now)
    return show_policy(connection, actor)


def policy_from_text(text: str, kind: str) -> dict[str, Any]:
    """Read a policy out of a file's text, toml or json."""
    try:
        body = tomllib.loads(text) if kind == "toml" else orjson.loads(text)
    except (tomllib.TOMLDecodeError, orjson.JSONDecodeError) as error:
        raise InvalidInputError("the policy cannot be read: {detail}", detail=str(error)) from error
    if not isinstance(body, dict):
        raise InvalidInputError("the policy cannot be read: {detail}", detail="no table of names")
    return body


def policy_from_json(body: Mapping[str, Any], policy_id: int | None = None) -> AccountPolicy:
    """Read a policy: ``contact``, ``paid``, ``account_follows_area``, ``dormant_months``.

    Raises InvalidInputError naming what does not fit: shares that do not sum to 100 %, months that do not rise from 0.
    """
    known = {"policy", "example", "note", "contact", "paid", "account_follows_area", "dormant_months"}
    unknown = sorted(set(body) - known)
    if unknown:
        raise InvalidInputError(
            "policy: {name} is not known; known are {known}", name=unknown[0], known=", ".join(sorted(known))
        )
    contact = body.get("contact", list(MANAGERS))
    if not isinstance(contact, list) or not contact or not set(contact) <= set(MANAGERS):
        raise InvalidInputError(
            "policy: contact must be some of {known}, got {given}", known=", ".join(MANAGERS), given=contact
        )
    follows = body.get("account_follows_area", "never")
    if follows not in FOLLOWS:
        raise InvalidInputError(
            "policy: account_follows_area must be one of {known}, got {given}", known=", ".join(FOLLOWS), given=follows
        )
    dormant = body.get("dormant_months", 12)
    if not isinstance(dormant, int) or isinstance(dormant, bool) or not 1 <= dormant <= 120:
        raise InvalidInputError("policy: dormant_months must be 1 to 120, got {given}", given=dormant)
    return AccountPolicy(
        contact=tuple(name for name in MANAGERS if name in contact),
        paid=_paid(body.get("paid")),
        follows=cast(Follows, follows),
        dormant_months=dormant,
        example=bool(body.get("example", False)),
        id=policy_id,
    )


def _paid(rows: Any) -> tuple[Paid, ...]:  # noqa: ANN401 - out of a file
    if not isinstance(rows, list) or not rows:
        raise InvalidInputError("policy: paid needs rows of from_month, account_rm_percent, area_rm_percent")
    paid = tuple(_paid_row(number, row) for number, row in enumerate(rows, 1))
    months = [row.from_month for row in paid]
    if months[0] != 0 or any(late <= early for early, late in pairwise(months)):
        raise InvalidInputError("policy: months of paid must rise from 0, got {given}", given=months)
    return paid


def _paid_row(number: int, row: Any) -> Paid:  # noqa: ANN401 - out of a file
    fields = ("from_month", "account_rm_percent", "area_rm_percent")
    values = [row.get(name) for name in fields] if isinstance(row, dict) else [None]
    numbers = [float(value) for value in values if isinstance(value, int | float) and not isinstance(value, bool)]
    if len(numbers) < len(fields):
        raise InvalidInputError("policy: row {row} of paid needs {fields}", row=number, fields=", ".join(fields))
    month, account, area = numbers
    if account < 0 or area < 0 or abs(account + area - 100) > 100 * SHARE_SLACK:
        raise InvalidInputError(
            "policy: shares of row {row} must sum to 100 %, got {account} + {area}",
            row=number,
            account=account,
            area=area,
        )
    if month != int(month) or month < 0:
        raise InvalidInputError("policy: months of paid must rise from 0, got {given}", given=month)
    return Paid(int(month), account / 100.0, area / 100.0)

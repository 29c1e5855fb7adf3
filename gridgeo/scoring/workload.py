"""Hours a year that a cell's customers ask of a relationship manager."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike

from gridgeo.domain import FloatArray
from gridgeo.domain.words import TIERS
from gridgeo.errors import InvalidInputError
from gridgeo.scoring.checks import one_column

Period = Literal["month", "quarter", "half_year", "year"]
PERIODS_A_YEAR: dict[Period, int] = {"month": 12, "quarter": 4, "half_year": 2, "year": 1}
Channel = Literal["visit", "phone"]


@dataclass(frozen=True)
class CadenceRow:
    """How often customers of a tier are contacted: `times` in each `period`, `minutes` each, by one channel."""

    tier: str
    channel: Channel
    period: Period
    times: float
    minutes: float
    minimum_gap_days: int = 0


@dataclass(frozen=True)
class CadencePolicy:
    """Cadence of all tiers and what a trip costs.

    visits_a_trip: visits that share one trip from the branch and back. between_visits_s: way from door to door within
    a trip. unknown_travel_s: seconds to the branch where the road network has no answer; None makes that an error.
    example: true for a policy nobody has decided on.
    """

    rows: tuple[CadenceRow, ...]
    visits_a_trip: float
    between_visits_s: float
    unknown_travel_s: float | None = None
    example: bool = False


EXAMPLE_POLICY = CadencePolicy(
    rows=(
        CadenceRow("high_end", "visit", "month", 1, 45, 20),
        CadenceRow("core", "visit", "quarter", 1, 30, 45),
        CadenceRow("basic", "visit", "half_year", 1, 20, 90),
    ),
    visits_a_trip=5,
    between_visits_s=300,
    unknown_travel_s=1_800,
    example=True,
)
"""An example to edit, not a recommendation: one bank visits its largest customers monthly, the next quarterly, the
rest half-yearly. Minutes, trips and the travel time where none is known are assumed."""


def workload_hours(
    customers: ArrayLike,
    travel_s: ArrayLike,
    policy: CadencePolicy = EXAMPLE_POLICY,
    tiers: tuple[str, ...] = TIERS,
) -> FloatArray:
    """Return the hours a year that each cell's customers take, talk and travel together.

    customers: expected customers, shape (n_cells, n_tiers), columns in the order of tiers; travel_s: seconds from the
    branch to the cell one way, shape (n_cells,), not-a-number where unknown. Travel counts for visits only: a trip
    goes out and back once for visits_a_trip visits. Returns shape (n_cells,); 0 where nobody is.
    Raises InvalidInputError on negative or missing counts, on a tier without cadence, and on unknown travel to a cell
    with visits when the policy has no answer for it.
    """
    table = _customer_table(customers, tiers)
    _check_policy(policy, tiers)
    talk_minutes = table @ _yearly(policy, tiers, "minutes")
    visits = table @ _yearly(policy, tiers, "visits")
    trip_s = 2 * _travel(one_column(travel_s, "travel_s", len(table)), visits, policy)
    moving_s = visits * (trip_s / policy.visits_a_trip + policy.between_visits_s)
    return talk_minutes / 60 + moving_s / 3600


def _yearly(policy: CadencePolicy, tiers: tuple[str, ...], what: Literal["minutes", "visits"]) -> FloatArray:
    total = np.zeros(len(tiers))
    for row in policy.rows:
        if row.tier in tiers:
            contacts = row.times * PERIODS_A_YEAR[row.period]
            each = row.minutes if what == "minutes" else float(row.channel == "visit")
            total[tiers.index(row.tier)] += contacts * each
    return total


def _travel(travel_s: FloatArray, visits: FloatArray, policy: CadencePolicy) -> FloatArray:
    if bool(np.any(travel_s < 0)):
        raise InvalidInputError("travel_s must not be negative, got {low}", low=float(np.nanmin(travel_s)))
    unknown = ~np.isfinite(travel_s)
    asked = np.flatnonzero(unknown & (visits > 0))
    if asked.size and policy.unknown_travel_s is None:
        raise InvalidInputError(
            "travel time of the cell at position {position} is unknown and the cadence policy has no value for it",
            position=int(asked[0]),
        )
    return np.where(unknown, policy.unknown_travel_s or 0.0, travel_s)


def _customer_table(customers: ArrayLike, tiers: tuple[str, ...]) -> FloatArray:
    table = np.asarray(customers, dtype=np.float64)
    if table.ndim != 2 or table.shape[1] != len(tiers):
        raise InvalidInputError(
            "customers by tier must have {tiers} columns, got shape {given}", tiers=len(tiers), given=table.shape
        )
    bad = np.argwhere(~np.isfinite(table) | (table < 0))
    if bad.size:
        raise InvalidInputError(
            "{name} must be finite and not negative; cell at position {position} has {value}",
            name=f"customers of tier {tiers[bad[0][1]]}",
            position=int(bad[0][0]),
            value=float(table[tuple(bad[0])]),
        )
    return table


def _check_policy(policy: CadencePolicy, tiers: tuple[str, ...]) -> None:
    missing = sorted(set(tiers) - {row.tier for row in policy.rows})
    if missing:
        raise InvalidInputError("cadence policy has no row for tier {tier}", tier=", ".join(missing))
    wrong = [row.tier for row in policy.rows if not _row_is_sound(row)]
    if wrong or policy.visits_a_trip < 1 or policy.between_visits_s < 0:
        raise InvalidInputError(
            "cadence policy needs times and minutes of 0 or more, a known period and channel, and at least one visit "
            "a trip; wrong in {tiers}",
            tiers=", ".join(wrong) or "trip",
        )


def _row_is_sound(row: CadenceRow) -> bool:
    known = row.period in PERIODS_A_YEAR and row.channel in get_args(Channel)
    return known and row.times >= 0 and row.minutes >= 0

"""Org units and staff of a synthetic bank: generic names, posts split by expected customers."""

from __future__ import annotations

import numpy as np
import polars as pl

from gridgeo.demo.bank_spec import BankSpec
from gridgeo.domain import FloatArray, IntArray
from gridgeo.domain.tables import ORG_UNITS, STAFF, checked
from gridgeo.errors import InvalidInputError
from gridgeo.sources import Ground

HEAD_OFFICE = "HO"
FULL_TIME_HOURS, PART_TIME_HOURS = 40.0, 32.0
PART_TIME_EVERY = 4
"""Every fourth relationship manager works four days a week."""


def branch_table(ground: Ground, spec: BankSpec) -> pl.DataFrame:
    """Return ORG_UNITS: a head office without a position, and the branches at their places.

    Raises InvalidInputError when the ground has no bank point a branch is planned at.
    """
    sites = dict(zip(ground.branch_sites["id"], ground.branch_sites.select("lng", "lat").rows(), strict=True))
    rows: list[tuple[object, ...]] = [
        (HEAD_OFFICE, None, "Demo bank head office (synthetic)", "head_office", None, None, True)
    ]
    for plan in spec.branches:
        if plan.site is not None and plan.site not in sites:
            raise InvalidInputError(
                "branch {branch}: the ground has no bank point {site}", branch=plan.id, site=plan.site
            )
        lng, lat = sites[plan.site] if plan.site is not None else (plan.lng, plan.lat)
        rows.append((plan.id, HEAD_OFFICE, f"Demo bank {plan.place} (synthetic)", "branch", lng, lat, True))
    return pl.DataFrame(rows, schema=ORG_UNITS, orient="row")


def posts(weights: FloatArray, total: int) -> IntArray:
    """Split posts over branches in proportion to the weights, one at least each.

    Source: Webster / Sainte-Lague highest averages with odd divisors.
    Raises InvalidInputError when there are fewer posts than branches.
    """
    n = len(weights)
    if total < n:
        raise InvalidInputError(
            "{branches} branches need at least as many managers, got {given}", branches=n, given=total
        )
    seats = np.arange(1, total + 1)
    quotient = np.round(weights[:, None] / (2 * seats[None, :] - 1), 6)
    # The first seat of a branch stands before all others, so that nobody goes without.
    quotient[:, 0] += quotient.max() + 1.0
    branch = np.repeat(np.arange(n), total)
    best = np.lexsort((branch, -quotient.ravel()))[:total]
    return np.bincount(branch[best], minlength=n).astype(np.int64)


def staff_table(branch_ids: list[str], managers: IntArray) -> pl.DataFrame:
    """Return STAFF: the managers of each branch and one lead a branch, with neutral names."""
    home = np.repeat(np.array(branch_ids, dtype=object), managers)
    number = np.arange(1, len(home) + 1)
    hours = np.where(number % PART_TIME_EVERY == 0, PART_TIME_HOURS, FULL_TIME_HOURS)
    rms = pl.DataFrame(
        {
            "id": [f"RM{n:02d}" for n in number],
            "org_unit_id": home,
            "name": [f"RM {n:02d}" for n in number],
            "post": "rm",
            "hours_per_week": hours,
            "synthetic": True,
        }
    )
    leads = pl.DataFrame(
        {
            "id": [f"L{n:02d}" for n in range(1, len(branch_ids) + 1)],
            "org_unit_id": branch_ids,
            "name": [f"Lead {n:02d}" for n in range(1, len(branch_ids) + 1)],
            "post": "lead",
            "hours_per_week": FULL_TIME_HOURS,
            "synthetic": True,
        }
    )
    return checked(pl.concat([rms, leads]), STAFF, "staff")

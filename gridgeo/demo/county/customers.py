"""Customers of the county's bank: whose household they are of, how the bank writes their address, what it knows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from gridgeo.demo.county.address import PARTS, address_forms, written
from gridgeo.demo.county.layout import Layout
from gridgeo.demo.county.people import person_names
from gridgeo.demo.county.spec import CountySpec
from gridgeo.demo.customers import AGE_SHARES, account_rms, dealings_of, drawn_index
from gridgeo.domain import FloatArray, IntArray
from gridgeo.domain.tables import CUSTOMER_NOTES, CUSTOMERS, checked_with_notes
from gridgeo.domain.words import AGE_BANDS, TIERS

CHANCE_BY_STATUS = {"resident": 1.0, "working_away": 0.5, "empty_registration": 0.08, "moved": 0.25}
HIGH_END_SHARE, CORE_SHARE = (0.03, 0.12), (0.20, 0.40)
"""Typical and largest share of customers of the tier in a village."""
READING_M = 8.0
"""A position taken on a visit is off by up to this much, either way."""
PHONE_FIRST = 10_000_000_000
"""No mobile number of China begins with 100."""
OCCUPATIONS = ("务农", "务工", "个体户", "教师", "公务员", "医护", "退休", "司机", "学生家长", "企业职工")


@dataclass(frozen=True)
class Clients:
    """customers: CUSTOMERS and CUSTOMER_NOTES. truth: `part.Truths.customers`."""

    customers: pl.DataFrame
    truth: pl.DataFrame


def branch_id(town: pl.Expr) -> pl.Expr:
    """Return the branch of a town."""
    return pl.format("B{}", town + 1)


def clients_in(
    layout: Layout, homes: pl.DataFrame, numbers: tuple[int, int], staff: pl.DataFrame, rng: np.random.Generator
) -> Clients:
    """Draw customers out of households, one a household at most.

    homes: household, at_town, village_row, members, status, head, x, y, door_x, door_y, village_code, old_town,
    old_village and PARTS. numbers: of the first customer, and how many. staff: STAFF of the whole bank.
    """
    first, count = numbers
    chosen = np.sort(_drawn(layout, homes, count, rng))
    rows = homes[chosen].with_columns(
        pl.format("C{}", (first + 1 + pl.int_range(len(chosen))).cast(pl.String).str.zfill(8)).alias("id")
    )
    others = layout.towns["name"].to_numpy()
    step = rng.integers(1, max(len(others), 2), rows.height)
    other = others[(rows["at_town"].to_numpy() + step) % len(others)]
    rows = rows.with_columns(pl.Series("other_town", other.tolist()))
    forms = address_forms(rows, rng)
    text = written(rows, forms, rng)
    known = _known(layout, rows, staff, rng)
    customers = pl.concat([rows.select("id"), text, known], how="horizontal")
    lng, lat = layout.plane.to_degrees(rows.select("x", "y").to_numpy())
    truth = rows.select("id", household_id("household"), "village_code", *PARTS).with_columns(
        forms, pl.Series("lng", lng), pl.Series("lat", lat)
    )
    return Clients(checked_with_notes(customers, CUSTOMERS, CUSTOMER_NOTES, "customers"), truth)


def household_id(column: str) -> pl.Expr:
    """Return the id of a household by its number."""
    return pl.format("H{}", (pl.col(column) + 1).cast(pl.String).str.zfill(9)).alias("household_id")


def _drawn(layout: Layout, homes: pl.DataFrame, count: int, rng: np.random.Generator) -> IntArray:
    """Draw households with chances by village and status, none twice: the earliest of exponential arrivals."""
    rate = layout.villages["rate"].to_numpy()[homes["village_row"].to_numpy()]
    chance = rate * homes["status"].replace_strict(CHANCE_BY_STATUS, return_dtype=pl.Float64).to_numpy()
    arrival = np.round(-np.log(1.0 - rng.random(homes.height)) / chance, 9)
    return np.argsort(arrival, kind="stable")[:count].astype(np.int64)


def _known(layout: Layout, rows: pl.DataFrame, staff: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """Return what else the bank knows of each customer."""
    spec, n = layout.spec, rows.height
    branch = _branches(layout, spec, rows["at_town"].to_numpy(), rng)
    tier = _tiers(layout.villages["wealth"].to_numpy()[rows["village_row"].to_numpy()], rng)
    age = np.array(AGE_BANDS, dtype=object)[drawn_index(np.array(AGE_SHARES), n, rng)]
    coded, given = rng.random(n) < spec.coded_share, rng.random(n) < spec.given_share
    own = pl.DataFrame(
        {
            "branch_id": branch,
            "account_rm_id": account_rms(branch, staff, rng),
            "tier": tier,
            "age_band": pl.Series(age.tolist(), dtype=pl.String),
            "name": person_names(n, rng),
            "phone": (PHONE_FIRST + pl.Series(rng.integers(0, 10**8, n))).cast(pl.String),
            "occupation": np.array(OCCUPATIONS)[rng.integers(0, len(OCCUPATIONS), n)].tolist(),
            "village_code": rows["village_code"].set(pl.Series(~coded), None),
            "household_id": rows.select(household_id("household")).to_series().set(pl.Series(~coded), None),
            "consent": rng.random(n) < 0.8,
            "do_not_contact": rng.random(n) < 0.02,
        }
    )
    point = _readings(layout, rows.select("door_x", "door_y").to_numpy(), given, rng)
    fixed = {"party": "customer", "tags": None, "product_ids": None, "source": None, "basis": None, "expires_on": None}
    return pl.concat([own, point, dealings_of(own["tier"], spec.as_of, rng)], how="horizontal").with_columns(
        pl.lit(True).alias("synthetic"), *(pl.lit(value).alias(name) for name, value in fixed.items())
    )


def _branches(layout: Layout, spec: CountySpec, town: IntArray, rng: np.random.Generator) -> pl.Series:
    """Return the branch of each account: mostly the own town's, for some another one's."""
    count = layout.towns.height
    far = rng.random(len(town)) < spec.far_account
    other = (town + rng.integers(1, count, len(town))) % count
    return (
        pl.DataFrame({"town": np.where(far, other, town)})
        .select(branch_id(pl.col("town")).alias("branch_id"))
        .to_series()
    )


def _tiers(wealth: FloatArray, rng: np.random.Generator) -> pl.Series:
    high = np.round(np.minimum(HIGH_END_SHARE[0] * np.exp(0.5 * wealth), HIGH_END_SHARE[1]), 6)
    core = np.round(np.minimum(CORE_SHARE[0] * np.exp(0.2 * wealth), CORE_SHARE[1]), 6)
    chance = rng.random(len(wealth))
    at = (chance >= high).astype(np.int64) + (chance >= high + core).astype(np.int64)
    return pl.Series("tier", np.array(TIERS, dtype=object)[at].tolist(), pl.String)


def _readings(layout: Layout, doors: FloatArray, given: np.ndarray, rng: np.random.Generator) -> pl.DataFrame:
    """Return lng, lat of the customers whose position was taken on a visit, null for the others."""
    off = np.round(rng.uniform(-READING_M, READING_M, doors.shape), 2)
    lng, lat = layout.plane.to_degrees(doors + off)
    absent = pl.Series(~given)
    return pl.DataFrame({"lng": pl.Series(lng).set(absent, None), "lat": pl.Series(lat).set(absent, None)})

"""The synthetic customers: where they live, what tier they are of, what the bank knows of them."""

from __future__ import annotations

from datetime import date

import numpy as np
import numpy.typing as npt
import polars as pl

from gridgeo.demo.address_text import quotas, written
from gridgeo.demo.bank_spec import BankSpec
from gridgeo.demo.fields import Fields
from gridgeo.domain import FloatArray, IntArray
from gridgeo.domain.words import AGE_BANDS, TIERS

WEIGHT_UNIT = 1e9
"""Chances are turned into whole numbers before anything is drawn, so that every platform draws the same."""
AGE_SHARES = (0.19, 0.27, 0.30, 0.24)
CONTACT_GAP_DAYS = {"high_end": 75, "core": 200, "basic": 500}
"""The longest time since the last contact, by tier; the typical one is half of it."""
CONTACTS_A_YEAR = {"high_end": 14, "core": 6, "basic": 3}
NEVER_CONTACTED_SHARE = 0.08
BALANCE_BASE_FEN = {"high_end": 100_000_000, "core": 10_000_000, "basic": 400_000}
BALANCE_DOUBLINGS = 3.5
"""Balances of a tier lie between its base and 2 to the power of this times the base."""
BALANCE_STEP_FEN = 10_000


def drawn_index(weight: FloatArray, n: int, rng: np.random.Generator) -> IntArray:
    """Draw n positions with chances in proportion to the weights."""
    whole = np.round(weight / weight.sum() * WEIGHT_UNIT).astype(np.int64)
    upto = np.cumsum(whole)
    return np.searchsorted(upto, rng.integers(0, upto[-1], n), side="right").astype(np.int64)


def customers_of(
    homes: pl.DataFrame, fields: Fields, rms: pl.DataFrame, spec: BankSpec, rng: np.random.Generator
) -> pl.DataFrame:
    """Return the columns of CUSTOMERS and `form` (how the address was spoiled), one row a home, in the given order.

    homes: one row a customer with cell (position), branch_id, street, number, town, postcode, other_town.
    """
    n = homes.height
    cell = homes["cell"].to_numpy()
    tier = _tiers(fields.high_end[cell], fields.core[cell], rng)
    forms = quotas(spec.forms, n, rng)
    text = written(homes.with_columns(forms), rng)
    age = np.array(AGE_BANDS, dtype=object)[drawn_index(np.array(AGE_SHARES), n, rng)]
    known = pl.DataFrame(
        {
            "id": [f"C{number:06d}" for number in range(1, n + 1)],
            "branch_id": homes["branch_id"],
            "account_rm_id": account_rms(homes["branch_id"], rms, rng),
            "tier": pl.Series(tier.tolist(), dtype=pl.String),
            "age_band": pl.Series(age.tolist(), dtype=pl.String),
            "synthetic": pl.Series(np.ones(n, dtype=np.bool_)),
        }
    )
    return pl.concat(
        [known, text, dealings_of(pl.Series("tier", tier.tolist(), pl.String), spec.as_of, rng)], how="horizontal"
    ).with_columns(forms)


def _tiers(high_end: FloatArray, core: FloatArray, rng: np.random.Generator) -> npt.NDArray[np.object_]:
    chance = rng.random(len(high_end))
    at = (chance >= high_end).astype(np.int64) + (chance >= high_end + core).astype(np.int64)
    return np.asarray(np.array(TIERS, dtype=object)[at], dtype=np.object_)


def account_rms(branch_id: pl.Series, rms: pl.DataFrame, rng: np.random.Generator) -> pl.Series:
    """Give every customer a manager of the branch, at random.

    branch_id: of each account. rms: STAFF; every branch has a manager among them.
    """
    staffed = rms.filter(pl.col("post") == "rm").sort("id").group_by("org_unit_id", maintain_order=True).agg("id")
    joined = pl.DataFrame({"org_unit_id": branch_id}).join(staffed, on="org_unit_id", how="left", maintain_order="left")
    turn = pl.Series("turn", rng.integers(0, 1 << 30, len(branch_id)))
    size = pl.col("id").list.len().cast(pl.Int64)
    return joined.with_columns(turn).select(pl.col("id").list.get(pl.col("turn") % size)).to_series()


def dealings_of(tier: pl.Series, as_of: date, rng: np.random.Generator) -> pl.DataFrame:
    """Return products, balance_fen, last_contact_on, contacts_12m by tier; consistent with each other."""
    n = len(tier)
    frame = pl.DataFrame({"tier": tier, "u": rng.random(n), "v": rng.random(n), "w": rng.random(n), "z": rng.random(n)})
    gap = pl.col("tier").replace_strict(CONTACT_GAP_DAYS, return_dtype=pl.Float64)
    base = pl.col("tier").replace_strict(BALANCE_BASE_FEN, return_dtype=pl.Float64)
    most = pl.col("tier").replace_strict(CONTACTS_A_YEAR, return_dtype=pl.Float64)
    own = {"high_end": 3.0, "core": 2.0, "basic": 1.0}
    days = (1 + pl.col("u") * gap).floor().cast(pl.Int64)
    never = pl.col("z") < NEVER_CONTACTED_SHARE
    recent = ~never & (days <= 365)
    doublings = pl.lit(2.0).pow(pl.col("v") * BALANCE_DOUBLINGS)
    return frame.select(
        (pl.col("tier").replace_strict(own, return_dtype=pl.Float64) + (pl.col("w") * 3).floor())
        .cast(pl.Int32)
        .alias("products"),
        ((base * doublings / BALANCE_STEP_FEN).round() * BALANCE_STEP_FEN).cast(pl.Int64).alias("balance_fen"),
        pl.when(~never).then(pl.lit(as_of) - pl.duration(days=days)).cast(pl.Date).alias("last_contact_on"),
        pl.when(recent).then(1 + (pl.col("z") * most).floor()).otherwise(0).cast(pl.Int32).alias("contacts_12m"),
    )

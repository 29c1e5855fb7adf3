"""What the synthetic customers hold and since when, and internal prices; all of it made up and labelled so."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import polars as pl

from gridgeo.domain import IntArray
from gridgeo.domain.tables import PRICES, PRODUCTS
from gridgeo.sources import Bank

OWN_STREAM = 6
"""Drawn apart from the bank itself, which stays the same with and without holdings."""
CATALOGUE = (
    ("DEP", "Deposit (synthetic)", "deposit", 0, 0, 100),
    ("CARD", "Card (synthetic)", "payment", 300, 500, 200),
    ("PAY", "Payments (synthetic)", "payment", 0, 400, 100),
    ("LOAN", "Loan (synthetic)", "loan", 6_000, 0, 1_500),
    ("FUND", "Fund (synthetic)", "investment", 900, 700, 300),
    ("INS", "Insurance (synthetic)", "insurance", 0, 1_200, 300),
)
"""id, name, kind, and margin, fee and cost in fen a holder and month."""
BALANCE_SHARE, CONTACT_FEN = 0.012, 2_500
OLDEST_DAYS, SECOND_WITHIN_DAYS = 3_650, 900


def with_holdings(bank: Bank, seed: int, as_of: date) -> Bank:
    """Return the bank with a catalogue of products and prices, and what each customer holds since when.

    Every customer holds as many products as the bank says, the deposit first. The same arguments give the same bank.
    """
    rng = np.random.Generator(np.random.PCG64([seed, OWN_STREAM]))
    count = np.clip(bank.customers["products"].fill_null(0).to_numpy().astype(np.int64), 0, len(CATALOGUE))
    opened = rng.integers(30, OLDEST_DAYS, len(count))
    second = np.minimum(rng.integers(7, SECOND_WITHIN_DAYS, len(count)), opened)
    days = pl.DataFrame({"opened": -opened, "second": second - opened})
    first_day, second_day = (
        days.select(pl.lit(as_of) + pl.duration(days=name)).to_series().cast(pl.Date) for name in ("opened", "second")
    )
    customers = bank.customers.with_columns(
        product_ids=_held(count, rng),
        opened_on=first_day,
        second_product_on=second_day.zip_with(pl.Series(count >= 2), pl.Series([None], dtype=pl.Date)),
    )
    return replace(bank, customers=customers, products=_products(), prices=_prices())


def _held(count: IntArray, rng: np.random.Generator) -> pl.Series:
    """Return the ids of so many products each, joined by ``;``, null for none."""
    chance = rng.random((len(count), len(CATALOGUE)))
    chance[:, 0] = -1.0
    order = np.argsort(chance, axis=1)
    names = np.array([row[0] for row in CATALOGUE])[order]
    columns = {str(at): np.where(at < count, names[:, at], "") for at in range(len(CATALOGUE))}
    joined = pl.DataFrame(columns).select(pl.concat_str(pl.all(), separator=";").str.strip_chars(";")).to_series()
    return joined.set(pl.Series(count == 0), None).rename("product_ids")


def _products() -> pl.DataFrame:
    return pl.DataFrame([row[:3] for row in CATALOGUE], schema=PRODUCTS, orient="row")


def _prices() -> pl.DataFrame:
    rows: list[tuple[object, ...]] = [(row[0], None, *row[3:]) for row in CATALOGUE]
    rows += [("balance", BALANCE_SHARE, None, None, None), ("contact", None, None, None, CONTACT_FEN)]
    return pl.DataFrame(rows, schema=PRICES, orient="row")

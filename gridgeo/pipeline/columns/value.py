"""What customers bring at internal prices, and what the potential of a cell would."""

from __future__ import annotations

import numpy as np
import polars as pl

from gridgeo.domain import FloatArray
from gridgeo.pipeline.columns.column import Basis, Column, Found
from gridgeo.pipeline.columns.rates import exploded
from gridgeo.scoring.checks import sums_by
from gridgeo.scoring.contribution import CustomerPrices, contribution_fen, gross_fen
from gridgeo.scoring.notes import note

NO_PRICES = note("no internal prices: import prices")
NOTHING_TO_PRICE = note("no customer has a balance or names a product: import customers with them")
MEASURES = ("contribution_fen", "potential_value_fen")
NAMED = 20


def valued(basis: Basis) -> Found:
    """Return contribution and potential value, in fen a month."""
    facts = basis.given.facts
    if facts.prices.is_empty():
        return Found({}, absent=dict.fromkeys(MEASURES, NO_PRICES))
    rows = facts.customers
    if not rows["balance_fen"].count() and not rows["product_ids"].count():
        return Found({}, absent=dict.fromkeys(MEASURES, NOTHING_TO_PRICE))
    prices = _prices(facts.prices)
    margin, cost, unknown = _products(rows, facts.prices)
    balance = rows["balance_fen"].cast(float).fill_null(np.nan).to_numpy()
    gross = gross_fen(balance, margin, prices)
    brought = contribution_fen(gross, cost, rows["services_12m"].fill_null(np.nan).to_numpy(), prices)
    share = rows["share"].to_numpy()
    total = sums_by(rows["at"].to_numpy(), brought * share, len(basis.given.cells))
    mean = float((gross * share).sum() / share.sum()) if share.sum() > 0 else float("nan")
    columns = {"contribution_fen": Column(total)}
    if np.isfinite(mean):
        potential = basis.fits.potential
        low, high = (np.sort([potential.low * mean, potential.high * mean], axis=0)[at] for at in (0, 1))
        columns["potential_value_fen"] = Column(potential.value * mean, low, high, potential.evidence)
    said = {
        "margin_a_customer_fen": mean if np.isfinite(mean) else None,
        "with_balance": int(rows["balance_fen"].count()),
        "with_products": int(rows["product_ids"].count()),
        "rows": rows.height,
        "products_without_price": unknown,
    }
    return Found(columns, {"contribution": said})


def _prices(table: pl.DataFrame) -> CustomerPrices:
    found = {row["id"]: row for row in table.iter_rows(named=True)}
    balance, contact = found.get("balance", {}), found.get("contact", {})
    return CustomerPrices(float(balance.get("margin_share") or 0.0), float(contact.get("cost_fen") or 0.0))


def _products(rows: pl.DataFrame, prices: pl.DataFrame) -> tuple[FloatArray, FloatArray, list[str]]:
    """Return margins with fees and costs of what each row holds, a month, and products that have no price."""
    held = exploded(rows.select("product_ids"))
    gross = pl.col("margin_fen").fill_null(0) + pl.col("fee_fen").fill_null(0)
    priced = prices.select(pl.col("id").alias("product"), gross=gross.cast(pl.Float64), cost="cost_fen")
    joined = held.join(priced, on="product", how="left", maintain_order="left")
    at = joined["row"].cast(pl.Int64).to_numpy()
    margin = sums_by(at, joined["gross"].fill_null(0.0).to_numpy(), rows.height)
    cost = sums_by(at, joined["cost"].cast(float).fill_null(0.0).to_numpy(), rows.height)
    unknown = joined.filter(pl.col("gross").is_null())["product"].unique().sort().head(NAMED).to_list()
    return margin, cost, unknown

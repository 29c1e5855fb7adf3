"""Penetration of parts of the customers, shrunk as the whole is: tiers, products, cohorts, merchants of an industry."""

from __future__ import annotations

import re
from collections.abc import Iterable

import numpy as np
import polars as pl

from gridgeo.domain import FloatArray
from gridgeo.domain.measures import Measure
from gridgeo.domain.sums import sum_of
from gridgeo.domain.words import INDUSTRIES, TIERS
from gridgeo.pipeline.columns.column import Basis, Column, Found
from gridgeo.scoring import Shrunk, shrink_penetration
from gridgeo.scoring.basis import Rate
from gridgeo.scoring.checks import sums_by
from gridgeo.scoring.groups import counts_by_group
from gridgeo.scoring.notes import note

MOST_PRODUCTS = 20
"""A column each would be too many beyond; those with the most holders are taken."""
METHOD = "beta-binomial-1"
NO_PRODUCT_IDS = note("no customer names a product: import customers with a column product_ids")
NO_COHORTS = note("the store has no cohort grid: add one with gridgeo cohort create")
NO_MERCHANT_CUSTOMERS = note("no merchant names its customer: import merchants with a column customer_id")


def rated(basis: Basis) -> Found:
    """Return the penetration of each tier: its customers per person of the cell."""
    given = basis.given
    rates = {tier: _rate(basis, given.by_tier[:, at]) for at, tier in enumerate(TIERS)}
    columns = {f"penetration_{tier}": _column(rate.shrunk) for tier, rate in rates.items()}
    return Found(columns, rates=rates)


def _rate(basis: Basis, customers: FloatArray) -> Rate:
    return Rate(customers, shrink_penetration(customers, basis.fits.corrected.people, basis.given.pairs))


def _column(shrunk: Shrunk) -> Column:
    return Column(shrunk.value, shrunk.low, shrunk.high, shrunk.evidence)


def of_merchants(basis: Basis) -> Found:
    """Return the share of the merchants of each industry that are customers."""
    rows, own, n_cells = basis.given.merchant_rows, basis.given.facts.merchant_customer, len(basis.given.cells)
    names = [f"penetration_merchants_{name}" for name in INDUSTRIES]
    if own is None:
        return Found({}, absent=dict.fromkeys(names, NO_MERCHANT_CUSTOMERS))
    of_all = counts_by_group(rows["at"].to_numpy(), rows["industry"], INDUSTRIES, n_cells)
    mine = rows.filter(own)
    held = counts_by_group(mine["at"].to_numpy(), mine["industry"], INDUSTRIES, n_cells)
    return Found({name: _shrunk(basis, held[:, at], of_all[:, at]) for at, name in enumerate(names)})


def of_products(basis: Basis) -> Found:
    """Return the penetration of each product of the bank: those who hold it per person of the cell."""
    rows = basis.given.facts.customers
    if not rows["product_ids"].count():
        return Found({}, absent={"penetration_product": NO_PRODUCT_IDS})
    held = exploded(rows.select("at", "share", "product_ids"))
    named = dict(basis.given.facts.products.select("id", "name").iter_rows())
    sizes = held.group_by("product").agg(sum_of("share")).sort("share", "product", descending=[True, False])
    chosen = sizes["product"].head(MOST_PRODUCTS).sort().to_list()
    held = held.filter(pl.col("product").is_in(chosen))
    at, share = held["at"].to_numpy(), held["share"].to_numpy()
    counts = counts_by_group(at, held["product"], tuple(chosen), len(basis.given.cells), share)
    columns, measures = {}, []
    for column, (product, name) in enumerate(zip(chosen, ids_of("penetration_product", chosen), strict=True)):
        columns[name] = shrunk_of(basis, counts[:, column])
        measures.append(
            _measure(name, f"产品渗透率：{named.get(product, product)}", f"Penetration of product {product}")
        )
    left = sizes.height - len(chosen)
    return Found(columns, {"products": {"taken": chosen, "left_out": left}}, measures=tuple(measures))


def of_cohorts(basis: Basis) -> Found:
    """Return the penetration of each cohort grid of the store: its members per person of the cell."""
    rows, cohorts = basis.given.facts.customers, basis.given.facts.cohorts
    if not cohorts:
        return Found({}, absent={"penetration_cohort": NO_COHORTS})
    columns, measures = {}, []
    for cohort, name in zip(cohorts, ids_of("penetration_cohort", [each.id for each in cohorts]), strict=True):
        mine = rows.filter(cohort.member)
        count = sums_by(mine["at"].to_numpy(), mine["share"].to_numpy(), len(basis.given.cells))
        columns[name] = shrunk_of(basis, count)
        measures.append(_measure(name, f"客群渗透率：{cohort.name}", f"Penetration of cohort {cohort.name}"))
    return Found(columns, measures=tuple(measures))


def exploded(rows: pl.DataFrame) -> pl.DataFrame:
    """Return a row for each product held, `product` in place of product_ids; a product named twice is held once."""
    listed = rows.with_row_index("row").with_columns(pl.col("product_ids").str.split(";")).explode("product_ids")
    product = pl.col("product_ids").str.strip_chars()
    named = listed.with_columns(product=product).filter(pl.col("product").str.len_chars() > 0)
    return named.unique(["row", "product"], maintain_order=True).drop("product_ids")


def ids_of(prefix: str, names: Iterable[str]) -> list[str]:
    """Return plain measure ids, a number added where two would be the same."""
    found: list[str] = []
    for name in names:
        plain = f"{prefix}_{re.sub(r'[^0-9a-z]+', '_', name.lower()).strip('_') or 'x'}"
        same = sum(other == plain or other.startswith(f"{plain}__") for other in found)
        found.append(f"{plain}__{same + 1}" if same else plain)
    return found


def shrunk_of(basis: Basis, customers: FloatArray) -> Column:
    """Return customers per person of the cell, shrunk, corrected by the placed share."""
    return _shrunk(basis, customers, basis.fits.corrected.people)


def _shrunk(basis: Basis, part: FloatArray, whole: FloatArray) -> Column:
    shrunk = shrink_penetration(part, whole, basis.given.pairs)
    return Column(shrunk.value, shrunk.low, shrunk.high, np.asarray(shrunk.evidence))


def _measure(name: str, name_zh: str, name_en: str) -> Measure:
    return Measure(name, name_zh, name_en, "share", "index", "up", METHOD)

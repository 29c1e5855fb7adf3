"""How deep the business with the customers goes: products, second sale, balances, services."""

from __future__ import annotations

import numpy as np

from gridgeo.pipeline.columns.column import Basis, Column, Found
from gridgeo.scoring import Note
from gridgeo.scoring.checks import sums_by
from gridgeo.scoring.groups import mean_by_cell
from gridgeo.scoring.notes import note
from gridgeo.scoring.shares import Part, share_by_cell

NO_PRODUCTS = note("no customer has a number of products: import customers with a column products")
NO_BALANCE = note("no customer has a balance: import customers with a column balance")
NO_SERVICES = note("no contact is known: import contacts, or customers with a column contacts_12m")


def deepened(basis: Basis) -> Found:
    """Return products per customer, second-sale rate, balances and services a customer a year."""
    columns: dict[str, Column] = {}
    absent: dict[str, Note] = {}
    for family in (_products, _balance, _services):
        found = family(basis)
        columns |= found.columns
        absent |= found.absent
    return Found(columns, {"services": {"counted_in": basis.given.facts.services_from}}, absent)


def _products(basis: Basis) -> Found:
    rows, n_cells = basis.given.facts.customers, len(basis.given.cells)
    if not rows["products"].count():
        return Found({}, absent=dict.fromkeys(("products_per_customer", "second_sale_rate"), NO_PRODUCTS))
    at, share = rows["at"].to_numpy(), rows["share"].to_numpy()
    held = rows["products"].cast(float).fill_null(np.nan).to_numpy()
    mean = mean_by_cell(at, share, held, n_cells)
    # Of those who hold one at all: a customer without any has nothing to be sold a second one beside.
    second = share_by_cell(at, share, np.where(held >= 1, held >= 2, np.nan), n_cells)
    return Found(
        {
            "products_per_customer": Column(mean.value, evidence=mean.evidence),
            "second_sale_rate": column_of(second),
        }
    )


def _balance(basis: Basis) -> Found:
    rows = basis.given.facts.customers
    if not rows["balance_fen"].count():
        return Found({}, absent={"balance_fen": NO_BALANCE})
    fen = rows["balance_fen"].cast(float).fill_null(0.0).to_numpy() * rows["share"].to_numpy()
    return Found({"balance_fen": Column(sums_by(rows["at"].to_numpy(), fen, len(basis.given.cells)))})


def _services(basis: Basis) -> Found:
    rows = basis.given.facts.customers
    if not rows["services_12m"].count():
        return Found({}, absent={"services_per_customer": NO_SERVICES})
    times = rows["services_12m"].fill_null(np.nan).to_numpy()
    mean = mean_by_cell(rows["at"].to_numpy(), rows["share"].to_numpy(), times, len(basis.given.cells))
    return Found({"services_per_customer": Column(mean.value, evidence=mean.evidence)})


def column_of(part: Part) -> Column:
    """Return a share as a column."""
    return Column(part.value, part.low, part.high, part.evidence)

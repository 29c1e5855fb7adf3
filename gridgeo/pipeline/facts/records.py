"""Facts aligned with a set of cells; each is None, or without rows, where the bank's data has nothing of the kind."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

import polars as pl

from gridgeo.domain import FloatArray, IntArray
from gridgeo.domain.tables import Contract, empty

CUSTOMER_FACTS: Contract = {
    "at": pl.Int64,
    "share": pl.Float64,
    "id": pl.String,
    "branch_id": pl.String,
    "products": pl.Int32,
    "product_ids": pl.String,
    "balance_fen": pl.Int64,
    "services_12m": pl.Float64,
}
"""One row a customer and cell: position of the cell, part of the customer in it, and what is known of the customer.

services_12m: effective contacts in the 12 months up to the day.
"""

PRODUCT_FACTS: Contract = {"id": pl.String, "name": pl.String}


@dataclass(frozen=True)
class Reachable:
    """Branches and the time of customers to them.

    supply: managers of each branch in full posts, shape (n_branches,). travel: (cell, branch, travel_s), one entry a
    cell and a branch within reach_s seconds.
    """

    supply: FloatArray
    travel: tuple[IntArray, IntArray, FloatArray]
    reach_s: float


@dataclass(frozen=True)
class Rivals:
    """Rivals' branches.

    near: how many within two rings of each cell, shape (n_cells,). travel_s: to the nearest one, None without roads,
    not-a-number where there is no way. total: how many there are on the ground.
    """

    near: FloatArray
    travel_s: FloatArray | None
    total: int


@dataclass(frozen=True)
class Cohort:
    """A cohort grid of the store: its id and name, and whether each row of the customers' facts belongs to it."""

    id: str
    name: str
    member: pl.Series


@dataclass(frozen=True)
class Facts:
    """What is known besides counts.

    as_of: the day that counts; None where nothing is dated. customers: CUSTOMER_FACTS. services_from: the table that
    services were counted in. households: at, contacted (within 12 months) of those registered that live there; None
    without a register. reachable: None without roads. rivals: None where there is no place of finance at all.
    """

    as_of: date | None = None
    customers: pl.DataFrame = field(default_factory=lambda: empty(CUSTOMER_FACTS))
    services_from: str | None = None
    products: pl.DataFrame = field(default_factory=lambda: empty(PRODUCT_FACTS))
    households: pl.DataFrame | None = None
    households_without_cell: int = 0
    reachable: Reachable | None = None
    rivals: Rivals | None = None
    cohorts: tuple[Cohort, ...] = ()

"""Facts aligned with a set of cells; each is None, or without rows, where the bank's data has nothing of the kind."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

import polars as pl

from gridgeo.domain import FloatArray, IntArray
from gridgeo.domain.tables import PRICES, PRODUCTS, Contract, empty
from gridgeo.features.life_cycle import EXAMPLE_STAGES, Stage

CUSTOMER_FACTS: Contract = {
    "at": pl.Int64,
    "share": pl.Float64,
    "id": pl.String,
    "branch_id": pl.String,
    "products": pl.Int32,
    "product_ids": pl.String,
    "balance_fen": pl.Int64,
    "services_12m": pl.Float64,
    "days_to_second": pl.Float64,
    "stage": pl.String,
}
"""One row a customer and cell: position of the cell, part of the customer in it, and what is known of the customer.

services_12m: effective contacts in the 12 months up to the day. days_to_second: from the first product to the second.
stage: of the customer's life on the day.
"""


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
class Doubts:
    """What may explain more customers than people, each of shape (n_cells,).

    at_one_point: largest number of customers at one position of the cell. border: whether a neighbour lies in another
    zone. years_old: years from the day of the denominators to the day that counts, not-a-number where unknown.
    """

    at_one_point: FloatArray
    border: FloatArray
    years_old: FloatArray


@dataclass(frozen=True)
class Facts:
    """What is known besides counts.

    as_of: the day that counts; None where nothing is dated. customers: CUSTOMER_FACTS. services_from: the table that
    services were counted in. stages: rule of the stages of life; example: nobody has decided on it. products, prices:
    PRODUCTS, PRICES. merchant_customer: for each merchant row whether it is a customer, None where nobody says.
    households: at, contacted (within 12 months) of those registered that live there; None without a register.
    reachable: None without roads. rivals: None where there is no place of finance at all.
    """

    as_of: date | None = None
    customers: pl.DataFrame = field(default_factory=lambda: empty(CUSTOMER_FACTS))
    services_from: str | None = None
    stages: tuple[Stage, ...] = EXAMPLE_STAGES
    stages_example: bool = True
    products: pl.DataFrame = field(default_factory=lambda: empty(PRODUCTS))
    prices: pl.DataFrame = field(default_factory=lambda: empty(PRICES))
    merchant_customer: pl.Series | None = None
    households: pl.DataFrame | None = None
    households_without_cell: int = 0
    reachable: Reachable | None = None
    rivals: Rivals | None = None
    cohorts: tuple[Cohort, ...] = ()
    doubts: Doubts | None = None

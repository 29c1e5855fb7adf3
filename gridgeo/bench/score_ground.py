"""A made-up ground for the benches of scores: cells of a square, branches, people, customers and merchants."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from gridgeo.cells import cells_from_points, cells_from_polygon, centres, parents, ring_pairs
from gridgeo.domain import CellArray, FloatArray, IntArray
from gridgeo.domain.tables import PRICES, checked
from gridgeo.domain.words import INDUSTRIES, TIERS
from gridgeo.features.life_cycle import EXAMPLE_STAGES
from gridgeo.pipeline.cell_inputs import PRIOR_RING, CellInputs
from gridgeo.pipeline.facts.records import CUSTOMER_FACTS, Cohort, Facts, Reachable, Rivals
from gridgeo.scoring import merchant_features
from gridgeo.scoring.groups import counts_by_group

RESOLUTION, BRANCH_RESOLUTION, ZONE_RESOLUTION = 9, 5, 6
INHABITED = 0.5
PRODUCTS = ("DEP", "CARD", "LOAN", "FUND")
AWAY_DEG = 0.0004
"""Customers and merchants stand up to so far from the middle of their cell."""


@dataclass(frozen=True)
class Parties:
    """Points and what is known of them; one row a customer or merchant.

    tier, industry: positions in TIERS and INDUSTRIES. products: number held; held: bits of PRODUCTS.
    """

    lng: FloatArray
    lat: FloatArray
    kind: IntArray


@dataclass(frozen=True)
class Made:
    """cells: ascending. people, households: shape (n_cells,). branch: position; customers, merchants: points."""

    cells: CellArray
    people: FloatArray
    branch: IntArray
    zone: IntArray
    customers: Parties
    merchants: Parties
    known: pl.DataFrame


def made_up(n_cells: int, n_customers: int, n_merchants: int, seed: int = 1) -> Made:
    """Make up a ground; the same arguments give the same one."""
    import shapely

    rng = np.random.default_rng(seed)
    side = np.sqrt(n_cells * 0.115) / 100.0
    cells = np.sort(cells_from_polygon(shapely.box(110.0, 30.0, 110.0 + side * 1.2, 30.0 + side), RESOLUTION))[:n_cells]
    people = np.where(rng.random(len(cells)) < INHABITED, rng.gamma(0.8, 60.0, len(cells)), 0.0).round(3)
    rate = 0.15 * np.exp(0.4 * rng.standard_normal(len(cells)))
    middle = centres(cells)
    home = rng.choice(len(cells), n_customers, p=people * rate / (people * rate).sum())
    shop = rng.choice(len(cells), n_merchants, p=(people + 5.0) / (people + 5.0).sum())
    tier = rng.choice(len(TIERS), n_customers, p=[0.05, 0.2, 0.75]).astype(np.int64)
    trade = rng.integers(0, len(INDUSTRIES), n_merchants)
    _, branch = np.unique(parents(cells, BRANCH_RESOLUTION), return_inverse=True)
    _, zone = np.unique(parents(cells, ZONE_RESOLUTION), return_inverse=True)
    return Made(
        cells=cells,
        people=people,
        branch=branch.astype(np.int64),
        zone=zone.astype(np.int64),
        customers=_around(middle, home, tier, rng),
        merchants=_around(middle, shop, trade, rng),
        known=_known(tier, rng),
    )


def _around(middle: tuple[FloatArray, FloatArray], at: IntArray, kind: IntArray, rng: np.random.Generator) -> Parties:
    away = rng.uniform(-AWAY_DEG, AWAY_DEG, (2, len(at)))
    return Parties(middle[0][at] + away[0], middle[1][at] + away[1], kind)


def _known(tier: IntArray, rng: np.random.Generator) -> pl.DataFrame:
    """Return what is known of each customer besides the point."""
    n = len(tier)
    count = rng.integers(1, len(PRODUCTS) + 1, n)
    lists = np.array([";".join(PRODUCTS[:number]) for number in range(len(PRODUCTS) + 1)])
    stages = np.array([stage.id for stage in EXAMPLE_STAGES])
    return pl.DataFrame(
        {
            "branch_id": pl.repeat("B", n, eager=True),
            "products": count,
            "product_ids": lists[count],
            "balance_fen": rng.integers(0, 10**7, n),
            "services_12m": rng.integers(0, 12, n),
            "days_to_second": np.where(count > 1, rng.integers(1, 900, n), -1),
            "stage": stages[rng.integers(0, len(stages), n)],
            "member": rng.random(n) < 0.3,
        }
    ).with_columns(pl.when(pl.col("days_to_second") >= 0).then("days_to_second"))


def inputs_of(made: Made) -> CellInputs:
    """Return what the scores start from, points brought to cells and counted."""
    cells, n_cells = made.cells, len(made.cells)
    at, shop = (_at(cells, party) for party in (made.customers, made.merchants))
    tiers, trades = np.array(TIERS)[made.customers.kind], np.array(INDUSTRIES)[made.merchants.kind]
    by_tier = counts_by_group(at, pl.Series(tiers), TIERS, n_cells)
    customers = by_tier.sum(axis=1)
    rows = pl.DataFrame({"at": shop, "industry": trades})
    travel_s = 60.0 + 900.0 * np.abs(np.sin(np.arange(n_cells)))
    ground = {"people": made.people, "building_area_m2": made.people * 30.0, "street_m": made.people + 100.0}
    return CellInputs(
        cells=cells,
        branch_ids=[f"B{number:04d}" for number in range(int(made.branch.max()) + 1)],
        branch_index=made.branch,
        zone=made.zone,
        travel_s=travel_s,
        pairs=ring_pairs(cells, PRIOR_RING),
        people_in=float(made.people.sum()),
        people_elsewhere=0.0,
        people=made.people,
        by_tier=by_tier,
        customers_in=len(at),
        customers_hard=customers,
        merchants=np.bincount(shop, minlength=n_cells).astype(np.float64),
        unplaced_by_zone=np.zeros(int(made.zone.max()) + 1),
        unplaced_elsewhere=0.0,
        features=pl.DataFrame(ground | {"travel_s": travel_s}).hstack(
            merchant_features(trades.tolist(), shop, n_cells)
        ),
        customer_rows=pl.DataFrame({"at": at}),
        merchant_rows=rows,
        denominators={"people": made.people, "households": made.people / 2.5},
        facts=_facts(made, at, shop, n_cells),
    )


def _at(cells: CellArray, party: Parties) -> IntArray:
    """Return the position of the cell of each point; those just outside the cells go to the nearest in order."""
    found = cells_from_points(party.lng, party.lat, RESOLUTION)
    return np.minimum(np.searchsorted(cells, found), len(cells) - 1).astype(np.int64)


def _facts(made: Made, at: IntArray, shop: IntArray, n_cells: int) -> Facts:
    rng = np.random.default_rng(2)
    whole = made.known.with_columns(
        pl.Series("at", at), share=pl.lit(1.0), id=pl.int_range(len(at)).cast(pl.String)
    ).select(list(CUSTOMER_FACTS))
    n_branches = int(made.branch.max()) + 1
    travel = (np.arange(n_cells), made.branch, 60.0 + 800.0 * np.abs(np.sin(np.arange(n_cells))))
    prices = [(name, None, 300, 100, 50) for name in PRODUCTS] + [("balance", 0.01, None, None, None)]
    homes = np.repeat(np.arange(n_cells), (made.people / 2.5).astype(np.int64))
    return Facts(
        as_of=date(2026, 6, 30),
        customers=checked(whole, CUSTOMER_FACTS, "customer facts"),
        services_from="contacts",
        prices=pl.DataFrame(prices, schema=PRICES, orient="row"),
        merchant_customer=pl.Series(rng.random(len(shop)) < 0.3),
        households=pl.DataFrame({"at": homes, "contacted": rng.random(len(homes)) < 0.4}),
        reachable=Reachable(np.full(n_branches, 5.0), travel, 900.0),
        rivals=Rivals(np.bincount(shop[::40], minlength=n_cells).astype(np.float64), travel[2], len(shop[::40])),
        cohorts=(Cohort("C-1", "cohort", made.known["member"]),),
    )

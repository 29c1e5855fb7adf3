"""Inputs of 19 cells around a point, two branches, everything in them by hand: what families of measures start from."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl

from gridgeo.cells import cells_around, cells_from_points, ring_pairs
from gridgeo.domain import FloatArray
from gridgeo.domain.tables import checked
from gridgeo.pipeline.cell_inputs import CellInputs
from gridgeo.pipeline.facts.records import CUSTOMER_FACTS
from gridgeo.scoring import merchant_features

N = 19
PEOPLE = np.array([0.0, 50, 80, 100, 20, 40, 60, 200, 10, 30, 70, 90, 110, 15, 25, 35, 45, 55, 65])
BY_TIER = np.column_stack([np.arange(N) % 2, np.arange(N) % 3, np.arange(N) % 5]).astype(np.float64)
SHOPS = [(3, "food"), (3, "food"), (3, "retail"), (7, "finance"), (8, "other")]
"""(position of the cell, industry) of every merchant."""


def given(**changes: Any) -> CellInputs:
    """Return the inputs, some of them changed."""
    cells = cells_around(cells_from_points([9.52], [47.14], 9), 2)
    rows = pl.DataFrame(SHOPS, schema={"at": pl.Int64, "industry": pl.String}, orient="row")
    made = CellInputs(
        cells=cells,
        branch_ids=["B1", "B2"],
        branch_index=(np.arange(N) >= 9).astype(np.int64),
        zone=np.zeros(N, dtype=np.int64),
        travel_s=np.linspace(60.0, 600.0, N),
        pairs=ring_pairs(cells, 2),
        people_in=float(PEOPLE.sum()),
        people_elsewhere=0.0,
        people=PEOPLE,
        by_tier=BY_TIER,
        customers_in=int(BY_TIER.sum()),
        customers_hard=BY_TIER.sum(axis=1),
        merchants=np.bincount(rows["at"].to_numpy(), minlength=N).astype(np.float64),
        unplaced_by_zone=np.zeros(1),
        unplaced_elsewhere=0.0,
        features=features_of(PEOPLE, rows),
        customer_rows=pl.DataFrame(),
        merchant_rows=rows,
    )
    return replace(made, **changes)


def features_of(people: FloatArray, shops: pl.DataFrame) -> pl.DataFrame:
    """Return the make-up of the cells."""
    ground = {"people": people, "building_area_m2": people * 30.0, "street_m": people * 4.0, "travel_s": people + 60.0}
    trade = merchant_features(shops["industry"].to_list(), shops["at"].to_numpy(), N)
    return pl.DataFrame(ground).hstack(trade)


def customers(
    rows: list[tuple[int, float, int | None, int | None, float | None]], **more: list[object]
) -> pl.DataFrame:
    """Return the facts of customers: position of the cell, share, products, balance_fen, services_12m; more by name."""
    frame = pl.DataFrame(rows, schema=["at", "share", "products", "balance_fen", "services_12m"], orient="row")
    names = pl.Series("id", [f"C{number}" for number in range(len(rows))])
    given_more = {name: pl.Series(name, values) for name, values in more.items()}
    nothing = {name: pl.lit(None) for name in CUSTOMER_FACTS if name not in (*frame.columns, *given_more)}
    whole = frame.with_columns(**nothing).with_columns(names, **given_more)
    return checked(whole.select(list(CUSTOMER_FACTS)), CUSTOMER_FACTS, "customer facts")

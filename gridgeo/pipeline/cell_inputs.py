"""What the scores of a ground's cells are computed from, gathered from the store into aligned arrays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import polars as pl
import shapely
import sqlalchemy as sa

from gridgeo.cells import cells_from_points, children, common_resolution, overlay_lengths, parents, ring_pairs
from gridgeo.cells.points import resolutions
from gridgeo.domain import BoolArray, CellArray, FloatArray, IntArray
from gridgeo.domain.words import TIERS, WATERWAYS
from gridgeo.pipeline.cell_groups import share_of_parent
from gridgeo.pipeline.denominators.on_cells import denominators_on_cells
from gridgeo.pipeline.facts.records import Facts
from gridgeo.pipeline.ground_cells import ground_cells, settlement_of
from gridgeo.pipeline.locate import OUTSIDE_CATCHMENTS, all_merchants
from gridgeo.pipeline.steps import Inputs
from gridgeo.pipeline.territories.cadence import cadence_of
from gridgeo.scoring import EXAMPLE_POLICY, CadencePolicy, merchant_features
from gridgeo.sources import Settlement
from gridgeo.storage import read_frame

PRIOR_RING = 2
"""Neighbours up to this grid distance inform a cell's prior (METHODS 10)."""


@dataclass(frozen=True)
class CellInputs:
    """Aligned by cell, cells ascending.

    branch_ids, ascending; branch_index: position in them. zone: position of the boundary. people_in: of the whole
    ground; people_elsewhere: those of them in other cells of the ground. by_tier: expected customers,
    shape (n_cells, n_tiers) in the order of TIERS. unplaced_by_zone: customers known to a street or town of the zone
    only; unplaced_elsewhere: customers known to none. features: make-up of the cells for the models. customer_rows: a
    row a customer and cell, id, at (position of the cell), share, hard, tier. merchant_rows: a row a merchant, at,
    industry, customer_id. denominators: name (people, households, businesses, and what else was imported as one) ->
    count of each cell; what is not known of the whole ground is not in it. accounts: of each, its source and where its
    sum went. facts: what else the bank knows, where it was read. cadence: the table
    that counts now, the example where none is stored.
    """

    cells: CellArray
    branch_ids: list[str]
    branch_index: IntArray
    zone: IntArray
    travel_s: FloatArray
    pairs: tuple[IntArray, IntArray]
    people_in: float
    people_elsewhere: float
    people: FloatArray
    by_tier: FloatArray
    customers_in: int
    customers_hard: FloatArray
    merchants: FloatArray
    unplaced_by_zone: FloatArray
    unplaced_elsewhere: float
    features: pl.DataFrame
    customer_rows: pl.DataFrame
    merchant_rows: pl.DataFrame
    denominators: Mapping[str, FloatArray] = field(default_factory=dict)
    accounts: Mapping[str, dict[str, Any]] = field(default_factory=dict)
    facts: Facts = field(default_factory=Facts)
    cadence: CadencePolicy = EXAMPLE_POLICY

    @property
    def households(self) -> FloatArray | None:
        """Households of each cell; None where they are not known of the whole ground."""
        return self.denominators.get("households")

    @property
    def businesses(self) -> FloatArray | None:
        """Businesses of each cell; None where they are not known of the whole ground."""
        return self.denominators.get("businesses")

    @property
    def resolution(self) -> int:
        """H3 resolution of the cells."""
        return common_resolution(self.cells)

    @property
    def customers(self) -> FloatArray:
        """Expected customers of each cell."""
        total: FloatArray = self.by_tier.sum(axis=1)
        return total


def cell_inputs(connection: sa.Connection, inputs: Inputs, resolution: int, finer: int | None = None) -> CellInputs:
    """Read everything that scores rest on and align it by cell.

    resolution: at which the catchments were settled. finer: the cells of this resolution; those of `resolution` when
    it is None. People are spread over the whole ground first: those of cells that no branch has stay there.
    """
    ground, zones = ground_cells(connection, inputs.ground, resolution)
    catchment = read_frame(connection, "catchment_cell", version_id=inputs.catchment).sort("cell")
    catchment = catchment.filter(resolutions(catchment["cell"].to_numpy()) == (finer or resolution))
    cells = catchment["cell"].to_numpy()
    home = np.searchsorted(ground, parents(cells, resolution)).astype(np.int64)
    covered = np.isin(np.arange(len(ground)), home)
    branch_ids = sorted(set(catchment["branch_id"]))
    travel_s = catchment["travel_s"].fill_null(float("nan")).to_numpy()
    settled = settlement_of(connection, inputs.ground)
    every = denominators_on_cells(connection, inputs.ground, ground, settled)
    own = of_cells(connection, inputs.ground, (ground, cells, home), settled, every.values)
    people = own["people"]
    customers = _customers(connection, inputs, cells)
    merchants = _merchants(connection, inputs, cells)
    unplaced, elsewhere = _unplaced(connection, inputs.location, (ground, covered), zones, resolution)
    elsewhere *= _share_of_all(connection, inputs.location, customers)
    trade = merchant_features(merchants["industry"].to_list(), merchants["at"].to_numpy(), len(cells))
    return CellInputs(
        cells=cells,
        branch_ids=branch_ids,
        branch_index=np.searchsorted(branch_ids, catchment["branch_id"].to_numpy()).astype(np.int64),
        zone=zones[home],
        travel_s=travel_s,
        pairs=ring_pairs(cells, PRIOR_RING),
        people_in=every.given["people"],
        people_elsewhere=float(every.values["people"][~covered].sum()),
        people=people,
        by_tier=_by_tier(customers, len(cells)),
        customers_in=read_frame(connection, "customer", version_id=inputs.bank, columns=["id"]).height,
        customers_hard=_count(customers.filter(pl.col("hard")), len(cells)),
        merchants=_count(merchants, len(cells)),
        unplaced_by_zone=unplaced,
        unplaced_elsewhere=elsewhere,
        features=_features(settled, cells, people, travel_s).hstack(trade),
        customer_rows=customers.select("at", "share", "hard", "tier", id="party_id"),
        merchant_rows=merchants.select("at", "industry", "customer_id"),
        denominators=own,
        accounts=every.accounts,
        cadence=cadence_of(connection).policy,
    )


def _customers(connection: sa.Connection, inputs: Inputs, cells: CellArray) -> pl.DataFrame:
    """Return one row a customer and cell: at (position of the cell), share, hard, tier."""
    tiers = read_frame(connection, "customer", version_id=inputs.bank, columns=["id", "tier"])
    shares = read_frame(connection, "location_cell", version_id=inputs.location, where={"party_kind": "customer"})
    shares = shares.filter(_positions(cells, shares["cell"].to_numpy())[1])
    return shares.join(tiers, left_on="party_id", right_on="id", how="left", maintain_order="left").with_columns(
        at=np.searchsorted(cells, shares["cell"].to_numpy()).astype(np.int64)
    )


def _share_of_all(connection: sa.Connection, location_id: int, customers: pl.DataFrame) -> float:
    """Return the share of the placed customers that these are: so many of those known to no zone are theirs."""
    where = {"party_kind": "customer", "hard": True}
    placed = read_frame(connection, "location_cell", version_id=location_id, where=where, columns=["hard"]).height
    return float(customers["hard"].sum()) / placed if placed else 1.0


def _merchants(connection: sa.Connection, inputs: Inputs, cells: CellArray) -> pl.DataFrame:
    """Return one row a merchant, at the cell that holds its point: at, industry."""
    industry = all_merchants(connection, inputs).select("id", "industry", "customer_id")
    shares = read_frame(connection, "location_cell", version_id=inputs.location, where={"party_kind": "merchant"})
    shares = shares.filter(_positions(cells, shares["cell"].to_numpy())[1])
    placed = shares.filter(pl.col("hard")).join(industry, left_on="party_id", right_on="id", maintain_order="left")
    return placed.with_columns(at=np.searchsorted(cells, placed["cell"].to_numpy()).astype(np.int64))


def _by_tier(customers: pl.DataFrame, n_cells: int) -> FloatArray:
    column = customers["tier"].replace_strict(list(TIERS), list(range(len(TIERS))), return_dtype=pl.Int64).to_numpy()
    flat = customers["at"].to_numpy() * len(TIERS) + column
    counts = np.bincount(flat, weights=customers["share"].to_numpy(), minlength=n_cells * len(TIERS))
    return counts.astype(np.float64).reshape(n_cells, len(TIERS))


def _count(rows: pl.DataFrame, n_cells: int) -> FloatArray:
    return np.bincount(rows["at"].to_numpy(), minlength=n_cells).astype(np.float64)


def _unplaced(
    connection: sa.Connection, location_id: int, ground: tuple[CellArray, BoolArray], zone: IntArray, resolution: int
) -> tuple[FloatArray, float]:
    """Count customers without a cell by the zone that their street or town lies in, and those of no zone.

    ground: its cells and whether a branch has them. Customers whose own position, street or town lies in a cell that
    no branch has are known to be outside the catchments: they are missing in none of them.
    """
    rows = read_frame(connection, "location", version_id=location_id, where={"party_kind": "customer"})
    rows = rows.filter((pl.col("outcome") != "placed") & pl.col("reason").ne_missing(OUTSIDE_CATCHMENTS))
    known = rows.filter(pl.col("outcome") == "unplaced")
    home = cells_from_points(known["lng"].to_numpy(), known["lat"].to_numpy(), resolution)
    at, inside = _positions(ground[0], home)
    theirs = inside & ground[1][at]
    by_zone = np.bincount(zone[at[theirs]], minlength=int(zone.max()) + 1).astype(np.float64)
    return by_zone, float(rows.height - inside.sum())


def of_cells(
    connection: sa.Connection,
    ground_id: int,
    among: tuple[CellArray, CellArray, IntArray],
    settled: Settlement,
    every: Mapping[str, FloatArray],
) -> dict[str, FloatArray]:
    """Return what each cell has of its ground cell's denominators: all, or its share by those at its own resolution.

    among: cells of the ground, the cells, and the position of the ground cell that each descends from. every: of the
    ground's cells.
    """
    ground, cells, home = among
    finer = common_resolution(cells)
    if finer == common_resolution(ground):
        return {name: figures[home] for name, figures in every.items()}
    below = np.sort(children(ground, finer)[0])
    at = np.searchsorted(below, cells)
    fine = denominators_on_cells(connection, ground_id, below, settled).values
    return {name: every[name][home] * share_of_parent(cells, figures[at], home) for name, figures in fine.items()}


def _features(settled: Settlement, cells: CellArray, people: FloatArray, travel_s: FloatArray) -> pl.DataFrame:
    """Return what a cell is made of: people, building area, street length, time to the branch."""
    buildings = settled.buildings
    held_by = cells_from_points(buildings["lng"].to_numpy(), buildings["lat"].to_numpy(), common_resolution(cells))
    area = _sum_at(cells, held_by, buildings["area_m2"].to_numpy())
    roads = settled.streets.filter(~pl.col("highway").is_in(WATERWAYS))
    streets = shapely.from_wkb(roads["geometry"].to_numpy())
    _, at, length_m = overlay_lengths(streets, cells)
    # A cell that no road reaches is as far as the farthest that one does.
    reached = np.where(np.isfinite(travel_s), travel_s, np.nanmax(travel_s, initial=0.0))
    return pl.DataFrame(
        {
            "people": people,
            "building_area_m2": area,
            "street_m": np.bincount(at, weights=length_m, minlength=len(cells)),
            "travel_s": reached,
        }
    )


def _sum_at(cells: CellArray, where: CellArray, values: FloatArray) -> FloatArray:
    """Sum values by cell; what lies in no cell of the ground is not part of it."""
    at, inside = _positions(cells, where)
    return np.bincount(at[inside], weights=values[inside], minlength=len(cells)).astype(np.float64)


def _positions(cells: CellArray, where: CellArray) -> tuple[IntArray, BoolArray]:
    """Return the position of each one among the ascending cells, and whether it is one of them."""
    at = np.minimum(np.searchsorted(cells, where), len(cells) - 1).astype(np.int64)
    return at, cells[at] == where

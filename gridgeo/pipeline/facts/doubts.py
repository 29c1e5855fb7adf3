"""What may explain that a cell has more customers than people."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl
import sqlalchemy as sa

from gridgeo.domain import FloatArray
from gridgeo.pipeline.cell_inputs import CellInputs
from gridgeo.pipeline.facts.records import Doubts
from gridgeo.pipeline.ground_cells import ground_zones
from gridgeo.pipeline.steps import Inputs
from gridgeo.scoring.rings import ring_matrix
from gridgeo.storage import read_frame

DAYS_A_YEAR = 365.25


def doubts_of(connection: sa.Connection, inputs: Inputs, given: CellInputs, day: date) -> Doubts:
    """Return what is known of the cells that could explain too many customers."""
    return Doubts(
        at_one_point=_at_one_point(connection, inputs, given),
        border=_border(given),
        years_old=_years_old(connection, inputs, day)[given.zone],
    )


def _at_one_point(connection: sa.Connection, inputs: Inputs, given: CellInputs) -> FloatArray:
    columns = ["party_id", "lng", "lat"]
    where = {"party_kind": "customer", "outcome": "placed"}
    points = read_frame(connection, "location", version_id=inputs.location, where=where, columns=columns)
    held = given.customer_rows.filter("hard").join(points, left_on="id", right_on="party_id")
    most = held.group_by("at", "lng", "lat").len().group_by("at").agg(pl.col("len").max())
    found = np.zeros(len(given.cells))
    found[most["at"].to_numpy()] = most["len"].to_numpy()
    return found


def _border(given: CellInputs) -> FloatArray:
    """Tell which cells have a cell of another zone within two rings."""
    ring = ring_matrix(given.pairs, len(given.cells))
    zone = given.zone.astype(np.float64)
    count, total, squares = ring @ np.ones(len(zone)), ring @ zone, ring @ zone**2
    # The mean square distance of the neighbours' zone numbers from the own one is 0 only where all are the same.
    return np.asarray(squares - 2 * zone * total + count * zone**2 > 0, dtype=np.float64)


def _years_old(connection: sa.Connection, inputs: Inputs, day: date) -> FloatArray:
    """Return for each zone of the ground how old its denominators are, in years; not-a-number where nobody says."""
    zones = ground_zones(connection, inputs.ground).select("id", "name")
    dated = read_frame(connection, "denominator", version_id=inputs.ground, columns=["zone", "dated_on"])
    alone = zones.with_columns(zone=pl.when(pl.col("name").is_unique()).then("name").otherwise("id"))
    newest = dated.group_by("zone").agg(pl.col("dated_on").max())
    joined = alone.join(newest, on="zone", how="left", maintain_order="left")
    days = joined.select((pl.lit(day) - pl.col("dated_on")).dt.total_days().cast(pl.Float64)).to_series()
    return (days / DAYS_A_YEAR).fill_null(np.nan).to_numpy()

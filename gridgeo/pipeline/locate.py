"""Locate customers by their addresses and merchants by their coordinates, and spread both over cells."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import polars as pl
import sqlalchemy as sa

from gridgeo.cells import cells_from_points
from gridgeo.domain import Actor, CellArray
from gridgeo.domain.tables import LOCATION_CELLS, LOCATIONS, checked
from gridgeo.domain.words import PLACED_TIERS
from gridgeo.locate import cell_shares, gazetteer_from_table, locate_addresses
from gridgeo.pipeline.steps import Inputs, RunParams, StepResult, require_planner
from gridgeo.storage import finish_version, new_version, read_frame, write_frame

MERCHANT_ACCURACY_M = 15.0
"""A mapped point of interest stands at its building, not at its door: the entrance offset of METHODS."""


def locate(connection: sa.Connection, actor: Actor, inputs: Inputs, params: RunParams, now: datetime) -> StepResult:
    """Write one location version: one row a party, and the share of each placed party in each cell.

    Parties in = placed + unplaced + rejected: unplaced are located to a street, community or town only; rejected have
    no usable address, or lie outside the ground.
    """
    require_planner(actor)
    inside = read_frame(connection, "catchment_cell", version_id=inputs.catchment)["cell"].to_numpy()
    gazetteer = gazetteer_from_table(read_frame(connection, "gazetteer", version_id=inputs.bank))
    customers = read_frame(connection, "customer", version_id=inputs.bank)
    found = locate_addresses(customers.select("id", "address", "locality"), gazetteer)
    parties = pl.concat(
        [
            _outcomes(found, "customer", inside, params.resolution),
            _outcomes(
                _given(read_frame(connection, "merchant", version_id=inputs.ground)),
                "merchant",
                inside,
                params.resolution,
            ),
        ]
    )
    placed = parties.filter(pl.col("outcome") == "placed")
    shares = _shares(placed, params.resolution, inside)
    version_id = new_version(
        connection, actor, "location", params=params.as_dict() | {"inputs": inputs.as_dict()}, now=now
    )
    write_frame(connection, "location", checked(parties, LOCATIONS, "location"), version_id=version_id)
    write_frame(connection, "location_cell", checked(shares, LOCATION_CELLS, "location_cell"), version_id=version_id)
    report = {kind: _counts(parties.filter(pl.col("party_kind") == kind)) for kind in ("customer", "merchant")}
    finish_version(connection, version_id, report=report)
    return StepResult(version_id, report)


def _given(merchants: pl.DataFrame) -> pl.DataFrame:
    """Return merchants in the shape of the geocoder's answer: their coordinate came with the row."""
    return merchants.select(
        "id",
        "lng",
        "lat",
        tier=pl.lit("given"),
        accuracy_m=pl.lit(MERCHANT_ACCURACY_M),
        confidence=pl.lit(None, pl.Float64),
        matched=pl.lit(None, pl.String),
        gazetteer_id=pl.lit(None, pl.String),
    )


def _outcomes(found: pl.DataFrame, kind: str, inside: CellArray, resolution: int) -> pl.DataFrame:
    """Add what became of each party: placed, unplaced or rejected, with the reason."""
    has_point = found["lng"].is_not_null() & found["lat"].is_not_null()
    points = found.filter(has_point)
    home = pl.Series("home", cells_from_points(points["lng"].to_numpy(), points["lat"].to_numpy(), resolution))
    points = points.with_columns(home.is_in(pl.Series(inside).implode()).alias("is_inside"))
    flagged = pl.concat([points, found.filter(~has_point).with_columns(is_inside=pl.lit(None, pl.Boolean))])
    may_be_placed = pl.col("tier").is_in([*PLACED_TIERS, "given"])
    return flagged.sort("id").select(
        pl.lit(kind).alias("party_kind"),
        pl.col("id").alias("party_id"),
        "lng",
        "lat",
        "tier",
        "accuracy_m",
        "confidence",
        "matched",
        "gazetteer_id",
        outcome=pl.when(pl.col("is_inside").is_null() | ~pl.col("is_inside"))
        .then(pl.lit("rejected"))
        .when(may_be_placed)
        .then(pl.lit("placed"))
        .otherwise(pl.lit("unplaced")),
        reason=pl.when(pl.col("is_inside").is_null())
        .then(pl.lit("no address found"))
        .when(~pl.col("is_inside"))
        .then(pl.lit("outside the ground"))
        .when(may_be_placed)
        .then(pl.lit(None, pl.String))
        .otherwise(pl.lit("located to its ") + pl.col("tier") + pl.lit(" only")),
    )


def _shares(placed: pl.DataFrame, resolution: int, inside: CellArray) -> pl.DataFrame:
    parts = [
        cell_shares(
            rows["party_id"].to_numpy(),
            rows["lng"].to_numpy(),
            rows["lat"].to_numpy(),
            rows["accuracy_m"].to_numpy(),
            resolution,
            inside,
        ).with_columns(party_kind=pl.lit(kind))
        for kind in ("customer", "merchant")
        for rows in [placed.filter(pl.col("party_kind") == kind)]
    ]
    return pl.concat(parts).sort("party_kind", "party_id", "cell")


def _counts(parties: pl.DataFrame) -> dict[str, Any]:
    outcome = dict(parties["outcome"].value_counts().iter_rows())
    return {
        "in": parties.height,
        **{name: int(outcome.get(name, 0)) for name in ("placed", "unplaced", "rejected")},
        "by_tier": dict(sorted(parties["tier"].value_counts().iter_rows())),
        "by_reason": dict(sorted(parties["reason"].drop_nulls().value_counts().iter_rows())),
    }

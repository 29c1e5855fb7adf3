"""Locate customers by their addresses and merchants by their coordinates, and spread both over cells."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import polars as pl
import sqlalchemy as sa

from gridgeo.cells import centres
from gridgeo.domain import Actor, CellArray
from gridgeo.domain.tables import LOCATION_CELLS, LOCATIONS, checked
from gridgeo.domain.words import PLACED_TIERS
from gridgeo.locate import Gazetteer, cell_shares, gazetteer_from_table, locate_addresses
from gridgeo.pipeline.cell_groups import coarse_cells, groups, nearest_cells
from gridgeo.pipeline.gazetteers import newest_gazetteer
from gridgeo.pipeline.ground_cells import ground_cells
from gridgeo.pipeline.steps import Inputs, RunParams, StepResult, require_planner
from gridgeo.storage import finish_version, new_version, part_of, read_frame, write_frame

GIVEN_ACCURACY_M = 15.0
"""A point that came with a row stands at its building, not at its door: the entrance offset of METHODS."""


OUTSIDE_CATCHMENTS = "outside the catchments"
"""Reason of a party that lies in a cell of the ground which no branch has."""


def locate(connection: sa.Connection, actor: Actor, inputs: Inputs, params: RunParams, now: datetime) -> StepResult:
    """Write one location version: one row a party, and the share of each placed party in each cell.

    Parties in = placed + unplaced + rejected: unplaced are located to a street, community or town only; rejected have
    no usable address, or lie outside the ground or, where catchments leave holes, outside the catchments.
    """
    require_planner(actor)
    covered = read_frame(connection, "catchment_cell", version_id=inputs.catchment)["cell"].to_numpy()
    ground = ground_cells(connection, inputs.ground, params.resolution)[0]
    found = {
        "customer": find_customers(connection, inputs),
        "merchant": _given(all_merchants(connection, inputs)),
    }
    on_ground = {kind: _shares(rows, params.resolution, ground) for kind, rows in found.items()}
    shares = {kind: _covered(found[kind], rows, params.resolution, covered) for kind, rows in on_ground.items()}
    parties = pl.concat(_outcomes(rows, on_ground[kind], shares[kind], kind) for kind, rows in found.items())
    version_id = new_version(
        connection, actor, "location", params=params.as_dict() | {"inputs": inputs.as_dict()}, now=now
    )
    write_frame(connection, "location", checked(parties, LOCATIONS, "location"), version_id=version_id)
    placed = pl.concat(rows.with_columns(party_kind=pl.lit(kind)) for kind, rows in shares.items())
    placed = checked(placed, LOCATION_CELLS, "location_cell").sort("party_kind", "party_id", "cell")
    write_frame(connection, "location_cell", placed, version_id=version_id)
    report = {kind: _counts(parties.filter(pl.col("party_kind") == kind)) for kind in found}
    finish_version(connection, version_id, report=report)
    return StepResult(version_id, report)


def all_merchants(connection: sa.Connection, inputs: Inputs) -> pl.DataFrame:
    """Return the merchants on the map and the bank's own, which come with a coordinate each; of one id the bank's."""
    tables = [read_frame(connection, "merchant", version_id=version) for version in (inputs.ground, inputs.bank)]
    return pl.concat(tables).unique("id", keep="last").sort("id")


def find_customers(connection: sa.Connection, inputs: Inputs) -> pl.DataFrame:
    """Return where each customer of a bank is, in the shape of the geocoder's answer."""
    gazetteer = gazetteer_from_table(_known_addresses(connection, inputs))
    columns = ["id", "address", "locality", "lng", "lat"]
    return _by_point_or_address(read_frame(connection, "customer", version_id=inputs.bank, columns=columns), gazetteer)


def _known_addresses(connection: sa.Connection, inputs: Inputs) -> pl.DataFrame:
    """Return the bank's own addresses with those of the newest gazetteer that was built.

    Without one, and where the bank's came as a list of their own, the ground's stand beside them.
    """
    own = read_frame(connection, "gazetteer", version_id=inputs.bank)
    built = newest_gazetteer(connection)
    if built is not None:
        more = read_frame(connection, "gazetteer", version_id=built)
        return pl.concat([own, more.filter(~pl.col("id").is_in(own["id"].implode()))]).sort("id")
    if part_of(connection, inputs.bank, "gazetteer") == inputs.bank and own.height:
        return own
    ground = read_frame(connection, "gazetteer", version_id=inputs.ground)
    return pl.concat([own, ground.filter(~pl.col("id").is_in(own["id"].implode()))]).sort("id")


def _by_point_or_address(customers: pl.DataFrame, gazetteer: Gazetteer) -> pl.DataFrame:
    """Place customers by the point that came with the row, the others by their address."""
    has_point = pl.col("lng").is_not_null() & pl.col("lat").is_not_null()
    others = customers.filter(~has_point).select("id", "address", "locality")
    given = _given(customers.filter(has_point))
    return pl.concat([locate_addresses(others, gazetteer).select(given.columns), given])


def _given(parties: pl.DataFrame) -> pl.DataFrame:
    """Return parties in the shape of the geocoder's answer: their coordinate came with the row."""
    return parties.select(
        "id",
        "lng",
        "lat",
        tier=pl.lit("given"),
        accuracy_m=pl.lit(GIVEN_ACCURACY_M),
        confidence=pl.lit(None, pl.Float64),
        matched=pl.lit(None, pl.String),
        gazetteer_id=pl.lit(None, pl.String),
        reason=pl.lit(None, pl.String),
    )


def _shares(found: pl.DataFrame, resolution: int, inside: CellArray) -> pl.DataFrame:
    rows = found.filter(pl.col("tier").is_in([*PLACED_TIERS, "given"]))
    point = (rows["lng"].to_numpy(), rows["lat"].to_numpy(), rows["accuracy_m"].to_numpy())
    return cell_shares(rows["id"], *point, resolution, inside)


def _covered(found: pl.DataFrame, on_ground: pl.DataFrame, resolution: int, covered: CellArray) -> pl.DataFrame:
    """Keep the parties whose own cell is in a catchment, spread over the catchments' cells alone.

    resolution: at which the catchments were settled; a party's cell there says which branch and resolution it has.
    A party whose cell nobody has is not moved into a catchment next to it.
    """
    if on_ground["cell"].is_in(pl.Series(covered).implode()).all():
        return on_ground
    return pl.concat(
        [
            _in_group(found, on_ground, (coarse_cells(cells, resolution), finer, cells))
            for finer, cells in groups(covered)
        ]
    )


def _in_group(found: pl.DataFrame, on_ground: pl.DataFrame, group: tuple[CellArray, int, CellArray]) -> pl.DataFrame:
    """Spread the parties whose own cell is one of the group's coarse cells over the group's cells.

    Fine cells do not quite fill their coarse one: a party in a gap, out of reach, moves to the nearest fine cell.
    """
    coarse, finer, cells = group
    at_home = pl.col("hard") & pl.col("cell").is_in(pl.Series(coarse).implode())
    own = found.filter(pl.col("id").is_in(on_ground.filter(at_home)["party_id"].implode()))
    shares = _shares(own, finer, cells)
    astray = own.filter(~pl.col("id").is_in(shares["party_id"].unique().implode()))
    if astray.is_empty():
        return shares
    near = cells[nearest_cells(astray["lng"].to_numpy(), astray["lat"].to_numpy(), cells)]
    lng, lat = centres(near)
    return pl.concat([shares, _shares(astray.with_columns(lng=pl.Series(lng), lat=pl.Series(lat)), finer, cells)])


def _outcomes(found: pl.DataFrame, on_ground: pl.DataFrame, shares: pl.DataFrame, kind: str) -> pl.DataFrame:
    """Add what became of each party: placed, unplaced or rejected, with the reason."""
    in_a_cell = pl.col("id").is_in(shares["party_id"].unique().implode())
    in_the_ground = pl.col("id").is_in(on_ground["party_id"].unique().implode())
    outcome = (
        pl.when(in_a_cell)
        .then(pl.lit("placed"))
        .when(pl.col("tier").is_in(["none", "given", *PLACED_TIERS]))
        .then(pl.lit("rejected"))
        .otherwise(pl.lit("unplaced"))
    )
    reason = (
        pl.when(in_a_cell)
        .then(pl.lit(None, pl.String))
        .when(pl.col("tier") == "none")
        .then(pl.col("reason").fill_null("no address found"))
        .when(pl.col("tier").is_in(["given", *PLACED_TIERS]))
        .then(pl.when(in_the_ground).then(pl.lit(OUTSIDE_CATCHMENTS)).otherwise(pl.lit("outside the ground")))
        .otherwise(pl.format("located to its {} only", "tier"))
    )
    renamed = found.sort("id").with_columns(outcome=outcome, reason=reason, party_kind=pl.lit(kind))
    return renamed.rename({"id": "party_id"}).select(list(LOCATIONS))


def _counts(parties: pl.DataFrame) -> dict[str, Any]:
    outcome = dict(parties["outcome"].value_counts().iter_rows())
    return {
        "in": parties.height,
        **{name: int(outcome.get(name, 0)) for name in ("placed", "unplaced", "rejected")},
        "by_tier": dict(sorted(parties["tier"].value_counts().iter_rows())),
        "by_reason": dict(sorted(parties["reason"].drop_nulls().value_counts().iter_rows())),
    }

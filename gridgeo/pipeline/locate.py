"""Locate customers by their addresses and merchants by their coordinates, and spread both over cells."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import polars as pl
import sqlalchemy as sa

from gridgeo.cells import centres
from gridgeo.domain import Actor, CellArray
from gridgeo.domain.tables import LOCATION_CELLS, LOCATIONS, checked
from gridgeo.domain.words import PLACED_TIERS
from gridgeo.locate import Gazetteer, audit_counts, cell_shares, gazetteer_from_table, town_keys
from gridgeo.pipeline.cell_groups import coarse_cells, groups, nearest_cells
from gridgeo.pipeline.gazetteers import newest_gazetteer
from gridgeo.pipeline.ground_cells import ground_cells, ground_reach
from gridgeo.pipeline.positions import PARTIES, Ground, as_answers, given, positions
from gridgeo.pipeline.provided import known_answers, texts_wanted
from gridgeo.pipeline.review.gazetteer import with_reviewed
from gridgeo.pipeline.review.items import doubtful, other_places, review_items
from gridgeo.pipeline.review.queue import write_queue
from gridgeo.pipeline.steps import Inputs, RunParams, StepResult, require_planner
from gridgeo.storage import finish_version, new_version, part_of, read_frame, write_frame
from gridgeo.storage.reviews import standing_decisions

OUTSIDE_CATCHMENTS = "outside the catchments"
"""Reason of a party that lies in a cell of the ground which no branch has."""


@dataclass(frozen=True)
class _Located:
    """One kind of party: where each is, what was doubted (None for places on the map), and the cells that hold it."""

    answers: pl.DataFrame
    doubts: pl.DataFrame
    on_ground: pl.DataFrame
    shares: pl.DataFrame


def locate(connection: sa.Connection, actor: Actor, inputs: Inputs, params: RunParams, now: datetime) -> StepResult:
    """Write one location version: one row a party, the share of each placed party in each cell, what is to be reviewed.

    Parties in = placed + unplaced + rejected: unplaced are located to a street, community or town only; rejected have
    no usable address or point, or lie outside the ground or, where catchments leave holes, outside the catchments.
    What people decided in review stands above points and addresses.
    """
    require_planner(actor)
    held = read_frame(connection, "catchment_cell", version_id=inputs.catchment)
    inside = ground_cells(connection, inputs.ground, params.resolution)[0]
    ground = ground_to_hold(connection, inputs, params)
    found = {"customer": _customers(connection, inputs, ground), "merchant": _merchants(connection, inputs, ground)}
    located = {
        kind: _located(rows, params.resolution, (inside, held["cell"].to_numpy())) for kind, rows in found.items()
    }
    parties = pl.concat(_outcomes(one, kind) for kind, one in located.items())
    last = ground.decided["decision"].max()
    made_from = {"inputs": inputs.as_dict(), "decisions_until": last}
    version_id = new_version(connection, actor, "location", params=params.as_dict() | made_from, now=now)
    write_frame(connection, "location", checked(parties, LOCATIONS, "location"), version_id=version_id)
    placed = pl.concat(one.shares.with_columns(party_kind=pl.lit(kind)) for kind, one in located.items())
    placed = checked(placed, LOCATION_CELLS, "location_cell").sort("party_kind", "party_id", "cell")
    write_frame(connection, "location_cell", placed, version_id=version_id)
    items = [_waiting(one, parties, (held, ground.gazetteer), kind) for kind, one in located.items()]
    report: dict[str, Any] = {kind: _counts(one, parties, kind) for kind, one in located.items()}
    report["review"] = write_queue(connection, version_id, items)
    finish_version(connection, version_id, report=report)
    return StepResult(version_id, report)


def all_merchants(connection: sa.Connection, inputs: Inputs) -> pl.DataFrame:
    """Return the merchants on the map and the bank's own, which come with a coordinate each; of one id the bank's."""
    tables = [read_frame(connection, "merchant", version_id=version) for version in (inputs.ground, inputs.bank)]
    return pl.concat(tables).unique("id", keep="last").sort("id")


def find_customers(connection: sa.Connection, inputs: Inputs, resolution: int = 9) -> pl.DataFrame:
    """Return where each customer of a bank is, in the shape of the geocoder's answer."""
    ground = ground_to_hold(connection, inputs, RunParams(resolution=resolution))
    return as_answers(_customers(connection, inputs, ground))


def texts_to_ask(connection: sa.Connection, inputs: Inputs, params: RunParams) -> list[str]:
    """Return the houses of a bank's parties that have no place by gazetteer, point or decision, each once."""
    ground = ground_to_hold(connection, inputs, replace(params, provider=None))
    found = [find(connection, inputs, ground) for find in (_customers, _merchants)]
    undecided = pl.concat(found, how="diagonal").filter(pl.col("decision").is_null())
    return texts_wanted(undecided)


def ground_to_hold(connection: sa.Connection, inputs: Inputs, params: RunParams) -> Ground:
    """Return what the positions of a bank's parties are held against."""
    decided = standing_decisions(connection)
    known = with_reviewed(_known_addresses(connection, inputs), decided)
    label = params.provider
    return Ground(
        gazetteer_from_table(known),
        ground_reach(connection, inputs.ground, params.resolution),
        decided,
        None if label is None else lambda texts: known_answers(connection, label, texts),
    )


def towns_of(connection: sa.Connection, inputs: Inputs) -> pl.Series:
    """Return the keys of the towns that the addresses of a bank are looked up in."""
    return town_keys(_known_addresses(connection, inputs))


def _customers(connection: sa.Connection, inputs: Inputs, ground: Ground) -> pl.DataFrame:
    people = read_frame(connection, "customer", version_id=inputs.bank, columns=list(PARTIES))
    return positions(_as_delivered(connection, inputs, people, "customer"), ground)


def _as_delivered(connection: sa.Connection, inputs: Inputs, parties: pl.DataFrame, table: str) -> pl.DataFrame:
    """Add the positions as they were written, where they were converted on their way in."""
    version_id = part_of(connection, inputs.bank, table)
    originals = read_frame(connection, "original", version_id=version_id, where={"kind": "point"})
    written = originals.select("id", written_lng="x", written_lat="y")
    return parties.join(written, on="id", how="left", maintain_order="left")


def _merchants(connection: sa.Connection, inputs: Inputs, ground: Ground) -> pl.DataFrame:
    """Return where merchants are: those of the map where it has them, the bank's own as audited."""
    own = read_frame(connection, "merchant", version_id=inputs.bank)
    unknown = pl.lit(None, pl.String)
    # A shop's name may be its house's: it is no person to be left out of an address.
    rows = own.with_columns(branch_id=unknown, locality=unknown, name=unknown)
    found = positions(_as_delivered(connection, inputs, rows.select(list(PARTIES)), "merchant"), ground)
    mapped = all_merchants(connection, inputs).filter(~pl.col("id").is_in(own["id"].implode()))
    return pl.concat([found, given(mapped)], how="diagonal").sort("id")


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


def _located(found: pl.DataFrame, resolution: int, cells: tuple[CellArray, CellArray]) -> _Located:
    """Spread parties over cells. cells: those of the ground, and those of the catchments."""
    inside, covered = cells
    answers = as_answers(found)
    on_ground = _shares(answers, resolution, inside)
    return _Located(answers, found, on_ground, _covered(answers, on_ground, resolution, covered))


def _waiting(one: _Located, parties: pl.DataFrame, known: tuple[pl.DataFrame, Gazetteer], kind: str) -> pl.DataFrame:
    """Return what is to be reviewed; a merchant belongs to the branch whose cell it is in.

    known: the cells of the catchments, and the gazetteer in which other places are looked for.
    """
    held, gazetteer = known
    outcomes = parties.filter(pl.col("party_kind") == kind).select("party_id", "outcome", "reason")
    # A place on the map was not delivered with a row: nobody is asked about it.
    rows = doubtful(one.doubts.filter(pl.col("reasons").is_not_null()), outcomes, one.shares)
    if kind == "merchant":
        homes = one.shares.filter("hard").join(held.select("cell", at="branch_id"), on="cell").select("party_id", "at")
        rows = rows.join(homes, left_on="id", right_on="party_id", how="left", maintain_order="left")
        rows = rows.with_columns(branch_id=pl.col("at")).drop("at")
    return review_items(rows, kind, other_places(rows, gazetteer))


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


def _outcomes(one: _Located, kind: str) -> pl.DataFrame:
    """Add what became of each party: placed, unplaced or rejected, with the reason."""
    found, on_ground, shares = one.answers, one.on_ground, one.shares
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


def _counts(one: _Located, parties: pl.DataFrame, kind: str) -> dict[str, Any]:
    """Account for one kind of party: in = in_cells + unplaced + rejected, exactly; audit: points by what was found."""
    rows = parties.filter(pl.col("party_kind") == kind)
    outcome = dict(rows["outcome"].value_counts().iter_rows())
    return {
        "in": rows.height,
        **{name: int(outcome.get(name, 0)) for name in ("placed", "unplaced", "rejected")},
        "in_cells": float(one.shares["share"].sum()),
        "by_tier": dict(sorted(rows["tier"].value_counts().iter_rows())),
        "by_reason": dict(sorted(rows["reason"].drop_nulls().value_counts().iter_rows())),
        "audit": audit_counts(one.doubts.drop_nulls("reasons")),
    }

"""An industry or cohort grid as a layer over the area grids of a branch: where its members lie, and how many."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import sqlalchemy as sa

from gridgeo.cells import cell_strings
from gridgeo.domain import Actor
from gridgeo.errors import InvalidInputError, NotFoundError
from gridgeo.pipeline.features.cohorts import cohort_result
from gridgeo.pipeline.features.industry import industry_merchants
from gridgeo.pipeline.features.kept import read_feature
from gridgeo.pipeline.features.parties import area_members, with_cells
from gridgeo.pipeline.membership import parties_of
from gridgeo.pipeline.versions import newest_inputs
from gridgeo.storage import read_frame, whole_bank
from gridgeo.storage.grids import grid_frame

LAYERS = ("industry", "cohort")


def feature_cells(
    connection: sa.Connection, actor: Actor, feature_id: str, branch_id: str, today: date, *, as_of: date | None = None
) -> dict[str, Any]:
    """Return where the members of an industry or cohort grid lie in a branch's catchment.

    A cohort's members are the branch's own customers, an industry's the merchants in the catchment. cells, counts: the
    cells that hold some, ascending. members: all of them; outside: those whose place lies elsewhere; unplaced: those
    whose place is not known; undecided: those of whom the rule cannot be told. grids: area grid -> how many belong to
    it, by register, boundary or cell (see `membership`). as_of: the day that counts for a cohort.
    Raises NotFoundError, NotAllowedError, InvalidInputError for a target group.
    """
    feature = read_feature(connection, actor, feature_id)
    if feature["kind"] not in LAYERS:
        raise InvalidInputError(
            "a layer over area grids is of one of {known}, got {given}", known=", ".join(LAYERS), given=feature["kind"]
        )
    if not actor.sees(branch_id):
        raise NotFoundError("there is no branch {branch}", branch=branch_id)
    party_kind, rows, undecided = _members(connection, actor, feature, branch_id, today, as_of)
    held = rows.filter(pl.col("inside")).group_by("cell").agg(members=pl.len()).sort("cell")
    placed = rows["cell"].is_not_null()
    return {
        "feature_id": feature_id,
        "kind": feature["kind"],
        "name": feature["name"],
        "words": feature["words"],
        "branch_id": branch_id,
        "cells": cell_strings(held["cell"].to_numpy()),
        "counts": held["members"].to_list(),
        "members": rows.height,
        "outside": int((placed & ~rows["inside"]).sum()),
        "unplaced": int((~placed).sum()),
        "undecided": undecided,
        "grids": _by_grid(connection, branch_id, party_kind, rows["id"]),
    }


def _members(
    connection: sa.Connection,
    actor: Actor,
    feature: dict[str, Any],
    branch_id: str,
    today: date,
    as_of: date | None,
) -> tuple[str, pl.DataFrame, int]:
    """Return the kind of party, members (id, cell, inside: whether the branch has it), and how many are undecided."""
    if feature["kind"] == "industry":
        found = industry_merchants(connection, actor, feature["id"], branch_id=branch_id)[2]
        members = found.filter(pl.col("member")).select("id", "cell", inside=pl.lit(value=True))
        return "merchant", members, int(found["member"].null_count())
    table = cohort_result(connection, actor, feature["id"], today, as_of=as_of).table
    own = table.filter(pl.col("branch_id") == branch_id)
    members = own.filter(pl.col("member")).select(id="party_id")
    return "customer", _on_cells(connection, branch_id, members), int(own["member"].null_count())


def _on_cells(connection: sa.Connection, branch_id: str, members: pl.DataFrame) -> pl.DataFrame:
    """Add to customers the cell that holds each, null where its place is not known, and whether the branch has it."""
    inputs = newest_inputs(connection)
    where = {"branch_id": branch_id}
    columns = ["branch_id", "cell"]
    with whole_bank(connection):
        known = parties_of(connection, inputs).filter(pl.col("party_kind") == "customer")
        held = (
            read_frame(connection, "catchment_cell", version_id=inputs.catchment, columns=columns, where=where)
            if inputs.catchment
            else pl.DataFrame(schema={"branch_id": pl.String, "cell": pl.UInt64})
        )
    places = known.select("lng", "lat", id="party_id").drop_nulls()
    placed = with_cells(members.join(places, on="id", how="inner", maintain_order="left"), held)
    found = members.join(placed, on="id", how="left", maintain_order="left")
    return found.select("id", "cell", inside=pl.col("branch_id").is_not_null())


def _by_grid(connection: sa.Connection, branch_id: str, party_kind: str, ids: pl.Series) -> dict[str, int]:
    """Return how many of some parties belong to each of a branch's area grids, those with none left out."""
    grids = grid_frame(connection, frozenset({branch_id})).select(grid_id="id")
    if grids.is_empty() or ids.is_empty():
        return {}
    every = area_members(connection, newest_inputs(connection)).table
    mine = every.filter((pl.col("party_kind") == party_kind) & pl.col("party_id").is_in(ids.implode()))
    counts = mine.join(grids, on="grid_id").group_by("grid_id").agg(members=pl.len()).sort("grid_id")
    return dict(counts.iter_rows())
